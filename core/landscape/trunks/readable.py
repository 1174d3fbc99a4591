"""Whether a module can be looked into, and what is found: types and counts of its numbers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from core.errors import MethodError
from core.landscape.trunks.parameters import name_of
from core.rows_apart import type_of

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def uncompiled(module: "torch.nn.Module") -> "torch.nn.Module":
    """The module itself; of one that `torch.compile` made, what it was made from.

    Raises:
        MethodError: a TorchScript module, or one with layers that have no shape yet.
    """
    import torch
    from torch.nn.parameter import is_lazy

    plain = cast("torch.nn.Module", getattr(module, "_orig_mod", module))
    if isinstance(plain, torch.jit.ScriptModule):
        raise MethodError(
            f"Trunk {name_of(plain)} is TorchScript, whose layers cannot be looked into; give the "
            "module that it was made from."
        )
    lazy = [name for name, part in plain.named_parameters() if is_lazy(part)]
    if lazy:
        raise MethodError(
            f"Trunk {name_of(plain)} has no shape yet for {lazy[0]}; call the module once on a "
            "batch of rows, then bring it."
        )
    return plain


def stop_at_precision(module: "torch.nn.Module", names: Iterable[str], rows: "Tensor") -> None:
    """Raise MethodError where a parameter that counts has another precision than the rows."""
    for name in names:
        part = module.get_parameter(name)
        if part.dtype != rows.dtype:
            raise MethodError(
                f"Trunk {name_of(module)} holds {name} as {type_of(part)}, rows are "
                f"{type_of(rows)}; convert the module, as module.float() does, or leave that out "
                "of the parameters."
            )


def row_numbers(module: "torch.nn.Module", rows: "Tensor") -> int:
    """Activations of one row: the outputs of all innermost layers, and its inputs."""
    import torch

    numbers = [rows[0].numel()]

    def count(layer: object, inputs: object, output: object) -> None:
        if isinstance(output, torch.Tensor):
            numbers.append(output.numel() // len(rows))

    inner = [layer for layer in module.modules() if not any(True for _ in layer.children())]
    handles = [layer.register_forward_hook(count) for layer in inner]
    with torch.no_grad():
        module(rows)
    for handle in handles:
        handle.remove()
    return sum(numbers)
