"""Seconds of the landscape: its starts, and the refits on halves of the patients."""

from core.estimate import unit
from core.estimate.parts import apart, is_matched, read_again, walks, warm_up
from core.estimate.size import Size
from core.estimate.trunk import trunk_weights
from core.landscape import OneStep
from core.landscape.refits.halves import MAX_ROWS as MOST_REFITTED
from core.landscape.refits.readings import PAIR_SAMPLES
from core.landscape.sums.mean_pull import MAX_KEPT as MOST_KEPT

FOLLOWED = 40
"""Rows that refits follow for more than one step, about."""


def starts(size: Size, landscape: OneStep) -> float:
    """Probes and one shared head, from every start."""
    rows = min(landscape.samples or size.n_train, size.n_train)
    weights, pairs = trunk_weights(size, landscape).total, size.n_tasks**2
    one = unit.START_SUM_S + rows * unit.WEIGHT_SUM_S * weights + 2 * warm_up(size, landscape)
    one += unit.READINGS * read_again(size)
    if is_matched(size, landscape):
        one += rows * unit.PAIR_SUM_S * pairs + _means(size, landscape)
        one += walks(size, landscape, landscape.step_rows, landscape.heads)
        one += walks(size, landscape, landscape.step_rows)
    elif landscape.pairing == "mean":
        one += 2 * unit.MEAN_S * pairs * landscape.n_blocks * weights
    else:
        one += apart(size, landscape, landscape.pair_samples)
    if landscape.heads == "own":
        one += unit.OWN_HEAD_S * rows * size.n_tasks * weights
    return landscape.starts * one


def _means(size: Size, landscape: OneStep) -> float:
    """Mean displacements, block by block; made twice where they are too many to be kept."""
    weights = trunk_weights(size, landscape)
    a_block = size.n_tasks * weights.total * weights.is_plain
    again = 2 if landscape.n_blocks * a_block > MOST_KEPT else 1
    each = unit.MEAN_BLOCK_S + unit.MEAN_PAIR_S * size.n_tasks
    return again * landscape.n_blocks * a_block * each


def refits(size: Size, landscape: OneStep) -> float:
    """Probes for half of the patients, and how alike they pull, again and again."""
    if landscape.pairing == "mean":
        return 0.0
    half = size.n_at_hand / -(-size.n_at_hand // MOST_REFITTED) / 2
    label = (unit.REFIT_LABEL_S + unit.REFIT_UNIT_S * landscape.width) * size.n_outputs
    one = unit.REFIT_S + half * (label + unit.FIT_WEIGHT_S * trunk_weights(size, landscape).total)
    if is_matched(size, landscape):
        one += walks(size, landscape, FOLLOWED)
    elif landscape.heads == "probe":  # else nobody reads distances of probes
        one += apart(size, landscape, PAIR_SAMPLES)
    return landscape.refits * one + read_again(size)
