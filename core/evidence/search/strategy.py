"""What a search strategy is, and what it hands back."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from core.errors import MethodError
from core.evidence.search.measured import Measured
from core.evidence.search.oracle import Quest
from core.evidence.search.rules import Rules
from core.evidence.search.select import Selection, select_groups
from core.frozen import Frozen
from core.methods import Method


@dataclass(frozen=True, eq=False)
class SearchResult(Frozen):
    """The networks that a search ended with, and how it got there.

    `selection.gains` are measured where `trained` says that the network was, else predicted, with
    the standard errors `errors` (0 where measured). `history` is the mean gain of the best
    selection among the measured groups after each round; NaN where they allow none yet.
    """

    selection: Selection
    trained: Bool[np.ndarray, " network"]
    errors: Float[np.ndarray, " task"]
    measured: Measured
    history: Float[np.ndarray, " round"]


@dataclass(frozen=True)
class Strategy(Method):
    """A way to spend the measurements."""

    @abstractmethod
    def default_budget(self, n_tasks: int) -> int:
        """How many groups are measured unless told otherwise, single tasks included."""

    @abstractmethod
    def __call__(self, quest: Quest) -> SearchResult:
        """Measure, then select."""


def select_measured(measured: Measured, rules: Rules, seed: int = 0) -> Selection:
    """The best selection among the measured groups, by what was measured."""
    names = measured.task_names
    return select_groups(measured.groups, measured.gains, rules, measured.costs, names, seed=seed)


def best_so_far(measured: Measured, rules: Rules) -> float:
    """Its mean gain; NaN where the measured groups allow no selection."""
    try:
        return select_measured(measured, rules).mean_gain
    except MethodError:
        return float("nan")


def finish(
    selection: Selection,
    measured: Measured,
    history: list[float],
    errors: Float[np.ndarray, " task"] | None = None,
) -> SearchResult:
    """The result of a selection; `errors` are 0 when None."""
    known = set(measured.groups)
    trained = np.array([group in known for group in selection.groups])
    found = np.zeros(len(selection.gains)) if errors is None else errors
    return SearchResult(selection, trained, found, measured, np.array(history, dtype=float))
