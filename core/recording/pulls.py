"""From the calls of a layer to what it adds to the displacements of some samples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from core.errors import MethodError
from core.landscape.layers.by_row import wholes
from core.landscape.layers.pull import Factors, Pull, Sites, Whole
from core.landscape.layers.taps import can_tap, cut_places
from core.recording.lookup import Lookup

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Call(NamedTuple):
    """One call of a layer, sample by sample."""

    inputs: "Tensor"
    """[sample, …]"""
    deltas: "Tensor"
    """[task, sample, …], as the outputs."""

    def of(self, samples: "Tensor | slice") -> "Call":
        """The call as it was for some of the samples."""
        return Call(self.inputs[samples], self.deltas[:, samples])


@dataclass(frozen=True, eq=False)
class Layer:
    """A module that owns parameters which count, and their names in it."""

    path: str
    module: "torch.nn.Module"
    names: tuple[str, ...]

    @property
    def kind(self) -> str:
        """`linear`, `conv`, `embedding`, or `other`: what no short cut is known for."""
        from torch import nn

        if not set(self.names) <= {"weight", "bias"}:
            return "other"
        if isinstance(self.module, nn.Embedding):
            return "embedding"
        if isinstance(self.module, nn.Linear) or type(self.module).__name__ == "Linear":
            return "linear"
        return "conv" if can_tap(self.module) else "other"

    @property
    def takes_rows_only(self) -> bool:
        """Whether a sample must be one row of what the layer is fed."""
        return self.kind in ("conv", "other")

    def parameters(self) -> "list[torch.nn.Parameter]":
        return [self.module.get_parameter(name) for name in self.names]

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
            deltas = calls[0].deltas.flatten(3).transpose(2, 3)
            return [Sites(deltas, calls[0].inputs, self._cutter())]
        return [self._linear(calls)]

    def _linear(self, calls: Sequence[Call]) -> Pull:
        import torch

        is_conv, cut = self.kind == "conv", self._cutter()
        places = torch.cat([cut(call.inputs) for call in calls], dim=1)
        deltas = torch.cat(
            [
                call.deltas.flatten(3).transpose(2, 3) if is_conv else _places(call.deltas)
                for call in calls
            ],
            dim=2,
        )
        if places.shape[1] == 1:
            return Factors(deltas[:, :, 0], places[:, 0])
        return Sites(deltas, places)

    def _cutter(self) -> "Callable[[Tensor], Tensor]":
        """Inputs → [sample, place, input]; a bias is fed 1."""
        import torch

        def cut(inputs: "Tensor") -> "Tensor":
            if self.kind == "conv":
                inputs = cut_places(self.module, inputs)
            else:
                inputs = inputs.flatten(1, -2) if inputs.dim() > 2 else inputs.unsqueeze(1)
            ones = torch.ones_like(inputs[..., :1])
            if "weight" not in self.names:
                return ones
            return torch.cat([inputs, ones], dim=-1) if "bias" in self.names else inputs

        return cut

    def _lookup(self, calls: Sequence[Call]) -> Lookup:
        import torch

        tokens = torch.cat([call.inputs.flatten(1) for call in calls], dim=1)
        deltas = torch.cat([_places(call.deltas) for call in calls], dim=2)
        padding = self.module.padding_idx
        if isinstance(padding, int):
            deltas = deltas * (tokens != padding).unsqueeze(-1)
        return Lookup(deltas, tokens, len(self.parameters()[0]))

    def _formed(self, calls: Sequence[Call]) -> "list[Pull]":
        try:
            found = [self._whole(call) for call in calls]
        except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise MethodError(
                f"Module {self.path!r} ({type(self.module).__name__}) does not give its gradient "
                f"sample by sample ({reason[:120]}); leave its parameters out, naming those that "
                "count (parameters=['…']), or build it from linear layers and convolutions."
            ) from error
        return [Whole(sum(parts[1:], parts[0])) for parts in zip(*found, strict=True)]

    def _whole(self, call: Call) -> "list[Tensor]":
        """[task, sample, output, input] of every parameter, in the type of the module's own."""
        own = self.parameters()[0].dtype
        inputs = call.inputs.to(own) if call.inputs.is_floating_point() else call.inputs
        parts = wholes(self.module, self.names, inputs, call.deltas.to(own))
        return [part.gradients.to(call.deltas.dtype) for part in parts]


def _places(deltas: "Tensor") -> "Tensor":
    """[task, sample, place, output] from [task, sample, *places, output]."""
    return deltas.flatten(2, -2) if deltas.dim() > 3 else deltas.unsqueeze(2)
