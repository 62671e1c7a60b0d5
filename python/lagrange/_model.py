"""The model, in the manner of scikit-learn."""

from __future__ import annotations

import os
import pathlib
import sys
import tempfile
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ._program import Answer, LagrangeError, LagrangeWarning, Shown, run
from ._recording import ROLES, labels, option, options, recording, state_of
from ._table import labelled, like, named, names, numbers, read, write

# what the package says itself when it calls train
_OWN = {"output", "json", "progress", "force", "resume", "help"}


class Lagrange:
    """A model of the motion of a mechanical system, learned from a recording.

    The parameters are the options of `lagrange train`, without dashes in front and with _ for dashes within:
    Lagrange(model="delan", friction="both", hidden="20x2", budget=60, seed=1, no_baseline=True). A list is
    several values, and True an option without a value. from_ stands for from, a word of Python. The program
    checks them when fit is called, and decides from the recording what is not given.

    Times, coordinates q, velocities v, accelerations a and known forces u are in units of your own. Arrays are
    (n, d) or, of one coordinate, (n,). Their columns are called q1, q2, …, v1, …, u1, …; Lagrange(angles=["q1"])
    says that q1 is an angle in radians. Of pandas Series and DataFrames, names and units are taken from the
    columns, such as "theta [deg]".

    After fit: model_, the file of the model (bytes); evaluation_, how it predicts what was held out, as
    `lagrange train --json` says; said_, what the program said (lines).
    """

    model_: bytes
    evaluation_: dict
    said_: list[str]

    def __init__(self, **params: Any) -> None:
        self._params = params

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters as given."""
        return dict(self._params)

    def set_params(self, **params: Any) -> Lagrange:
        """Changes parameters, or adds some."""
        self._params.update(params)
        return self

    def __repr__(self) -> str:
        return f"Lagrange({', '.join(f'{k}={v!r}' for k, v in self._params.items())})"

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k not in ("_functions", "_info")}

    # learning

    def fit(self, t: Any, q: Any = None, v: Any = None, u: Any = None, trajectory: Any = None, *, a: Any = None,
            parameters: Any = None, progress: Callable[[dict], object] | bool = True) -> Lagrange:
        """Learns a model of a recording, and returns self.

        t (n,) are the times, q (n, d) the coordinates, v (n, d) their velocities (None: q alone is learned
        from), u (n, m) the known forces, trajectory (n,) what tells motions apart, a (n, d) accelerations,
        parameters (n, p) what differs between motions, such as masses. With a and t=None, rows are states on
        their own. Or t is all of the recording, a DataFrame or the path of a file, whose columns the program
        recognises by names, units and numbers.

        progress is True for a line on standard error, False for none, or a function of a dict: model, step,
        steps, loss, validation, mass_matrix, elapsed and left (s), restarts.

        Raises UsageError for a parameter that the program does not understand, LagrangeError for what it
        cannot learn from, both with its words, and ValueError for arrays that do not belong together. Warns
        by LagrangeWarning of a model that is in doubt. KeyboardInterrupt, or an error of progress, ends the
        program first.
        """
        args = self._args()
        with tempfile.TemporaryDirectory(prefix="lagrange-") as folder:
            path, flags, columns = recording(folder, t, (q, v, a, u, parameters), trajectory)
            out = pathlib.Path(folder, "model.lagrange")
            show = Shown() if progress is True else progress or None
            try:
                answer = run(["train", path, *flags, *args, "--json", "--progress=json", f"--output={out}"], show)
            finally:
                if isinstance(show, Shown):
                    show.close()
            self._take(out.read_bytes(), answer, columns)
        for finding in self.evaluation_.get("findings") or []:
            if finding.get("serious"):
                words = [finding.get(k) for k in ("column", "where", "says", "do")]
                warnings.warn("; ".join(w for w in words if w), LagrangeWarning, stacklevel=2)
        if doubt := self.evaluation_.get("doubt"):
            warnings.warn(f"in doubt: {doubt}", LagrangeWarning, stacklevel=2)
        return self

    def _take(self, model: bytes, answer: Answer, columns: dict[str, list[str]] | None) -> None:
        self.__dict__.pop("_functions", None)
        self.__dict__.pop("_info", None)
        self.model_, self.evaluation_, self.said_ = model, answer.json(), answer.said
        self._columns = columns

    def _args(self) -> list[str]:
        """The parameters as options of the program."""
        for key in self._params:
            if option(key) in _OWN:
                raise ValueError(f"{key} is no parameter: the package says it to the program itself")
        return options(self._params)

    # files

    def save(self, path: str | os.PathLike, overwrite: bool = False) -> None:
        """Writes the model to a file, which the program reads, too.

        Raises FileExistsError where a file is, unless that is a model and overwrite is set.
        """
        path, model = pathlib.Path(path), self._model()
        kind = model.split(b"\n", 1)[0]
        if path.exists() and not (overwrite and path.read_bytes()[:len(kind)] == kind):
            raise FileExistsError(f"{path} exists" + (" and is no model" if overwrite else ": overwrite=True replaces "
                                                      "a model"))
        part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        part.write_bytes(model)
        part.replace(path)

    @classmethod
    def load(cls, path: str | os.PathLike) -> Lagrange:
        """The model of a file. Raises LagrangeError where it is none."""
        self = cls()
        self._info = run(["info", os.fspath(path), "--json"]).json()
        self.model_, self._columns = pathlib.Path(path).read_bytes(), None
        return self

    def _model(self) -> bytes:
        if not hasattr(self, "model_"):
            raise LagrangeError("there is no model yet: call fit, or Lagrange.load")
        return self.model_

    def _ask(self, command: str, *args: str, folder: str | None = None) -> Answer:
        """Runs a command of the program on the model."""
        with tempfile.TemporaryDirectory(prefix="lagrange-") as own:
            path = pathlib.Path(folder or own, "asked.lagrange")
            path.write_bytes(self._model())
            return run([command, str(path), *args])

    # what the model says

    @property
    def info_(self) -> dict:
        """What the model is, as `lagrange info --json` says it: names and units of its coordinates, friction, …"""
        if "_info" not in self.__dict__:
            self._info = self._ask("info", "--json").json()
        return self._info

    @property
    def functions_(self) -> types.ModuleType:
        """The functions of the model for numpy, as `lagrange export --to python` writes them.

        accel, accel_jacobian, energy, momentum, mass, force and field (for solve_ivp), as far as the family has
        them. Raises LagrangeError for a family that cannot be exported.
        """
        if "_functions" not in self.__dict__:
            with tempfile.TemporaryDirectory(prefix="lagrange-") as folder:
                path = pathlib.Path(folder, "model.py")
                self._ask("export", "--to=python", f"--output={path}", folder=folder)
                module = types.ModuleType("model")
                exec(compile(path.read_text("utf-8"), "model.py", "exec"), module.__dict__)
            self._functions = module
        return self._functions

    def predict(self, q: Any, v: Any = None, u: Any = None, parameters: Any = None) -> Any:
        """Accelerations (n, d) at states: coordinates q (n, d), velocities v (n, d; None: at rest).

        u (n, m) are the known forces (None: none), parameters (n, p) those of the system. Of a model of the
        family hnn, v are momenta and their changes are predicted. DataFrames are checked by the names of
        their columns, and a DataFrame q gives one. Raises ValueError for other shapes or names, LagrangeError
        for a family that cannot be exported.
        """
        columns, f = self._header(), self.functions_
        y, n = named(q, "q", columns["q"]), None
        n = len(y)
        rest = [np.zeros_like(y) if v is None else named(v, "v", columns["v"], n)]
        for what, x, place in (("u", u, f.M), ("parameters", parameters, f.P)):
            if x is None and what == "parameters" and place:
                raise ValueError(f"the model depends on {', '.join(columns[what])}: give parameters")
            given = None if x is None else named(x, what, columns[what], n)
            rest.append(given if place else None)
        a = f.accel(y, *rest)
        return like(np.asarray(a), q, [f"a_{c['name']}" for c in self.info_["coordinates"]])

    def rollout(self, t: Any, q: Any = None, v: Any = None, u: Any = None, trajectory: Any = None, *,
                parameters: Any = None, start: str | None = None, **more: Any) -> Any:
        """Predicted motion: coordinates and velocities (n, d) each, at the times t (n,).

        q (d,) and v (d,; None: at rest) are the state at the first time; u (n, m), or (m,) where it does not
        change, the known forces; so parameters. Or q and v (n, d) are a recording, of which the first row of
        each trajectory counts. DataFrames give DataFrames. Or t is all of a recording, a DataFrame or the path
        of a file: then one DataFrame of the prediction is returned, without pandas a dict of columns, of an
        ensemble with standard deviations sd_….

        start is "recorded", "filtered" or "smoothed" (None: recorded where v is given, else what `lagrange
        rollout` takes). Filtered motion begins some rows later. more are options of that command, such as
        integrator="dop853". Raises LagrangeError where the motion cannot be continued.
        """
        state = q is not None and self._is_state(q)
        if state and trajectory is not None:
            raise ValueError("trajectory tells rows of a recording apart: q and v are one state")
        if q is not None and not state and v is not None:
            start = start or "recorded"
        with tempfile.TemporaryDirectory(prefix="lagrange-") as folder:
            if state:
                path, flags = self._motion(folder, t, None, None, u, None, parameters), state_of(q, v)
            else:
                path, flags = self._given(folder, t, q, v, u, trajectory, parameters), []
            out = pathlib.Path(folder, "predicted.npz")
            flags += options({"from": path, "output": out, "start": start, **more})
            self._ask("rollout", *flags, folder=folder)
            columns = read(out)
        if q is None:
            pandas = sys.modules.get("pandas")
            return pandas.DataFrame(columns) if pandas else columns
        header, n = self._header(), np.size(t) if state else None
        y = [np.stack([columns[c] for c in header[role]], axis=1)[:n] for role in ("q", "v")]
        return tuple(like(x, q, header[role]) for x, role in zip(y, ("q", "v")))

    def evaluate(self, t: Any, q: Any = None, v: Any = None, u: Any = None, trajectory: Any = None, *, a: Any = None,
                 parameters: Any = None, **more: Any) -> dict:
        """How well windows of a recording are predicted, as `lagrange eval --json` says it.

        The recording is given as to fit. Of the one that the model learned from, what was held out counts.
        more are options of that command, such as horizon=1.
        """
        with tempfile.TemporaryDirectory(prefix="lagrange-") as folder:
            path = self._given(folder, t, q, v, u, trajectory, parameters, a)
            return self._ask("eval", path, "--json", *options(more), folder=folder).json()

    def explain(self, t: Any, q: Any = None, v: Any = None, u: Any = None, trajectory: Any = None, *, a: Any = None,
                parameters: Any = None, **more: Any) -> dict:
        """The Lagrangian of the model as a formula, and what the motion conserves, as `lagrange explain --json`.

        The recording is given as to fit; the formula holds where its rows are. more are options of that command,
        such as terms=4.
        """
        with tempfile.TemporaryDirectory(prefix="lagrange-") as folder:
            path = self._given(folder, t, q, v, u, trajectory, parameters, a)
            return self._ask("explain", path, "--json", *options(more), folder=folder).json()

    def score(self, t: Any, q: Any = None, v: Any = None, u: Any = None, trajectory: Any = None, *, a: Any = None,
              parameters: Any = None, **more: Any) -> float:
        """1 for a perfect prediction of a recording, 0 for one that is no better than constant velocity.

        It is 1 − the mean over coordinates of (e/e₀)², e and e₀ the root mean square errors of coordinates over
        windows: of the model and of constant velocity. Of states on their own, errors are those of the
        accelerations, beside no acceleration. Arguments are those of evaluate.
        """
        found = self.evaluate(t, q, v, u, trajectory, a=a, parameters=parameters, **more)
        family = self.info_["family"]
        if found.get("models"):
            models = found["models"]
            e, base = (models[k]["rmse_q"] for k in ("ensemble" if "ensemble" in models else family,
                                                     "constant_velocity"))
        else:
            e, base = (found["accelerations"][k] for k in (family, "no_acceleration"))
        return float(1 - np.mean((np.asarray(e) / np.asarray(base)) ** 2))

    def linearize(self, q: Any, v: Any = None, u: Any = None) -> dict[str, Any]:
        """A and B of ẋ = f(x, u) at a state, x = (q, v), as arrays; with eigenvalues and modes.

        q (d,), v (d,; None: at rest), u (m + p,) the known forces and system parameters (None: none), as
        `lagrange linearize --json` says it.
        """
        found = self._ask("linearize", *state_of(q, v, u), "--json").json()
        found |= {k: np.array(found[k]) for k in ("q", "v", "u", "xdot", "A", "B") if k in found}
        found["eigenvalues"] = np.array([complex(*x) for x in found["eigenvalues"]])
        return found

    # recordings for the program

    def _header(self) -> dict[str, list[str]]:
        """The columns of each role, under the names and in the units that the program knows them by."""
        info = self.info_
        header = {"q": [labelled(c["name"], c.get("unit")) for c in info["coordinates"]],
                  "v": [labelled(c["velocity"], c.get("velocity_unit")) for c in info["coordinates"]], "u": [],
                  "parameters": [], "a": []}
        for x in info.get("inputs") or []:
            header["parameters" if x.get("condition") else "u"].append(labelled(x["name"], x.get("unit")))
        return header | (self._columns or {})

    def _is_state(self, q: Any) -> bool:
        """Whether q is one state, (d,)."""
        return np.ndim(q) < 2 and np.size(q) == len(self.info_["coordinates"])

    def _given(self, folder: str, t: Any, q: Any, *roles: Any) -> str:
        """The file of a recording for the model: columns by their roles, or all of one in t."""
        if q is None:
            return recording(folder, t, (None,) * len(ROLES), None)[0]
        return self._motion(folder, t, q, *roles)

    def _motion(self, folder: str, t: Any, q: Any, v: Any, u: Any, trajectory: Any, parameters: Any,
                a: Any = None) -> str:
        """Writes a motion for the model, under the names and in the units that it knows.

        Without q it is times and inputs alone, with coordinates and rows to make it a recording: its coordinates
        move, and it has three rows at least.
        """
        header, time = self._header(), numbers(t, "t")[:, 0]
        n = len(time)
        more = max(0, 3 - n) if q is None else 0
        values = {"q": q, "v": v, "u": u, "parameters": parameters, "a": a}
        columns = {}
        for role, x in values.items():
            names_ = header[role]
            if x is None and role == "q":
                x = np.linspace(0, 1, n + more)[:n, np.newaxis] * np.arange(1, len(names_) + 1)
            if x is None and role == "u" and names_:
                x = np.zeros(len(names_))
            if x is None:
                continue
            if role in ("u", "parameters") and np.ndim(x) <= 1 and np.size(x) == len(names_):
                x = np.broadcast_to(np.asarray(x, float).reshape(1, -1), (n, len(names_)))
            y = np.pad(named(x, role, names_, n), ((0, more), (0, 0)), mode="edge")
            columns |= {name: y[:, i] for i, name in enumerate(names_)}
        if q is None:
            columns[header["q"][0]] = np.linspace(0, 1, n + more)
        step = time[-1] - time[-2] if n > 1 else 1.0
        columns[(names(t) or [labelled("t", self.info_.get("time_unit"))])[0]] = np.append(
            time, time[-1] + step * np.arange(1, more + 1))
        columns["trajectory"] = np.pad(labels(trajectory, n), (0, more), mode="edge")
        path = str(pathlib.Path(folder, "motion.npz"))
        write(path, columns)
        return path
