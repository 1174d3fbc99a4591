"""The null that every other measure must beat: no model at all."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from core.affinity.base import LabelTotals, Measure, Totals, ratio


@dataclass(frozen=True)
class LabelAgreement(Measure):
    """|Pearson| of the label columns over shared samples: |phi| of two binary tasks, |Spearman| of
    two regressions (ranks taken among all labelled samples), the largest over the classes of a
    multiclass task; of a time to event the rank of how much sooner its event came than for the
    average sample, its martingale residual (all ours). NaN where a label is constant on the shared
    samples.
    """

    title: ClassVar[str] = "Label agreement"
    summary: ClassVar[str] = (
        "Correlation of the labels themselves, whichever sign, without any model: 1 where one "
        "label tells the other. It is blind to the features, so it misses tasks that need the "
        "same features but never go together. Any other measure must tell more than this one."
    )
    heads: ClassVar[str | None] = None
    is_distance: ClassVar[bool] = False

    def __call__(
        self, totals: Totals, labels: LabelTotals
    ) -> Float[np.ndarray, "*replicate source target"]:
        correlation = _correlation(labels)
        n_tasks = totals.count.shape[-1]
        starts = np.searchsorted(labels.task, np.arange(n_tasks))
        best = np.fmax.reduceat(correlation, starts, axis=-1)
        return np.asarray(np.fmax.reduceat(best, starts, axis=-2))


def _correlation(labels: LabelTotals) -> Float[np.ndarray, "*replicate column column"]:
    """|Pearson| of every two columns, centred over the samples they share."""
    back = np.swapaxes(labels.total, -1, -2)
    covariance = labels.count * labels.product - labels.total * back
    variance = labels.count * labels.square - labels.total**2
    size = np.abs(labels.count * labels.square)
    variance = np.where(variance > 1e-12 * size, variance, 0.0)
    spread = np.sqrt(variance * np.swapaxes(variance, -1, -2))
    return np.asarray(np.minimum(np.abs(ratio(covariance, spread)), 1.0))
