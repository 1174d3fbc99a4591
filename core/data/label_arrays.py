"""Which arrays of an .npz are labels: those that are asked for, or whose names make it plain."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from core.data.names import listed, quoted
from core.data.patterns import Patterns
from core.data.stacking import match_any
from core.errors import TableError

if TYPE_CHECKING:
    import numpy as np

Arrays = Mapping[str, "np.ndarray[Any, Any]"]
PREFIX = "y_"
USUAL = ("y", "label", "labels", "target", "targets")
"""What people call the labels of all tasks as one array [n, task], in small letters."""


class Labelled(NamedTuple):
    """Arrays with one column of labels each, and what was found out about them.

    `targets` are the names or globs of the labels, empty where nothing tells them.
    """

    arrays: Arrays
    targets: Patterns
    notices: tuple[str, ...] = ()


def find_labels(arrays: Arrays, targets: Patterns | None, where: str) -> Labelled:
    """The labels that the targets name; else y_<task>, or the one array that is called like labels.

    An array [n, T] becomes T columns, `y_0` … where nobody named it, else `<name>_0` ….

    Raises:
        TableError: two arrays that may be the labels of all tasks.
    """
    if any(name.startswith(PREFIX) for name in arrays):
        return Labelled(arrays, targets or f"{PREFIX}*")
    usual = [name for name in arrays if name.lower() in USUAL]
    if named := _named(arrays, targets):
        return _columns(arrays, {name: name for name in named})
    if len(usual) > 1:
        raise TableError(
            f"{where} has {listed(usual)}, and any may be the labels. Name one with --targets."
        )
    if not usual:
        return Labelled(arrays, ())
    found = _columns(arrays, {usual[0]: PREFIX.rstrip("_")})
    n_tasks = len(found.targets)
    notice = f"Array {quoted(usual[0])} was taken for the labels of {n_tasks} tasks, y_0 and on."
    return Labelled(found.arrays, targets or f"{PREFIX}*", (notice,))


def _named(arrays: Arrays, targets: Patterns | None) -> tuple[str, ...]:
    """The arrays that the targets match; none where they match none, as they may name columns."""
    if not targets:
        return ()
    try:
        return match_any([name for name in arrays if name != "x"], targets, "--targets")
    except TableError:
        return ()


def _columns(arrays: Arrays, called: Mapping[str, str]) -> Labelled:
    """Every label array by columns, under the names that they are called by."""
    made, targets = {name: array for name, array in arrays.items() if name not in called}, []
    for name, column in called.items():
        array = arrays[name]
        is_one = array.ndim < 2 and name == column
        parts = {column: array} if is_one else _by_task(array, column)
        made |= parts
        targets += list(parts)
    return Labelled(made, tuple(targets))


def _by_task(array: "np.ndarray[Any, Any]", column: str) -> dict[str, "np.ndarray[Any, Any]"]:
    if array.ndim != 2:
        return {f"{column}_0": array}
    return {f"{column}_{task}": array[:, task] for task in range(array.shape[1])}
