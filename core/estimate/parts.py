"""What several stages of a run do: fits of probes, warm-ups, walks and comparisons of samples."""

from core.estimate import unit
from core.estimate.size import Size
from core.estimate.trunk import trunk_weights
from core.landscape import OneStep


def is_matched(size: Size, landscape: OneStep) -> bool:
    """Whether tasks are compared on the samples that they share."""
    if landscape.pairing == "auto":
        return not size.has_own_samples
    return landscape.pairing == "matched"


def fit(size: Size, landscape: OneStep, rows: float) -> float:
    """To fit probes to some rows, and to read them."""
    each = (unit.FIT_LABEL_S + unit.FIT_UNIT_S * landscape.width) * size.n_outputs
    whitened = unit.FIT_SPREAD_S * landscape.width**3
    passed = unit.FIT_WEIGHT_S * trunk_weights(size, landscape).total
    return unit.FIT_S + whitened + rows * (each + passed)


def read_again(size: Size) -> float:
    """Every row again, where it stays in its file."""
    if size.n_at_hand == size.n_train:
        return 0.0
    return unit.READ_CELL_S * size.n_rows * (size.n_inputs + size.n_tasks)


def warm_up(size: Size, landscape: OneStep) -> float:
    """A short joint run before a start, where one is asked for."""
    if landscape.start != "warmup":
        return 0.0
    return landscape.warmup_steps * (unit.WARM_STEP_S + unit.WARM_TASK_S * size.n_tasks)


def walks(size: Size, landscape: OneStep, followed: int, heads: str = "probe") -> float:
    """Rows that are followed for more than one step, each for every task, or for every label where
    all tasks have the same head."""
    if landscape.steps == 1:
        return 0.0
    is_same = heads == "shared" and landscape.head_bias == "zero"
    labels = min(followed, size.n_train) * (2 if is_same else size.n_tasks)
    weights = trunk_weights(size, landscape)
    a_label = unit.STEP_INPUT_S * weights.first + unit.STEP_S * weights.others
    return landscape.steps * labels * a_label


def apart(size: Size, landscape: OneStep, n_samples: int) -> float:
    """How far every two of so many samples of every task are apart."""
    drawn = min(n_samples * size.n_tasks, size.n_train)
    numbers = size.n_inputs + landscape.width + 2 * (landscape.depth - 1) * landscape.width
    return unit.APART_S * drawn**2 / 2 * numbers
