"""Which groups are trained, and which at once: as many as fit the memory and the cache."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from core.errors import MethodError
from core.training.parallel import Chunk
from core.training.trained import Group


def check_groups(
    groups: Sequence[Group], n_tasks: int, known: Collection[Group] = ()
) -> list[Group]:
    """The distinct groups in the order given.

    Raises:
        MethodError: no group that is not known, an empty one, or one whose tasks are unknown or
            not ascending.
    """
    if all(group in known for group in groups):
        raise MethodError("There is no group to train; give at least one.")
    for group in groups:
        if not group or list(group) != sorted(set(group)) or group[0] < 0 or group[-1] >= n_tasks:
            raise MethodError(
                f"Group {tuple(group)} must name tasks 0 to {n_tasks - 1}, ascending, each once."
            )
    return list(dict.fromkeys(tuple(group) for group in groups))


def cut_chunks(groups: Sequence[Group], at_once: int, n_workers: int) -> list[Chunk]:
    """Groups of like sizes together, at most `at_once`; the largest first, so that no worker is
    left with a long one at the end."""
    ordered = sorted(groups, key=lambda group: (-len(group), group))
    n_chunks = max(-(-len(ordered) // max(1, at_once)), min(n_workers, len(ordered)))
    edges = [round(place * len(ordered) / n_chunks) for place in range(n_chunks + 1)]
    return [tuple(ordered[a:b]) for a, b in pairwise(edges)]


def without(known: Collection[Group], chunks: Sequence[Chunk]) -> list[Chunk]:
    """The chunks less what is known; none that is left empty."""
    left = [tuple(group for group in chunk if group not in known) for chunk in chunks]
    return [chunk for chunk in left if chunk]
