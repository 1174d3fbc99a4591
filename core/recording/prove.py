"""A model shows on a first batch that its samples are apart and that every weight is accounted for.

The loss of one sample is pulled back alone. It must move the rows of that sample and no others
(batch statistics, attention over the batch and messages between nodes do otherwise), which also
tells which axis of each layer is the sample. And the gradients made of the marked calls must be
those that autograd gives: a weight used without its module being called would be missed.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from core.errors import MethodError
from core.recording.batch import Batch
from core.recording.layout import Placing, by_sample, possible_layouts
from core.recording.pulls import Call, Layer
from core.recording.trace import Found, pull_back

if TYPE_CHECKING:
    import torch
    from torch import Tensor

CLOSE = 1e-3
"""Differences below this share of the largest number are rounding in single precision."""
CLOSE_HALF = 3e-2
"""The same where a loss or a layer is in half precision."""


class Proof(NamedTuple):
    """The layout of every layer that was called, by its path; and whether it is proven."""

    layouts: Mapping[str, str]
    is_complete: bool


def prove(
    trunk: "torch.nn.Module",
    layers: Sequence[Layer],
    batch: Batch,
    found: Sequence[Found],
    placing: Placing | None,
) -> Proof:
    """Find the layouts and hold one sample's gradients against autograd's.

    Raises:
        MethodError: samples are coupled, a layer's rows cannot be told apart, or a weight is used
            in some other way than by calling its module.
    """
    import torch

    number, task = _best_task(batch)
    sample = int(torch.nonzero(batch.known[:, task])[0])
    loss = batch.losses[number]
    alone = torch.zeros_like(loss)
    alone[sample] = 1.0
    back = pull_back(loss, alone, found)
    layouts = _layouts(trunk, layers, batch, found, back, placing, sample, task)
    weights = [(layer, parameter) for layer in layers for parameter in layer.parameters()]
    plain = torch.autograd.grad(
        loss, [weight for _, weight in weights], alone, retain_graph=True, allow_unused=True
    )
    if any(part is not None and not torch.isfinite(part).all() for part in plain):
        return Proof(layouts, False)  # a missing label spoils it: another batch will do
    is_half = any(part is not None and part.dtype.itemsize < 4 for part in back)
    for layer in layers:
        wanted = [part for (owner, _), part in zip(weights, plain, strict=True) if owner is layer]
        calls = _calls_of(layer, found, back, layouts, batch, placing, sample)
        _compare(layer, calls, wanted, CLOSE_HALF if is_half else CLOSE)
    return Proof(layouts, True)


def _best_task(batch: Batch) -> tuple[int, int]:
    """The task with most losses: its place among those given, and its number."""
    counts = [int(batch.known[:, task].sum()) for task in batch.tasks]
    best = max(range(len(counts)), key=counts.__getitem__)
    return best, batch.tasks[best]


def _layouts(
    trunk: "torch.nn.Module",
    layers: Sequence[Layer],
    batch: Batch,
    found: Sequence[Found],
    back: "Sequence[Tensor | None]",
    placing: Placing | None,
    sample: int,
    task: int,
) -> dict[str, str]:
    by_path = {layer.path: layer for layer in layers}
    layouts: dict[str, str] = {}
    for one, part in zip(found, back, strict=True):
        path = one.mark.path
        shape = one.mark.shape
        options = possible_layouts(shape, batch.n_samples, placing)
        if by_path[path].takes_rows_only:
            options = tuple(option for option in options if option == "rows")
        if not options:
            raise MethodError(
                f"Module {path!r} gives {tuple(shape)} for a batch of {batch.n_samples} samples, "
                "so its rows cannot be told apart; pass rows= with the sample of each (the batch "
                "vector of a graph), or leave its parameters out."
            )
        others = batch.known[:, task].clone()  # rows of a missing label may be NaN
        others[sample] = False
        fitting = [
            option
            for option in options
            if part is None or _is_apart(part, option, batch.n_samples, placing, others)
        ]
        if not fitting:
            raise MethodError(_coupled(trunk, path))
        layouts.setdefault(path, fitting[0])
    return layouts


def _is_apart(
    part: "Tensor", layout: str, n_samples: int, placing: Placing | None, others: "Tensor"
) -> bool:
    """Whether the gradient of one sample's loss stays on the rows of that sample."""
    rows = by_sample(part, layout, n_samples, placing)
    return not bool((rows[others] != 0).any())


def _coupled(trunk: "torch.nn.Module", path: str) -> str:
    norms = [
        name
        for name, module in trunk.named_modules()
        if "BatchNorm" in type(module).__name__ and module.training
    ]
    what = (
        f"put {norms[0]!r} in eval mode (or use LayerNorm)"
        if norms
        else (
            "look for batch statistics, attention over the batch, or messages between samples; for "
            "graphs pass rows= with the graph of every node"
        )
    )
    return (
        f"The loss of one sample moves others in module {path!r}, so samples are coupled; {what}."
    )


def _calls_of(
    layer: Layer,
    found: Sequence[Found],
    back: "Sequence[Tensor | None]",
    layouts: Mapping[str, str],
    batch: Batch,
    placing: Placing | None,
    sample: int,
) -> list[Call]:
    """The calls of a layer for one sample and one task."""
    calls = []
    for one, part in zip(found, back, strict=True):
        if one.mark.path == layer.path and part is not None:
            layout = layouts[layer.path]
            inputs = by_sample(one.mark.inputs, layout, batch.n_samples, placing)
            deltas = by_sample(part, layout, batch.n_samples, placing)
            inputs = inputs[sample : sample + 1]
            inputs = inputs.float() if inputs.dtype.itemsize < 4 else inputs
            delta = deltas[sample : sample + 1].unsqueeze(0)
            calls.append(Call(inputs, delta.float() if delta.dtype.itemsize < 4 else delta))
    return calls


def _compare(
    layer: Layer, calls: Sequence[Call], wanted: "Sequence[Tensor | None]", close: float
) -> None:
    """Raise MethodError where the gradient of one sample is not what autograd makes it."""
    import torch

    plain = [part for part in wanted if part is not None]
    if not calls and not plain:
        return
    ours = [pull.total()[0] for pull in layer.pulls(calls)] if calls else []
    flat = plain
    if ours and plain and layer.kind in ("linear", "conv"):  # one pull for weight and bias
        flat = [torch.cat([part.reshape(ours[0].shape[0], -1) for part in plain], dim=1)]
    if layer.kind == "embedding":  # its weight stands the other way round
        flat = [part.T for part in plain]
    size = max((float(part.abs().max()) for part in plain), default=0.0)
    gap = max(
        (
            float((one.reshape(-1).double() - other.reshape(-1).double()).abs().max())
            for one, other in zip(ours, flat, strict=False)
        ),
        default=size,
    )
    if gap > close * size:
        raise MethodError(
            f"Module {layer.path!r} ({type(layer.module).__name__}): its calls do not account for "
            "its gradient, so its weight is used in another way too (tied, or read by another "
            "module), or its output is changed in place as a view; leave it out, naming the "
            "parameters that count (parameters=['…'])."
        )
