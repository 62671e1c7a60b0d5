"""The estimator: what it learns, says and keeps, beside the program itself and other witnesses."""

import copy
import json
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
from conftest import QUICK, ROOT, roles

import lagrange
from lagrange import Lagrange, LagrangeError, LagrangeWarning, UsageError

pandas = pytest.importorskip("pandas")


def call(*args):
    """What the program itself prints."""
    return subprocess.run([lagrange.program(), *map(str, args)], check=True, capture_output=True, text=True).stdout


def swing(tmp_path, *more):
    """A recording of a simulated double pendulum, and its columns."""
    path = tmp_path / "swing.npz"
    call("simulate", "double-pendulum", "--trajectories", 4, "--duration", 1, "--dt", 0.02, *more, "-o", path)
    with np.load(path) as archive:
        x = {k.split(" ")[0]: archive[k] for k in archive.files}
    q, v = (np.stack([x[f"{k}1"], x[f"{k}2"]], 1) for k in ("theta", "omega"))
    return path, x["t"], q, v, x["trajectory"], x


def test_frames_arrays_and_files_are_one_recording(motor, fitted, tmp_path):
    whole = Lagrange(**QUICK).fit(motor, progress=False)
    t, q, v, u, trajectory = (np.asarray(x) for x in roles(motor))
    arrays = Lagrange(angles=["q1"], **QUICK).fit(t, q[:, 0], v, u[:, 0], trajectory, progress=False)
    file = tmp_path / "motor.csv"
    motor.to_csv(file, index=False)
    read = Lagrange(**QUICK).fit(file, progress=False)
    call("train", file, *(f"--{k.replace('_', '-')}={str(x).lower()}" for k, x in QUICK.items()), "-o",
         tmp_path / "own.lagrange")
    own = Lagrange.load(tmp_path / "own.lagrange")
    a = fitted.predict(*roles(motor)[1:4])
    assert list(a.columns) == ["a_theta"] and a.index.equals(motor.index)
    for other in (whole, read, own):
        assert other.info_["fingerprint"] == fitted.info_["fingerprint"]
        assert (other.predict(q, v, u) == a.to_numpy()).all()
    np.testing.assert_allclose(arrays.predict(q[:, 0], v[:, 0], u[:, 0]), a, rtol=1e-9)


def test_predictions_are_the_slopes_of_rollouts(motor, fitted):
    """(v(h) - v(0))/h is a to order h; the energy's balance is a second witness of functions_."""
    q, v, u = np.array([[0.5], [-1.0], [2.0]]), np.array([[1.0], [0.2], [-3.0]]), np.array([[0.3], [0.0], [-0.5]])
    a = fitted.predict(q, v, u)
    h = 1e-5
    for i in range(3):
        _, path = fitted.rollout([0, h / 2, h], q[i], v[i], u[i], rtol=1e-12)
        assert abs((path[2, 0] - path[0, 0]) / h - a[i, 0]) < 1e-3 * (1 + abs(a[i, 0]))
    x = fitted.linearize(q[0], v[0], u[0])
    np.testing.assert_allclose(x["xdot"], [v[0, 0], a[0, 0]], rtol=1e-9)
    step = 1e-6
    slope = (fitted.predict(q + step, v, u) - fitted.predict(q - step, v, u))[0, 0] / (2 * step)
    assert abs(x["A"][1, 0] - slope) < 1e-6 * (1 + abs(slope))
    f = fitted.functions_
    np.testing.assert_allclose(f.force(q, v, a), u, atol=1e-9)
    assert fitted.predict(q, v).shape == (3, 1) and fitted.predict(0.5 * np.ones(4)).shape == (4, 1)


def test_rollouts_begin_where_they_are_told(motor, fitted):
    t, q, v, u, trajectory = roles(motor)
    one = motor[trajectory == 1]
    from_state = fitted.rollout(one["t [s]"], q.to_numpy()[0], v.to_numpy()[0], one[["tau [N m]"]])
    from_rows = fitted.rollout(*roles(one))
    for x, y, name in zip(from_state, from_rows, ("theta [rad]", "omega [rad/s]")):
        assert isinstance(x, np.ndarray) and x.shape == (len(one), 1)
        assert list(y.columns) == [name] and y.index.equals(one.index)
        np.testing.assert_allclose(x, y, rtol=0, atol=1e-12)
    everything = fitted.rollout(*roles(motor))[0]
    assert everything.to_numpy()[0] == q.to_numpy()[0] and len(everything) == len(motor)
    starts = trajectory.ne(trajectory.shift())
    np.testing.assert_array_equal(everything[starts], q[starts])
    frame = fitted.rollout(motor, start="recorded")
    np.testing.assert_array_equal(frame["theta [rad]"], everything["theta [rad]"])
    rest = fitted.rollout([0.0, 0.1], 0.2)
    assert rest[0].shape == (2, 1) and rest[0][0, 0] == 0.2 and rest[1][0, 0] == 0
    free, told = fitted.rollout([0.0, 0.1], 0.2), fitted.rollout([0.0, 0.1], 0.2, None, [[0.0], [0.0]])
    assert (free[0] == told[0]).all() and (free[0] != fitted.rollout([0.0, 0.1], 0.2, u=[1.0])[0])[1]


def test_scores(motor, fitted, tmp_path):
    score = fitted.score(*roles(motor))
    path = tmp_path / "m.csv"
    motor.to_csv(path, index=False)
    fitted.save(tmp_path / "m.lagrange")
    found = json.loads(call("eval", tmp_path / "m.lagrange", path, "--json"))["models"]
    want = 1 - (found["terms"]["rmse_q"][0] / found["constant_velocity"]["rmse_q"][0]) ** 2
    assert score == pytest.approx(want, abs=1e-12) and score < 1
    assert fitted.score(motor) == score and fitted.evaluation_["models"] == found
    assert fitted.evaluate(motor, horizon=0.1)["horizon"] == 0.1


def test_positions_alone_and_names(motor):
    t, q, _, u, trajectory = roles(motor)
    model = Lagrange(steps=1, no_baseline=True, model="terms", friction="both").fit(t, q, None, u, trajectory,
                                                                                    progress=False)
    assert model.evaluation_["plan"]["recording"]["velocities_recorded"] is False
    assert model.score(t, q, None, u, trajectory) > 0.9
    one = motor[trajectory == 1]
    filtered = model.rollout(one["t [s]"], one[["theta [rad]"]], None, one[["tau [N m]"]])
    assert 0 < len(filtered[0]) < len(one)
    at, speed = model.rollout([0, 0.02, 0.04], 0.3, -0.7)
    assert at[0, 0] == 0.3 and speed[0, 0] == -0.7
    assert at[1, 0] == pytest.approx(0.3 - 0.7 * 0.02, abs=0.01)
    with pytest.raises(ValueError, match="omega.*theta"):
        model.predict(motor[["omega [rad/s]"]])


def test_several_coordinates_and_an_ensemble(tmp_path):
    path, t, q, v, trajectory, x = swing(tmp_path, "--accelerations")
    a = np.stack([x["theta1_acc"], x["theta2_acc"]], 1)
    options = dict(model="lnn", hidden=(8,), method="adam", steps=3, no_baseline=True)
    with pytest.warns(LagrangeWarning, match="constant velocity|without acceleration"):
        model = Lagrange(ensemble=2, angles=["q1", "q2"], **options).fit(t, q, v, trajectory=trajectory, a=a,
                                                                         progress=False)
    assert model.info_["members"] == 2 and model.predict(q, v).shape == q.shape
    paths = model.rollout(t, q, v, trajectory=trajectory)
    assert paths[0].shape == paths[1].shape == q.shape
    found = model.evaluate(t, q, v, trajectory=trajectory, a=a)["models"]
    e, base = (np.array(found[k]["rmse_q"]) for k in ("ensemble", "constant_velocity"))
    want = 1 - ((e[0] / base[0]) ** 2 + (e[1] / base[1]) ** 2) / 2
    assert model.score(t, q, v, trajectory=trajectory, a=a) == pytest.approx(want, rel=1e-12)
    frame = model.rollout(t[:5], [0.1, 0.2], [0.0, 0.3])
    np.testing.assert_array_equal(frame[0][0], [0.1, 0.2])
    with pytest.warns(LagrangeWarning):
        states = Lagrange(seed=3, **options).fit(None, q, v, a=a, progress=False)
    assert "accelerations" in states.evaluation_ and not states.evaluation_.get("models")


def test_system_parameters(tmp_path):
    """Two pendulums of lengths 1 and 2, q'' = -sin(q)/length, which the model is told."""
    t = np.arange(0, 2, 0.02)
    rows = []
    for k, (length, q0) in enumerate([(1, 1.0), (2, 1.5), (1, 0.4), (2, 0.7), (1, -1.2), (2, -0.3)]):
        q, v = q0, 0.0
        for s in t:
            rows.append((k, s, q, v, -np.sin(q) / length, length))
            for _ in range(20):  # small steps of a symplectic method
                v -= 0.001 * np.sin(q) / length
                q += 0.001 * v
    k, s, q, v, a, length = np.array(rows).T
    model = Lagrange(model="lnn", hidden=[8], steps=2, method="adam", angles=["q1"], no_baseline=True)
    with pytest.warns(LagrangeWarning):
        model.fit(s, q, v, None, k, parameters=length, progress=False)
    assert model.info_["inputs"][0]["condition"]
    short, long = (model.predict([0.5], [0.0], parameters=[x]) for x in (1.0, 2.0))
    assert short != long
    with pytest.raises(ValueError, match="depends on c1"):
        model.predict([0.5])
    assert model.rollout(t[:4], 0.5, parameters=[2.0])[0].shape == (4, 1)


def test_explanations(motor, fitted):
    found = fitted.explain(motor)
    terms = {x["term"] for x in found["lagrangian"]["terms"]}
    assert {"cos(theta)", "omega^2"} <= terms
    assert fitted.explain(*roles(motor))["lagrangian"]["terms"] == found["lagrangian"]["terms"]


def test_files_and_copies(fitted, motor, tmp_path):
    path = tmp_path / "m.lagrange"
    fitted.save(path)
    q, v, u = (x.to_numpy() for x in roles(motor)[1:4])
    a = fitted.predict(q, v, u)
    for other in (Lagrange.load(path), pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)):
        assert (other.predict(q, v, u) == a).all() and other.info_["fingerprint"] == fitted.info_["fingerprint"]
    with pytest.raises(FileExistsError, match="overwrite"):
        fitted.save(path)
    fitted.save(path, overwrite=True)
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="no model"):
        fitted.save(tmp_path / "thesis.txt", overwrite=True)
    assert (tmp_path / "thesis.txt").read_text() == "mine"
    with pytest.raises(LagrangeError, match="thesis.txt"):
        Lagrange.load(tmp_path / "thesis.txt")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.lagrange", "thesis.txt"]


def test_parameters_are_those_of_scikit_learn(motor):
    base = pytest.importorskip("sklearn.base")
    model = Lagrange(**QUICK)
    other = base.clone(model)
    assert other.get_params() == QUICK and not hasattr(other, "model_")
    assert other.set_params(seed=2) is other and other.get_params()["seed"] == 2 and "seed" not in model.get_params()
    assert base.clone(other.fit(*roles(motor), progress=False)).get_params() == other.get_params()
    assert repr(Lagrange(model="terms")) == "Lagrange(model='terms')"


def test_options_reach_the_program(motor, tmp_path):
    fit = lambda **k: Lagrange(**{**QUICK, **k}).fit(*roles(motor), progress=False)
    first = fit(term=["cos(theta)", "omega^2"], held=["tau"])
    assert first.info_["formula"].count("omega^2") == 1 and any("tau" in line for line in first.said_)
    first.save(tmp_path / "first.lagrange")
    again = fit(from_=tmp_path / "first.lagrange", model=None, friction=None, objective=None)
    assert again.info_["formula"].count("cos(theta)") == 1


@pytest.mark.parametrize("options, error, words", [
    (dict(modl="lnn"), UsageError, "unknown flag: --modl"),
    (dict(model="lnm"), UsageError, 'no model "lnm"'),
    (dict(hidden="x"), ValueError, "UNITSxLAYERS"),
    (dict(cyclic=["phi"]), LagrangeError, "phi"),
    (dict(output="x"), ValueError, "output is no parameter"),
])
def test_errors_are_those_of_the_program(motor, options, error, words):
    with pytest.raises(error, match=words):
        Lagrange(**{**QUICK, **options}).fit(*roles(motor), progress=False)


def test_arrays_that_do_not_belong_together(fitted):
    new, n = Lagrange(**QUICK), np.arange(5.0)
    for call_, words in [
        (lambda: new.fit(n), "give q"), (lambda: new.fit(n, None, n), "give q"),
        (lambda: new.fit(n, n[:4]), "rows"), (lambda: new.fit(n, np.ones((5, 1, 1))), "3 dimensions"),
        (lambda: new.fit(n, ["a"] * 5), "no number"), (lambda: new.fit(n, n, trajectory=[1]), "trajectory is"),
        (lambda: fitted.predict(np.ones((3, 2))), r"q is \(3, 2\): want \(n, 1\)"),
        (lambda: fitted.predict(n, n[:2]), r"v is \(2, 1\): want \(5, 1\)"),
        (lambda: fitted.rollout(n, 1.0, trajectory=n), "one state"),
        (lambda: fitted.rollout(n, 1.0, [1.0, 2.0]), "--v holds 2 numbers"),
    ]:
        with pytest.raises(ValueError, match=words):
            call_()
    with pytest.raises(LagrangeError, match="call fit"):
        new.predict(n)
    with pytest.raises(UsageError, match="--rtol"):
        fitted.rollout(n, 1.0, rtol=-1)


def test_progress(motor, capsys):
    told = []
    Lagrange(**QUICK).fit(*roles(motor), progress=told.append)
    assert told[-1]["step"] == told[-1]["steps"] == 20 and {"loss", "left", "model"} <= told[-1].keys()
    assert capsys.readouterr() == ("", "")

    def enough(p):
        raise RuntimeError("enough")

    before = set(processes())
    with pytest.raises(RuntimeError, match="enough"):
        Lagrange(**{**QUICK, "steps": 100000}).fit(*roles(motor), progress=enough)
    assert set(processes()) <= before


def processes():
    """The processes of the program, as /proc lists them."""
    for p in pathlib.Path("/proc").glob("[0-9]*/exe"):
        try:
            if os.path.samefile(os.readlink(p), lagrange.program()):
                yield p.parent.name
        except OSError:
            pass


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
def test_an_interruption_stops_the_program(motor, tmp_path):
    path, ready = tmp_path / "m.csv", tmp_path / "ready"
    motor.to_csv(path, index=False)
    script = textwrap.dedent("""
        import pathlib, sys
        sys.path.insert(0, sys.argv[1])
        from lagrange import Lagrange
        try:
            Lagrange(model="lnn", objective="windows", method="adam", steps=100000, no_baseline=True).fit(
                sys.argv[2], progress=lambda p: pathlib.Path(sys.argv[3]).touch())
        except KeyboardInterrupt:
            print("interrupted")
    """)
    before, own = set(processes()), str(pathlib.Path(lagrange.__file__).parents[1])
    environment = dict(os.environ, TMPDIR=str(tmp_path), GOMAXPROCS="1")
    child = subprocess.Popen([sys.executable, "-c", script, own, path, ready], stdout=subprocess.PIPE, text=True,
                             env=environment)
    deadline = time.monotonic() + 60
    while not ready.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(processes()) - before
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=30)[0] == "interrupted\n"
    assert set(processes()) <= before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.csv", "ready"]


def test_without_a_program(monkeypatch, motor):
    monkeypatch.setenv("LAGRANGE", "/nowhere/lagrange")
    with pytest.raises(LagrangeError, match="cannot be started"):
        Lagrange(**QUICK).fit(motor)
