"""Which parameters of a module count: weights, without biases and norm layers, unless named."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from core.errors import MethodError

if TYPE_CHECKING:
    import torch


def choose_parameters(
    module: "torch.nn.Module", patterns: Sequence[str] = (), last_layers: int = 0
) -> tuple[str, ...]:
    """The names of the parameters that count, in the module's order.

    Raises:
        MethodError: a pattern that names none, or none that counts; the known ones are listed.
    """
    known = [name for name, _ in module.named_parameters()]
    listed = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            raise MethodError(
                f"Trunk {name_of(module)} has no parameter {pattern!r}; it has: {listed or 'none'}."
            )
    if patterns:
        return tuple(name for name in known if any(fnmatchcase(name, p) for p in patterns))
    normed = _norm_layers(module)
    names = [
        name
        for name, parameter in module.named_parameters()
        if parameter.requires_grad and parameter.dim() > 1 and _owner(name) not in normed
    ]
    if not names:
        raise MethodError(
            f"Trunk {name_of(module)} has no weight to train outside its norm layers; "
            f"name the parameters that count ({listed or 'it has none'})."
        )
    owners = list(dict.fromkeys(_owner(name) for name in names))
    kept = owners[-last_layers:] if last_layers else owners
    return tuple(name for name in names if _owner(name) in kept)


def _owner(name: str) -> str:
    return name.rpartition(".")[0]


def _norm_layers(module: "torch.nn.Module") -> set[str]:
    return {path for path, layer in module.named_modules() if "Norm" in type(layer).__name__}


def name_of(module: "torch.nn.Module") -> str:
    """What a module calls itself."""
    return type(module).__name__
