"""Cutting average-linkage trees of many similarities at many heights, all of them side by side."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float, Int

COPY = 1e-6
"""Mean dissimilarity below which groups are copies of each other (ours)."""

MOST_NUMBERS = 2**22
"""Dissimilarities held at a time (32 MB)."""


def cut_trees(
    similarity: Float[np.ndarray, "stack source target"], n_groups: tuple[int, ...]
) -> Int[np.ndarray, "stack cut task"]:
    """Labels 0, 1, … of every similarity of a stack, cut into each number of groups.

    The tree merges the pair of groups with the smallest mean of 1 − similarity (UPGMA), of equal
    ones the first. Copies (similarity 1) are never cut apart, so there may be fewer groups than
    asked for. Only what stands above the diagonal is read.
    """
    n_tasks = similarity.shape[-1]
    step = max(1, MOST_NUMBERS // n_tasks**2)
    parts = [
        _cut(similarity[start : start + step], n_groups)
        for start in range(0, len(similarity), step)
    ]
    empty = np.zeros((0, len(n_groups), n_tasks), dtype=np.int64)
    return np.concatenate([empty, *parts])


def _cut(
    similarity: Float[np.ndarray, "stack source target"], n_groups: tuple[int, ...]
) -> Int[np.ndarray, "stack cut task"]:
    """The partition after all but K − 1 of the merges, for each K."""
    n_stack, n_tasks = similarity.shape[:2]
    node = np.tile(np.arange(n_tasks), (n_stack, 1))  # the tree node that holds each task
    cuts, finest = {n_tasks: node.copy()}, node.copy()
    for done, (one, other, height) in enumerate(_merges(similarity)):
        first, second = (np.take_along_axis(node, at[:, None], 1) for at in (one, other))
        node = np.where((node == first) | (node == second), n_tasks + done, node)
        finest = np.where((height < COPY)[:, None], node, finest)
        if n_tasks - done - 1 in n_groups:
            cuts[n_tasks - done - 1] = node
    n_finest = _number(finest).max(axis=1, initial=0) + 1
    chosen = [np.where((k > n_finest)[:, None], finest, cuts[k]) for k in n_groups]
    return _number(np.stack(chosen, axis=1))


def _number(node: Int[np.ndarray, "*stack task"]) -> Int[np.ndarray, "*stack task"]:
    """0, 1, … in the order of the nodes."""
    order = np.argsort(node, axis=-1, kind="stable")
    ordered = np.take_along_axis(node, order, -1)
    is_new = np.diff(ordered, axis=-1, prepend=ordered[..., :1]) != 0
    found = np.empty_like(node)
    np.put_along_axis(found, order, np.cumsum(is_new, axis=-1), -1)
    return found


def _merges(
    similarity: Float[np.ndarray, "stack source target"],
) -> Iterator[
    tuple[Int[np.ndarray, " stack"], Int[np.ndarray, " stack"], Float[np.ndarray, " stack"]]
]:
    """Merge by merge, a task of either group and their mean dissimilarity, ascending.

    A group stands where its first task stood. Where the nearest of a group is not of the pair that
    merges, it stays the nearest: a mean is never below the smaller of the two.
    """
    n_stack, n_tasks = similarity.shape[:2]
    every, upper = np.arange(n_stack), np.triu(np.ones((n_tasks, n_tasks), dtype=bool), 1)
    gap = np.where(upper, 1 - similarity, 0.0)
    gap += gap.swapaxes(1, 2)
    gap[:, np.arange(n_tasks), np.arange(n_tasks)] = np.inf
    size = np.ones((n_stack, n_tasks))
    nearest = gap.argmin(axis=2)
    least = np.take_along_axis(gap, nearest[..., None], 2)[..., 0]
    for _ in range(n_tasks - 1):
        place = least.argmin(axis=1)
        pair = np.sort([place, nearest[every, place]], axis=0)
        one, other = pair
        yield one, other, least[every, place]
        share = (size[every, other] / (size[every, one] + size[every, other]))[:, None]
        mean = (1 - share) * gap[every, one] + share * gap[every, other]
        mean[every, one] = np.inf
        gap[every, one], gap[every, :, one] = mean, mean
        gap[every, other], gap[every, :, other] = np.inf, np.inf
        size[every, one] += size[every, other]
        _look_again(gap, nearest, least, pair)


def _look_again(
    gap: Float[np.ndarray, "stack source target"],
    nearest: Int[np.ndarray, "stack source"],
    least: Float[np.ndarray, "stack source"],
    pair: Int[np.ndarray, "2 stack"],
) -> None:
    """Find the nearest of those anew that may have another, in place."""
    one, other = pair[:, :, None]
    places = np.arange(nearest.shape[1])
    stale: Bool[np.ndarray, "stack source"] = (nearest == one) | (nearest == other)
    stale |= (places == one) | (places == other)
    rows = gap[stale]
    nearest[stale] = rows.argmin(axis=1)
    least[stale] = rows.min(axis=1)
