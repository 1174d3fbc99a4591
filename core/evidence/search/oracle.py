"""Asking for the gains of groups, and keeping what was answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from core.errors import RunError
from core.evidence.search.measured import Group, Measured
from core.evidence.search.rules import Rules
from core.progress import OnProgress

Gain = Callable[[tuple[str, ...]], Mapping[str, float] | None]
"""The gain of every member of a group, by name; positive is better, undefined where not finite.
None says that nothing is known of the group: the search goes on without it."""

Costs = Mapping[tuple[str, ...], float] | Callable[[tuple[str, ...]], float] | None
"""What a network of some tasks costs: by group (1 where not listed), a rule, or 1 each."""


@dataclass(frozen=True)
class Oracle:
    """A gain function over task names with the costs of its networks."""

    gain: Gain
    task_names: tuple[str, ...]
    costs: Costs

    def measure(self, measured: Measured, groups: Sequence[Group]) -> Measured:
        """What was measured, and these groups; all NaN where nothing is known of a group.

        Raises:
            RunError: the answer leaves out a member.
        """
        gains = np.full((len(groups), len(self.task_names)), np.nan)
        for row, group in enumerate(groups):
            names = tuple(self.task_names[task] for task in group)
            answer = self.gain(names)
            if answer is None:
                continue
            for task, name in zip(group, names, strict=True):
                if name not in answer:
                    raise RunError(
                        f"The gains of {'|'.join(names)} leave out {name!r}; "
                        "answer a number, or NaN, for every member."
                    )
                gain = float(answer[name])
                gains[row, task] = gain if np.isfinite(gain) else np.nan
        return measured.add(groups, gains, costs=self.cost(groups))

    def cost(self, groups: Sequence[Group]) -> Float[np.ndarray, " group"]:
        """The costs of some groups."""
        names = [tuple(self.task_names[task] for task in group) for group in groups]
        if self.costs is None:
            return np.ones(len(groups))
        if callable(self.costs):
            return np.array([float(self.costs(name)) for name in names])
        return np.array([float(self.costs.get(name, 1.0)) for name in names])


@dataclass(frozen=True)
class Quest:
    """What a strategy is asked to do: measure `n_measured` groups at most, alone ones included."""

    oracle: Oracle
    start: Measured
    n_measured: int
    rules: Rules
    affinity: Float[np.ndarray, "task partner"] | None
    seed: int
    on_progress: OnProgress

    def left(self, measured: Measured) -> int:
        """How many more groups may be measured; a group at several costs counts once, one that
        nothing is known of not at all."""
        return self.n_measured - len(measured.answered)

    def report(self, measured: Measured) -> None:
        done = len(measured.answered)
        share = min(done / max(self.n_measured, 1), 1.0)
        self.on_progress(share, f"measured {done} of {self.n_measured} groups")
