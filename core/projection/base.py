"""What a map-maker is."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from core.methods import Method
from core.progress import OnProgress


@dataclass(frozen=True)
class Mapper(Method):
    """A way to lay points out on the plane."""

    min_points: ClassVar[int] = 1
    """Fewer distinct points than this are laid out by PCA instead."""

    @property
    def limit(self) -> int | None:
        """Most points laid out; None for all."""
        return None

    @abstractmethod
    def __call__(
        self, sketch: Float[np.ndarray, "point coordinate"], seed: int, on_progress: OnProgress
    ) -> Float[np.ndarray, "point 2"]:
        """Places of the points; the sketch has at least `min_points` distinct ones."""
