"""t-SNE by openTSNE, which reports back while it works."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float

from core.methods import knob
from core.progress import OnProgress
from core.projection.base import Mapper, OnLayout, unseen
from core.projection.pca import main_directions

EARLY, LATE = 250, 500
"""Iterations with and without exaggeration: openTSNE's defaults."""

MANY = 1_000
"""From here on interpolation is quicker than a tree of points (4 x at 5,000)."""


@dataclass(frozen=True)
class TSNE(Mapper):
    """t-distributed stochastic neighbour embedding (van der Maaten & Hinton 2008), PCA start."""

    title: ClassVar[str] = "t-SNE"
    summary: ClassVar[str] = (
        "Keeps each point's closest neighbours together; islands are real neighbourhoods, but "
        "their sizes and the gaps between them mean nothing."
    )
    min_points: ClassVar[int] = 8

    perplexity: float = knob(30.0, "About how many neighbours count.", low=2, high=500)
    max_points: int = knob(5_000, "Most points laid out.", low=100, high=100_000)

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
        import openTSNE

        on_progress(0.0, "t-SNE")
        affinities = openTSNE.affinity.PerplexityBasedNN(
            sketch, perplexity=min(self.perplexity, (len(sketch) - 1) / 3), random_state=seed
        )
        start = openTSNE.initialization.rescale(main_directions(sketch, 2))
        layout = openTSNE.TSNEEmbedding(
            start,
            affinities,
            negative_gradient_method="fft" if len(sketch) >= MANY else "bh",
            random_state=seed,
        )
        layout = layout.optimize(
            n_iter=EARLY, exaggeration=12, momentum=0.5, **_reporting(on_progress, on_layout, 0)
        )
        layout = layout.optimize(
            n_iter=LATE, momentum=0.8, **_reporting(on_progress, on_layout, EARLY)
        )
        return np.asarray(layout, dtype=float)


def _reporting(on_progress: OnProgress, on_layout: OnLayout, finished: int) -> dict[str, Any]:
    """Options that make openTSNE report; what the callback raises ends the optimisation."""

    def report(iteration: int, error: float, layout: np.ndarray) -> None:
        on_progress((finished + iteration) / (EARLY + LATE), "t-SNE")
        on_layout(np.array(layout, dtype=float))

    return {"callbacks": report, "callbacks_every_iters": 10}
