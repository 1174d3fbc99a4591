"""From features to losses: the tasks' heads, their losses and the derivatives by the logits.

Losses (natural units): cross-entropy of the class for binary and multiclass tasks, half the
squared error in standard deviations for regressions, the discrete-time hazard (`core.hazard`) for
times to events.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Int

from core.machine.device import send
from core.values import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Heads:
    """Linear heads of all tasks side by side; a task uses its first `used` outputs.

    `is_shared` tells that every task reads the same single output, so that the displacements of
    all tasks on a sample are multiples of one another.
    """

    weight: "Float[Tensor, 'task width output']"
    bias: "Float[Tensor, 'task output']"
    used: "Bool[Tensor, 'task output']"
    is_binary: "Bool[Tensor, ' task']"
    is_multiclass: "Bool[Tensor, ' task']"
    is_hazard: "Bool[Tensor, ' task']"
    is_shared: bool = False
    not_binary: tuple[int, ...] = ()
    """The tasks of any other kind."""
    all_binary: bool = False
    """Whether every task is known to be binary."""
    one_bias: bool = False
    """Whether all biases are known to be equal."""

    def only(self, task: int) -> "Heads":
        """The head of one task."""
        one = slice(task, task + 1)
        return Heads(
            self.weight[one],
            self.bias[one],
            self.used[one],
            self.is_binary[one],
            self.is_multiclass[one],
            self.is_hazard[one],
            self.is_shared,
            (0,) if task in self.not_binary else (),
            self.all_binary,
            one_bias=True,
        )

    def of(self, task: "Int[Tensor, ' walk']") -> "Heads":
        """A head for each of these, which may repeat."""
        return Heads(
            self.weight[task],
            self.bias[task],
            self.used[task],
            self.is_binary[task],
            self.is_multiclass[task],
            self.is_hazard[task],
        )

    def logits(self, features: "Float[Tensor, 'row width']") -> "Float[Tensor, 'row task output']":
        """Outputs of every task's head."""
        import torch

        if self.is_shared:
            return (features @ self.weight[0]).unsqueeze(1) + self.bias
        if self.weight.shape[-1] == 1:
            return (features @ self.weight[..., 0].T + self.bias[:, 0]).unsqueeze(-1)
        return torch.einsum("rw,two->rto", features, self.weight) + self.bias

    def residuals(
        self,
        logits: "Float[Tensor, 'row task output']",
        value: "Float[Tensor, 'row task']",
    ) -> "Float[Tensor, 'row task output']":
        """∂ loss / ∂ logit; 0 at the outputs a task does not use."""
        import torch

        scalar = logits[..., 0]
        chance = torch.sigmoid(scalar)
        scalar = (
            chance if self.all_binary else torch.where(self.is_binary, chance, scalar)
        ) - value
        if logits.shape[-1] == 1:
            return scalar.unsqueeze(-1)
        outputs = torch.arange(logits.shape[-1], device=logits.device)
        chances = torch.softmax(logits.masked_fill(~self.used, -torch.inf), dim=-1)
        by_class = chances - (value.unsqueeze(-1) == outputs).to(logits.dtype)
        alone = scalar.unsqueeze(-1) * (outputs == 0)
        found = torch.where(self.is_multiclass.unsqueeze(-1), by_class, alone)
        event, at_risk = hazard_questions(value, outputs)
        by_interval = (torch.sigmoid(logits) - event.to(logits.dtype)) * (at_risk & self.used)
        return torch.where(self.is_hazard.unsqueeze(-1), by_interval, found)

    def gradients(
        self, residual: "Float[Tensor, 'row task output']", out: "Tensor | None" = None
    ) -> "Float[Tensor, 'task row width']":
        """∂ loss / ∂ features of every task, from `residuals`; written to `out` if given."""
        import torch

        by_task = residual.transpose(0, 1).contiguous()  # or the product is laid out by row
        if residual.shape[-1] == 1:
            return torch.mul(by_task, self.weight[..., 0].unsqueeze(1), out=out)
        return torch.bmm(by_task, self.weight.transpose(1, 2), out=out)

    def losses(
        self,
        logits: "Float[Tensor, 'row task output']",
        value: "Float[Tensor, 'row task']",
    ) -> "Float[Tensor, 'row task']":
        """Loss of every task on every row, whether its label is known or not."""
        import torch

        z = logits[..., 0]
        binary = torch.nn.functional.softplus(z) - value * z
        scalar = torch.where(self.is_binary, binary, (z - value) ** 2 / 2)
        if logits.shape[-1] == 1:
            return scalar
        chosen = value.long().clamp(0, logits.shape[-1] - 1).unsqueeze(-1)
        total = logits.masked_fill(~self.used, -torch.inf).logsumexp(dim=-1)
        by_class = total - logits.gather(-1, chosen).squeeze(-1)
        found = torch.where(self.is_multiclass, by_class, scalar)
        event, at_risk = hazard_questions(
            value, torch.arange(logits.shape[-1], device=logits.device)
        )
        terms = torch.nn.functional.softplus(logits) - logits * event
        return torch.where(self.is_hazard, (terms * (at_risk & self.used)).sum(-1), found)


def hazard_questions(
    value: "Float[Tensor, '*row']", outputs: "Int[Tensor, ' output']"
) -> "tuple[Bool[Tensor, '*row output'], Bool[Tensor, '*row output']]":
    """Whether the event happened in an interval, and who was at risk in it (`core.hazard`)."""
    last = value.abs().unsqueeze(-1) - 1
    return (outputs == last) & (value > 0).unsqueeze(-1), outputs <= last


def make_heads(
    tasks: Sequence[Task],
    weight: "Tensor",
    bias: "Tensor",
    is_shared: bool = False,
    one_bias: bool = False,
) -> Heads:
    """Heads with the given weights, and what the kinds of the tasks say about their losses."""
    import torch

    device = weight.device

    def known(of: Callable[[Task], int | bool]) -> "Tensor":
        return send(np.array([of(task) for task in tasks]), device)

    widths = known(lambda task: task.n_outputs)
    return Heads(
        weight=weight,
        bias=bias,
        used=torch.arange(weight.shape[-1], device=device) < widths.unsqueeze(1),
        is_binary=known(lambda task: task.kind is Kind.BINARY),
        is_multiclass=known(lambda task: task.kind is Kind.MULTICLASS),
        is_hazard=known(lambda task: task.kind is Kind.TIME_TO_EVENT),
        is_shared=is_shared,
        not_binary=tuple(k for k, task in enumerate(tasks) if task.kind is not Kind.BINARY),
        all_binary=all(task.kind is Kind.BINARY for task in tasks),
        one_bias=one_bias,
    )
