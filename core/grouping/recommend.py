"""What to try first, before any of it was trained (METHODS §4; the rule is ours)."""

from collections.abc import Sequence

import numpy as np

from core.errors import MethodError
from core.grouping.ranking import STABLE, rank_groupings, stands_out
from core.grouping.related import relate
from core.values import Affinity, Decision, Embedding, Grouping, Null, Recommendation

HIGH = 0.6
"""Mean relation from which tasks are one (ours; a κ above it is called substantial, Landis & Koch
1977)."""
EVEN = 0.1
"""Standard deviation of the relations up to which no pair is an exception (ours)."""
UNTESTED = "not yet tested by training"


def recommend(
    groupings: Sequence[Grouping],
    embedding: Embedding,
    n_groups: int | None = None,
    affinity: Affinity | None = None,
    null: Null | None = None,
) -> Recommendation:
    """The grouping to look at first.

    The rule (ours). With `n_groups`, the mixture with that many groups, the most stable covariance
    first, then the lowest BIC. Without, all tasks together where every pair is far more alike than
    independent tasks (`relate`: mean at least 0.6, standard deviation at most 0.1). Else, of all
    partitions whose silhouette exceeds its chance level and whose stability is at least 0.6 (or
    unknown, as of a matrix that somebody brought), the first of `rank_groupings`. Where there is
    none, or the embedding carries no structure: alone, which cannot harm a task; copies of one
    task stay together even then.

    Args:
        groupings: The candidates of `propose_groupings`.
        embedding: Its `has_structure` can veto a grouping.
        n_groups: The number of groups that the user wants.
        affinity: What the groups were made from; with `null` it can speak for `together`.
        null: The same measure on independent tasks.

    Raises:
        MethodError: no candidate has `n_groups` groups.
    """
    if n_groups is not None:
        return _asked_for(groupings, n_groups)
    if affinity is not None and null is not None and (level := _one_task(affinity, null)):
        together = next(grouping for grouping in groupings if grouping.n_groups == 1)
        reason = f"Start with all tasks together: {level}; {UNTESTED}."
        return Recommendation(together, Decision.TOGETHER, reason)
    most = _most_groups(groupings)
    found = [
        grouping
        for grouping in rank_groupings(groupings)
        if 1 < grouping.n_groups < most and stands_out(grouping)
    ]
    if found and embedding.has_structure:
        return _standing_out(found[0], groupings)
    return _nothing_found(groupings, embedding)


def _asked_for(groupings: Sequence[Grouping], n_groups: int) -> Recommendation:
    fitting = [grouping for grouping in groupings if grouping.n_groups == n_groups]
    if not fitting:
        known = ", ".join(str(k) for k in sorted({grouping.n_groups for grouping in groupings}))
        raise MethodError(
            f"n_groups={n_groups}: no candidate has that many groups; choose one of {known}."
        )
    best = max(fitting, key=_preference)
    reason = f"{_count(n_groups)} as asked for ({_scores(best)}); {UNTESTED}."
    alone = Decision.ALONE if n_groups == _most_groups(groupings) else Decision.GROUPED
    return Recommendation(best, Decision.TOGETHER if n_groups == 1 else alone, reason)


def _standing_out(best: Grouping, groupings: Sequence[Grouping]) -> Recommendation:
    count = _count(best.n_groups)
    if best.n_groups == _most_tried(groupings) < _most_groups(groupings) - 1:
        count += ", the most that were tried (setting grouping.max_groups),"
    reason = f"{count} stand out from chance ({_scores(best)}); {UNTESTED}."
    return Recommendation(best, Decision.GROUPED, reason)


def _nothing_found(groupings: Sequence[Grouping], embedding: Embedding) -> Recommendation:
    most = _most_groups(groupings)
    fallback = next(grouping for grouping in groupings if grouping.n_groups == most)
    why = "no grouping stands out from chance"
    if not embedding.has_structure:
        why = "the task graph carries no structure to group by"
    elif closest := _closest(groupings, most):
        why += f" (the best try, {_count(closest.n_groups)}: {_scores(closest)}"
        is_known = not np.isnan(closest.stability)
        needed = f"and stability {STABLE:g} are" if is_known else "is"
        way = f"a silhouette above it {needed} needed"
        unknown = "what chance reaches is not known for these tasks, so none can"
        why += f"; {unknown if np.isnan(closest.silhouette_null) else way})"
    what = "each task alone"
    if most < len(embedding.task_names):
        what = "each task alone but for copies" if most > 1 else "all tasks together"
    reason = f"Start with {what}: {why}; {UNTESTED}."
    decision = Decision.ALONE if most > 1 else Decision.TOGETHER
    return Recommendation(fallback, decision, reason)


def _most_groups(groupings: Sequence[Grouping]) -> int:
    """How many distinct tasks there are: copies share a group in every candidate."""
    return max(grouping.n_groups for grouping in groupings)


def _most_tried(groupings: Sequence[Grouping]) -> int:
    return max((one.n_components for one in groupings if one.method != "alone"), default=1)


def _closest(groupings: Sequence[Grouping], most: int) -> Grouping | None:
    proper = [grouping for grouping in groupings if 1 < grouping.n_groups < most]
    return max(proper, key=_surplus, default=None)


def _surplus(grouping: Grouping) -> float:
    surplus = grouping.silhouette - grouping.silhouette_null
    return -np.inf if np.isnan(surplus) else float(surplus)


def _one_task(affinity: Affinity, null: Null) -> str:
    """Why all tasks are as good as one; empty where they are not."""
    others = relate(affinity, null)[~np.eye(len(affinity.task_names), dtype=bool)]
    if not np.isfinite(others).all() or others.mean() < HIGH or others.std() > EVEN:
        return ""
    return (
        f"every pair is far more alike than independent tasks ({others.mean():.2f} ± "
        f"{others.std():.2f} of the way from independent to the same)"
    )


def _preference(grouping: Grouping) -> tuple[float, ...]:
    stable = -1.0 if np.isnan(grouping.stability) else grouping.stability
    likely = -np.inf if np.isnan(grouping.bic) else -grouping.bic
    return float(grouping.method == "mixture"), stable, likely


def _count(n_groups: int) -> str:
    return "1 group" if n_groups == 1 else f"{n_groups} groups"


def _scores(grouping: Grouping) -> str:
    parts = []
    is_proper = 1 < grouping.n_groups < len(grouping.labels)
    if not np.isnan(grouping.silhouette):
        parts.append(f"silhouette {grouping.silhouette:.3f}")
    if not np.isnan(grouping.silhouette_null):
        parts.append(f"chance level {grouping.silhouette_null:.3f}")
    if not np.isnan(grouping.stability):
        parts.append(f"stability {grouping.stability:.2f}")
    elif is_proper:
        parts.append("stability unknown")
    return ", ".join(parts) or "no score is defined"
