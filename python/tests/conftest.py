"""The package as it is installed; else that of the checkout, with the program compiled from it."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

try:
    import lagrange
except ImportError:
    sys.path.insert(0, str(ROOT / "python"))
    import lagrange


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory):
    """A program for a package that has none of its own."""
    if os.environ.get("LAGRANGE") or pathlib.Path(lagrange.__file__).with_name("bin").exists():
        return
    if not shutil.which("go"):
        pytest.skip("no Go to compile the program with")
    path = tmp_path_factory.mktemp("program") / "lagrange"
    subprocess.run(["go", "build", "-o", str(path), "./cmd/lagrange"], cwd=ROOT, check=True)
    os.environ["LAGRANGE"] = str(path)


@pytest.fixture(scope="session")
def motor():
    """Half of examples/motor.csv, a pendulum with friction and a motor: a DataFrame, 1005 rows in 5 motions."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(ROOT / "examples" / "motor.csv")
    return frame[frame.trajectory <= 5].reset_index(drop=True)


def roles(frame):
    """The arguments of fit: times, coordinates, velocities, forces, trajectories."""
    return frame["t [s]"], frame[["theta [rad]"]], frame[["omega [rad/s]"]], frame[["tau [N m]"]], frame.trajectory


# a model of some steps, in a second
QUICK = dict(model="terms", objective="windows", method="adam", steps=20, rate=0.05, friction="both", no_baseline=True)


@pytest.fixture(scope="session")
def fitted(motor):
    """A model of the pendulum, of which a second training would be the same."""
    return lagrange.Lagrange(**QUICK).fit(*roles(motor), progress=False)
