"""Seconds of a joint run that looks ahead."""

from core.estimate import unit
from core.estimate.size import Size
from core.joint_run import JointRun
from core.landscape import OneStep
from core.landscape.look_ahead.draws import FEWEST
from core.landscape.look_ahead.joint import rows_of_look


def joint_run(size: Size, landscape: OneStep, run: JointRun) -> float:
    """Steps of all tasks, and looks ahead of each alone."""
    tasks, n_looks = size.n_tasks, -(-run.steps // run.every)
    own_rows = FEWEST * tasks if size.has_own_samples else 0
    rows, looked = max(run.batch_size, own_rows), max(rows_of_look(run, tasks), own_rows)
    inner = (landscape.depth - 1) * landscape.width**2
    step = unit.JOINT_STEP_S + unit.JOINT_WEIGHT_S * rows * tasks * inner
    look = unit.LOOK_S * tasks + unit.LOOK_WEIGHT_S * tasks * size.n_inputs * landscape.width
    return run.steps * step + n_looks * (look + unit.LOOK_LOSS_S * tasks**2 * looked)
