"""Which groups were trained so far, and what each of their tasks gained."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from core.frozen import Frozen
from core.training import Group as Group


def as_group(tasks: Sequence[int]) -> Group:
    """The group of some task numbers, in any order."""
    return tuple(sorted({int(task) for task in tasks}))


def membership(groups: Sequence[Group], n_tasks: int) -> Bool[np.ndarray, "group task"]:
    """True where a task belongs to a group."""
    member = np.zeros((len(groups), n_tasks), dtype=bool)
    for row, group in enumerate(groups):
        member[row, list(group)] = True
    return member


def as_groups(member: Bool[np.ndarray, "group task"]) -> tuple[Group, ...]:
    """The groups that rows of a membership table stand for."""
    return tuple(tuple(map(int, np.flatnonzero(row))) for row in member)


@dataclass(frozen=True, eq=False)
class Measured(Frozen):
    """Trained groups with the gain of every member against training alone; positive is better.

    `gains` is NaN outside a group, and inside where a gain is undefined. `errors` are standard
    errors of the gains, NaN where unknown. One group may stand here at several `costs` (a half-size
    network beside the full one).

    Gains are against training alone, so that a single task gains 0 by definition and is never asked
    for. With `singles_unknown` they are against another network (all together, `Measured.together`)
    and a single task is a group like any other, unknown until it is measured.
    """

    task_names: tuple[str, ...]
    groups: tuple[Group, ...]
    gains: Float[np.ndarray, "group task"]
    errors: Float[np.ndarray, "group task"]
    costs: Float[np.ndarray, " group"]
    singles_unknown: bool = False

    def check(self) -> None:
        shape = (len(self.groups), len(self.task_names))
        if self.gains.shape != shape or self.errors.shape != shape:
            raise ValueError(f"gains {self.gains.shape}, errors {self.errors.shape}, not {shape}")
        if self.costs.shape != shape[:1] or not (self.costs > 0).all():
            raise ValueError(f"costs {self.costs} of {shape[0]} groups; each must be positive")
        for group in self.groups:
            if not group or as_group(group) != group or group[0] < 0 or group[-1] >= shape[1]:
                raise ValueError(f"{group} is no ascending group of {shape[1]} tasks")
        if len(set(zip(self.groups, self.costs.tolist(), strict=True))) < shape[0]:
            raise ValueError("a group stands twice at the same cost")
        if np.isfinite(self.gains[~membership(self.groups, shape[1])]).any():
            raise ValueError("a task has a gain in a group it is not in")

    @property
    def answered(self) -> frozenset[Group]:
        """The groups of which anything is known."""
        rows = np.flatnonzero(np.isfinite(self.gains).any(axis=1))
        return frozenset(self.groups[row] for row in rows)

    @classmethod
    def alone(
        cls, task_names: Sequence[str], costs: Float[np.ndarray, " task"] | None = None
    ) -> "Measured":
        """Only the single-task networks: gain 0 by definition, without an error."""
        n = len(task_names)
        zero = np.where(np.eye(n, dtype=bool), 0.0, np.nan)
        groups = tuple((task,) for task in range(n))
        return cls(tuple(task_names), groups, zero, zero, np.ones(n) if costs is None else costs)

    @classmethod
    def together(cls, task_names: Sequence[str], cost: float = 1.0) -> "Measured":
        """Only the network of all tasks, against which the gains of all others are meant."""
        n = len(task_names)
        zero = np.zeros((1, n))
        return cls(tuple(task_names), (tuple(range(n)),), zero, zero, np.array([cost]), True)

    @property
    def fewest(self) -> int:
        """Tasks of the smallest groups whose gains are not known by definition."""
        return 1 if self.singles_unknown else 2

    def add(
        self,
        groups: Sequence[Group],
        gains: Float[np.ndarray, "group task"],
        errors: Float[np.ndarray, "group task"] | None = None,
        costs: Float[np.ndarray, " group"] | None = None,
    ) -> "Measured":
        """These groups and some more."""
        unknown = np.full(np.shape(gains), np.nan)
        return Measured(
            self.task_names,
            (*self.groups, *groups),
            np.concatenate([self.gains, gains]),
            np.concatenate([self.errors, unknown if errors is None else errors]),
            np.concatenate([self.costs, np.ones(len(groups)) if costs is None else costs]),
            self.singles_unknown,
        )
