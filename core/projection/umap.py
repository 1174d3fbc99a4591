"""UMAP by umap-learn."""

import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float, Int

from core.methods import knob
from core.progress import OnProgress, within
from core.projection.base import Mapper, OnLayout, unseen
from core.projection.pca import main_directions

SMALL, MANY_EPOCHS, FEW_EPOCHS = 10_000, 500, 200
"""Up to so many points take many epochs: the library's defaults."""
REPORT_EVERY_S = 0.2
INT32 = (np.iinfo(np.int32).min + 1, np.iinfo(np.int32).max - 1)
"""Between these the library draws the seeds of its noise."""


@dataclass(frozen=True)
class UMAP(Mapper):
    """Uniform manifold approximation (McInnes, Healy & Melville 2018), PCA start, one thread so
    that a seed gives one map.

    The stages of `umap.UMAP.fit_transform` are called one by one, so that the layout that the last
    of them moves in place can be shown on the way; the result is that of `fit_transform`.
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
            from umap.layouts import optimize_layout_euclidean
            from umap.umap_ import find_ab_params, make_epochs_per_sample

        on_progress(0.1, "UMAP")
        start = _start(sketch, seed)
        on_layout(start)
        n_epochs = MANY_EPOCHS if len(sketch) <= SMALL else FEW_EPOCHS
        rng = np.random.RandomState(seed)  # what the library draws its noise from
        graph = _graph(sketch, min(self.n_neighbors, len(sketch) - 1), n_epochs, rng)
        layout = _scaled(start.astype(np.float32))
        moved = optimize_layout_euclidean(
            layout,
            layout,
            graph.row,
            graph.col,
            n_epochs,
            len(sketch),
            make_epochs_per_sample(graph.data, n_epochs),
            *find_ab_params(1.0, self.min_dist),
            rng.randint(*INT32, 3).astype(np.int64),
            tqdm_kwds=_reporting(layout, n_epochs, within(on_progress, 0.1, 1.0), on_layout),
            move_other=True,
        )
        return np.asarray(moved, dtype=float)


class _Reporter:
    """The file that the library writes its progress to: the number of the epoch, now and then."""

    def __init__(
        self,
        layout: Float[np.ndarray, "point 2"],
        n_epochs: int,
        on_progress: OnProgress,
        on_layout: OnLayout,
    ) -> None:
        self.layout, self.n_epochs = layout, n_epochs
        self.on_progress, self.on_layout = on_progress, on_layout

    def write(self, text: str) -> None:
        if epoch := text.strip():
            self.on_progress(int(epoch) / self.n_epochs, "UMAP")
            self.on_layout(self.layout.astype(float))

    def flush(self) -> None:
        """Nothing waits here."""


def _reporting(
    layout: Float[np.ndarray, "point 2"],
    n_epochs: int,
    on_progress: OnProgress,
    on_layout: OnLayout,
) -> dict[str, Any]:
    """Options of the library's progress bar; what a callback raises ends the optimisation."""
    return {
        "file": _Reporter(layout, n_epochs, on_progress, on_layout),
        "bar_format": "{n}",
        "mininterval": REPORT_EVERY_S,
        "maxinterval": float("inf"),  # or a thread of its own would report
        "disable": False,
    }


def _graph(
    sketch: Float[np.ndarray, "point coordinate"],
    n_neighbors: int,
    n_epochs: int,
    rng: np.random.RandomState,
) -> Any:
    """How strongly points hold together, a sparse matrix; what no epoch would draw is left out."""
    from umap.umap_ import fuzzy_simplicial_set

    index, distance = _neighbours(sketch, n_neighbors)
    graph, *_ = fuzzy_simplicial_set(
        sketch.astype(np.float32), n_neighbors, rng, "euclidean", {}, index, distance
    )
    graph = graph.tocoo()
    graph.sum_duplicates()
    graph.data[graph.data < graph.data.max() / n_epochs] = 0.0
    graph.eliminate_zeros()
    return graph


def _start(
    sketch: Float[np.ndarray, "point coordinate"], seed: int
) -> Float[np.ndarray, "point 2"]:
    """PCA with a little noise, so that equal points can part and no side is without extent."""
    start = main_directions(sketch, 2)
    noise = np.random.default_rng(seed).standard_normal(start.shape)
    return np.asarray(start + 1e-3 * start.std() * noise)


def _scaled(start: Float[np.ndarray, "point 2"]) -> Float[np.ndarray, "point 2"]:
    """Into a square of ten by ten, where the library lets its layouts begin."""
    low, high = start.min(axis=0), start.max(axis=0)
    return np.asarray(10.0 * (start - low) / (high - low), dtype=np.float32, order="C")


def _neighbours(
    sketch: Float[np.ndarray, "point coordinate"], n: int
) -> tuple[Int[np.ndarray, "point neighbour"], Float[np.ndarray, "point neighbour"]]:
    """The exact nearest points, the point itself first: quicker to have than to compile the
    library's own approximate search.
    """
    from sklearn.neighbors import NearestNeighbors

    distance, index = NearestNeighbors(n_neighbors=n).fit(sketch).kneighbors(sketch)
    return index, distance
