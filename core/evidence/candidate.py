"""A grouping that is proposed for training, and where it came from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.evidence.partitions import Group, Partition, alone, together


@dataclass(frozen=True)
class Candidate:
    """A partition of the tasks and its origin in a few words, as `mixture (diag), sca`."""

    origin: str
    partition: Partition

    @property
    def groups(self) -> tuple[Group, ...]:
        return self.partition


def admit(candidates: Iterable[Candidate], n_tasks: int, most_groups: int) -> tuple[Candidate, ...]:
    """Alone and together, then every distinct candidate while at most `most_groups` distinct
    groups are needed for all that were admitted; the first of equal partitions keeps its name."""
    admitted = [
        Candidate("each task alone", alone(n_tasks)),
        Candidate("all tasks together", together(n_tasks)),
    ]
    seen = {candidate.partition for candidate in admitted}
    groups = groups_of(admitted)
    for candidate in candidates:
        needed = groups | set(candidate.groups)
        if candidate.partition not in seen and len(needed) <= most_groups:
            seen.add(candidate.partition)
            groups = needed
            admitted.append(candidate)
    return tuple(admitted)


def groups_of(candidates: Sequence[Candidate]) -> set[Group]:
    """The distinct groups that have to be trained for these candidates."""
    return {group for candidate in candidates for group in candidate.groups}
