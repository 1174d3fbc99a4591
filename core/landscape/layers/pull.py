"""What the layers of any trunk add to the displacements of a block of rows.

The displacement of a sample for a task is, up to its sign, the gradient of one loss on one sample.
Layer by layer it comes in one of three forms, and all that a landscape sums up is made of any:

    Factors   δ aᵀ             a linear map that sees a row once: nothing is ever formed
    Sites     Σ_p δ_p a_pᵀ     the same weights at many places p: every step of a sequence, every
                               patch of an image (a convolution), every call of a layer called twice
    Whole     formed already   anything else: norm layers, attention, embeddings

`Sites` and `Whole` are formed for a few rows at a time, one layer after another, so that n × T × P
numbers never exist. The task axis of a pull may have length 1: with one shared output the
displacements of all tasks are multiples of one (METHODS §1).

    terms_of_layers([Factors(deltas, inputs), Sites(deltas, inputs)], known, piece) → PairTerms
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxtyping import Bool, Float

from core.landscape.memory import numbers_at_a_time
from core.landscape.row_terms import RowTerms, empty_terms, sum_row_terms
from core.landscape.terms import PairTerms, add_rows, end_to_end

if TYPE_CHECKING:
    from torch import Tensor

MAX_FORMED = 2**20
"""Numbers of the displacements formed at a time (4 MB, so that they stay in the caches; ours)."""


class Pull(ABC):
    """What one layer adds to the displacement of every task on every row of a block.

    A task without a label on a row must have 0 there.
    """

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int, int, int]:
        """Tasks, rows, outputs and inputs; the last two are the sides of the weights."""

    @property
    @abstractmethod
    def like(self) -> "Tensor":
        """A tensor of the type and place of the displacements."""

    @abstractmethod
    def formed(self) -> "Iterator[tuple[slice, Float[Tensor, 'task row output input']]]":
        """The displacements of a few rows at a time."""

    def add_to(self, found: RowTerms) -> None:
        """Add what this layer does to the terms of every row."""
        for rows, delta in self.formed():
            found.add_dense(rows, delta.flatten(2).transpose(0, 1).contiguous())

    def lengths(self) -> "Float[Tensor, 'task row']":
        """‖Δ‖₁."""
        import torch

        return torch.cat([delta.abs().sum((2, 3)) for _, delta in self.formed()], dim=1)

    def total(
        self, weight: "Float[Tensor, 'task row'] | None" = None
    ) -> "Float[Tensor, 'task output input']":
        """Σ over rows of Δ; of `weight` · Δ where a pull of one task stands for several."""
        found = None
        for rows, delta in self.formed():
            flat = delta.flatten(2)
            part = flat.sum(1) if weight is None else weight[:, rows] @ flat[0]
            found = part if found is None else found + part
        assert found is not None  # a block has rows
        return found.reshape(-1, *self.shape[2:])

    def along(
        self, total: "Float[Tensor, 'target output input']", piece: int
    ) -> "Float[Tensor, 'piece source target']":
        """Σ over the rows of each piece of ⟨Δ_source, total_target⟩."""
        import torch

        by_row = [
            delta.flatten(2).transpose(0, 1) @ total.flatten(1).T for _, delta in self.formed()
        ]
        return add_rows(torch.cat(by_row), piece)

    def sketch(
        self, left: "Float[Tensor, 'side output']", right: "Float[Tensor, 'side input']"
    ) -> "Float[Tensor, 'task row side side']":
        """left Δ rightᵀ."""
        import torch

        return torch.cat([left @ delta @ right.T for _, delta in self.formed()], dim=1)


@dataclass(frozen=True, eq=False)
class Factors(Pull):
    """δ aᵀ, never formed but where a caller asks for it.

    A layer whose bias counts too has one more input, which is always 1.
    """

    deltas: "Float[Tensor, 'task row output']"
    """∂ loss / ∂ output of the layer."""
    inputs: "Float[Tensor, 'row input']"

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return (*self.deltas.shape, self.inputs.shape[1])

    @property
    def like(self) -> "Tensor":
        return self.deltas

    def formed(self) -> "Iterator[tuple[slice, Float[Tensor, 'task row output input']]]":
        for rows in _row_slices(self):
            yield rows, self.deltas[:, rows, :, None] * self.inputs[rows, None, :]

    def add_to(self, found: RowTerms) -> None:
        found.add_outer(self.deltas, self.inputs)

    def lengths(self) -> "Float[Tensor, 'task row']":
        return self.deltas.abs().sum(2) * self.inputs.abs().sum(1)

    def total(
        self, weight: "Float[Tensor, 'task row'] | None" = None
    ) -> "Float[Tensor, 'task output input']":
        deltas = self.deltas if weight is None else self.deltas * weight.unsqueeze(2)
        return deltas.transpose(1, 2) @ self.inputs

    def along(
        self, total: "Float[Tensor, 'target output input']", piece: int
    ) -> "Float[Tensor, 'piece source target']":
        turned = self.inputs @ total.transpose(1, 2)
        return end_to_end(self.deltas, piece) @ end_to_end(turned, piece).transpose(1, 2)

    def sketch(
        self, left: "Float[Tensor, 'side output']", right: "Float[Tensor, 'side input']"
    ) -> "Float[Tensor, 'task row side side']":
        return (self.deltas @ left.T).unsqueeze(3) * (self.inputs @ right.T).unsqueeze(1)


@dataclass(frozen=True, eq=False)
class Sites(Pull):
    """Σ over places p of δ_p a_pᵀ, as one small matrix product a row.

    A convolution keeps the images it was fed and cuts the patches of a few rows at a time.
    """

    deltas: "Float[Tensor, 'task row place output']"
    """∂ loss / ∂ output of the layer at every place."""
    inputs: "Float[Tensor, 'row place input'] | Float[Tensor, 'row *image']"
    cut: "Callable[[Tensor], Float[Tensor, 'row place input']] | None" = None
    """Makes the inputs of every place from images; None where they are there already."""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        n_tasks, n_rows, _, n_outputs = self.deltas.shape
        return n_tasks, n_rows, n_outputs, self._places(slice(0, 1)).shape[2]

    @property
    def like(self) -> "Tensor":
        return self.deltas

    def formed(self) -> "Iterator[tuple[slice, Float[Tensor, 'task row output input']]]":
        for rows in _row_slices(self):
            yield rows, self.deltas[:, rows].transpose(2, 3) @ self._places(rows)

    def _places(self, rows: slice) -> "Float[Tensor, 'row place input']":
        return self.inputs[rows] if self.cut is None else self.cut(self.inputs[rows])


@dataclass(frozen=True, eq=False)
class Whole(Pull):
    """Gradients that had to be formed; a vector of parameters is a matrix with one row of them."""

    gradients: "Float[Tensor, 'task row output input']"

    @property
    def shape(self) -> tuple[int, int, int, int]:
        n_tasks, n_rows, n_outputs, n_inputs = self.gradients.shape
        return n_tasks, n_rows, n_outputs, n_inputs

    @property
    def like(self) -> "Tensor":
        return self.gradients

    def formed(self) -> "Iterator[tuple[slice, Float[Tensor, 'task row output input']]]":
        for rows in _row_slices(self):
            yield rows, self.gradients[:, rows]


def _row_slices(pull: Pull) -> Iterator[slice]:
    n_tasks, n_rows, n_outputs, n_inputs = pull.shape
    most = numbers_at_a_time(pull.like.device, MAX_FORMED)
    step = max(1, most // max(1, n_tasks * n_outputs * n_inputs))
    for start in range(0, n_rows, step):
        yield slice(start, start + step)


def terms_of_layers(
    layers: Iterable[Pull], known: "Bool[Tensor, 'row task']", piece: int
) -> PairTerms:
    """The pair terms of a block of rows from what every layer adds to their displacements.

    Args:
        layers: read once, one after another, so that a generator need not keep them all.
        known: which labels are there; the number of rows is a multiple of `piece`.
        piece: how many rows are summed together.
    """
    found = None
    for layer in layers:
        if found is None:
            found = empty_terms(layer.shape[0], layer.shape[1], layer.like)
        layer.add_to(found)
    assert found is not None  # a trunk has layers
    return sum_row_terms(found, known, piece)
