"""A grouping that is proposed for training, and where it came from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Int

from core.evidence.partitions import Group, Partition, alone, is_proper, together

HELPED = "with helpers"
"""What the origin says where tasks learn in networks that do not predict them."""


@dataclass(frozen=True)
class Candidate:
    """A partition of the tasks and its origin in a few words, as `mixture (diag), sca`.

    A group of the partition are the tasks that one network predicts. The network may learn others
    beside them: helpers, which another network predicts.
    """

    origin: str
    partition: Partition
    learned: tuple[Group, ...] = ()
    """What the network of each group learns; empty where nobody has helpers."""

    @property
    def groups(self) -> tuple[Group, ...]:
        """What each network learns."""
        return self.learned or self.partition

    @property
    def way(self) -> tuple[Partition, tuple[Group, ...]]:
        """What is trained and what it is used for, wherever it came from."""
        return self.partition, self.groups

    @property
    def is_proper(self) -> bool:
        """Whether it is neither every task alone nor all in one network."""
        return is_proper(self.partition) or self.groups != self.partition


def admit(candidates: Iterable[Candidate], n_tasks: int, most_groups: int) -> tuple[Candidate, ...]:
    """Alone and together, then every distinct candidate while at most `most_groups` distinct
    groups are needed for all that were admitted; the first of equal ones keeps its name."""
    admitted = [
        Candidate("each task alone", alone(n_tasks)),
        Candidate("all tasks together", together(n_tasks)),
    ]
    seen = {candidate.way for candidate in admitted}
    groups = groups_of(admitted)
    for candidate in candidates:
        needed = groups | set(candidate.groups)
        if candidate.way not in seen and len(needed) <= most_groups:
            seen.add(candidate.way)
            groups = needed
            admitted.append(candidate)
    return tuple(admitted)


def groups_of(candidates: Sequence[Candidate]) -> set[Group]:
    """The distinct groups that have to be trained for these candidates."""
    return {group for candidate in candidates for group in candidate.groups}


def serving(
    origin: str, chosen: Sequence[Group], assignment: Int[np.ndarray, " task"]
) -> Candidate:
    """The candidate that trains the chosen groups and predicts every task by the network that it
    is assigned to; every network predicts a task at least."""
    served = [tuple(np.flatnonzero(assignment == number).tolist()) for number in range(len(chosen))]
    found = _in_order(origin, served, chosen)
    return replace(found, origin=f"{origin}, {HELPED}") if found.learned else found


def random_like(candidate: Candidate, n: int, seed: int) -> tuple[Candidate, ...]:
    """Up to `n` distinct ones with the same sizes and overlaps, the given one left out: its tasks
    change places.

    Fewer where fewer exist: drawing stops after 50 draws in a row without a new one.
    """
    rng = np.random.default_rng(seed)
    n_tasks = sum(len(group) for group in candidate.partition)
    found: dict[object, Candidate] = {}
    misses = 0
    while len(found) < n and misses < 50:
        drawn = _moved(candidate, rng.permutation(n_tasks).tolist())
        misses += 1
        if drawn.way != candidate.way and drawn.way not in found:
            found[drawn.way] = drawn
            misses = 0
    return tuple(found.values())


def _moved(candidate: Candidate, comes_from: Sequence[int]) -> Candidate:
    """Task t in the place of task `comes_from[t]`."""
    goes_to = np.argsort(comes_from)
    served, learned = (
        [tuple(sorted(goes_to[list(group)].tolist())) for group in side] for side in candidate.way
    )
    return _in_order("random", served, learned)


def _in_order(origin: str, served: Sequence[Group], learned: Sequence[Group]) -> Candidate:
    """Networks by the first task that each predicts."""
    pairs = sorted(zip(served, learned, strict=True))
    partition, groups = (tuple(side) for side in zip(*pairs, strict=True))
    return Candidate(origin, partition, () if groups == partition else groups)
