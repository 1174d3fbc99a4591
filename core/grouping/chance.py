"""How well separated a partition of tasks would look if nothing related them."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.grouping.cut import cut_trees
from core.grouping.silhouette import silhouette, silhouette_nulls, silhouettes
from core.values import Null


class Chance(NamedTuple):
    """The silhouette that chance reaches, by partition."""

    shuffled: dict[int, float]
    """With as many groups, when the similarities are shuffled among the pairs."""
    independent: Float[np.ndarray, "source target"] | None
    """Mean similarity of independent tasks; None where it was not measured."""
    gain: dict[int, float]
    """What choosing as many groups by the similarities of independent tasks adds to a silhouette
    that the same partition has in `independent`."""

    def level(self, labels: Int[np.ndarray, " task"]) -> float:
        """The silhouette a partition must exceed; NaN where none is defined."""
        n_groups = len(np.unique(labels))
        shuffled = self.shuffled.get(n_groups, np.nan)
        if self.independent is None:
            return shuffled
        base = silhouette(self.independent, labels)
        return float(np.maximum(shuffled, base + self.gain.get(n_groups, np.nan)))


def measure_chance(
    similarity: Float[np.ndarray, "source target"],
    n_groups: tuple[int, ...],
    seed: int,
    null: Null | None = None,
) -> Chance:
    """What `Chance.level` needs, for every number of groups tried.

    Without a null of independent tasks the shuffle is all there is, which is too easy: shuffling
    breaks up the rows of the matrix, and base rates alone make whole rows alike.
    """
    shuffled = silhouette_nulls(similarity, n_groups, seed)
    if null is None:
        return Chance(shuffled, None, {})
    stack = clean(null.similarity)
    return Chance(shuffled, stack.mean(axis=0), selection_gain(stack, n_groups))


def clean(
    similarity: Float[np.ndarray, "permutation source target"],
) -> Float[np.ndarray, "permutation source target"]:
    """Unknown similarities count as 0, as in the task graph; 1 on the diagonal."""
    known = np.nan_to_num(similarity, nan=0.0)
    return np.where(np.eye(similarity.shape[-1], dtype=bool), 1.0, known)


def selection_gain(
    stack: Float[np.ndarray, "permutation source target"], n_groups: tuple[int, ...]
) -> dict[int, float]:
    """The gain by chance for each number of groups, with one level for all of them (ours).

    Average linkage groups each permutation; its gain is the silhouette there less the silhouette
    of the same groups in the mean of the other permutations, so that groups made by base rates or
    kinds alone, which every permutation has, gain nothing. Gains are standardised by the other
    permutations for each number of groups, and the level is the largest standardised gain of any
    permutation and number (max-T, Westfall & Young 1993): the 5 % level of all with 19.
    """
    n = len(stack)
    counts = tuple(k for k in n_groups if 1 < k < stack.shape[-1])
    if n < 3 or not counts:
        return {}
    others = (stack.sum(axis=0) - stack) / (n - 1)
    labels = cut_trees(stack, counts)
    gain = np.stack(
        [
            silhouettes(own, cuts) - silhouettes(rest, cuts)
            for own, rest, cuts in zip(stack, others, labels, strict=True)
        ]
    )
    defined = np.isfinite(gain).all(axis=0)  # copies may leave fewer groups than asked for
    gain, kept = gain[:, defined], np.array(counts)[defined]
    if not len(kept):
        return {}
    rest = (gain.sum(axis=0) - gain) / (n - 1)
    spread = np.sqrt(np.maximum((gain**2).sum(axis=0) - gain**2 - (n - 1) * rest**2, 0) / (n - 2))
    level = ((gain - rest) / np.maximum(spread, 1e-9)).max()
    found = gain.mean(axis=0) + level * gain.std(axis=0, ddof=1)
    return {int(k): float(each) for k, each in zip(kept, found, strict=True)}
