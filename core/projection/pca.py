"""The linear map."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from core.progress import OnProgress
from core.projection.base import Mapper, OnLayout, unseen


@dataclass(frozen=True)
class PCA(Mapper):
    """The two directions of largest variance, exactly, from the covariance of the coordinates."""

    title: ClassVar[str] = "PCA"
    summary: ClassVar[str] = (
        "The flat shadow in which the points spread most: quick, shows every point, and distances "
        "keep their meaning as far as two dimensions can hold them."
    )

    def __call__(
        self,
        sketch: Float[np.ndarray, "point coordinate"],
        seed: int,
        on_progress: OnProgress,
        on_layout: OnLayout = unseen,
    ) -> Float[np.ndarray, "point 2"]:
        on_progress(0.0, "PCA")
        return main_directions(sketch, 2)


def main_directions(
    sketch: Float[np.ndarray, "point coordinate"], n: int
) -> Float[np.ndarray, "point component"]:
    """Scores on the n directions of largest variance, 0 where there are fewer; signs are fixed."""
    centred = sketch - sketch.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    main = directions[:, ::-1][:, :n]
    largest = np.argmax(np.abs(main), axis=0)
    main = main * np.sign(main[largest, np.arange(main.shape[1])])
    return np.asarray(np.pad(centred @ main, ((0, 0), (0, n - main.shape[1]))))
