"""What the first run of a plan takes: the seconds of its stages, one after the other."""

from typing import NamedTuple

from core.affinity import TAG
from core.estimate import unit
from core.estimate.chance import drivers, permutations
from core.estimate.joint_run import joint_run
from core.estimate.landscape import refits, starts
from core.estimate.size import Size
from core.joint_run import JointRun
from core.plan import Plan

LIBRARIES_BYTES = 690e6
BYTES_A_NUMBER = 40
"""Bytes of memory that a number of the table takes at the most crowded moment."""
BYTES_A_TASK = 3e6


class Needs(NamedTuple):
    """Seconds from the start to the answer, and bytes of memory at the most crowded moment."""

    seconds: float
    memory: float


def estimate_run(size: Size, plan: Plan, pace: float = 1.0) -> Needs:
    """What the first run of a plan takes on a table.

    Args:
        size: of the table.
        plan: its settings.
        pace: seconds of a clock for a second of the estimate.
    """
    run: JointRun | None = plan.measure if isinstance(plan.measure, JointRun) else None
    if run is None and size.n_tasks <= TAG.most_tasks:
        run = TAG()
    parts = (
        unit.START_S + unit.LIBRARIES_S,
        unit.CELL_S * size.n_rows * (size.n_inputs + size.n_tasks),
        starts(size, plan.landscape),
        refits(size, plan.landscape),
        joint_run(size, plan.landscape, run) if run is not None else 0.0,
        permutations(size, plan),
        drivers(size, plan.landscape),
        _groups(size.n_tasks, plan.n_replicates),
    )
    n_held = size.n_rows if size.n_held is None else size.n_held
    numbers = n_held * (size.n_inputs + size.n_outputs)
    replicates = 8.0 * 8 * plan.n_replicates * size.n_tasks**2
    memory = LIBRARIES_BYTES + BYTES_A_TASK * size.n_tasks + BYTES_A_NUMBER * numbers + replicates
    return Needs(pace * sum(parts), memory)


def _groups(n_tasks: int, n_replicates: int) -> float:
    """Intervals, graph, encoder, re-runs and mixtures."""
    again = unit.RERUN_S * n_tasks + unit.RERUN_PAIR_S * n_tasks**2
    return unit.ENCODER_PAIR_S * n_tasks**2 + n_replicates * again
