"""What a selection may look like: how many networks, overlap, who shares and who never does."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Bool

from core.errors import MethodError
from core.evidence.search.measured import Group, as_group, as_groups
from core.frozen import Frozen


@dataclass(frozen=True, eq=False)
class Rules(Frozen):
    """The rules of a selection.

    `networks` bounds the total cost (every network costs 1 unless it says otherwise); None leaves
    it free and asks for a partition. With `overlap` a task may be in several networks and uses the
    best of them. Tasks in one set of `together` are one unit: always in the same networks and
    served by the same one (ours). No selected network holds both tasks of a pair in `apart`.
    `listed` are the groups that there are at all; any where it is None.
    """

    networks: float | None = None
    overlap: bool = False
    together: tuple[Group, ...] = ()
    apart: tuple[tuple[int, int], ...] = ()
    listed: tuple[Group, ...] | None = None

    def check(self) -> None:
        if self.overlap and self.networks is None:
            raise MethodError(
                "With overlap every task could have its own best network; say how many networks "
                "there may be, for example networks=3."
            )
        if self.networks is not None and not self.networks > 0:
            raise MethodError(f"networks={self.networks!r} is no positive number; give 1 or more.")

    def units(self, n_tasks: int) -> tuple[Group, ...]:
        """The sets of tasks that move as one: chains of `together` joined, else single tasks."""
        unit = list(range(n_tasks))
        for group in self.together:
            joined = {unit[task] for task in group}
            unit = [min(joined) if old in joined else old for old in unit]
        return tuple(
            tuple(task for task in range(n_tasks) if unit[task] == first)
            for first in sorted(set(unit))
        )

    def allowed(self, member: Bool[np.ndarray, "group task"]) -> Bool[np.ndarray, " group"]:
        """Which groups are listed, split no unit and hold no pair that is kept apart."""
        allowed = np.ones(len(member), dtype=bool)
        units = self.units(member.shape[1]) if self.together else ()  # one task is never split
        for unit in units:
            inside = member[:, list(unit)].sum(axis=1)
            allowed &= (inside == 0) | (inside == len(unit))
        for one, other in self.apart:
            allowed &= ~(member[:, one] & member[:, other])
        if self.listed is not None:
            there = set(self.listed)
            allowed &= np.array([group in there for group in as_groups(member)], dtype=bool)
        return allowed


def check_rules(rules: Rules, task_names: Sequence[str]) -> None:
    """Raise MethodError where the rules contradict each other, whatever the gains are."""
    names = tuple(task_names)
    for one, other in rules.apart:
        if one == other:
            raise MethodError(f"{names[one]!r} cannot be kept apart from itself; name two tasks.")
        for unit in rules.units(len(names)):
            if one in unit and other in unit:
                shared = ", ".join(repr(names[task]) for task in unit)
                raise MethodError(
                    f"{names[one]!r} and {names[other]!r} are kept apart, but {shared} are pinned "
                    "together; drop one of the two."
                )


def why_too_few(rules: Rules, task_names: Sequence[str]) -> str:
    """Why the tasks that are kept apart need more networks of cost 1 than there may be; empty where
    none was found."""
    clique = _largest_clique(rules, len(task_names))
    if rules.networks is None or len(clique) <= max(rules.networks, 1):
        return ""
    listed = ", ".join(repr(task_names[task]) for task in clique)
    return (
        f"{listed} are all kept apart and need {len(clique)} networks, but only "
        f"{rules.networks:g} are allowed; allow more, or drop a pair."
    )


def _largest_clique(rules: Rules, n_tasks: int) -> Group:
    """A large set of tasks that all exclude each other, found greedily; each needs a network."""
    pairs = {frozenset(pair) for pair in rules.apart}
    best: list[int] = []
    for first in range(n_tasks):
        found = [first]
        for task in range(n_tasks):
            if task != first and all(frozenset((task, other)) in pairs for other in found):
                found.append(task)
        best = max(best, found, key=len)
    return as_group(best)


def named_rules(
    task_names: Sequence[str],
    networks: float | None = None,
    overlap: bool = False,
    together: Sequence[Sequence[str]] = (),
    apart: Sequence[Sequence[str]] = (),
    listed: Sequence[Sequence[str]] | None = None,
) -> Rules:
    """The rules of a selection from task names; every pair inside a set of `apart` is kept apart.

    Single tasks need not stand in `listed`: there they are in any case.

    Raises:
        MethodError: an unknown task (the known ones are listed) or a contradiction.
    """
    pins = tuple(as_group([_number(name, task_names) for name in names]) for names in together)
    sets = [as_group([_number(name, task_names) for name in names]) for names in apart]
    for names, found in [*zip(together, pins, strict=True), *zip(apart, sets, strict=True)]:
        if len(found) < 2:
            raise MethodError(f"{', '.join(names)!r} names one task; name two or more.")
    pairs = tuple(sorted({pair for group in sets for pair in combinations(group, 2)}))
    there = None if listed is None else _listed(listed, task_names)
    rules = Rules(networks, overlap, pins, pairs, there)
    check_rules(rules, task_names)
    return rules


def _listed(listed: Sequence[Sequence[str]], task_names: Sequence[str]) -> tuple[Group, ...]:
    alone = [(task,) for task in range(len(task_names))]
    named = [as_group([_number(name, task_names) for name in names]) for names in listed]
    return tuple(sorted({*alone, *named}))


def _number(name: str, task_names: Sequence[str]) -> int:
    if name not in task_names:
        raise MethodError(f"There is no task {name!r}; the tasks are {', '.join(task_names)}.")
    return list(task_names).index(name)
