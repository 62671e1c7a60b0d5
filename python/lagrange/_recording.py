"""Recordings and options as the program takes them."""

from __future__ import annotations

import os
import pathlib
from typing import Any

import numpy as np

from ._table import flag, is_frame, names, numbers, write

ROLES = ("q", "v", "a", "u", "parameters")

# an option that is given once for each of several values
ONE_EACH = {"term"}


def option(key: str) -> str:
    """An option as the program calls it."""
    return key.rstrip("_").replace("_", "-")


def options(values: dict[str, Any]) -> list[str]:
    """Options of the program with their values; None stands for one that is not given."""
    args = []
    for key, value in values.items():
        name = option(key)
        if isinstance(value, (list, tuple, np.ndarray)):
            args += [f"--{name}={x}" for x in value] if name in ONE_EACH else [flag(name, map(str, value))]
        elif isinstance(value, (bool, np.bool_)):
            args.append(f"--{name}={str(value).lower()}")
        elif value is not None:
            args.append(f"--{name}={value}")
    return args


def state_of(q: Any, v: Any = None, u: Any = None) -> list[str]:
    """The options that tell a state."""
    return [f"--{k}=" + ",".join(map(repr, np.ravel(np.asarray(x, float)).tolist()))
            for k, x in (("q", q), ("v", v), ("u", u)) if x is not None]


def labels(trajectory: Any, n: int) -> np.ndarray:
    """What tells trajectories apart, as numbers; of one motion 1."""
    if trajectory is None:
        return np.ones(n)
    labels = np.asarray(trajectory)
    if labels.shape != (n,):
        raise ValueError(f"trajectory is {labels.shape}: want ({n},)")
    return labels


def recording(folder: str, t: Any, roles: tuple, trajectory: Any) -> tuple[str, list[str], dict | None]:
    """A recording as a file, the options that say which column is what, and these columns by role."""
    path = pathlib.Path(folder, "recording.npz")
    if all(x is None for x in roles):
        if isinstance(t, (str, os.PathLike)):
            return os.fspath(t), [], None
        if not is_frame(t):
            raise ValueError("give q, the coordinates; or all of a recording, a DataFrame or the path of a file")
        write(path, {str(c): t[c].to_numpy() for c in t.columns})
        return str(path), [], None
    given = {role: numbers(x, role) for role, x in zip(ROLES, roles) if x is not None}
    if "q" not in given:
        raise ValueError("give q, the coordinates")
    n, columns, header = len(given["q"]), {}, {}
    if t is not None:
        columns[(names(t) or ["t"])[0]] = numbers(t, "t")[:, 0]
    for (role, y), x in zip(given.items(), [x for x in roles if x is not None]):
        letter = "c" if role == "parameters" else role
        header[role] = names(x) or [f"{letter}{i + 1}" for i in range(y.shape[1])]
        for name, column in zip(header[role], y.T):
            if name in columns:
                raise ValueError(f"two columns are called {name}")
            columns[name] = column
    columns["trajectory"] = labels(trajectory, n)
    for name, column in columns.items():
        if len(column) != n:
            raise ValueError(f"{name} has {len(column)} rows, q has {n}")
    write(path, columns)
    flags = [flag(role, header.get(role, [])) for role in ROLES if role in header or role != "parameters"]
    return str(path), flags, header
