"""The loss of each kind of task: its value, and its gradient in closed form.

    binary       cross-entropy of one logit
    multiclass   cross-entropy over the task's own classes (places past them are padding)
    regression   half the squared error of the standardised value
    time         log-likelihood of the discrete-time hazards (`core.hazard`): a logit an interval,
                 labels 2 · interval, plus 1 where the row left it by an event

The gradient needs neither the value nor a graph, which is a third of the work of a small head.
"""

from typing import TYPE_CHECKING, NamedTuple

from core.values import Kind

if TYPE_CHECKING:
    import torch


class Part(NamedTuple):
    """The heads of one kind among all heads of a stack."""

    kind: Kind
    heads: "torch.Tensor | None"
    """Which heads, ascending; None where they are all."""
    padding: "torch.Tensor"
    """[head, output, 1]: True where a head has no such output."""


def loss_gradient(
    raw: "torch.Tensor", label: "torch.Tensor", weight: "torch.Tensor", parts: "tuple[Part, ...]"
) -> "torch.Tensor":
    """Σ weight · loss differentiated by the raw outputs.

    Args:
        raw: [head, output, row].
        label: [head, row]; class code, standardised value, or a time as above.
        weight: [head, row]; 0 where the label is missing.
        parts: which heads are of which kind; a head of no part gets gradient 0.
    """
    if len(parts) == 1 and parts[0].heads is None:
        return _gradient(raw, label, weight, parts[0])
    gradient = raw.new_zeros(raw.shape)
    for part in parts:
        at = part.heads
        if at is not None:
            gradient[at] = _gradient(raw[at], label[at], weight[at], part)
    return gradient


def loss_values(
    raw: "torch.Tensor", label: "torch.Tensor", parts: "tuple[Part, ...]"
) -> "torch.Tensor":
    """The loss of every row: [head, row], 0 for a head of no part."""
    values = label.new_zeros(label.shape)
    for part in parts:
        at = slice(None) if part.heads is None else part.heads
        values[at] = _value(raw[at], label[at], part)
    return values


def _gradient(
    raw: "torch.Tensor", label: "torch.Tensor", weight: "torch.Tensor", part: Part
) -> "torch.Tensor":
    import torch

    if part.kind is Kind.MULTICLASS:
        share = raw.masked_fill(part.padding, -torch.inf).softmax(1)
        return share.sub_(_one_hot(raw, label)).mul_(weight.unsqueeze(1))
    if part.kind is Kind.TIME_TO_EVENT:
        event, at_risk = _hazard_targets(raw, label)
        return (raw.sigmoid() - event) * at_risk * weight.unsqueeze(1)
    first = raw[:, 0]
    fitted = first.sigmoid() if part.kind is Kind.BINARY else first.clone()
    fitted.sub_(label).mul_(weight)
    if raw.shape[1] == 1:
        return fitted.unsqueeze(1)
    gradient = raw.new_zeros(raw.shape)
    gradient[:, 0] = fitted
    return gradient


def _value(raw: "torch.Tensor", label: "torch.Tensor", part: Part) -> "torch.Tensor":
    import torch

    if part.kind is Kind.MULTICLASS:
        log_share = raw.masked_fill(part.padding, -torch.inf).log_softmax(1)
        return -log_share.gather(1, label.long().unsqueeze(1)).squeeze(1)
    if part.kind is Kind.TIME_TO_EVENT:
        event, at_risk = _hazard_targets(raw, label)
        return ((torch.nn.functional.softplus(raw) - event * raw) * at_risk).sum(1)
    first = raw[:, 0]
    if part.kind is Kind.BINARY:
        return torch.nn.functional.softplus(first) - label * first
    return (first - label).square() / 2


def _one_hot(raw: "torch.Tensor", label: "torch.Tensor") -> "torch.Tensor":
    import torch

    classes = torch.arange(raw.shape[1], device=raw.device)
    return (label.unsqueeze(1) == classes[None, :, None]).to(raw.dtype)


def _hazard_targets(
    raw: "torch.Tensor", label: "torch.Tensor"
) -> "tuple[torch.Tensor, torch.Tensor]":
    """Whether the event happened in each interval, and whether the row was still at risk."""
    import torch

    interval = torch.arange(raw.shape[1], device=raw.device)[None, :, None]
    last = (label / 2).floor().unsqueeze(1)
    event = (interval == last) & (label.unsqueeze(1) % 2 == 1)
    return event.to(raw.dtype), (interval <= last).to(raw.dtype)
