"""Every use of a weight between the losses and the inputs: calls that were marked, and the linear
maps inside fused layers, which are run again from what they were fed.

A fused layer is one node of the user's graph. What comes back to its outputs is taken further back
through the same layer written out, with its dropout drawn from the same state of the generator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from core.errors import MethodError
from core.landscape.layers.written_out import Product, plainly, write_out
from core.recording.call import Place
from core.recording.chance import chance
from core.recording.pulls import Layer
from core.recording.trace import Back, Found, pull_back
from core.recording.tree import tensors_of, with_tensors
from core.recording.watch import Fed

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Site(NamedTuple):
    """One use of a layer's weights."""

    place: Place
    fed: Fed
    shapes: tuple[tuple[int, ...], ...]
    """Of the tensors that came out."""


class _Again(NamedTuple):
    """A fused call that was run again."""

    number: int
    """Of the call among those found."""
    outputs: "list[Tensor]"
    edges: list[Any]
    """Of its products."""


@dataclass(frozen=True, eq=False)
class Trail:
    """The sites that count, and the way back to them."""

    found: Sequence[Found]
    plain: tuple[int, ...]
    """The calls that are sites themselves."""
    again: tuple[_Again, ...]
    sites: tuple[Site, ...]
    """The plain ones first."""

    def back(self, loss: "Tensor", weight: "Tensor") -> "list[Back]":
        """∂ Σ weight · loss / ∂ every output of every site.

        Raises:
            MethodError: the graph is gone already.
        """
        back = pull_back(loss, weight, self.found)
        further = [one for again in self.again for one in _further(again, back[again.number])]
        return [*(back[number] for number in self.plain), *([part] for part in further)]


def follow(found: Sequence[Found], layers: Sequence[Layer]) -> Trail:
    """The trail to what the layers use.

    Raises:
        MethodError: what a layer was fed was changed in place since, or is no batch.
    """
    wanted: dict[Place, torch.nn.Module] = {
        place: layer.module for layer in layers for place in layer.places
    }
    plain = [number for number, one in enumerate(found) if (one.call.path, None) in wanted]
    sites = [_site(found[number]) for number in plain]
    again = []
    fused = {path: module for (path, product), module in wanted.items() if product is not None}
    for number, one in enumerate(found):
        if one.call.path in fused:
            _check_inputs(one)
            outputs, products = _run_again(one, fused[one.call.path])
            mine = [part for part in products if (one.call.path, part[0]) in wanted]
            again.append(_Again(number, outputs, [edge for _, _, edge, _ in mine]))
            sites += [
                Site((one.call.path, product), ((fed,), {}), (shape,))
                for product, fed, _, shape in mine
            ]
    return Trail(found, tuple(plain), tuple(again), tuple(sites))


def _site(found: Found) -> Site:
    _check_inputs(found)
    return Site((found.call.path, None), found.call.fed, found.call.shapes)


def _check_inputs(found: Found) -> None:
    call = found.call
    pairs = zip(tensors_of(call.fed), call.versions, strict=True)
    if any(part._version != version for part, version in pairs):
        raise MethodError(
            f"What module {call.path!r} was fed was changed in place afterwards; use an "
            "operation that makes a new tensor there (no += or inplace=True)."
        )


def _run_again(
    found: Found, module: "torch.nn.Module"
) -> "tuple[list[Tensor], list[tuple[Product, Tensor, Any, tuple[int, ...]]]]":
    """What the layer gave out, and every product: its input, its edge, its shape."""
    import torch
    from torch.autograd.graph import get_gradient_edge

    written, multiply = write_out(module), plainly(module)
    assert written is not None  # only such layers have products
    products: list[tuple[Product, Tensor, Any, tuple[int, ...]]] = []

    def heard(product: Product, x: "Tensor") -> "Tensor":
        output = multiply(product, x)
        if output.requires_grad:
            edge = get_gradient_edge(output)
            products.append((product, x.detach(), edge, tuple(output.shape)))
        return output

    dtype = getattr(module, written.products[0].weight).dtype
    given = tensors_of(found.call.fed)
    cast = (part.to(dtype) if part.is_floating_point() else part for part in given)
    args, kwargs = with_tensors(found.call.fed, cast)
    device = given[0].device
    still = torch.autocast(device.type, enabled=False)
    with torch.enable_grad(), still, chance(device, found.call.chance):
        try:
            outputs = tensors_of(written.run(module, heard, *args, **kwargs))
        except (RuntimeError, IndexError, ValueError) as error:
            path = found.call.path
            raise MethodError(
                f"Module {path!r} ({type(module).__name__}) cannot be run again on what it was "
                f"fed, {tuple(given[0].shape)}; call it on a whole batch, or leave its parameters "
                f"out (parameters=['!{path}.*'])."
            ) from error
    return outputs, products


def _further(again: _Again, back: "Back") -> "list[Tensor | None]":
    """From the outputs of a fused call to its products."""
    import torch

    pairs = [
        (output, part.to(output.dtype))
        for output, part in zip(again.outputs, back, strict=True)
        if part is not None and output.requires_grad
    ]
    if not pairs or not again.edges:
        return [None] * len(again.edges)
    outputs, parts = zip(*pairs, strict=True)
    found = torch.autograd.grad(outputs, again.edges, parts, retain_graph=True, allow_unused=True)
    return list(found)
