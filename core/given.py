"""What a user brings instead of a table: a matrix of affinities, or the landscape of a model.

load_affinity("affinity.csv", kind="distance")     Affinity, for `run_matrix`
load_landscape("model.landscape.npz")              Landscape, for `run_landscape`
"""

from os.path import exists
from pathlib import Path
from zipfile import ZipFile

import numpy as np
from jaxtyping import Float

from core.affinity.given import as_affinity
from core.data.matrix import looks_like_matrix, read_matrix
from core.data.names import quoted
from core.errors import MethodError, TableError
from core.recording.check import find_fault
from core.storage import UNREADABLE, holds_value, load_value
from core.values import Affinity, Landscape

KINDS = ("distance", "similarity")
"""What the numbers of a matrix may be."""
GUESS = "auto"
ARRAYS_ENDING = ".npz"
LANDSCAPE_ENDING = ".landscape.npz"


def load_affinity(path: str | Path, kind: str = GUESS) -> Affinity:
    """A T × T matrix with task names in its header and first column, as CSV or TSV.

    Args:
        path: empty cells are pairs nobody measured; the directions of a pair may differ.
        kind: `distance` (small is alike), `similarity` (large is alike), or `auto`, which asks the
            diagonal: all 0 and the smallest is a distance, the largest of its row and column a
            similarity.

    Raises:
        TableError: no such matrix, or its diagonal contradicts the kind or does not tell it.
        MethodError: an unknown kind.
    """
    if kind not in (*KINDS, GUESS):
        raise MethodError(f"Unknown kind of matrix {kind!r}; choose one of {', '.join(KINDS)}.")
    found = read_matrix(Path(path))
    told = _kind_of(found.values)
    if kind == GUESS and not told:
        raise TableError(
            f"{Path(path).name} may hold distances or similarities: its diagonal does not tell. "
            "Say which with --matrix distance or --matrix similarity."
        )
    chosen = told if kind == GUESS else kind
    if chosen == "distance":
        values = _check_distance(found.values, found.task_names, Path(path).name)
        return as_affinity(found.task_names, values, True, found.notes)
    notes = (*found.notes, *_about_diagonal(found.values))
    return as_affinity(found.task_names, found.values, False, notes)


def load_landscape(path: str | Path) -> Landscape:
    """A landscape that `record_landscape` wrote.

    Raises:
        TableError: the file is missing, damaged, or holds something else.
    """
    file = Path(path)
    try:
        _check_size(file)
        found = load_value(file, Landscape)
        fault = find_fault(found)
    except FileNotFoundError as error:
        raise TableError(f"There is no file {path}. Check the path.") from error
    except UNREADABLE as error:
        raise TableError(
            f"{file.name} is no whole landscape of this version. Record it again."
        ) from error
    if fault:
        raise TableError(f"{file.name} is no landscape that can be used: {fault}. Record it again.")
    return found


def _check_size(file: Path) -> None:
    """ValueError where a file would unpack to much more than it is; ours are not packed."""
    with ZipFile(file) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > 4 * file.stat().st_size + 2**20:
        raise ValueError(f"{file.name} unpacks to {unpacked} bytes")


def holds_arrays(path: Path) -> bool:
    """Whether a file is an .npz of arrays that somebody saved, not a value of ours."""
    name = path.name.lower()
    is_ours = name.endswith(LANDSCAPE_ENDING) or (exists(path) and holds_value(path))
    return name.endswith(ARRAYS_ENDING) and not is_ours


def find_given(path: Path, kind: str | None) -> Affinity | Landscape | None:
    """What is in a file that is no table: None for a table.

    Args:
        path: any file or folder.
        kind: what the user says of a matrix; None where nothing was said.

    Raises:
        TableError, MethodError: as the two loaders.
    """
    name = path.name.lower()
    if name.endswith(LANDSCAPE_ENDING) or (name.endswith(ARRAYS_ENDING) and holds_value(path)):
        if kind is not None:
            raise TableError(f"{path.name} holds a landscape, no matrix; leave out --matrix.")
        return load_landscape(path)
    if kind is not None or not exists(path):
        return load_affinity(path, kind or GUESS)
    return load_affinity(path) if looks_like_matrix(path) else None


def _kind_of(values: Float[np.ndarray, "source target"]) -> str:
    """What the diagonal says of a matrix, empty where it says nothing."""
    own = np.diagonal(values)
    apart = np.where(np.eye(len(values), dtype=bool), np.nan, values)
    if np.isnan(own).any():
        return ""
    with_own = own[:, None], own[None, :]
    if (own == 0).all() and np.nanmin(apart) >= 0 and np.nanmax(apart) > 0:
        return "distance"
    return "similarity" if all(not (apart > side).any() for side in with_own) else ""


def _check_distance(
    values: Float[np.ndarray, "source target"], names: tuple[str, ...], where: str
) -> Float[np.ndarray, "source target"]:
    """The distances with a diagonal of 0."""
    source, target = np.unravel_index(int(np.nanargmin(values)), values.shape)
    if values[source, target] < 0:
        raise TableError(
            f"{where}: row {quoted(names[source])}, column {quoted(names[target])} is "
            f"{values[source, target]:g}, but no distance is below 0. Say similarity if large "
            "means alike."
        )
    for name, own in zip(names, np.diagonal(values), strict=True):
        if own > 0:
            raise TableError(
                f"{where}: {quoted(name)} is {own:g} away from itself, but a distance is 0 there. "
                "Empty the diagonal, or say similarity if large means alike."
            )
    return np.where(np.eye(len(values), dtype=bool), 0.0, values)


def _about_diagonal(values: Float[np.ndarray, "source target"]) -> tuple[str, ...]:
    own = np.diagonal(values)
    apart = np.where(np.eye(len(values), dtype=bool), -np.inf, np.nan_to_num(values, nan=-np.inf))
    n_odd = int((own < apart.max(axis=1)).sum())
    if not n_odd:
        return ()
    tasks = "1 task is" if n_odd == 1 else f"{n_odd} tasks are"
    return (
        f"{tasks} less like themselves than like another: the diagonal was not read. If small "
        "means alike, say distance.",
    )
