"""Arrays and data frames as columns, and columns as files that the program reads and writes."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np


def is_frame(x: Any) -> bool:
    """Whether x is a pandas DataFrame, which is not asked for by importing pandas."""
    return hasattr(x, "columns") and hasattr(x, "iloc")


def names(x: Any) -> list[str] | None:
    """The names of the columns of a DataFrame, or of a Series that has one; None for other arrays."""
    if is_frame(x):
        return [str(c) for c in x.columns]
    name = getattr(x, "name", None)
    return None if name is None else [str(name)]


def numbers(x: Any, what: str) -> np.ndarray:
    """x as (n, columns) of float64; one dimension is one column. ValueError for what holds no numbers."""
    try:
        y = np.asarray(x, dtype=float)
    except (TypeError, ValueError) as e:
        raise ValueError(f"{what} holds what is no number: {e}") from e
    if y.ndim == 1:
        y = y[:, np.newaxis]
    if y.ndim != 2:
        raise ValueError(f"{what} has {y.ndim} dimensions: want (n,) or (n, columns)")
    return y


def named(x: Any, what: str, want: Iterable[str], n: int | None = None) -> np.ndarray:
    """The numbers of x, (n, columns), a column for each of the names wanted.

    ValueError for another number of columns or rows, and for a DataFrame whose columns go by other names:
    theta may be called theta or "theta [rad]".
    """
    want, y = list(want), numbers(x, what)
    if y.shape[1] != len(want) or n is not None and len(y) != n:
        rows = "n" if n is None else n
        raise ValueError(f"{what} is {y.shape}: want ({rows}, {len(want)}), of {', '.join(want) or 'nothing'}")
    if is_frame(x):
        bare = [re.sub(r" \[.*\]$", "", w) for w in want]
        if any(not re.match(re.escape(b) + r"(\W|_|$)", c) for b, c in zip(bare, names(x))):
            raise ValueError(f"{what} has columns {', '.join(names(x))}: the model has {', '.join(bare)}")
    return y


def like(y: np.ndarray, x: Any, columns: Iterable[str]) -> Any:
    """y as a DataFrame with the index of x, if x is one; else y."""
    if not is_frame(x):
        return y
    return type(x)(y, index=x.index if len(x) == len(y) else None, columns=list(columns))


def labelled(name: str, unit: str | None) -> str:
    """A name with its unit, as headers have it."""
    return f"{name} [{unit}]" if unit else name


def flag(name: str, values: Iterable[str]) -> str:
    """A flag that takes a list; commas within a value are kept."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(list(values))
    return f"--{name}={line.getvalue()}"


def write(path: str | os.PathLike, columns: Mapping[str, Any]) -> None:
    """Writes columns as a NumPy archive. What is no number is written as text, as dates are."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, column in columns.items():
            y = np.asarray(column)
            if y.dtype.kind in "OSTM":
                y = np.datetime_as_string(y) if y.dtype.kind == "M" else y.astype(str)
            with archive.open(name + ".npy", "w", force_zip64=True) as f:
                np.lib.format.write_array(f, y, allow_pickle=False)


def read(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """The columns of a NumPy archive."""
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
