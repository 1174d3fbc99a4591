"""Whether a module treats rows apart: a row gives the same features alone as in company."""

from typing import TYPE_CHECKING

from core.errors import MethodError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

CLOSE = 1e-3
"""Differences below this share of the largest number are rounding (single precision)."""


def check_apart(module: "torch.nn.Module", rows: "Tensor") -> int:
    """The width of the features [row, width] of a trunk, tried on a few rows.

    Raises:
        MethodError: it cannot take the rows together and one by one, changes them, gives something
            else than finite features of their type, or features that depend on the other rows or
            on chance (batch normalisation, dropout).
    """
    import torch

    name, taken, before = type(module).__name__, tuple(rows.shape[1:]), rows.clone()
    with torch.no_grad():
        try:
            whole = module(rows)
            alone = torch.cat([module(row.unsqueeze(0)) for row in rows])
        except (RuntimeError, ValueError, TypeError, IndexError, AssertionError) as error:
            raise MethodError(
                f"Trunk {name} cannot take rows of shape {taken}, together and one by one "
                f"({first_line(error)}); give a module that maps "
                f"[row, {', '.join(map(str, taken))}] to [row, width], with LayerNorm where it has "
                "BatchNorm."
            ) from error
    if not torch.equal(rows, before):
        raise MethodError(
            f"Trunk {name} changes the rows that it is given in place; let it work on a copy, as "
            "x.clone() makes one."
        )
    _check_features(name, whole, rows)
    if not are_close(whole, alone):
        raise MethodError(
            f"Trunk {name} gives a row other features in company than alone; use LayerNorm or "
            "GroupNorm instead of BatchNorm, and leave chance (dropout) out of the forward pass."
        )
    return int(whole.shape[1])


def _check_features(name: str, whole: object, rows: "Tensor") -> None:
    import torch

    if not isinstance(whole, torch.Tensor) or whole.dim() != 2 or len(whole) != len(rows):
        found = tuple(whole.shape) if isinstance(whole, torch.Tensor) else type(whole).__name__
        raise MethodError(
            f"Trunk {name} maps {tuple(rows.shape)} to {found}; it must return [row, width]."
        )
    if whole.dtype != rows.dtype:
        raise MethodError(
            f"Trunk {name} gives features of type {type_of(whole)}; it must give "
            f"{type_of(rows)}, as features.float() does."
        )
    if not torch.isfinite(whole).all():
        raise MethodError(
            f"Trunk {name} gives features that are not finite for inputs of ordinary size; "
            "look for a division or a logarithm, or for weights that are not finite."
        )


def are_close(one: "Tensor", other: "Tensor") -> bool:
    """Whether two tensors are one but for rounding."""
    return bool((one - other).abs().max() <= CLOSE * other.abs().max().clamp_min(1e-12))


def first_line(error: Exception) -> str:
    """What an error says, or its kind where it says nothing."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def type_of(part: "Tensor") -> str:
    """What its numbers are, in a word."""
    return str(part.dtype).removeprefix("torch.")
