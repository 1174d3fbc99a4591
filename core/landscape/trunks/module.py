"""Any `torch.nn.Module` as a trunk: layers with a form are tapped, others go by `torch.func`.

Recurrent layers and attention compute by plain products, which can be tapped and vectorised.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from jaxtyping import Float

from core.landscape.layers.by_row import matrix_shape, rows_alone, wholes
from core.landscape.layers.pull import Pull
from core.landscape.layers.taps import PLAIN, Call, Tap
from core.landscape.layers.written_out.forward import listen
from core.landscape.memory import Batches, numbers_at_a_time
from core.landscape.trunks.trunk import Pass, Trunk

if TYPE_CHECKING:
    import torch
    from torch import Tensor

MAX_NUMBERS = 2**22
"""Activations and their gradients held at a time (16 MB; ours)."""


@dataclass(frozen=True, eq=False)
class ModulePass(Pass):
    """A forward pass with its graph, and where the taps cut into it."""

    trunk: "ModuleTrunk"
    inputs: "Tensor"
    """[row, …], as the module takes them."""
    features: "Float[Tensor, 'row width']"
    output: "Float[Tensor, 'row width']"
    """The features, with the graph behind them."""
    calls: "dict[Tap, list[tuple[Tensor, Any]]]"
    """Of every tap: what it was fed, and the edge of the graph it leaves by."""

    def pulls(self, gradient: "Float[Tensor, 'task row width']") -> Iterator[Pull]:
        deltas = self._deltas(gradient)
        for tap in self.trunk.taps:
            own = zip(self.calls[tap], deltas.pop(tap), strict=True)
            calls = [Call(fed, delta) for (fed, _), delta in own]
            yield tap.pull(self.trunk.module.get_submodule(tap.path), calls)
        rows = rows_alone(self.inputs)
        yield from wholes(self.trunk.module, self.trunk.others, rows, [gradient])

    def _deltas(self, gradient: "Float[Tensor, 'task row width']") -> "dict[Tap, list[Tensor]]":
        """[task, row, …] by tap and call."""
        import torch

        edges = [edge for calls in self.calls.values() for _, edge in calls]
        if not edges:
            return {}
        by_task = [
            torch.autograd.grad(self.output, edges, one, retain_graph=True) for one in gradient
        ]
        joined = iter([torch.stack(parts) for parts in zip(*by_task, strict=True)])
        return {tap: [next(joined) for _ in calls] for tap, calls in self.calls.items()}


@dataclass(frozen=True, eq=False)
class ModuleTrunk(Trunk):
    """A module at its start, made by `admit`; nobody else holds it."""

    module: "torch.nn.Module"
    taps: tuple[Tap, ...]
    others: tuple[str, ...]
    """Parameters that count and have no form."""
    view: "Callable[[Tensor], Tensor]"
    """From the inputs of a table to what the module takes."""
    n_features: int
    row_numbers: int
    """Activations of one row."""

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that count, in the order of the pulls."""
        tapped = dict.fromkeys(name for tap in self.taps for name in tap.names)
        return (*tapped, *self.others)

    @property
    def width(self) -> int:
        return self.n_features

    @property
    def shapes(self) -> list[tuple[int, int]]:
        tapped = [self._tapped_shape(tap) for tap in self.taps]
        others = (self.module.get_parameter(name).shape for name in self.others)
        return [*tapped, *(matrix_shape(shape) for shape in others)]

    @property
    def device(self) -> "torch.device":
        return self.module.get_parameter(self.names[0]).device

    @property
    def start(self) -> "Float[Tensor, ' weight']":
        import torch

        parts = [self.module.get_parameter(name).detach().flatten() for name in self.names]
        return torch.cat(parts)

    def max_rows(self, n_tasks: int) -> int:
        most = numbers_at_a_time(self.device, MAX_NUMBERS)
        return max(1, most // (self.row_numbers * (2 + n_tasks)))

    def forward(self, x: "Float[Tensor, 'row input']") -> ModulePass:
        import torch

        inputs = self.view(x)
        calls: dict[Tap, list[tuple[Tensor, Any]]] = {tap: [] for tap in self.taps}
        with ExitStack() as taps, torch.enable_grad():
            for tap, found in calls.items():
                layer = self.module.get_submodule(tap.path)
                taps.callback(_listen(layer, tap, found))
            output = self.module(inputs)
        return ModulePass(self, inputs, output.detach(), output, calls)

    def features(self, x: "Float[Tensor, 'row input']") -> "Float[Tensor, 'row width']":
        import torch

        with torch.no_grad():
            parts = Batches(self.max_rows(1)).each(
                len(x), lambda start, stop: self.module(self.view(x[start:stop]))
            )
        return torch.cat(parts)

    def at(
        self, theta: "Float[Tensor, ' weight']", x: "Float[Tensor, 'row input']"
    ) -> "Float[Tensor, 'row width']":
        import torch

        state = {name: part.detach() for name, part in self.module.named_parameters()}
        state |= dict(self.module.named_buffers())
        state |= self._parts(theta)
        out: Tensor = torch.func.functional_call(self.module, state, (self.view(x),))
        return out

    def moved(self, theta: "Float[Tensor, ' weight']") -> "ModuleTrunk":
        module = deepcopy(self.module)
        for name, part in self._parts(theta).items():
            module.get_parameter(name).data.copy_(part)
        return replace(self, module=module)

    def _parts(self, theta: "Float[Tensor, ' weight']") -> "dict[str, Tensor]":
        """The parameters that count, by name."""
        import torch

        own = [self.module.get_parameter(name) for name in self.names]
        parts = torch.split(theta, [parameter.numel() for parameter in own])
        each = zip(self.names, parts, own, strict=True)
        return {name: part.reshape(parameter.shape) for name, part, parameter in each}

    def _tapped_shape(self, tap: Tap) -> tuple[int, int]:
        own = tap.product or PLAIN
        weight = self.module.get_submodule(tap.path).get_parameter(own.weight)
        n_outputs, n_inputs = matrix_shape(own.part(own.weight, weight).shape)
        return n_outputs, n_inputs * tap.weight + tap.bias


def _listen(
    layer: "torch.nn.Module", tap: Tap, found: "list[tuple[Tensor, Any]]"
) -> Callable[[], object]:
    """Keep what a tap is fed, and the edge before anything changes its output, until called."""
    from torch.autograd.graph import get_gradient_edge

    def keep(fed: "Tensor", output: "Tensor") -> None:
        found.append((fed.detach(), get_gradient_edge(output)))

    if tap.product is not None:
        return listen(layer, tap.product, keep)
    handle = layer.register_forward_hook(lambda _, fed, output: keep(fed[0], output))
    return handle.remove
