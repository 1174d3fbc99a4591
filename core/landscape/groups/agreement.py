"""How much more the tasks of a group agree with each other than with the rest, and who says so.

With M_t the mean displacement of task t over its n_t labelled samples and u_t = M_t / ‖M_t‖, two
tasks agree by |⟨u_s, u_t⟩|, the size of `mean_gradient` (METHODS §2: what the L2 bound really asks
for; a complement task agrees fully). The agreement of a group (ours) is the mean over its tasks of

    A_s = mean over t inside of |⟨u_s, u_t⟩| − mean over t outside of |⟨u_s, u_t⟩| = ⟨u_s, v_s⟩

with v_s the mean of the ± u_t of the group less that of the others. As u_s is a sum over samples
and over parameters, so is the agreement:

    sample i    mean over s of ⟨Δ_is, v_s⟩ / (‖M_s‖ n_s)         adds up to the whole
    input j     mean over s of Σ_h u_s[h, j] · v_s[h, j]         adds up to the first layer's part

Matched cosines cannot tell either. On one sample the first layer's displacement is δ aᵀ, so input j
has the share a_j² / ‖a‖² of every inner product of two tasks, whichever they are; and which samples
have large |cosines| on probe heads does not repeat from one random start to the next (measured:
correlation below 0.1 on planted groups). Mean displacements have neither fault.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from core.landscape.heads import Heads
from core.landscape.layers.pull import Factors, Pull
from core.landscape.memory import numbers_at_a_time
from core.landscape.trunks.perceptron import Perceptron
from core.landscape.trunks.trunk import Trunk
from core.machine.device import send

if TYPE_CHECKING:
    from torch import Tensor

MAX_KEPT = 2**25
"""Numbers in the mean displacements of all tasks (128 MB): larger ones are not measured (ours). So
many of single rows are kept from one pass over them for the next."""

MAX_ELEMENTS = 2**21
"""Numbers in the largest tensor of a batch (8 MB)."""


Passes = Iterable[tuple[slice, Iterable[Pull]]]
"""Some rows, and what every layer adds to their displacements."""


class Agreement(NamedTuple):
    """Of each group; NaN for a group of one task."""

    whole: Float[np.ndarray, " group"]
    by_row: Float[np.ndarray, "row group"]
    """What each row adds to the whole; a row without a label in the group adds 0."""
    by_input: Float[np.ndarray, "input group"] | None
    """What each input adds through the first layer; None where the trunk's first layer does not
    see the inputs as they are, or does not count."""


class _Rows(NamedTuple):
    x: "Float[Tensor, 'row input']"
    value: "Float[Tensor, 'row task']"
    known: "Bool[Tensor, 'row task']"


def fits(trunk: Trunk, n_tasks: int) -> bool:
    """Whether the mean displacements of so many tasks can be held."""
    return n_tasks * sum(n_out * n_in for n_out, n_in in trunk.shapes) <= MAX_KEPT


def find_agreement(
    trunk: Trunk,
    heads: Heads,
    x: "Float[Tensor, 'row input']",
    value: "Float[Tensor, 'row task']",
    known: "Bool[Tensor, 'row task']",
    groups: Int[np.ndarray, " task"],
) -> Agreement:
    """The agreement of every group, by row and by input. Two passes over the rows.

    Args:
        trunk: the common start.
        heads: of the tasks in `value`.
        x: model inputs.
        value: labels, anything finite where missing.
        known: which labels are there.
        groups: the group of each task, numbered 0, 1, …
    """
    import torch

    passes = _passes(trunk, heads, _Rows(x, value, known))
    means, sees_inputs = _mean_displacements(passes(), x, known)
    squares = torch.stack([(mean.double() ** 2).sum((1, 2)) for mean in means]).sum(0)
    size = squares.sqrt()
    per_size = torch.where(size > 0, 1 / size, 0.0).to(x.dtype)
    units = [mean * per_size[:, None, None] for mean in means]
    cosine = torch.stack([_products(unit) for unit in units]).sum(0)
    weight = send(_weights(groups), cosine.device, cosine.dtype) * cosine.sign()
    wanted = [_mixed(weight, unit) for unit in units]
    share = send(_shares(groups), cosine.device, cosine.dtype)
    each = (weight * cosine).sum(1)
    by_task = _by_row(passes(), value.T, wanted) * per_size.unsqueeze(1)
    count = known.sum(0).clamp_min(1).unsqueeze(1)
    by_input = None
    if sees_inputs:
        by_input = (units[0] * wanted[0]).sum(1).double().T @ share
    return Agreement(
        (each @ share).cpu().numpy(),
        ((by_task / count).double().T @ share).cpu().numpy(),
        None if by_input is None else by_input.cpu().numpy(),
    )


def _weights(groups: Int[np.ndarray, " task"]) -> Float[np.ndarray, "source target"]:
    """What ± u_target counts in v_source; rows of tasks that are alone are 0."""
    same = (groups[:, None] == groups) & ~np.eye(len(groups), dtype=bool)
    other = groups[:, None] != groups
    inside = same / np.maximum(same.sum(axis=1, keepdims=True), 1)
    outside = other / np.maximum(other.sum(axis=1, keepdims=True), 1)
    return np.where(same.any(axis=1, keepdims=True), inside - outside, 0.0)


def _shares(groups: Int[np.ndarray, " task"]) -> Float[np.ndarray, "task group"]:
    """Makes means over the tasks of a group; NaN for a group of one."""
    member = (groups[:, None] == np.arange(groups.max() + 1)).astype(float)
    size = member.sum(axis=0)
    member[:, size < 2] = np.nan
    return np.asarray(member / np.maximum(size, 1))


def _mean_displacements(
    passes: Passes, x: "Float[Tensor, 'row input']", known: "Bool[Tensor, 'row task']"
) -> "tuple[list[Float[Tensor, 'task output input']], bool]":
    """Mean gradient of every task, layer by layer (its sign cancels), and whether the first layer
    is a linear map of the inputs."""
    found: list[Tensor] = []
    sees_inputs = True
    for part, pulls in passes:
        for number, pull in enumerate(pulls):
            if number == 0:
                sees_inputs = sees_inputs and _sees(pull, x[part])
            total = pull.total()
            if number == len(found):
                found.append(total)
            else:
                found[number] += total
    count = known.sum(0).clamp_min(1)[:, None, None]
    return [total / count for total in found], sees_inputs


def _by_row(
    passes: Passes,
    like: "Float[Tensor, 'task row']",
    wanted: "list[Float[Tensor, 'task output input']]",
) -> "Float[Tensor, 'task row']":
    """⟨Δ_task, wanted_task⟩ of every row."""
    import torch

    found = torch.zeros_like(like)
    for part, pulls in passes:
        for pull, want in zip(pulls, wanted, strict=True):
            found[:, part] += _along_own(pull, want)
    return found


def _passes(trunk: Trunk, heads: Heads, rows: _Rows) -> Callable[[], Passes]:
    """What every layer adds, a few rows at a time, as often as it is asked for; kept where that
    takes little, as it does in closed form."""
    n_tasks, width = rows.value.shape[1], sum(n_out for n_out, _ in trunk.shapes)
    if isinstance(trunk, Perceptron) and len(rows.x) * n_tasks * width <= MAX_KEPT:
        kept = [(part, list(pulls)) for part, pulls in _pulls(trunk, heads, rows)]
        return lambda: kept
    return lambda: _pulls(trunk, heads, rows)


def _pulls(trunk: Trunk, heads: Heads, rows: _Rows) -> Iterator[tuple[slice, Iterable[Pull]]]:
    """The same, made again."""
    n_tasks = rows.value.shape[1]
    widest = max(max(shape) for shape in trunk.shapes)
    most = numbers_at_a_time(rows.x.device, MAX_ELEMENTS)
    step = max(1, min(trunk.max_rows(n_tasks), most // (n_tasks * widest)))
    for start in range(0, len(rows.x), step):
        part = slice(start, start + step)
        passed = trunk.forward(rows.x[part])
        residual = heads.residuals(heads.logits(passed.features), rows.value[part])
        gradient = heads.gradients(residual * rows.known[part].unsqueeze(-1))
        yield part, passed.pulls(gradient)


def _sees(pull: Pull, x: "Float[Tensor, 'row input']") -> bool:
    import torch

    return isinstance(pull, Factors) and torch.equal(pull.inputs[:, : x.shape[1]], x)


def _along_own(
    pull: Pull, want: "Float[Tensor, 'task output input']"
) -> "Float[Tensor, 'task row']":
    """⟨Δ_task, want_task⟩ of every row; an outer product is never formed."""
    import torch

    if isinstance(pull, Factors):
        return (pull.inputs @ want.transpose(1, 2)).mul_(pull.deltas).sum(2)
    return torch.cat([(delta * want.unsqueeze(1)).sum((2, 3)) for _, delta in pull.formed()], 1)


def _products(unit: "Float[Tensor, 'task output input']") -> "Float[Tensor, 'source target']":
    flat = unit.flatten(1)
    return (flat @ flat.T).double()


def _mixed(
    weight: "Float[Tensor, 'source target']", unit: "Float[Tensor, 'task output input']"
) -> "Float[Tensor, 'task output input']":
    return (weight.to(unit) @ unit.flatten(1)).reshape(unit.shape)
