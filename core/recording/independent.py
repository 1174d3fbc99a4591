"""Samples are apart where the loss of one moves its own rows alone; so their axis shows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.errors import MethodError
from core.recording.call import Place
from core.recording.layout import Placing, Ways, by_sample, possible_layouts
from core.recording.pulls import Layer
from core.recording.trace import Back
from core.recording.trail import Site
from core.recording.tree import tensors_of

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def find_ways(
    trunk: "torch.nn.Module",
    layers: Sequence[Layer],
    sites: Sequence[Site],
    back: "Sequence[Back]",
    others: "Tensor",
    placing: Placing | None,
) -> tuple[dict[Place, Ways], dict[str, MethodError]]:
    """The layouts of every place, and the layers whose rows are not apart or cannot be told so.

    Args:
        trunk: to name what couples samples.
        layers: whose places they are.
        sites: uses of the layers.
        back: what comes back to each from the loss of one sample.
        others: [sample], true for the other samples that are known.
        placing: of rows that the caller placed.
    """
    many = {place for layer in layers if layer.kind == "other" for place in layer.places}
    found: dict[Place, Ways] = {}
    lost: dict[Place, MethodError] = {}
    for site, own in zip(sites, back, strict=True):
        pairs = list(zip(site.shapes, own, strict=True))
        reached = [shape for shape, part in pairs if part is not None]
        if odd := [s for s in reached if not possible_layouts(s, len(others), placing)]:
            lost[site.place] = _mixed(site.place[0], odd[0], len(others))
            continue
        out = tuple(_way_out(shape, part, others, placing) for shape, part in pairs)
        if "" in out:
            lost[site.place] = _coupled(trunk, site.place[0])
            continue
        fed = tuple(
            _way_in(tensor, out, len(others), placing, site.place in many)
            for tensor in tensors_of(site.fed)
        )
        found.setdefault(site.place, Ways(fed, out))
    wrong = {layer.key: lost[place] for layer in layers for place in layer.places if place in lost}
    return {place: ways for place, ways in found.items() if place not in lost}, wrong


def _way_out(
    shape: tuple[int, ...],
    part: "Tensor | None",
    others: "Tensor",
    placing: Placing | None,
) -> str:
    """Empty where the loss of one sample moves others."""
    n_samples = len(others)
    for option in possible_layouts(shape, n_samples, placing):
        if part is None:  # no loss depends on it
            return option
        if not bool((by_sample(part, option, n_samples, placing)[others] != 0).any()):
            return option
    return "same" if part is None else ""


def _mixed(path: str, shape: tuple[int, ...], n_samples: int) -> MethodError:
    return MethodError(
        f"Module {path!r} gives {tuple(shape)} for a batch of {n_samples} samples, "
        "so its rows cannot be told apart; pass rows= with the sample of each (the batch "
        "vector of a graph), or leave its parameters out (parameters=['!…'])."
    )


def _way_in(
    tensor: "Tensor",
    out: Sequence[str],
    n_samples: int,
    placing: Placing | None,
    may_be_same: bool,
) -> str:
    """As what comes out where that is possible, else the likeliest."""
    options = possible_layouts(tensor.shape, n_samples, placing)
    fitting = [way for way in out if way in options]
    if not may_be_same:
        return out[0]
    return (*fitting, *options, "same")[0]


def _coupled(trunk: "torch.nn.Module", path: str) -> MethodError:
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
    return MethodError(
        f"The loss of one sample moves others in module {path!r}, so samples are coupled; {what}."
    )
