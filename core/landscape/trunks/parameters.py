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

    Args:
        module: their owner.
        patterns: names or globs; with a `!` in front, of those to leave out.
        last_layers: only the last so many layers count; 0 for all.

    Raises:
        MethodError: a pattern that names none, or none that counts; the known ones are listed.
    """
    known = [name for name, _ in module.named_parameters()]
    listed = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern.removeprefix("!")) for name in known):
            raise MethodError(
                f"Trunk {name_of(module)} has no parameter {pattern.removeprefix('!')!r}; "
                f"it has: {listed or 'none'}."
            )
    outside = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    inside = [pattern for pattern in patterns if not pattern.startswith("!")]
    if inside:
        known = [name for name in known if any(fnmatchcase(name, p) for p in inside)]
        return tuple(name for name in known if not any(fnmatchcase(name, p) for p in outside))
    normed = _norm_layers(module)
    names = [
        name
        for name, parameter in module.named_parameters()
        if parameter.requires_grad
        and parameter.dim() > 1
        and _owner(name) not in normed
        and not any(fnmatchcase(name, p) for p in outside)
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
