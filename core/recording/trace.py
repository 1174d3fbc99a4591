"""From the losses back to the marks of a watch, and what comes back to each for every task."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from core.errors import MethodError
from core.recording.watch import Called

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Back = list["Tensor | None"]
"""What comes back to every tensor that a call gave out."""


class Found(NamedTuple):
    """A marked call and where its outputs stand in the graph."""

    call: Called
    edges: dict[int, Any]
    """Of the outputs that a loss depends on, by their place."""


def find_marks(losses: "Sequence[Tensor]", key: str) -> tuple[Found, ...]:
    """The marked calls that the losses were made from, in their order.

    Raises:
        MethodError: they were observed before.
    """
    from torch.autograd.graph import GradientEdge

    todo: list[Any] = [loss.grad_fn for loss in losses]
    seen: set[Any] = set()
    found: dict[int, Found] = {}
    nodes = []
    while todo:
        node = todo.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        marks = node.metadata.get(key, [])
        nodes += [node] if marks else []
        for mark in marks:
            own = found.setdefault(mark.call.number, Found(mark.call, {}))
            own.edges[mark.place] = GradientEdge(node, mark.slot)
        todo += [parent for parent, _ in node.next_functions]
    if any(f"{key}-observed" in node.metadata for node in nodes):
        raise MethodError(
            "This forward pass was observed already; call observe once a pass, with the losses of "
            "all its tasks."
        )
    return tuple(found[number] for number in sorted(found))


def note_observed(found: Sequence[Found], key: str) -> None:
    """From now on these calls are known to be taken in."""
    for one in found:
        for edge in one.edges.values():
            edge.node.metadata[f"{key}-observed"] = True


def pull_back(loss: "Tensor", weight: "Tensor", found: Sequence[Found]) -> "list[Back]":
    """∂ Σ weight · loss / ∂ every output of every marked call, as the layer gave it out; None where
    the loss does not depend on it.

    Raises:
        MethodError: the graph is gone already, or compiled.
    """
    import torch

    edges = [edge for one in found for edge in one.edges.values()]
    try:
        back = iter(
            torch.autograd.grad(
                loss, edges, grad_outputs=weight, retain_graph=True, allow_unused=True
            )
        )
    except RuntimeError as error:
        if "donated buffers" in str(error):
            raise MethodError(
                "A compiled graph can be taken back only once, and observe does so for every task; "
                "compute the observed batches without torch.compile."
            ) from error
        if "second time" not in str(error):
            raise
        raise MethodError(
            "The graph of these losses is gone: call observe before the backward pass."
        ) from error
    found_back: list[list[Tensor | None]] = []
    for one in found:
        own: list[Tensor | None] = [None] * len(one.call.shapes)
        for place in one.edges:
            part = next(back)
            own[place] = None if part is None else part.reshape(one.call.shapes[place])
        found_back.append(own)
    return found_back


def working_type(parameters: "Sequence[torch.nn.Parameter]") -> "torch.dtype":
    """Double precision where a parameter has it, else single; never less."""
    import torch

    is_double = any(part.dtype == torch.float64 for part in parameters)
    return torch.float64 if is_double else torch.float32
