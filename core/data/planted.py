"""A cohort whose true task groups are known: the answer that the engine must find."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from core.data.cohort import COHORT, GROUP_NAMES, Measurement
from core.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("binary", "regression", "mixed")


@dataclass(frozen=True, eq=False)
class Planted:
    """A generated table with its true answer: `labels[t]` numbers the group of `targets[t]`."""

    frame: "pd.DataFrame"
    targets: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    labels: Int[np.ndarray, " task"]


def plant_groups(
    n_samples: int = 1500,
    n_features: int = 24,
    group_sizes: Sequence[int] = (4, 4, 4),
    noise: float = 0.1,
    missing: float = 0.0,
    prevalence: tuple[float, float] = (0.2, 0.5),
    structure: bool = True,
    kinds: str = "binary",
    missing_features: float = 0.0,
    seed: int = 0,
) -> Planted:
    """Generate a clinical cohort whose tasks fall into groups.

    Each group has a risk score, a nonlinear function of two directions in feature space that are
    orthogonal to those of the other groups. A task's own score is (1 − noise) · group + noise ·
    private, where the private part is half another such function and half pure chance; its label
    is 1 above the quantile that gives it its prevalence. So at low noise the tasks of a group have
    alike labels *and* alike decision functions, and at noise 1 they share nothing.

    Args:
        n_samples: rows, one patient each.
        n_features: columns; the first has two text levels, the rest are numbers in clinical units.
        group_sizes: tasks in each planted group.
        noise: share of a task's score that is its own, in [0, 1].
        missing: share of labels removed at random, in [0, 1).
        prevalence: lowest and highest share of positives; spread evenly within every group.
        structure: False gives every task its own direction with the same marginals; `groups` then
            still tells the partition that would have been planted.
        kinds: `binary`, `regression`, or `mixed` (binary, regression and three-class in turn).
        missing_features: share of feature values removed at random, in [0, 1).
        seed: of everything drawn.

    Raises:
        TableError: a setting outside its range, or an unknown kind.
    """
    import pandas as pd

    _check(noise, missing, missing_features, prevalence, kinds)
    if n_samples < 2 or n_features < 1 or not group_sizes or min(group_sizes) < 1:
        raise TableError(
            f"n_samples={n_samples}, n_features={n_features}, group_sizes={tuple(group_sizes)}: "
            "there must be rows, features, and a task in every group."
        )
    rng = np.random.default_rng(seed)
    names = [name for group, n in enumerate(group_sizes) for name in _task_names(group, n)]
    order = rng.permutation(len(names))
    shares = np.concatenate([rng.permutation(np.linspace(*prevalence, n)) for n in group_sizes])
    latent = rng.standard_normal((n_samples, n_features))
    latent[:, 0] = np.where(latent[:, 0] > 0, 1.0, -1.0)
    group_of = np.repeat(np.arange(len(group_sizes)), group_sizes)
    task_of = np.arange(len(group_of))
    scores = _scores(latent, group_of if structure else task_of, rng)
    private = (_scores(latent, task_of, rng) + rng.standard_normal(scores.shape)) / np.sqrt(2)
    scores = _standardised((1 - noise) * scores + noise * private)
    columns: dict[str, object] = {
        measure.name: _hide(measure.express(latent[:, place]), missing_features, rng)
        for place, measure in enumerate(_measurements(n_features))
    }
    for rank, task in enumerate(order):
        kind = ("binary", "regression", "multiclass")[rank % 3] if kinds == "mixed" else kinds
        columns[names[task]] = _hide(_label(scores[:, task], shares[task], kind), missing, rng)
    return Planted(
        frame=pd.DataFrame(columns),
        targets=tuple(names[task] for task in order),
        groups=tuple(
            tuple(names[task] for task in task_of[group_of == group])
            for group in range(len(group_sizes))
        ),
        labels=group_of[order],
    )


def _check(
    noise: float, missing: float, hidden: float, prevalence: tuple[float, float], kinds: str
) -> None:
    if kinds not in KINDS:
        raise TableError(f"Unknown kinds={kinds!r}; choose one of {', '.join(KINDS)}.")
    if not 0 <= noise <= 1:
        raise TableError(f"noise={noise} is outside 0 … 1.")
    if not (0 <= missing < 1 and 0 <= hidden < 1):
        raise TableError(f"missing={missing}, missing_features={hidden}: each must be in [0, 1).")
    if not 0 < prevalence[0] <= prevalence[1] < 1:
        raise TableError(f"prevalence={prevalence} must be two rising shares between 0 and 1.")


def _scores(
    latent: Float[np.ndarray, "sample feature"],
    function_of: Int[np.ndarray, " task"],
    rng: np.random.Generator,
) -> Float[np.ndarray, "sample task"]:
    """One standardised score a task; tasks with the same number share their function."""
    n_functions = int(function_of.max()) + 1
    along, bent = np.split(_directions(latent.shape[1], 2 * n_functions, rng), 2, axis=1)
    scores = latent @ along + 0.5 * np.abs(latent @ bent)
    return _standardised(scores)[:, function_of]


def _directions(
    n_features: int, n_directions: int, rng: np.random.Generator
) -> Float[np.ndarray, "feature direction"]:
    """Random unit directions, orthogonal to each other as far as there is room."""
    drawn = rng.standard_normal((n_features, n_directions))
    room = min(n_features, n_directions)
    drawn[:, :room] = np.linalg.qr(drawn[:, :room])[0]
    unit: np.ndarray = drawn / np.linalg.norm(drawn, axis=0)
    return unit


def _standardised(values: Float[np.ndarray, "sample task"]) -> Float[np.ndarray, "sample task"]:
    scaled: np.ndarray = (values - values.mean(axis=0)) / values.std(axis=0)
    return scaled


def _label(score: Float[np.ndarray, " sample"], prevalence: float, kind: str) -> np.ndarray:
    if kind == "regression":
        return np.asarray(np.round(50 + 10 * score, 2))
    if kind == "multiclass":
        words = np.array(["mild", "moderate", "severe"], dtype=object)
        return np.asarray(words[np.searchsorted(np.quantile(score, [1 / 3, 2 / 3]), score)])
    return np.asarray(score > np.quantile(score, 1 - prevalence), dtype=np.float64)


def _hide(values: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    if share == 0:
        return values
    return np.where(rng.random(len(values)) < share, np.array(np.nan, values.dtype), values)


def _measurements(n_features: int) -> list[Measurement]:
    extra = range(len(COHORT), n_features)
    return [*COHORT[:n_features], *(Measurement(f"lab_{k + 1}", 100.0, 15.0) for k in extra)]


def _task_names(group: int, size: int) -> list[str]:
    known = GROUP_NAMES[group] if group < len(GROUP_NAMES) else ()
    return [known[k] if k < len(known) else f"y_group{group + 1}_{k + 1}" for k in range(size)]
