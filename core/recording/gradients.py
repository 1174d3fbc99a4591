"""Gradients of single samples by any parameter: vectorised, or sample after sample.

The module is called again on what it was fed, one sample at a time: by `torch.func` for all of them
at once, and in a plain loop where an operation inside cannot be vectorised: slow, and right.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from core.landscape.layers.by_row import Rows, matrix_shape, wholes
from core.recording.bare import bare
from core.recording.call import Call
from core.recording.chance import chance
from core.recording.layout import as_fed, of_one
from core.recording.tree import tensors_of, with_tensors

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def gradients_of(module: "torch.nn.Module", names: Sequence[str], call: Call) -> "list[Tensor]":
    """[task, sample, output, input] of every parameter.

    Args:
        module: treats samples apart.
        names: of parameters.
        call: one call of the module.

    Raises:
        RuntimeError: the module draws random numbers, or cannot be called on single samples.
    """
    import torch

    dtype, own = module.get_parameter(names[0]).dtype, bare(module)
    fed = tuple(part.to(dtype) if part.is_floating_point() else part for part in call.fed)
    reached = [place for place, part in enumerate(call.deltas) if part is not None]
    deltas = [call.deltas[place].to(dtype) for place in reached]  # type: ignore[union-attr]
    axes = tuple(None if way == "same" else 0 for way in call.ways.fed)
    rows = Rows(fed, axes, _runner(call, reached))
    with torch.autocast(deltas[0].device.type, enabled=False):
        try:
            found = [one.gradients for one in wholes(own, names, rows, deltas)]
        except RuntimeError as error:
            if "randomness" in str(error):
                raise
            found = _looped(own, names, rows, deltas)
    return [part.to(deltas[0].dtype) for part in found]


def _runner(
    call: Call, reached: Sequence[int]
) -> "Callable[[Callable[..., Any], Sequence[Tensor]], Sequence[Tensor]]":
    def run(module: Callable[..., Any], row: "Sequence[Tensor]") -> "Sequence[Tensor]":
        fed = (as_fed(*pair) for pair in zip(row, call.ways.fed, strict=True))
        args, kwargs = with_tensors(call.tree, fed)
        given = tensors_of(module(*args, **kwargs))
        return [of_one(given[place], call.ways.out[place]) for place in reached]

    return run


def _looped(
    module: "torch.nn.Module", names: Sequence[str], rows: Rows, deltas: "Sequence[Tensor]"
) -> "list[Tensor]":
    """The same, one sample after another."""
    import torch

    parameters = [module.get_parameter(name) for name in names]
    n_tasks, n_rows = deltas[0].shape[:2]
    found = [part.new_zeros(n_tasks, n_rows, *part.shape) for part in parameters]
    with torch.enable_grad(), chance(deltas[0].device):
        for row in range(n_rows):
            pairs = zip(rows.tensors, rows.axes, strict=True)
            outputs = rows.run(module, [p if axis is None else p[row] for p, axis in pairs])
            for task in range(n_tasks):
                back = torch.autograd.grad(
                    outputs,
                    parameters,
                    [part[task, row] for part in deltas],
                    retain_graph=True,
                    materialize_grads=True,
                )
                for stack, part in zip(found, back, strict=True):
                    stack[task, row] = part
    shapes = [matrix_shape(own.shape) for own in parameters]
    both = zip(found, shapes, strict=True)
    return [stack.reshape(n_tasks, n_rows, *shape) for stack, shape in both]
