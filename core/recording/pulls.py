"""From the uses of a layer to what it adds to the displacements of some samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import MethodError
from core.landscape.layers.pull import Factors, Pull, Sites, Whole
from core.landscape.layers.taps import PLAIN, can_tap, cut_places, linear_deltas, linear_places
from core.landscape.layers.written_out import Product
from core.recording.call import Call, Place
from core.recording.gradients import gradients_of
from core.recording.lookup import Lookup

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Layer:
    """Parameters that count, and the module that uses them."""

    path: str
    module: "torch.nn.Module"
    names: tuple[str, ...]
    """Of the parameters, as the module calls them."""
    product: Product | None = None
    """Of a module that is written out, the linear map that uses them."""
    twins: tuple[str, ...] = ()
    """Other modules of the kind that share them."""
    by_row: bool = False
    """Whether no short cut is to be taken."""

    @property
    def places(self) -> tuple[Place, ...]:
        """Where they are used."""
        return tuple((path, self.product) for path in (self.path, *self.twins))

    @property
    def key(self) -> str:
        """A name of its own."""
        return f"{self.path}/{','.join(self.names)}/{self.product or ''}"

    @property
    def kind(self) -> str:
        """`linear`, `conv`, `embedding`, or `other`: what no short cut is known for."""
        from torch import nn

        if self.product is not None:
            return "linear"
        if self.by_row or not set(self.names) <= {"weight", "bias"}:
            return "other"
        if isinstance(self.module, nn.Embedding):
            return "embedding"
        if isinstance(self.module, nn.Linear) or type(self.module).__name__ == "Linear":
            return "linear"
        return "conv" if can_tap(self.module) else "other"

    def parameters(self) -> "list[torch.nn.Parameter]":
        return [self.module.get_parameter(name) for name in self.names]

    def parts(self, gradients: "Sequence[Tensor | None]") -> "list[Tensor]":
        """What it has to answer for of the gradients by its parameters."""
        return [
            part if self.product is None else self.product.part(name, part)
            for name, part in zip(self.names, gradients, strict=True)
            if part is not None
        ]

    def pulls(self, calls: Sequence[Call]) -> "list[Pull]":
        """What the layer adds, one for all its parameters or one for each.

        Raises:
            MethodError: the gradient of single samples cannot be had.
        """
        if self.kind == "other":
            return self._formed(calls)
        if self.kind == "embedding":
            return [self._lookup(calls)]
        if self.kind == "conv" and len(calls) == 1:
            return [Sites(self._deltas(calls[0]), calls[0].inputs, self._cut)]
        return [self._linear(calls)]

    def _linear(self, calls: Sequence[Call]) -> Pull:
        import torch

        places = torch.cat([self._cut(call.inputs) for call in calls], dim=1)
        deltas = torch.cat([self._deltas(call) for call in calls], dim=2)
        if places.shape[1] == 1:
            return Factors(deltas[:, :, 0], places[:, 0])
        return Sites(deltas, places)

    def _deltas(self, call: Call) -> "Tensor":
        """[task, sample, place, output]"""
        if self.kind != "conv":
            return linear_deltas(call.back)
        outputs = -1 - len(self.module.kernel_size)  # type: ignore[arg-type]
        return call.back.movedim(outputs, -1).flatten(2, -2)

    def _cut(self, inputs: "Tensor") -> "Tensor":
        """[sample, place, input]; a bias is fed 1."""
        import torch

        if self.kind == "conv":
            image = inputs.dim() - 1 - len(self.module.kernel_size)  # type: ignore[arg-type]
            several = inputs.flatten(0, image - 1)
            inputs = cut_places(self.module, several).unflatten(0, inputs.shape[:image])  # type: ignore[no-untyped-call]
            inputs = inputs.flatten(1, -2)
        else:
            inputs = linear_places(inputs)
        ones = torch.ones_like(inputs[..., :1])
        own = self.product or PLAIN
        if own.weight not in self.names:
            return ones
        return torch.cat([inputs, ones], dim=-1) if own.bias in self.names else inputs

    def _lookup(self, calls: Sequence[Call]) -> Lookup:
        import torch

        tokens = torch.cat([call.inputs.flatten(1) for call in calls], dim=1)
        deltas = torch.cat([linear_deltas(call.back) for call in calls], dim=2)
        padding = self.module.padding_idx
        if isinstance(padding, int):
            deltas = deltas * (tokens != padding).unsqueeze(-1)
        return Lookup(deltas, tokens, len(self.parameters()[0]))

    def _formed(self, calls: Sequence[Call]) -> "list[Pull]":
        try:
            found = [gradients_of(self.module, self.names, call) for call in calls]
        except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise MethodError(
                f"Module {self.path!r} ({type(self.module).__name__}) does not give its gradient "
                f"sample by sample ({reason[:120]}); set its dropout to 0 if it has one, or leave "
                "its parameters out (parameters=['!…'])."
            ) from error
        return [Whole(sum(parts[1:], parts[0])) for parts in zip(*found, strict=True)]
