"""Hooks on the layers whose parameters count: they mark the graph, and hold nothing themselves.

A mark lives in the node of the graph that made the layer's output, so it dies with the user's own
graph, survives a change of the output in place, and never keeps a batch in memory. Of several
outputs one may be made of another (the state of a cell and its memory), so each is passed on as a
view of itself, by which only what others make of it comes back.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from core.landscape.layers.written_out import write_out
from core.recording.chance import State, state_of
from core.recording.tree import tensors_of, with_tensors

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Fed = tuple[tuple[Any, ...], dict[str, Any]]
"""What a module was given: positions and names."""


class Called(NamedTuple):
    """One call of a layer."""

    path: str
    fed: Fed
    """Its tensors detached."""
    versions: tuple[int, ...]
    """Of those tensors then; another one later means that it was changed in place."""
    shapes: tuple[tuple[int, ...], ...]
    """Of the tensors it gave out."""
    number: int
    """Its place among all calls."""
    chance: State | None
    """The state of the generators before it, where it draws random numbers inside."""


class Mark(NamedTuple):
    """A tensor that a call gave out."""

    call: Called
    place: int
    """Which of the tensors."""
    slot: int
    """Which output of the marked node it is."""


class Watch:
    """Marks every call of the layers while it is open; the layers compute what they always did."""

    def __init__(self, layers: "Mapping[str, torch.nn.Module]") -> None:
        self.key = f"taskscape-{id(self)}"
        self.is_paused = False
        self._n_calls = 0
        self._chance: dict[str, State] = {}
        self._handles = {
            path: [layer.register_forward_hook(self._hook(path), prepend=True, with_kwargs=True)]
            for path, layer in layers.items()
        }
        for path, layer in layers.items():
            written = write_out(layer)
            if written is not None and written.has_chance:
                self._handles[path].append(layer.register_forward_pre_hook(self._before(path)))

    def keep(self, paths: Iterable[str]) -> None:
        """Watch no other layers from now on."""
        for path in set(self._handles) - set(paths):
            for handle in self._handles.pop(path):
                handle.remove()

    def close(self) -> None:
        """Take every hook off again."""
        self.keep(())

    def _before(self, path: str) -> Any:
        import torch

        def remember(layer: "torch.nn.Module", args: object) -> None:
            if layer.training and not self.is_paused:
                self._chance[path] = state_of(next(layer.parameters()).device)

        return torch.compiler.disable(remember)  # type: ignore[no-untyped-call]

    def _hook(self, path: str) -> Any:
        import torch

        def mark(
            layer: object, args: tuple[Any, ...], kwargs: dict[str, Any], output: object
        ) -> object:
            return None if self.is_paused else self._mark(path, (args, kwargs), output)

        # a compiled loop steps out of its graph for it
        return torch.compiler.disable(mark)  # type: ignore[no-untyped-call]

    def _mark(self, path: str, fed: Fed, output: object) -> object:
        """The output to pass on, where it is not the layer's own."""
        import torch

        chance, given, out = self._chance.pop(path, None), tensors_of(fed), tensors_of(output)
        if not torch.is_grad_enabled() or not given:
            return None
        is_several = sum(part.requires_grad for part in out) > 1
        if is_several:
            out = [part.view_as(part) if part.requires_grad else part for part in out]
            output = with_tensors(output, iter(out))
        self._n_calls += 1
        detached = [part.detach() for part in given]
        call = Called(
            path,
            with_tensors(fed, iter(detached)),
            tuple(part._version for part in detached),
            tuple(tuple(part.shape) for part in out),
            self._n_calls,
            chance,
        )
        for place, part in enumerate(out):
            made = _made(part, is_several)
            if made.grad_fn is not None:
                metadata: Any = made.grad_fn.metadata  # a dict, whatever its annotation says
                metadata.setdefault(self.key, []).append(Mark(call, place, int(made.output_nr)))
        return output if is_several else None


def _made(output: "Tensor", is_several: bool) -> "Tensor":
    """A change in place of a view takes its node out of the graph, but not that of its base."""
    base = output._base
    if is_several or base is None or base.numel() != output.numel():
        return output
    return base if base.is_contiguous() and output.is_contiguous() else output
