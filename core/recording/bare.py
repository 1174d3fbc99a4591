"""A module to compute with behind the user's back: their weights, nothing else of theirs.

Hooks of the user's would see tensors they do not expect, and buffers would change.
"""

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

NORMED = ("_SpectralNorm", "SpectralNorm")
"""Kinds that change their buffers at every call in training, and use them as they are outside."""


def bare(module: "torch.nn.Module") -> "torch.nn.Module":
    """The module without hooks, with buffers of its own; its parameters are the same ones."""
    return _copy(module, {})


def _copy(module: "torch.nn.Module", copies: "dict[int, torch.nn.Module]") -> "torch.nn.Module":
    if id(module) in copies:
        return copies[id(module)]
    own = type(module).__new__(type(module))
    copies[id(module)] = own
    own.__dict__.update(module.__dict__)
    for name, hooks in module.__dict__.items():
        if name.endswith("_hooks") or "_hooks_" in name:
            own.__dict__[name] = OrderedDict(_needed(hooks) if hooks else ())
    buffers = {name: None if b is None else b.clone() for name, b in module._buffers.items()}
    own.__dict__["_parameters"] = dict(module._parameters)
    own.__dict__["_buffers"] = buffers
    own.__dict__["_modules"] = {
        name: None if child is None else _copy(child, copies)
        for name, child in module._modules.items()
    }
    if any(type(part).__name__ in NORMED for part in (own, *own._forward_pre_hooks.values())):
        own.__dict__["training"] = False
    return own


def _needed(hooks: "OrderedDict[int, object]") -> "dict[int, object]":
    """Those that make a weight, as the older norms of weights do."""
    return {
        number: hook
        for number, hook in hooks.items()
        if type(hook).__module__.startswith("torch.nn.utils.")
    }
