"""Draw, map, and measure how many neighbourhoods survived."""

import time

import numpy as np
from jaxtyping import Float, Int

from core.progress import OnProgress, within
from core.projection.base import Mapper, OnLayout, OnPartial, unseen
from core.projection.pca import PCA
from core.values import Points, Projection

JUDGED = 2_000
"""Most points that the trustworthiness is measured on; it takes their square in memory."""

NEIGHBOURS = 10

PUBLISH_EVERY_S = 1.0
ON_THE_WAY = ("The map is still being laid out.",)

CAUTION = "Distances between islands, and the sizes of islands, mean nothing."


def make_projection(
    points: Points,
    index: Int[np.ndarray, " shown"],
    mapper: Mapper,
    key: str,
    seed: int,
    on_progress: OnProgress,
    on_partial: OnPartial | None,
) -> Projection:
    """See `core.projection.project_points`; `index` are the points drawn, `key` is the id that the
    result carries."""
    sketch = _scaled(points.sketch[index])
    n_distinct = len(np.unique(sketch, axis=0))
    laid_out = mapper if n_distinct >= mapper.min_points else PCA()
    if n_distinct > 1:
        on_layout = _publish(key, index, on_partial) if on_partial else unseen
        xy = laid_out(sketch, seed, within(on_progress, 0.0, 0.9), on_layout)
    else:
        xy = np.zeros((len(index), 2))
    on_progress(0.9, "trustworthiness")
    trustworthiness = _judge(sketch, xy, seed) if n_distinct > 1 else np.nan
    on_progress(1.0, "done")
    return Projection(
        method=key,
        xy=xy,
        index=index,
        trustworthiness=trustworthiness,
        notes=_notes(points, len(index), n_distinct, mapper, laid_out),
    )


def _publish(key: str, index: Int[np.ndarray, " shown"], on_partial: OnPartial) -> OnLayout:
    """Pass on at most a layout every `PUBLISH_EVERY_S`, the first at once."""
    last = -np.inf

    def publish(layout: Float[np.ndarray, "shown 2"]) -> None:
        nonlocal last
        if time.monotonic() - last > PUBLISH_EVERY_S and np.isfinite(layout).all():
            last = time.monotonic()
            on_partial(Projection(key, layout, index, float("nan"), ON_THE_WAY))

    return publish


def _scaled(
    sketch: Float[np.ndarray, "shown coordinate"],
) -> Float[np.ndarray, "shown coordinate"]:
    """Without units, so that no square overflows; with two coordinates at least."""
    size = np.abs(sketch).max(initial=0.0)
    unit = sketch / size if size > 0 else sketch
    return np.pad(unit, ((0, 0), (0, max(0, 2 - sketch.shape[1]))))


def _judge(
    sketch: Float[np.ndarray, "shown coordinate"], xy: Float[np.ndarray, "shown 2"], seed: int
) -> float:
    """Trustworthiness (Venna & Kaski 2001) on a draw of the points; NaN below three points."""
    from sklearn.manifold import trustworthiness

    n = len(sketch)
    if n > JUDGED:
        drawn = np.random.default_rng(seed).choice(n, JUDGED, replace=False)
        sketch, xy, n = sketch[drawn], xy[drawn], JUDGED
    if n < 3:
        return float("nan")
    return float(trustworthiness(sketch, xy, n_neighbors=min(NEIGHBOURS, (n - 1) // 2)))


def _notes(
    points: Points, n_shown: int, n_distinct: int, mapper: Mapper, laid_out: Mapper
) -> tuple[str, ...]:
    notes = []
    if n_shown < points.n_total:
        notes.append(
            f"{n_shown:,} of {points.n_total:,} points shown, stratified by task and label."
        )
    if n_distinct < 2:
        notes.append("All points are the same: there is nothing to map.")
    elif laid_out is not mapper:
        notes.append(
            f"{mapper.title} needs {mapper.min_points} distinct points and there are "
            f"{n_distinct}; this is PCA."
        )
    if isinstance(laid_out, PCA):
        notes.append("Points that look close may be far apart in the directions not shown.")
    else:
        notes.append(CAUTION)
    return tuple(notes)
