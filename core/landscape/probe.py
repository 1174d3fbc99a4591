"""A head of its own for every task: a linear or logistic probe on the frozen features.

All probes are one convex problem, solved at once by L-BFGS in double precision. It has a unique
solution (ridge), so the result does not depend on the order of the rows or of the tasks.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float

from core.landscape.heads import Heads, make_heads
from core.landscape.memory import Batches
from core.landscape.rows.pieces import Rows
from core.landscape.trunks.trunk import Trunk
from core.values import Task

if TYPE_CHECKING:
    from torch import Tensor

ROUNDS = 10
"""Times L-BFGS reports back, so that it can be cancelled."""

STEPS = 15
"""L-BFGS iterations a round, at most; it stops at its tolerance long before as a rule."""

CHUNK = 16384
"""Rows whose logits are held at a time."""


class _Basis(NamedTuple):
    """Features centred and whitened: in these coordinates all directions curve alike."""

    centre: "Float[Tensor, ' width']"
    whiten: "Float[Tensor, 'width width']"
    scale: "Tensor"


def fit_probes(
    tasks: Sequence[Task],
    rows: Rows,
    trunk: Trunk,
    ridge: float,
    on_round: Callable[[float], None],
) -> Heads:
    """Minimise for each task its mean loss over its labelled rows + ridge/(2 n) ‖w‖².

    A row counts by its weight, and n is the number of rows they stand for.

    The penalty is on weights of features scaled to unit root mean square (one scale for all), so
    `ridge` is the precision of a Gaussian prior; the bias is free. A task without labels gets 0.
    """
    import torch

    width, n_outputs = trunk.width, max(task.n_outputs for task in tasks)
    heads = make_heads(
        tasks,
        weight=torch.zeros(len(tasks), width, n_outputs, dtype=torch.float64, device=rows.x.device),
        bias=torch.zeros(len(tasks), n_outputs, dtype=torch.float64, device=rows.x.device),
    )
    features = trunk.features(rows.x[rows.real]).double()
    weights = rows.row_weight[rows.real].double()
    basis = _whiten(features, weights, ridge)
    features = (features - basis.centre) @ basis.whiten
    weight, bias = _minimise(heads, features, rows, ridge * basis.scale**2, basis.whiten, on_round)
    weight = torch.einsum("vw,two->tvo", basis.whiten, weight)
    bias = bias - torch.einsum("w,two->to", basis.centre, weight)
    return make_heads(tasks, weight.float(), bias.float())


def _whiten(
    features: "Float[Tensor, 'row width']", weights: "Float[Tensor, ' row']", ridge: float
) -> _Basis:
    import torch

    n_rows = weights.sum()
    centre = weights @ features / n_rows
    centred = features - centre
    covariance = centred.T @ (centred * weights.unsqueeze(1)) / n_rows
    scale = covariance.diagonal().mean().sqrt()
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    spread, directions = torch.linalg.eigh(covariance)
    floor = scale**2 * (4 * ridge / n_rows + 1e-9)  # 4: a logistic curves by 1/4 at most
    return _Basis(centre, directions / (spread.clamp_min(0) + floor).sqrt(), scale)


def _minimise(
    heads: Heads,
    features: "Float[Tensor, 'row width']",
    rows: Rows,
    ridge: "Tensor",
    whiten: "Float[Tensor, 'width width']",
    on_round: Callable[[float], None],
) -> "tuple[Float[Tensor, 'task width output'], Float[Tensor, 'task output']]":
    """Weights in the whitened coordinates, and biases."""
    import torch

    n_tasks, width, n_outputs = heads.weight.shape
    weight = torch.zeros(width, n_tasks * n_outputs, dtype=torch.float64, device=features.device)
    bias = torch.zeros(n_tasks * n_outputs, dtype=torch.float64, device=features.device)
    labels = rows.value[rows.real]
    known_rows = rows.known[rows.real] * rows.row_weight[rows.real].double().unsqueeze(1)
    chunks, share = Batches(CHUNK), 1 / known_rows.sum(0).clamp_min(1)
    penalty = (ridge * (whiten * whiten).sum(0)).unsqueeze(1) * share.repeat_interleave(n_outputs)

    def objective() -> "Tensor":
        loss = (penalty * weight * weight).sum() / 2
        slope, drift = penalty * weight, torch.zeros_like(bias)
        weight.grad, bias.grad = slope, drift

        def add(start: int, stop: int) -> None:
            nonlocal loss
            part = slice(start, stop)
            value, known = labels[part].double(), known_rows[part] * share
            logits = (features[part] @ weight + bias).reshape(-1, n_tasks, n_outputs)
            residual = (heads.residuals(logits, value) * known.unsqueeze(-1)).flatten(1)
            more = (heads.losses(logits, value) * known).sum()
            move, shift = features[part].T @ residual, residual.sum(0)
            loss = loss + more
            slope.add_(move)
            drift.add_(shift)

        chunks.over(len(features), add)
        return loss

    search = torch.optim.LBFGS(
        [weight, bias],
        max_iter=STEPS,
        history_size=20,
        tolerance_grad=1e-7,
        tolerance_change=1e-13,
        line_search_fn="strong_wolfe",
    )
    for finished in range(ROUNDS):
        on_round(finished / ROUNDS)
        search.step(objective)  # type: ignore[no-untyped-call]
        if search.state[weight]["n_iter"] < STEPS * (finished + 1):
            break  # converged
    return (
        weight.reshape(width, n_tasks, n_outputs).transpose(0, 1),
        bias.reshape(n_tasks, n_outputs),
    )
