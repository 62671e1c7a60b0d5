"""The program, its errors and its progress."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

_EXE = "lagrange.exe" if os.name == "nt" else "lagrange"
_GRACE = 20.0  # seconds that the program has to stop in


class LagrangeError(RuntimeError):
    """What the program says where it cannot do what it was asked to."""


class UsageError(LagrangeError, ValueError):
    """What the program says of an option that it does not understand."""


class LagrangeWarning(UserWarning):
    """What the program says of a model that is in doubt."""


class Answer(NamedTuple):
    """What the program printed, and the lines that it said beside."""

    text: str
    said: list[str]

    def json(self) -> Any:
        return json.loads(self.text)


def program() -> str:
    """The path of the program that is called.

    It is that of the variable LAGRANGE, else the one that came with the package, else the one on the path.
    Raises LagrangeError where there is none.
    """
    own = pathlib.Path(__file__).with_name("bin") / _EXE
    for path in (os.environ.get("LAGRANGE"), str(own) if own.exists() else None):
        if path:
            return path
    if path := shutil.which("lagrange"):
        return path
    raise LagrangeError("there is no program lagrange: install this package where Go is, put the program on the "
                        "path, or name it by the variable LAGRANGE")


def run(args: Sequence[str], progress: Callable[[dict], object] | None = None) -> Answer:
    """Runs the program, and gives lines of progress to a function.

    An interruption, or an error of that function, stops the program before it is raised. Raises UsageError
    for an option that the program does not understand, else LagrangeError, with the words of the program.
    """
    with tempfile.TemporaryFile() as out:
        try:
            # a session of its own: Ctrl-C comes here alone, and reaches the program once
            process = subprocess.Popen([program(), *args], stdin=subprocess.DEVNULL, stdout=out,
                                       stderr=subprocess.PIPE, encoding="utf-8", errors="replace",
                                       start_new_session=True)
        except OSError as e:
            raise LagrangeError(f"the program cannot be started: {e}") from e
        said = []
        try:
            for line in process.stderr:
                if not line.startswith("{"):
                    said.append(line.rstrip("\n"))
                elif progress:
                    progress(json.loads(line))
            code = process.wait()
        except BaseException:
            _stop(process)
            raise
        finally:
            process.stderr.close()
        if code != 0:
            raise (UsageError if code == 2 else LagrangeError)(_reason(said, code))
        out.seek(0)
        return Answer(out.read().decode("utf-8"), said)


def _stop(process: subprocess.Popen) -> None:
    """Asks the program to stop, and makes it after a while."""
    try:
        if os.name == "posix":
            process.send_signal(signal.SIGINT)
        else:
            process.terminate()
        process.communicate(timeout=_GRACE)
    except BaseException:  # it does not, or a second interruption came
        process.kill()
        process.wait()


def _reason(said: list[str], code: int) -> str:
    """The error that the program ended with: its last words."""
    for n in reversed(range(len(said))):
        if said[n].startswith("lagrange: "):
            return "\n".join(said[n:]).removeprefix("lagrange: ")
    return "\n".join([f"the program ended with code {code}", *said[-5:]])


class Shown:
    """Shows progress on standard error: one line in a terminal or a notebook, one now and then elsewhere."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty() or "ipykernel" in sys.modules
        self.last, self.width = time.monotonic(), 0

    def __call__(self, p: dict) -> None:
        now = time.monotonic()
        if not self.live and now - self.last < 5:
            return
        self.last = now
        parts = [p["model"], f"step {p['step']}/{p['steps']}", f"left {p['left']:.0f} s"]
        parts += [f"{what} {p[what]:.3g}" for what in ("loss", "validation") if what in p]
        line = "  ".join(parts)
        sys.stderr.write(("\r" + line.ljust(self.width)) if self.live else line + "\n")
        sys.stderr.flush()
        self.width = len(line)

    def close(self) -> None:
        """Ends the line."""
        if self.live and self.width:
            sys.stderr.write("\n")


def main() -> int:
    """The command lagrange of an environment: the program that came with the package."""
    path = program()
    if os.name == "posix":
        os.execv(path, [path, *sys.argv[1:]])
    return subprocess.call([path, *sys.argv[1:]])
