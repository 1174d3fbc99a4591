"""A model shows on a first batch that its samples are apart and that every weight is accounted for.

The loss of one sample is pulled back alone. It must move the rows of that sample and no others
(batch statistics, attention over the batch and messages between nodes do otherwise), which also
tells which axis of each layer is the sample. And the gradients made of the marked calls must be
those that autograd gives. Where they are not, the weight is used in some other way too (read by
another module, tied, made of others), and the module around is tried, up to the whole trunk.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from core.errors import MethodError
from core.recording.align import gather
from core.recording.batch import Batch
from core.recording.call import Call, Place
from core.recording.choose import widen
from core.recording.independent import find_ways
from core.recording.layout import Placing, Ways
from core.recording.pulls import Layer
from core.recording.trace import Found
from core.recording.trail import follow

if TYPE_CHECKING:
    import torch
    from torch import Tensor

CLOSE = 1e-3
"""Differences below this share of the largest number are rounding in single precision."""
CLOSE_HALF = 3e-2
"""The same where a loss or a layer is in half precision."""


class Proof(NamedTuple):
    """The layers and the layouts of every place."""

    layers: tuple[Layer, ...]
    ways: Mapping[Place, Ways]


def prove(
    trunk: "torch.nn.Module",
    layers: tuple[Layer, ...],
    batch: Batch,
    found: Sequence[Found],
    placing: Placing | None,
) -> Proof:
    """Find the layouts and hold one sample's gradients against autograd's.

    Raises:
        MethodError: samples are coupled, a layer's rows cannot be told apart, or a weight is used
            in a way that cannot be followed.
    """
    called = {one.call.path for one in found}
    errors: dict[str, MethodError] = {}
    while True:
        ways, wrong = _try(trunk, layers, batch, found, placing)
        if not wrong:
            return Proof(layers, ways)
        kept = [layer for layer in layers if layer.key not in wrong]
        for layer in layers:
            if layer.key in wrong:
                first = _first_error(errors, trunk, layer, wrong[layer.key])
                wider = widen(trunk, layer, called)
                if wider is None:
                    raise first
                kept.append(wider)
        layers = tuple(_merged(kept))


def _try(
    trunk: "torch.nn.Module",
    layers: Sequence[Layer],
    batch: Batch,
    found: Sequence[Found],
    placing: Placing | None,
) -> tuple[dict[Place, Ways], dict[str, MethodError]]:
    """The layouts, and what is wrong with which layers."""
    import torch

    number, task = _best_task(batch)
    sample = int(torch.nonzero(batch.known[:, task])[-1])
    loss, trail = batch.losses[number], follow(found, layers)
    alone = torch.zeros_like(loss)
    alone[sample] = 1.0
    back = trail.back(loss, alone)
    others = batch.known[:, task].clone()  # rows of a missing label may be NaN
    others[sample] = False
    ways, wrong = find_ways(trunk, layers, trail.sites, back, others, placing)
    if not ways:
        return ways, wrong
    layers = [layer for layer in layers if layer.key not in wrong]
    weights = {id(part): part for layer in layers for part in layer.parameters()}
    with _without_missing(found):
        plain = torch.autograd.grad(
            loss, list(weights.values()), alone, retain_graph=True, allow_unused=True
        )
    wanted = dict(zip(weights, plain, strict=True))
    is_half = any(p is not None and p.dtype.itemsize < 4 for own in back for p in own)
    close, dtype = (CLOSE_HALF, torch.float32) if is_half else (CLOSE, loss.dtype)
    only = torch.zeros_like(others).unsqueeze(1)
    only[sample] = True
    there = [number for number, site in enumerate(trail.sites) if site.place in ways]
    sites, own = [trail.sites[number] for number in there], [back[number] for number in there]
    calls = gather(sites, [(0, own)], only, ways, placing, dtype)
    for layer in layers:
        mine = [
            call.of(slice(sample, sample + 1))
            for place in layer.places
            for call in calls.get(place, ())
        ]
        plain_parts = layer.parts([wanted[id(part)] for part in layer.parameters()])
        if error := _difference(layer, mine, plain_parts, close):
            wrong[layer.key] = error
    return ways, wrong


@contextmanager
def _without_missing(found: Sequence[Found]) -> Iterator[None]:
    """A loss that is missing gives NaN to its rows, and a sum over rows would spread it."""

    def clean(parts: "tuple[Tensor | None, ...]") -> "tuple[Tensor | None, ...]":
        inf = float("inf")
        return tuple(None if part is None else part.nan_to_num(0.0, inf, -inf) for part in parts)

    nodes = {edge.node for one in found for edge in one.edges.values()}
    handles = [node.register_prehook(clean) for node in nodes]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _best_task(batch: Batch) -> tuple[int, int]:
    """The task with most losses: its place among those given, and its number."""
    counts = [int(batch.known[:, task].sum()) for task in batch.tasks]
    best = max(range(len(counts)), key=counts.__getitem__)
    return best, batch.tasks[best]


def _difference(
    layer: Layer, calls: Sequence[Call], plain: "Sequence[Tensor]", close: float
) -> MethodError | None:
    """What is wrong where the gradient of one sample is not what autograd makes it."""
    import torch

    if not calls and not plain:
        return None
    try:
        ours = [pull.total()[0] for pull in layer.pulls(calls)] if calls else []
    except MethodError as error:
        return error
    flat = list(plain)
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
    if gap <= close * size:
        return None
    return MethodError(
        f"Module {layer.path!r} ({type(layer.module).__name__}): its calls do not account for "
        "its gradient, so its weight is used in another way too, its output is changed in place as "
        "a view, or chance is drawn inside (set its dropout to 0); or leave it out "
        f"(parameters=['!{_full_name(layer, layer.names[0])}'])."
    )


def _first_error(
    errors: dict[str, MethodError], trunk: "torch.nn.Module", layer: Layer, error: MethodError
) -> MethodError:
    """What was first found wrong with any of a layer's parameters; later ones follow from it."""
    full = [_full_name(layer, name) for name in layer.names]
    first = next((errors[name] for name in full if name in errors), error)
    return next(iter([errors.setdefault(name, first) for name in full]))


def _full_name(layer: Layer, name: str) -> str:
    return f"{layer.path}.{name}" if layer.path else name


def _merged(layers: Sequence[Layer]) -> list[Layer]:
    """Those without a short cut in one module, together."""
    found: dict[tuple[str, bool, str], Layer] = {}
    for layer in layers:
        key = (layer.path, layer.by_row, "" if layer.by_row else layer.key)
        if key in found:
            names = tuple(dict.fromkeys((*found[key].names, *layer.names)))
            layer = Layer(layer.path, layer.module, names, by_row=True)
        found[key] = layer
    return list(found.values())
