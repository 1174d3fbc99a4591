"""One measure on one landscape: point estimate, bootstrap, similarity."""

from collections.abc import Callable
from functools import partial

import numpy as np
from jaxtyping import Float

from core.affinity.base import Measure
from core.affinity.gaps import find_gaps
from core.affinity.interval import interval
from core.affinity.notes import explain
from core.affinity.refitted import refitted, within_range
from core.affinity.similarity import ALMOST, scale_of, scale_of_own, share_of_own, to_similarity
from core.affinity.totals import add_up, draw_weights
from core.errors import MethodError
from core.joint_run import JointRun
from core.values import Affinity, Landscape

MAX_ELEMENTS = 2**22
"""Numbers in each array of re-weighted totals that are held at a time (32 MB)."""


def measure_affinity(
    landscape: Landscape, measure: Measure, key: str, n_replicates: int, seed: int
) -> Affinity:
    """See `core.affinity.measure_affinity`; `key` is the id that the result carries."""
    _check_reads(landscape, measure)
    _check_look_ahead(landscape, measure, key)
    raw = measure(*add_up(landscape, np.ones(landscape.sums.n_blocks)))
    values = within_range(measure, raw)
    blocks = _bootstrap(landscape, measure, n_replicates, seed) + (values - raw)
    moved = refitted(landscape, measure, blocks - values, seed)
    replicates = within_range(measure, values + moved)
    low, high = interval(replicates)
    similarity = _to_similarity(measure, values, landscape.sums.pairing)
    return Affinity(
        task_names=tuple(task.name for task in landscape.tasks),
        measure=key,
        is_distance=measure.is_distance,
        values=values,
        low=low,
        high=high,
        similarity=similarity(values),
        replicates=similarity(replicates),
        notes=explain(landscape, measure, values, blocks),
        gaps=find_gaps(landscape, measure, values),
    )


def _check_reads(landscape: Landscape, measure: Measure) -> None:
    missing = [name for name in measure.reads if getattr(landscape.sums, name) is None]
    if missing:
        raise MethodError(
            f"{measure.title} reads {', '.join(missing)}, which this landscape did not sum up; "
            "measure the landscape with that name in `reads`, or without `reads` for all sums."
        )


def _check_look_ahead(landscape: Landscape, measure: Measure, key: str) -> None:
    if isinstance(measure, JointRun) and landscape.look_ahead is None:
        raise MethodError(
            f"Measure {key!r} reads a joint run that this landscape lacks; give it one with "
            "replace(landscape, look_ahead=measure_look_ahead(table, landscape))."
        )


def _to_similarity(
    measure: Measure, values: Float[np.ndarray, "source target"], pairing: str
) -> Callable[[Float[np.ndarray, "*replicate source target"]], np.ndarray]:
    """How values become similarities; what it scales by is that of the point estimate."""
    if measure.is_directed:
        return partial(share_of_own, least=scale_of_own(values))
    scale = scale_of(values) if measure.is_distance else None
    highest = 1.0 if pairing == "matched" else ALMOST
    return partial(to_similarity, scale=scale, lowest=measure.lowest, highest=highest)


def _bootstrap(
    landscape: Landscape, measure: Measure, n_replicates: int, seed: int
) -> Float[np.ndarray, "replicate source target"]:
    """The measure on re-weighted blocks; a few replicates at a time, so that memory is bounded."""
    weights = draw_weights(landscape.sums.n_blocks, n_replicates, seed)
    n_columns = len(landscape.label_sums.task)
    step = max(1, MAX_ELEMENTS // n_columns**2)
    parts = [
        measure(*add_up(landscape, weights[start : start + step]))
        for start in range(0, n_replicates, step)
    ]
    return np.concatenate(parts)
