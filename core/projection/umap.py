"""UMAP by umap-learn."""

import warnings
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int

from core.methods import knob
from core.progress import OnProgress
from core.projection.base import Mapper, OnLayout, unseen
from core.projection.pca import main_directions


@dataclass(frozen=True)
class UMAP(Mapper):
    """Uniform manifold approximation (McInnes, Healy & Melville 2018), PCA start, one thread so
    that a seed gives one map. It reports only before and after, and shows where it starts from: the
    library offers no callback.
    """

    title: ClassVar[str] = "UMAP"
    summary: ClassVar[str] = (
        "Keeps neighbourhoods together, and a little more of the large shape than t-SNE; the "
        "distances between islands still mean nothing."
    )
    min_points: ClassVar[int] = 8

    n_neighbors: int = knob(15, "About how many neighbours count.", low=2, high=200)
    min_dist: float = knob(0.1, "How tightly points may be packed.", low=0.0, high=0.99)
    max_points: int = knob(5_000, "Most points laid out.", low=100, high=20_000)

    @property
    def limit(self) -> int | None:
        return self.max_points

    def __call__(
        self,
        sketch: Float[np.ndarray, "point coordinate"],
        seed: int,
        on_progress: OnProgress,
        on_layout: OnLayout = unseen,
    ) -> Float[np.ndarray, "point 2"]:
        on_progress(0.0, "UMAP")
        with warnings.catch_warnings():  # it warns of an optional part of it that we do not use
            warnings.simplefilter("ignore", ImportWarning)
            import umap

        on_progress(0.1, "UMAP")
        start = _start(sketch, seed)
        on_layout(start)
        n_neighbors = min(self.n_neighbors, len(sketch) - 1)
        mapper = umap.UMAP(
            n_neighbors=n_neighbors,
            min_dist=self.min_dist,
            init=start,
            precomputed_knn=_neighbours(sketch, n_neighbors),
            random_state=seed,
            n_jobs=1,
        )
        with warnings.catch_warnings():  # new points will never be added to the map
            warnings.filterwarnings("ignore", "precomputed_knn", UserWarning)
            return np.asarray(mapper.fit_transform(sketch), dtype=float)


def _start(
    sketch: Float[np.ndarray, "point coordinate"], seed: int
) -> Float[np.ndarray, "point 2"]:
    """PCA with a little noise, so that equal points can part and no side is without extent."""
    start = main_directions(sketch, 2)
    noise = np.random.default_rng(seed).standard_normal(start.shape)
    return np.asarray(start + 1e-3 * start.std() * noise)


def _neighbours(
    sketch: Float[np.ndarray, "point coordinate"], n: int
) -> tuple[Int[np.ndarray, "point neighbour"], Float[np.ndarray, "point neighbour"]]:
    """The exact nearest points, the point itself first: quicker to have than to compile the
    library's own approximate search.
    """
    from sklearn.neighbors import NearestNeighbors

    distance, index = NearestNeighbors(n_neighbors=n).fit(sketch).kneighbors(sketch)
    return index, distance
