"""Gradients of single rows by parameters whose gradient has no form: through `torch.func`.

The vector-Jacobian product of one row is vectorised over the rows and the tasks, for a few
parameters after another, so that no more is formed at a time than fits.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from warnings import catch_warnings, filterwarnings

from core.landscape.layers.pull import Whole

if TYPE_CHECKING:
    import torch
    from torch import Tensor

MAX_FORMED = 2**22
"""Numbers formed of the parameters taken together (16 MB; ours)."""


class Rows(NamedTuple):
    """What a module takes for every row, and how it takes a single one."""

    tensors: "tuple[Tensor, ...]"
    axes: tuple[int | None, ...]
    """0 for [row, …]; None for what is the same for all rows."""
    run: "Callable[[Callable[..., Any], Sequence[Tensor]], Sequence[Tensor]]"
    """(the module, the tensors of one row) → what the module gives for it."""


def rows_alone(inputs: "Tensor") -> Rows:
    """Rows of a module that maps [row, …] to [row, width]."""
    return Rows((inputs,), (0,), lambda module, row: [module(row[0].unsqueeze(0))[0]])


def wholes(
    module: "torch.nn.Module",
    names: Sequence[str],
    rows: Rows,
    gradient: "Sequence[Tensor]",
) -> Iterator[Whole]:
    """The displacement of every row by each of the named parameters, in their order.

    Args:
        module: treats rows apart.
        names: of parameters.
        rows: what it takes.
        gradient: [task, row, …] of the losses by each of its outputs.
    """
    for bundle in _bundles(module, names, gradient[0].shape[0] * gradient[0].shape[1]):
        found = _gradients(module, bundle, rows, gradient)
        for name in bundle:
            by_task = found[name].transpose(0, 1)  # [task, row, *parameter]
            yield Whole(by_task.reshape(*by_task.shape[:2], *matrix_shape(found[name].shape[2:])))


def matrix_shape(shape: Sequence[int]) -> tuple[int, int]:
    """A parameter as a matrix: outputs by all else; a vector is one row."""
    n_rows = shape[0] if len(shape) > 1 else 1
    size = 1
    for length in shape:
        size *= length
    return n_rows, size // max(n_rows, 1)


def _bundles(
    module: "torch.nn.Module", names: Sequence[str], times: int
) -> Iterator[tuple[str, ...]]:
    """The names in order, as many together as may be formed at a time."""
    bundle: list[str] = []
    size = 0
    for name in names:
        own = times * module.get_parameter(name).numel()
        if bundle and size + own > MAX_FORMED:
            yield tuple(bundle)
            bundle, size = [], 0
        bundle.append(name)
        size += own
    if bundle:
        yield tuple(bundle)


def _gradients(
    module: "torch.nn.Module", names: Sequence[str], rows: Rows, gradient: "Sequence[Tensor]"
) -> "dict[str, Tensor]":
    """[row, task, *parameter] for each name."""
    import torch

    frozen = {name: part.detach() for name, part in module.named_parameters()}
    chosen = {name: frozen.pop(name) for name in names}
    state = {**frozen, **dict(module.named_buffers())}

    def of_row(row: "tuple[Tensor, ...]", pulled: "tuple[Tensor, ...]") -> "dict[str, Tensor]":
        def outputs(parameters: "dict[str, Tensor]") -> "tuple[Tensor, ...]":
            def called(*args: Any, **kwargs: Any) -> Any:
                everything = {**state, **parameters}
                return torch.func.functional_call(module, everything, args, kwargs)

            return tuple(rows.run(called, row))

        back = torch.func.vjp(outputs, chosen)[1]
        found: dict[str, Tensor] = torch.func.vmap(lambda one: back(one)[0])(pulled)
        return found

    by_task = tuple(part.transpose(0, 1) for part in gradient)
    with vectorised():
        by_row: dict[str, Tensor] = torch.func.vmap(of_row, in_dims=(rows.axes, 0))(
            rows.tensors, by_task
        )
    return by_row


@contextmanager
def vectorised() -> Iterator[None]:
    """Attention by plain products, which can be vectorised over rows; no warning of an operation
    that is looped over instead, which is slow and right."""
    from torch.nn.attention import SDPBackend, sdpa_kernel

    with sdpa_kernel(SDPBackend.MATH), catch_warnings():
        filterwarnings("ignore", "There is a performance drop")
        yield
