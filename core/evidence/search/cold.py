"""The first groups to train, while nothing is known but the single tasks."""

import numpy as np
from jaxtyping import Float

from core.evidence.search.measured import Group, Measured, as_groups, membership
from core.evidence.search.rules import Rules


def first_groups(
    measured: Measured,
    n: int,
    rules: Rules,
    affinity: Float[np.ndarray, "task partner"] | None,
    seed: int,
) -> tuple[Group, ...]:
    """Groups that let every task meet every other early; none once enough are measured."""
    n_tasks = len(measured.task_names)
    together = tuple(range(n_tasks))
    multi = [group for group in measured.groups if len(group) > 1]
    want = max(2, n_tasks // 2 + 1)
    if len(multi) >= want:
        return ()
    start = membership(multi, n_tasks) if multi else np.zeros((0, n_tasks), dtype=bool)
    rng = np.random.default_rng(seed)
    found: list[Group] = []
    whole = np.ones((1, n_tasks), dtype=bool)
    if together not in multi and rules.allowed(whole)[0]:
        found.append(together)
    while len(found) < min(n, want - len(multi)):
        member = np.concatenate([start, membership(found, n_tasks)])
        group = _next(member, rules, rng, affinity, set(multi) | set(found))
        if group is None:
            break
        found.append(group)
    return tuple(found[:n])


def _next(
    member: np.ndarray,
    rules: Rules,
    rng: np.random.Generator,
    affinity: Float[np.ndarray, "task partner"] | None,
    taken: set[Group],
) -> Group | None:
    """Of many random groups the one whose pairs met least so far, weighed by the affinity."""
    n_tasks = member.shape[1]
    met = member.astype(float).T @ member.astype(float)
    need = 1.0 / (1.0 + met) ** 2
    sizes = rng.integers(2, max(3, n_tasks // 2 + 1) + 1, 400)
    draws = rng.random((400, n_tasks)).argsort(axis=1) < sizes[:, None]
    if rules.listed is not None:
        draws = membership(rules.listed, n_tasks)
    groups = as_groups(draws[rules.allowed(draws)])
    best, top = None, -np.inf
    for group in groups:
        if group in taken or len(group) < 2 or len(group) > n_tasks:
            continue
        inside = need[np.ix_(group, group)]
        k = len(group)
        score = (inside.sum() - np.trace(inside)) / (k * (k - 1)) * np.sqrt(k)
        if score > top:
            best, top = group, score
    return best
