"""An .npz of arrays becomes a frame: features `x`, labels `y_<task>`, and what else has n values.

    x [n, …]  y_<task> [n]             the samples are shared; NaN is a missing label
    x [n, …]  y [n, task]              the same; also called Y, labels or targets
    x_<task> [m, …]  y_<task> [m]      every task has its own samples

X is read as x. Any other array of n values is a column like those of a table: a patient id, whether
an event happened, one more feature. With samples of their own its name ends in `_<task>`.
"""

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zipfile import BadZipFile

import numpy as np

from core.data.label_arrays import PREFIX, Arrays, Labelled, find_labels
from core.data.names import listed, quoted
from core.data.patterns import Patterns
from core.data.stacking import Part, stack_parts
from core.errors import TableError

if TYPE_CHECKING:
    import pandas as pd


class FromArrays(NamedTuple):
    """A frame with its features flattened, the shape of one sample (empty for rows of a table),
    and the targets, empty where nothing tells them."""

    frame: "pd.DataFrame"
    shape: tuple[int, ...]
    targets: Patterns
    notices: tuple[str, ...]


def read_arrays(
    path: Path, targets: Patterns | None = None, needs_targets: bool = True
) -> FromArrays:
    """The frame in an .npz.

    Args:
        path: of the file.
        targets: names or globs of the label arrays; None takes those that their names make plain.
        needs_targets: whether to refuse a file that does not tell its labels.

    Raises:
        TableError: no .npz, Python objects in it, no features or labels, or arrays that do not fit
            each other.
    """
    raw = _load(path)
    found = find_labels(raw, targets, path.name)
    if not found.targets and (needs_targets or len(raw) < 2 or "x" not in raw):
        raise TableError(
            f"{path.name} has no label array that its name or --targets makes plain; it has "
            f"{listed(list(raw)) or 'nothing'}. Name the labels with --targets, or save one array "
            "y_<task> for each task."
        )
    return FromArrays(*_joined(found, path.name), found.targets, found.notices)


def _joined(found: Labelled, where: str) -> tuple["pd.DataFrame", tuple[int, ...]]:
    """The frame of all arrays, and the shape of one sample."""
    arrays = found.arrays
    labels = [name for name in arrays if name.startswith(PREFIX)]
    if "x" in arrays:
        return _shared(arrays, found.targets, where), _shape(arrays["x"])
    if not labels:
        raise TableError(f"{where} has no array 'x' of features; it has {listed(list(arrays))}.")
    own = [_own(arrays, label, labels, where) for label in labels]
    _check_shapes(arrays, labels, where)
    _check_owners(arrays, labels, where)
    return stack_parts(own), _shape(arrays[f"x{labels[0][1:]}"])


def _load(path: Path) -> Arrays:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            names = list(stored) if isinstance(stored, np.lib.npyio.NpzFile) else []
            arrays = {name: _plain(stored[name], name, path.name) for name in names}
    except FileNotFoundError as error:
        raise TableError(f"There is no file {path}. Check the path.") from error
    except OSError as error:
        reason = error.strerror or "it is cut off"
        raise TableError(f"{path} cannot be read ({reason}). Check the file.") from error
    except (ValueError, EOFError, TypeError, BadZipFile, zlib.error) as error:
        if "Object arrays" in str(error):
            raise TableError(
                f"{path.name} holds Python objects, which are never loaded. Save its arrays as "
                "numbers or text."
            ) from error
        raise TableError(f"{path.name} is not a whole .npz file. Save it with np.savez.") from error
    if "x" not in arrays and "X" in arrays:
        arrays["x"] = arrays.pop("X")
    return arrays


def _plain(array: Any, name: str, where: str) -> "np.ndarray[Any, Any]":
    """The array in the machine's byte order and at least single precision."""
    if not isinstance(array, np.ndarray):
        raise TableError(f"{where}: {quoted(name)} is no array. Save the file with np.savez.")
    if array.dtype.kind not in "fiubUM":
        raise TableError(
            f"{where}: array {quoted(name)} holds {array.dtype}. Save numbers, text or dates."
        )
    if array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8):
        return array.astype(np.float32 if array.dtype.itemsize < 4 else np.float64)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _shared(arrays: Arrays, targets: Patterns, where: str) -> "pd.DataFrame":
    """The frame of samples that all tasks share, the labels last."""
    n = _n_samples(arrays["x"], "x", where)
    others = {
        name: _column(array, name, n, "x", where) for name, array in arrays.items() if name != "x"
    }
    named = set() if isinstance(targets, str) else set(targets)
    order = sorted(others, key=lambda name: name.startswith(PREFIX) or name in named)
    return _frame(arrays["x"], {name: others[name] for name in order}, where)


def _own(arrays: Arrays, label: str, labels: list[str], where: str) -> Part:
    """The samples of one task, in its own x_<task>."""
    task = label.removeprefix("y_")
    x = f"x_{task}"
    if x not in arrays:
        raise TableError(
            f"{where} has {quoted(label)} but neither 'x' nor {quoted(x)}. Save the features of "
            f"all tasks as x, or those of each task as x_<task>."
        )
    n = _n_samples(arrays[x], x, where)
    columns = {
        name.removesuffix(f"_{task}"): _column(array, name, n, x, where)
        for name, array in arrays.items()
        if name[:2] not in ("x_", "y_") and _owner(name, labels) == label
    }
    target = {label: _column(arrays[label], label, n, x, where)}
    return Part(label, f"{where} {x}", _frame(arrays[x], columns | target, where), label)


def _owner(name: str, labels: list[str]) -> str:
    """The label array of the task whose name ends the name of an array; '' where there is none."""
    ends = [label for label in labels if name.endswith(label[1:])]
    return max(ends, key=len, default="")


def _check_shapes(arrays: Arrays, labels: list[str], where: str) -> None:
    first = f"x{labels[0][1:]}"
    for label in labels:
        other = f"x{label[1:]}"
        if arrays[other].shape[1:] != arrays[first].shape[1:]:
            raise TableError(
                f"{where}: samples of {quoted(other)} have the shape {arrays[other].shape[1:]} but "
                f"those of {quoted(first)} {arrays[first].shape[1:]}. Save them alike."
            )


def _check_owners(arrays: Arrays, labels: list[str], where: str) -> None:
    for name in arrays:
        known = f"y_{name[2:]}" in labels if name[:2] == "x_" else _owner(name, labels)
        if not known:
            raise TableError(
                f"{where}: array {quoted(name)} belongs to no task; the label arrays are "
                f"{listed(labels)}. Rename or remove it."
            )


def _n_samples(x: "np.ndarray[Any, Any]", name: str, where: str) -> int:
    if x.ndim == 0 or x.size == 0 or x.dtype.kind not in "fiub":
        raise TableError(
            f"{where}: array {quoted(name)} has the shape {x.shape} and holds {x.dtype}. "
            "Features are numbers of shape [samples, …]."
        )
    return len(x)


def _column(
    array: "np.ndarray[Any, Any]", name: str, n: int, x: str, where: str
) -> "np.ndarray[Any, Any]":
    if array.size != n or array.shape[:1] != (n,):
        raise TableError(
            f"{where}: array {quoted(name)} has the shape {array.shape} but {quoted(x)} has {n} "
            "samples. Save one value for each sample."
        )
    return array.reshape(n)


def _frame(
    x: "np.ndarray[Any, Any]", columns: Mapping[str, "np.ndarray[Any, Any]"], where: str
) -> "pd.DataFrame":
    import pandas as pd

    names = ["x" + "_".join(map(str, place)) for place in np.ndindex(x.shape[1:])]
    both = [name for name in columns if name in set(names)]
    if both:
        raise TableError(f"{where}: array {quoted(both[0])} is called like a feature. Rename it.")
    frame = pd.DataFrame(x.reshape(len(x), -1), columns=names)
    return pd.concat([frame, pd.DataFrame(dict(columns))], axis=1)


def _shape(x: "np.ndarray[Any, Any]") -> tuple[int, ...]:
    return x.shape[1:] if x.ndim > 2 else ()
