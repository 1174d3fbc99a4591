"""Inputs and outputs told otherwise, and the layers that take up the difference."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from core.frozen import Frozen

Retold = tuple[int, float, float]
"""A task, the factor and the offset: new output = factor · old output + offset."""


@dataclass(frozen=True, eq=False)
class Recoding(Frozen):
    """old input = factor · new input + offset, but where the input is missing: there both are 0.

    With W' = factor · W and b' = b + W offset a layer says the same of the new inputs. What that
    adds where an input is missing, the input that flags it takes off again.
    """

    factor: Float[np.ndarray, " input"]
    offset: Float[np.ndarray, " input"]
    flags: tuple[tuple[int, int], ...] = ()
    """Inputs with an offset, and the inputs that are 1 where they are missing."""
    heads: tuple[Retold, ...] = ()

    def add(
        self,
        place: int,
        flag: int | None,
        old: Float[np.ndarray, " two"],
        new: Float[np.ndarray, " two"],
    ) -> "Recoding":
        """With an input recoded so that two new values stand for two old ones."""
        factor, offset = self.factor.copy(), self.offset.copy()
        factor[place] = (old[1] - old[0]) / (new[1] - new[0])
        offset[place] = old[0] - factor[place] * new[0]
        flags = self.flags if flag is None else (*self.flags, (place, flag))
        return replace(self, factor=factor, offset=offset, flags=flags)

    def ignore(self, place: int) -> "Recoding":
        """With an input that counts as missing everywhere."""
        factor = self.factor.copy()
        factor[place] = 0.0
        return replace(self, factor=factor)

    def __call__(
        self, weight: Float[np.ndarray, "unit input"], bias: Float[np.ndarray, " unit"]
    ) -> tuple[Float[np.ndarray, "unit input"], Float[np.ndarray, " unit"]]:
        """The layer for the new inputs, in the precision of the old one."""
        wide = weight.astype(np.float64)
        made = wide * self.factor
        for place, flag in self.flags:
            made[:, flag] -= wide[:, place] * self.offset[place]
        moved = bias.astype(np.float64) + wide @ self.offset
        return made.astype(weight.dtype), moved.astype(bias.dtype)

    def head(
        self,
        task: int,
        weight: Float[np.ndarray, "output unit"],
        bias: Float[np.ndarray, " output"],
    ) -> tuple[Float[np.ndarray, "output unit"], Float[np.ndarray, " output"]]:
        """The head of a task for its new outputs, in the precision of the old one."""
        for own, factor, offset in self.heads:
            if own == task:
                made = factor * weight.astype(np.float64)
                moved = factor * bias.astype(np.float64) + offset
                return made.astype(weight.dtype), moved.astype(bias.dtype)
        return weight, bias


def no_recoding(n_inputs: int) -> Recoding:
    """Every input as it was."""
    return Recoding(np.ones(n_inputs), np.zeros(n_inputs))
