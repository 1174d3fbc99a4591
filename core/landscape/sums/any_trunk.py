"""Pair terms of a trunk without a closed form of its own: a few rows at a time, layer by layer."""

from typing import TYPE_CHECKING

from jaxtyping import Bool, Float

from core.landscape.heads import Heads
from core.landscape.row_terms import empty_terms, sum_row_terms
from core.landscape.sums.one_output import terms_of_one_output
from core.landscape.terms import SUMS, PairTerms
from core.landscape.trunks.perceptron import Perceptron
from core.landscape.trunks.trunk import Trunk

if TYPE_CHECKING:
    from torch import Tensor

IN_CACHE = 1024
"""Rows of a perceptron whose layers stay in the caches of a CPU."""


def terms_of_any_trunk(
    trunk: Trunk,
    heads: Heads,
    x: "Float[Tensor, 'row input']",
    value: "Float[Tensor, 'row task']",
    known: "Bool[Tensor, 'row task'] | Bool[Tensor, 'row 1']",
    piece: int,
    reads: frozenset[str] = frozenset(SUMS),
) -> PairTerms:
    """See `core.landscape.sums.closed_form.pair_terms`."""
    if heads.is_shared:
        features, strength = strengths(trunk, heads, x)
        return terms_of_one_output(heads, features, strength, value, known, piece, reads)
    n_rows, n_tasks = value.shape
    found = empty_terms(n_tasks, n_rows, x, reads)
    step = trunk.max_rows(n_tasks)
    for start in range(0, n_rows, step):
        rows = slice(start, start + step)
        passed = trunk.forward(x[rows])
        residual = heads.residuals(heads.logits(passed.features), value[rows])
        residual = residual * known[rows].unsqueeze(-1)
        part = found.part(rows)
        for pull in passed.pulls(heads.gradients(residual)):
            pull.add_to(part)
    return sum_row_terms(found, known.expand(-1, n_tasks), piece)


def strengths(
    trunk: Trunk, heads: Heads, x: "Float[Tensor, 'row input']"
) -> "tuple[Float[Tensor, 'row width'], Float[Tensor, ' row']]":
    """Features, and ‖J‖₁ of the one output that all tasks share: one backward pass, whatever T."""
    import torch

    if isinstance(trunk, Perceptron):
        column, step = heads.weight[0, :, 0].contiguous(), IN_CACHE if x.is_cpu else len(x)
        reached = [trunk.reach(part, column) for part in torch.split(x, step)]
        return torch.cat([part[0] for part in reached]), torch.cat([part[1] for part in reached])
    features, strength = [], []
    for part in torch.split(x, trunk.max_rows(1)):
        passed = trunk.forward(part)
        column = heads.weight[:1, :, 0].unsqueeze(1).expand(1, len(part), -1)
        lengths = [pull.lengths()[0] for pull in passed.pulls(column)]
        features.append(passed.features)
        strength.append(torch.stack(lengths).sum(0))
    return torch.cat(features), torch.cat(strength)
