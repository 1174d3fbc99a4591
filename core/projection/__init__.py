"""Flat maps of the displacements' sketches, for looking at.

    pca     exact, at once, all points
    tsne    neighbourhoods (openTSNE), a job that can be cancelled
    umap    neighbourhoods (umap-learn), a job

    base      what a map-maker is
    sample    a fair draw of the points to show
    project   draw, map, and measure how many neighbourhoods survived (METHODS §5)
    align     one map laid over another

Example:
    >>> projection = project_points(landscape.points, PCA(), seed=0)
    >>> projection.xy.shape, projection.trustworthiness
    ((20000, 2), 0.97)
"""

from core.methods import Stage
from core.progress import OnProgress, silent
from core.projection.align import Aligned, align_map
from core.projection.base import Mapper, OnPartial
from core.projection.pca import PCA
from core.projection.project import make_projection
from core.projection.sample import draw_sample
from core.projection.tsne import TSNE
from core.projection.umap import UMAP
from core.values import Points, Projection

PROJECTIONS: Stage[Mapper] = Stage("map", {"pca": PCA, "tsne": TSNE, "umap": UMAP})

__all__ = [
    "PCA",
    "PROJECTIONS",
    "TSNE",
    "UMAP",
    "Aligned",
    "Mapper",
    "OnPartial",
    "align_map",
    "project_points",
]


def project_points(
    points: Points,
    method: Mapper | None = None,
    seed: int = 0,
    on_progress: OnProgress = silent,
    on_partial: OnPartial | None = None,
    draw_seed: int | None = None,
) -> Projection:
    """Map points onto the plane, with the trustworthiness of the map.

    Args:
        points: sketches of displacements.
        method: any of `PROJECTIONS`; `PCA()` when None.
        seed: of the points drawn and of the layout.
        on_progress: told the finished share; may raise Cancelled.
        on_partial: given the map as far as it is laid out, about once a second.
        draw_seed: of the points drawn where it is not `seed`, so that maps show the same points.
    """
    chosen = method or PCA()
    key = PROJECTIONS.key_of(chosen)
    drawn = draw_sample(points, chosen.limit, seed if draw_seed is None else draw_seed)
    return make_projection(points, drawn, chosen, key, seed, on_progress, on_partial)
