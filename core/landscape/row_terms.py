"""What every pair of tasks contributes on each row, filled layer by layer, then summed by piece."""

from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Bool, Float, Int

from core.landscape.terms import SUMS, PairTerms, add_rows, assemble, cosines, gram

if TYPE_CHECKING:
    from torch import Tensor


class RowTerms(NamedTuple):
    """Sums over the layers, row by row; a task without a label on a row does not move there.

    Distances and signs cost most, so they are None where nobody reads them.
    """

    norm: "Float[Tensor, 'task row']"
    """‖Δ‖₁."""
    apart: "Float[Tensor, 'row source target'] | None"
    """‖Δ_source − Δ_target‖₁."""
    gram: "Float[Tensor, 'row source target']"
    """⟨Δ_source, Δ_target⟩."""
    same_sign: "Float[Tensor, 'row source target'] | None"
    """⟨sgn Δ_source, sgn Δ_target⟩."""
    movable: "Float[Tensor, ' row']"
    """How many parameters some task moves."""

    def part(self, rows: slice) -> "RowTerms":
        """The terms of some rows, to add to in place."""
        return RowTerms(
            self.norm[:, rows],
            None if self.apart is None else self.apart[rows],
            self.gram[rows],
            None if self.same_sign is None else self.same_sign[rows],
            self.movable[rows],
        )

    def add_dense(self, rows: slice, delta: "Float[Tensor, 'row task weight']") -> None:
        """Add the displacements of some rows, written out."""
        import torch

        self.norm[:, rows] += torch.linalg.vector_norm(delta, 1, 2).T
        self.gram[rows] += delta @ delta.transpose(1, 2)
        if self.apart is not None:
            self.apart[rows] += _apart(delta)
        if self.same_sign is not None:
            sign = delta.sign()
            self.same_sign[rows] += sign @ sign.transpose(1, 2)
            self.movable[rows] += torch.count_nonzero(sign.abs().amax(1), dim=1)

    def add_outer(
        self, delta: "Float[Tensor, 'task row output']", a: "Float[Tensor, 'row input']"
    ) -> None:
        """Add the displacements δ aᵀ of all rows without writing them out."""
        import torch

        by_row = delta.transpose(0, 1).contiguous()
        length = a.abs().sum(1)
        self.norm.add_(delta.abs().sum(2) * length)
        self.gram.add_((by_row @ by_row.transpose(1, 2)) * (a * a).sum(1)[:, None, None])
        if self.apart is not None:
            self.apart.add_(_apart(by_row) * length[:, None, None])
        if self.same_sign is not None:
            sign, n_inputs = by_row.sign(), torch.count_nonzero(a, dim=1)
            self.same_sign.add_((sign @ sign.transpose(1, 2)) * n_inputs[:, None, None])
            self.movable.add_((sign != 0).any(1).sum(1) * n_inputs)

    def spread(self, walk: "Int[Tensor, 'row task']") -> "RowTerms":
        """The same where each task of a row did what `walk` says: tasks may share one."""
        source = walk.unsqueeze(2).expand(-1, -1, self.gram.shape[2])
        target = walk.unsqueeze(1).expand(-1, walk.shape[1], -1)

        def both(part: "Float[Tensor, 'row source target']") -> "Tensor":
            return part.gather(1, source).gather(2, target)

        return RowTerms(
            self.norm.T.gather(1, walk).T,
            None if self.apart is None else both(self.apart),
            both(self.gram),
            None if self.same_sign is None else both(self.same_sign),
            self.movable,
        )


def _apart(vectors: "Float[Tensor, 'row task number']") -> "Float[Tensor, 'row task task']":
    """L1 distances of every two vectors of a row; on a CPU row by row, ten times as fast as
    `torch.cdist`. A GPU is asked once for all rows: a question costs it more than a row."""
    import torch

    if vectors.device.type != "cpu":
        return torch.cdist(vectors, vectors, p=1.0)
    n_tasks = vectors.shape[1]
    apart = vectors.new_zeros(len(vectors), n_tasks, n_tasks)
    source, target = torch.triu_indices(n_tasks, n_tasks, 1, device=vectors.device)
    for row, one in enumerate(vectors):
        apart[row, source, target] = torch.nn.functional.pdist(one, p=1.0)
    return apart + apart.transpose(1, 2)


def empty_terms(
    n_tasks: int, n_rows: int, like: "Tensor", reads: frozenset[str] = frozenset(SUMS)
) -> RowTerms:
    """Nothing yet, in the type and place of `like`."""

    def pairs(name: str) -> "Tensor | None":
        return like.new_zeros(n_rows, n_tasks, n_tasks) if name in reads else None

    norm, movable = like.new_zeros(n_tasks, n_rows), like.new_zeros(n_rows)
    gram = like.new_zeros(n_rows, n_tasks, n_tasks)
    return RowTerms(norm, pairs("distance"), gram, pairs("opposite"), movable)


def sum_row_terms(found: RowTerms, known: "Bool[Tensor, 'row task']", piece: int) -> PairTerms:
    """The pair terms of every `piece` rows in a row, of the rows labelled for both tasks."""
    mask = known.to(found.norm.dtype)
    both = mask.unsqueeze(2) * mask.unsqueeze(1)
    cosine = cosines(found.gram) * both
    movable, same_sign = found.movable.clamp_min(1.0)[:, None, None], found.same_sign
    return assemble(
        gram(mask, mask, piece),
        None if found.apart is None else add_rows(found.apart * both, piece),
        gram(found.norm.T * mask, mask, piece),
        add_rows(cosine.abs(), piece),
        add_rows(cosine, piece),
        None if same_sign is None else add_rows(same_sign * both / movable, piece),
    )
