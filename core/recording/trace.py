"""From the losses back to the marks of a watch, and what comes back to each for every task."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from core.errors import MethodError
from core.recording.watch import Mark

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Found(NamedTuple):
    """A mark and where its output stands in the graph."""

    mark: Mark
    edge: Any


def find_marks(losses: "Sequence[Tensor]", key: str) -> tuple[Found, ...]:
    """The marks that the losses were made from, in the order of the calls."""
    from torch.autograd.graph import GradientEdge

    todo: list[Any] = [loss.grad_fn for loss in losses]
    seen: set[Any] = set()
    found = []
    while todo:
        node = todo.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        marks: list[Mark] = node.metadata.get(key, [])
        found += [Found(mark, GradientEdge(node, mark.slot)) for mark in marks]
        todo += [parent for parent, _ in node.next_functions]
    return tuple(sorted(found, key=lambda one: one.mark.number))


def pull_back(loss: "Tensor", weight: "Tensor", found: Sequence[Found]) -> "list[Tensor | None]":
    """∂ Σ weight · loss / ∂ output of every marked call, as the layer gave it out; None where the
    loss does not depend on it.

    Raises:
        MethodError: the graph is gone already.
    """
    import torch

    edges = [one.edge for one in found]
    try:
        back = torch.autograd.grad(
            loss, edges, grad_outputs=weight, retain_graph=True, allow_unused=True
        )
    except RuntimeError as error:
        if "second time" not in str(error):
            raise
        raise MethodError(
            "The graph of these losses is gone: call observe before the backward pass."
        ) from error
    return [
        None if part is None else part.reshape(one.mark.shape)
        for part, one in zip(back, found, strict=True)
    ]


def check_inputs(found: Sequence[Found]) -> None:
    """Raise MethodError where what a layer was fed was changed in place since."""
    for one in found:
        if one.mark.inputs._version != one.mark.version:
            raise MethodError(
                f"What module {one.mark.path!r} was fed was changed in place afterwards; use an "
                "operation that makes a new tensor there (no += or inplace=True)."
            )


def working_type(parameters: "Sequence[torch.nn.Parameter]") -> "torch.dtype":
    """Double precision where a parameter has it, else single; never less."""
    import torch

    is_double = any(part.dtype == torch.float64 for part in parameters)
    return torch.float64 if is_double else torch.float32
