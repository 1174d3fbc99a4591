"""Why an affinity is unknown, pair by pair."""

import numpy as np
from jaxtyping import Bool, Float

from core.affinity.base import Measure
from core.affinity.label_agreement import LabelAgreement
from core.joint_run import JointRun
from core.values import Gap, Landscape

APART = "no shared samples"
UNLABELLED = "no labels were given"
UNTOLD = "labels of both meet in no sample, or in too few patients to tell"
CONSTANT = "a label is constant on the shared samples"
UNSEEN = "no look ahead had labels of both tasks"


def find_gaps(
    landscape: Landscape, measure: Measure, values: Float[np.ndarray, "source target"]
) -> tuple[Gap, ...]:
    """Every NaN of `values` with its reason; reasons without a cell are left out."""
    unknown = np.isnan(values)
    if isinstance(measure, JointRun):  # it needs no shared samples
        return (Gap(UNSEEN, unknown),) if unknown.any() else ()
    apart = unknown & (landscape.sums.count.sum(axis=0) == 0)
    bare = unknown & ~apart & without_labels(landscape)
    untold = unknown & ~apart & ~bare & _without_shared_labels(landscape)
    if not isinstance(measure, LabelAgreement):
        bare, untold = np.zeros_like(bare), np.zeros_like(untold)
    constant = unknown & ~apart & ~bare & ~untold
    parts = ((APART, apart), (UNLABELLED, bare), (UNTOLD, untold), (CONSTANT, constant))
    return tuple(Gap(reason, where) for reason, where in parts if where.any())


def without_labels(landscape: Landscape) -> Bool[np.ndarray, "source target"]:
    """Pairs of tasks of which one at least came without labels, as in a recording."""
    labels = landscape.label_sums
    seen = np.diagonal(labels.count.sum(axis=0)) > 0
    has = np.array([bool(seen[labels.task == task].any()) for task in range(len(landscape.tasks))])
    return np.asarray(~(has[:, None] & has[None, :]))


def _without_shared_labels(landscape: Landscape) -> Bool[np.ndarray, "source target"]:
    """Pairs of tasks whose labels no sample has both of, as far as that was kept."""
    labels, each = landscape.label_sums, np.arange(len(landscape.tasks))
    starts = np.searchsorted(labels.task, each)
    shared = np.maximum.reduceat(labels.count.sum(axis=0), starts, axis=0)
    return np.asarray(np.maximum.reduceat(shared, starts, axis=1) == 0)
