"""Which walks there are: one for every sample and distinct target, however many tasks share it.

Two tasks pull a sample the same way where their heads, biases and labels are the same. With one
shared head and no bias a binary task has two possible targets, so two walks a sample serve any
number of them; with base rates as biases, tasks of other base rates walk by themselves.
"""

from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Bool, Float, Int

from core.landscape.heads import Heads

if TYPE_CHECKING:
    from torch import Tensor


class Targets(NamedTuple):
    """The distinct targets of some rows, as walks; a row has at most W of them."""

    row: "Int[Tensor, ' walk']"
    task: "Int[Tensor, ' walk']"
    """A task that has this target."""
    share: "Float[Tensor, ' walk']"
    """How many tasks have it."""
    place: "Int[Tensor, 'row W']"
    """The walks of each row; one past the last where it has fewer."""
    turn: "Int[Tensor, 'row task']"
    """Which of its row's walks each task takes; 0 where its label is missing."""


def find_targets(
    kind: "Int[Tensor, ' task']",
    value: "Float[Tensor, 'row task']",
    known: "Bool[Tensor, 'row task']",
) -> Targets:
    """The distinct targets of rows that have a label each; `kind` is from `head_kinds`."""
    import torch

    n_rows, n_tasks = value.shape
    code = torch.unique(value, return_inverse=True)[1]
    row, task = known.nonzero(as_tuple=True)
    key = (row * n_tasks + kind[task]) * (int(code.max()) + 1) + code[row, task]
    _, walk, share = torch.unique(key, return_inverse=True, return_counts=True)
    n_walks = len(share)
    row_of, task_of = row.new_zeros(n_walks), task.new_zeros(n_walks)
    row_of[walk], task_of[walk] = row, task
    size = torch.bincount(row_of, minlength=n_rows)
    turn_of = torch.arange(n_walks, device=row.device) - (size.cumsum(0) - size)[row_of]
    place = row.new_full((n_rows, int(size.max())), n_walks)
    place[row_of, turn_of] = torch.arange(n_walks, device=row.device)
    turn = row.new_zeros(n_rows, n_tasks)
    turn[row, task] = turn_of[walk]
    return Targets(row_of, task_of, share.to(value.dtype), place, turn)


def head_kinds(heads: Heads) -> "Int[Tensor, ' task']":
    """The same number for tasks with the same head, bias and loss."""
    import torch

    used = heads.used.to(heads.weight.dtype)
    loss = torch.stack([heads.is_binary, heads.is_multiclass, heads.is_hazard], 1).to(used)
    weight = (heads.weight * used.unsqueeze(1)).flatten(1)
    described = torch.cat([weight, heads.bias * used, used, loss], dim=1)
    kind: Tensor = torch.unique(described, dim=0, return_inverse=True)[1]
    return kind
