"""What a map-maker is."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from core.methods import Method
from core.progress import OnProgress
from core.values import Projection

OnLayout = Callable[[Float[np.ndarray, "point 2"]], None]
"""Given the places so far."""
OnPartial = Callable[[Projection], None]
"""Given a map that is not finished: its trustworthiness is NaN."""


def unseen(layout: Float[np.ndarray, "point 2"]) -> None:
    """The callback that shows a layout to nobody."""


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
        self,
        sketch: Float[np.ndarray, "point coordinate"],
        seed: int,
        on_progress: OnProgress,
        on_layout: OnLayout = unseen,
    ) -> Float[np.ndarray, "point 2"]:
        """Places of the points; the sketch has at least `min_points` distinct ones."""
