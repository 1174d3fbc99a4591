"""What to try first, before any of it was trained (METHODS §4; the rule is ours)."""

from collections.abc import Sequence

import numpy as np

from core.errors import MethodError
from core.grouping.ranking import MARGIN, STABLE, merit, rank_groupings, stands_out
from core.values import Decision, Embedding, Grouping, Recommendation, TaskGraph

HIGH = 0.8
EVEN = 0.1
UNTESTED = "not yet tested by training"


def recommend(
    groupings: Sequence[Grouping],
    embedding: Embedding,
    n_groups: int | None = None,
    graph: TaskGraph | None = None,
) -> Recommendation:
    """The grouping to look at first.

    The rule (ours). With `n_groups`, the mixture with that many groups, the most stable covariance
    first, then the lowest BIC. Without, of all partitions into 2 … T − 1 groups whose silhouette
    exceeds its 95 % chance level by 15 % and whose stability is at least 0.6, the first of
    `rank_groupings`. Where there is none, or the embedding carries no structure: together when
    the similarities are high and even (mean at least 0.8, standard deviation at most 0.1), else
    alone, which cannot harm a task.

    Args:
        groupings: The candidates of `propose_groupings`.
        embedding: Its `has_structure` can veto a grouping.
        n_groups: The number of groups that the user wants.
        graph: Its similarities can speak for `together`.

    Raises:
        MethodError: no candidate has `n_groups` groups.
    """
    if n_groups is not None:
        return _asked_for(groupings, n_groups)
    n_tasks = len(embedding.task_names)
    found = [
        grouping
        for grouping in rank_groupings(groupings)
        if 1 < grouping.n_groups < n_tasks and stands_out(grouping)
    ]
    if found and embedding.has_structure:
        return _standing_out(found[0])
    return _nothing_found(groupings, embedding, graph)


def _asked_for(groupings: Sequence[Grouping], n_groups: int) -> Recommendation:
    fitting = [grouping for grouping in groupings if grouping.n_groups == n_groups]
    if not fitting:
        known = ", ".join(str(k) for k in sorted({grouping.n_groups for grouping in groupings}))
        raise MethodError(
            f"n_groups={n_groups}: no candidate has that many groups; choose one of {known}."
        )
    best = max(fitting, key=_preference)
    reason = f"{_count(n_groups)} as asked for ({_scores(best)}); {UNTESTED}."
    return Recommendation(best, _decision(best), reason)


def _standing_out(best: Grouping) -> Recommendation:
    reason = f"{_count(best.n_groups)} stand out from chance ({_scores(best)}); {UNTESTED}."
    return Recommendation(best, Decision.GROUPED, reason)


def _nothing_found(
    groupings: Sequence[Grouping], embedding: Embedding, graph: TaskGraph | None
) -> Recommendation:
    n_tasks = len(embedding.task_names)
    together, level = _high_and_even(graph)
    wanted = 1 if together else n_tasks
    fallback = next(grouping for grouping in groupings if grouping.n_groups == wanted)
    why = "no grouping stands out from chance"
    if not embedding.has_structure:
        why = "the task graph carries no structure to group by"
    elif closest := _closest(groupings, n_tasks):
        needed = f"{MARGIN:g} times chance and stability {STABLE:g} are needed"
        why += f" (the best try, {_count(closest.n_groups)}: {_scores(closest)}; {needed})"
    what = "all tasks together" if together else "each task alone"
    reason = f"Start with {what}: {why}{level}; {UNTESTED}."
    return Recommendation(fallback, _decision(fallback), reason)


def _closest(groupings: Sequence[Grouping], n_tasks: int) -> Grouping | None:
    proper = [grouping for grouping in groupings if 1 < grouping.n_groups < n_tasks]
    return max(proper, key=merit, default=None)


def _high_and_even(graph: TaskGraph | None) -> tuple[bool, str]:
    if graph is None or len(graph.task_names) < 2:
        return False, ""
    others = graph.similarity[~np.eye(len(graph.task_names), dtype=bool)]
    mean, spread = float(others.mean()), float(others.std())
    if mean < HIGH or spread > EVEN:
        return False, ""
    return True, f" and all are alike (mean similarity {mean:.2f} ± {spread:.2f})"


def _preference(grouping: Grouping) -> tuple[float, ...]:
    stable = -1.0 if np.isnan(grouping.stability) else grouping.stability
    likely = -np.inf if np.isnan(grouping.bic) else -grouping.bic
    return float(grouping.method == "mixture"), stable, likely


def _decision(grouping: Grouping) -> Decision:
    if grouping.n_groups == 1:
        return Decision.TOGETHER
    return Decision.ALONE if grouping.n_groups == len(grouping.labels) else Decision.GROUPED


def _count(n_groups: int) -> str:
    return "1 group" if n_groups == 1 else f"{n_groups} groups"


def _scores(grouping: Grouping) -> str:
    parts = []
    if not np.isnan(grouping.silhouette):
        parts.append(f"silhouette {grouping.silhouette:.2f}")
    if not np.isnan(grouping.silhouette_null):
        parts.append(f"chance level {grouping.silhouette_null:.2f}")
    if not np.isnan(grouping.stability):
        parts.append(f"stability {grouping.stability:.2f}")
    return ", ".join(parts) or "no score is defined"
