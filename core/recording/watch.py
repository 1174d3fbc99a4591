"""Hooks on the layers whose parameters count: they mark the graph, and hold nothing themselves.

A mark lives in the node of the graph that made the layer's output, so it dies with the user's own
graph, survives a change of the output in place, and never keeps a batch in memory.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Mark(NamedTuple):
    """One call of a layer."""

    path: str
    inputs: "Tensor"
    """What it was fed, detached."""
    version: int
    """Of the inputs then; another one later means that they were changed in place."""
    shape: tuple[int, ...]
    """Of its output."""
    number: int
    """Its place among all calls."""
    slot: int
    """Which output of the marked node it is."""


class Watch:
    """Marks every call of the layers while it is open; the layers compute what they always did."""

    def __init__(self, layers: "Mapping[str, torch.nn.Module]") -> None:
        self.key = f"taskscape-{id(self)}"
        self.odd: dict[str, str] = {}
        """Layers that returned something else than one tensor, and what."""
        self.is_paused = False
        self._n_calls = 0
        self._handles = [
            layer.register_forward_hook(self._hook(path), prepend=True, with_kwargs=True)
            for path, layer in layers.items()
        ]

    def close(self) -> None:
        """Take every hook off again."""
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def _hook(self, path: str) -> Any:
        def mark(
            layer: object, args: tuple[Any, ...], kwargs: dict[str, Any], output: object
        ) -> None:
            if not self.is_paused:
                self._mark(path, (*args, *kwargs.values()), output)

        return mark

    def _mark(self, path: str, fed: tuple[Any, ...], output: object) -> None:
        import torch

        if not torch.is_grad_enabled():
            return
        if not isinstance(output, torch.Tensor):
            self.odd[path] = type(output).__name__
            return
        inputs = next((part for part in fed if isinstance(part, torch.Tensor)), None)
        # a change in place of a view takes its node out of the graph, but not that of its base
        base = output._base
        made = base if base is not None and base.numel() == output.numel() else output
        if inputs is None or made.grad_fn is None:
            return
        self._n_calls += 1
        detached = inputs.detach()
        found = Mark(
            path,
            detached,
            detached._version,
            tuple(output.shape),
            self._n_calls,
            int(made.output_nr),
        )
        metadata: Any = made.grad_fn.metadata  # a dict, whatever its annotation says
        metadata.setdefault(self.key, []).append(found)
