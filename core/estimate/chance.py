"""Seconds of permuted labels: what chance reaches, and what drives the groups beside it."""

from core.drivers.measure import MOST_PAIRS, MOST_PATIENTS, N_STARTS
from core.estimate import unit
from core.estimate.joint_run import joint_run
from core.estimate.parts import fit, walks, warm_up
from core.estimate.size import Size
from core.estimate.trunk import trunk_weights
from core.joint_run import JointRun
from core.landscape import OneStep
from core.landscape.groups.agreement import MAX_KEPT as MOST_DISPLACED
from core.null import N_PERMUTATIONS
from core.null.unrelated import MAX_ROWS
from core.plan import Plan

FOLLOWED = 70
"""Rows that permutations follow for more than one step, about."""


def permutations(size: Size, plan: Plan) -> float:
    """The chosen measure again and again on permuted labels."""
    rows = min(size.n_train, MAX_ROWS)
    once = fit(size, plan.landscape, rows)
    if plan.heads == "shared":
        once = unit.FIT_S + rows * unit.FIT_WEIGHT_S * trunk_weights(size, plan.landscape).total
    once += warm_up(size, plan.landscape)
    once += walks(size, plan.landscape, FOLLOWED, plan.heads)
    if isinstance(plan.measure, JointRun):
        once += joint_run(size, plan.landscape, plan.measure)
    return N_PERMUTATIONS * once


def drivers(size: Size, landscape: OneStep) -> float:
    """What drives the groups, beside chance."""
    if size.has_own_samples:
        return 0.0
    weights = trunk_weights(size, landscape)
    displaced = size.n_tasks * weights.total * weights.is_plain
    if displaced > MOST_DISPLACED:
        return 0.0
    rows = min(size.n_train, MOST_PATIENTS, MOST_PAIRS / size.n_tasks)
    probes = fit(size, landscape, rows) * (unit.DRIVE_FIT if weights.is_plain else 1.0)
    passed = displaced * (unit.DRIVE_WEIGHT_S * rows + unit.DRIVE_MEAN_S)
    once = probes + passed + warm_up(size, landscape)
    return (N_STARTS + N_PERMUTATIONS) * once
