"""Random heads: one that all tasks share, or one of each task's own, at base rates or at zero."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from core.hazard import base_logits
from core.landscape.heads import Heads, hazard_questions, make_heads
from core.landscape.rows.labels import CountedLabels, Labels
from core.machine.device import send
from core.values import Kind, Task

if TYPE_CHECKING:
    import torch


def draw_shared_head(
    tasks: Sequence[Task],
    labels: Labels | CountedLabels,
    width: int,
    bias: str,
    generator: "torch.Generator",
    device: "torch.device",
) -> Heads:
    """One random head that every task reads: its first output, or its first C for C classes.

    Only the bias is a task's own: `prior` puts it where the constant predictor is best (the log
    odds of the prevalence, the log shares of the classes, the mean), `zero` leaves it out.
    """
    import torch

    biases = _biases(tasks, labels, bias)
    n_outputs = biases.shape[1]
    column = torch.randn(width, n_outputs, generator=generator) / width**0.5
    return make_heads(
        tasks,
        weight=column.to(device).expand(len(tasks), width, n_outputs),
        bias=send(biases, device, torch.float32),
        is_shared=n_outputs == 1,
        one_bias=len(np.unique(biases)) == 1,
    )


def draw_own_heads(
    tasks: Sequence[Task],
    labels: Labels | CountedLabels,
    width: int,
    bias: str,
    generator: "torch.Generator",
    device: "torch.device",
) -> Heads:
    """A random head for every task, unrelated to the others; `bias` as for the shared head."""
    import torch

    biases = _biases(tasks, labels, bias)
    weight = torch.randn(len(tasks), width, biases.shape[1], generator=generator) / width**0.5
    return make_heads(tasks, weight.to(device), send(biases, device, torch.float32))


def _biases(
    tasks: Sequence[Task], labels: Labels | CountedLabels, bias: str
) -> Float[np.ndarray, "task output"]:
    """Zeros, or those of the best constant predictor; a class never seen counts as half a row."""
    import torch

    priors = np.zeros((len(tasks), max(task.n_outputs for task in tasks)))
    if bias == "zero":
        return priors
    for place, task in enumerate(tasks):
        known = labels.known[:, place]
        value, count = labels.value[known, place], None
        if isinstance(labels, CountedLabels):
            count = labels.n_rows[known, place]
        if task.kind is Kind.REGRESSION or len(value) == 0:
            continue  # a standardised regression has mean 0
        if task.kind is Kind.TIME_TO_EVENT:
            event, at_risk = hazard_questions(torch.from_numpy(value), torch.arange(task.n_outputs))
            found = base_logits(event.numpy(), at_risk.numpy(), count)
            priors[place, : task.n_outputs] = found
            continue
        n_classes = max(len(task.classes), 2)
        counts = np.bincount(value.astype(int), count, n_classes)
        n_rows = counts.sum()
        logs = np.log(np.clip(counts, 0.5, n_rows - 0.5) / n_rows)
        if task.kind is Kind.BINARY:
            priors[place, 0] = logs[1] - logs[0]
        else:
            priors[place, :n_classes] = logs
    return priors
