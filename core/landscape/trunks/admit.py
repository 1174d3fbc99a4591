"""A module is let in as a trunk once it has shown that it treats rows apart.

Norm layers and dropout are put to rest (`eval`). Then a few random rows go through it together and
alone, and the gradients of its layers are held against a plain loop: a layer that is used in some
other way than being called loses its short cut.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from core.errors import MethodError
from core.landscape.layers.taps import PLAIN, Tap, can_tap
from core.landscape.layers.written_out import Product, write_out
from core.landscape.layers.written_out.forward import compute_written_out
from core.landscape.trunks.module import ModuleTrunk
from core.landscape.trunks.parameters import choose_parameters, name_of
from core.landscape.trunks.readable import row_numbers, stop_at_precision, uncompiled
from core.rows_apart import are_close, check_apart, first_line

if TYPE_CHECKING:
    import torch
    from torch import Tensor

N_ROWS = 5
"""Rows that a module is tried on."""


def admit(
    module: "torch.nn.Module",
    n_inputs: int,
    view: "Callable[[Tensor], Tensor]",
    device: "torch.device",
    parameters: Sequence[str] = (),
    last_layers: int = 0,
) -> ModuleTrunk:
    """A trunk that starts where the module is; the module itself is left as it was.

    Args:
        module: maps the rows as `view` gives them to features [row, width].
        n_inputs: how many inputs the table has.
        view: from the inputs of some rows to what the module takes.
        device: where to compute.
        parameters: names or globs of the parameters that count; the weights of all layers but norm
            layers where none is given.
        last_layers: only the last so many layers count; 0 for all.

    Raises:
        MethodError: the module cannot take the rows, mixes them, or has no parameter that counts.
    """
    import torch

    plain = uncompiled(module)
    own = deepcopy(plain).to(device).eval()
    compute_written_out(own)
    names = choose_parameters(own, parameters, last_layers)
    for name, parameter in own.named_parameters():
        parameter.requires_grad_(name in names)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(N_ROWS, n_inputs, generator=generator).to(device)
    stop_at_precision(own, names, view(x))
    width = check_apart(own, view(x))
    numbers = row_numbers(own, view(x))
    taps = _taps(own, names)
    for _ in range(2):
        tapped = {name for tap in taps for name in tap.names}
        others = tuple(name for name in names if name not in tapped)
        trunk = ModuleTrunk(own, taps, others, view, width, numbers)
        try:
            wrong = _wrong_names(trunk, x)
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            raise MethodError(
                f"Trunk {name_of(own)} cannot be taken back on single rows "
                f"({first_line(error)}); change the module, or leave the layer that does not take "
                "part out of the parameters."
            ) from error
        if not wrong:
            return trunk
        taps = tuple(tap for tap in taps if not wrong & set(tap.names))
    raise MethodError(
        f"Trunk {name_of(own)}: the gradient of {sorted(wrong)[0]} on single rows does not agree "
        "with that of a plain loop; leave it out of the parameters, or change the module."
    )


def _taps(module: "torch.nn.Module", names: Sequence[str]) -> tuple[Tap, ...]:
    """The layers that can be tapped, and what of each counts."""
    found = []
    inside: set[torch.nn.Module] = set()
    for path, layer in module.named_modules():
        if layer in inside:
            continue
        dot, written = f"{path}." if path else "", write_out(layer)
        inside.update(layer.children() if written else ())
        products = written.products if written else (PLAIN,) if can_tap(layer) else ()
        for own in products:
            counts = f"{dot}{own.weight}" in names, bool(own.bias) and f"{dot}{own.bias}" in names
            if any(counts):
                found.append(Tap(path, *counts, own if written else None))
    return tuple(found)


def _wrong_names(trunk: ModuleTrunk, x: "Tensor") -> set[str]:
    """The parameters whose displacements differ from a plain loop over rows."""
    import torch

    passed = trunk.forward(x)
    gradient = torch.randn(passed.features.shape, generator=torch.Generator().manual_seed(1))
    gradient = gradient.to(x.device)
    expected = _plain(trunk, passed.inputs, gradient)
    odd = {tap for tap in trunk.taps if not _sees_rows(passed.calls[tap], len(x))}
    if odd:
        return {name for tap in odd for name in tap.names}
    wrong: set[str] = set()
    others = (Tap("", True, False, Product(name)) for name in trunk.others)
    groups = zip((*trunk.taps, *others), passed.pulls(gradient.unsqueeze(0)), strict=True)
    for tap, pull in groups:
        found = torch.cat([delta[0] for _, delta in pull.formed()])
        parts = [torch.stack([tap.part(name, one) for one in expected[name]]) for name in tap.names]
        want = torch.cat([part.reshape(len(x), found.shape[1], -1) for part in parts], 2)
        if not are_close(found, want):
            wrong |= set(tap.names)
    return wrong


def _sees_rows(calls: "Sequence[tuple[Tensor, object]]", n_rows: int) -> bool:
    """Whether a layer is called, and always with the rows of the trunk in front."""
    return bool(calls) and all(fed.dim() > 1 and len(fed) == n_rows for fed, _ in calls)


def _plain(trunk: ModuleTrunk, inputs: "Tensor", gradient: "Tensor") -> "dict[str, Tensor]":
    """[row, *parameter] by one backward pass a row."""
    import torch

    parameters = [trunk.module.get_parameter(name) for name in trunk.names]
    rows = []
    with torch.enable_grad():
        for row, back in zip(inputs, gradient, strict=True):
            output = trunk.module(row.unsqueeze(0))
            rows.append(torch.autograd.grad(output[0], parameters, back, materialize_grads=True))
    columns = zip(*rows, strict=True)
    return dict(zip(trunk.names, (torch.stack(column) for column in columns), strict=True))
