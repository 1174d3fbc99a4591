"""Tensors wherever they stand in what a module takes or returns: in tuples, lists and dicts."""

from collections.abc import Iterator
from copy import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


def tensors_of(tree: Any) -> "list[Tensor]":
    """All of them, from left to right."""
    import torch

    if isinstance(tree, torch.Tensor):
        return [tree]
    parts = tree.values() if isinstance(tree, dict) else tree
    if not isinstance(tree, (tuple, list, dict)):
        return []
    return [tensor for part in parts for tensor in tensors_of(part)]


def with_tensors(tree: Any, tensors: "Iterator[Tensor]") -> Any:
    """The same with other tensors in their places, taken from left to right."""
    import torch

    if isinstance(tree, torch.Tensor):
        return next(tensors)
    if isinstance(tree, dict):
        made = copy(tree)  # of the kind that it is
        for name, part in tree.items():
            made[name] = with_tensors(part, tensors)
        return made
    if isinstance(tree, (tuple, list)):
        parts = [with_tensors(part, tensors) for part in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return tree
