"""What trained networks say about rows: raw outputs, predictions, losses."""

import numpy as np
from jaxtyping import Float, Int

from core.convolutions import outline_of
from core.errors import RunError
from core.hazard import hazard_loss, hazard_targets, survival
from core.training.convolution import make_factory
from core.training.examples import Examples
from core.training.modules import TrunkFactory
from core.training.trained import NO_MODULE, Group, Trained
from core.values import Kind

ROWS_AT_ONCE = 1024
"""Of a module that is handed rows, so that what lies between its layers stays small."""


def raw_outputs(
    trained: Trained,
    examples: Examples,
    rows: Int[np.ndarray, " row"],
    group: Group,
    trunk: TrunkFactory | None = None,
) -> Float[np.ndarray, "seed row member output"]:
    """Logits (of classes or hazards) and standardised values (regression) of the members.

    `output` is as wide as the widest member's; places past a task's own are NaN, and so is all
    of a diverged model. `trunk` is the factory of a trunk that was handed to the trainer.

    Raises:
        RunError: the group was not trained, or its trunk's factory is missing.
    """
    place = trained.place(group)
    inputs = examples.inputs[rows].astype(trained.trunk.dtype)
    features = _features(trained, examples, inputs, group, trunk)
    n_outputs = max(trained.n_outputs[task] for task in group)
    weight = trained.head_weights[place][:, : len(group), :n_outputs]
    bias = trained.head_biases[place][:, : len(group), :n_outputs]
    flat = weight.reshape(len(weight), -1, weight.shape[-1])
    raw: np.ndarray = (features @ flat.transpose(0, 2, 1)).reshape(
        len(flat), len(rows), *weight.shape[1:3]
    )
    raw = raw.astype(np.float64) + bias[:, None]
    for member, task in enumerate(group):
        raw[:, :, member, trained.n_outputs[task] :] = np.nan
    raw[trained.diverged[place]] = np.nan
    return raw


def predict(
    trained: Trained,
    examples: Examples,
    rows: Int[np.ndarray, " row"],
    group: Group,
    trunk: TrunkFactory | None = None,
) -> Float[np.ndarray, "seed row member output"]:
    """What the members say of the rows.

    Binary: the probability of class 1; multiclass: of each class; regression: the value in its
    units; time to event: the chance of no event by the end of each interval.

    Places past a task's own outputs are NaN, and so is all of a diverged model.

    Raises:
        RunError: the group was not trained, or its trunk's factory is missing.
    """
    raw = raw_outputs(trained, examples, rows, group, trunk)
    for member, task in enumerate(group):
        own = raw[:, :, member, : trained.n_outputs[task]]
        with np.errstate(invalid="ignore"):  # a diverged model is NaN and stays it
            own[...] = to_prediction(examples, task, own)
    return raw


def to_prediction(
    examples: Examples, task: int, raw: Float[np.ndarray, "*rows output"]
) -> Float[np.ndarray, "*rows output"]:
    """The prediction that the raw outputs of one task stand for."""
    kind = examples.tasks[task].kind
    if kind is Kind.BINARY:
        return np.asarray(0.5 * (1 + np.tanh(0.5 * raw)))
    if kind is Kind.MULTICLASS:
        return np.asarray(np.exp(_log_shares(raw)))
    if kind is Kind.TIME_TO_EVENT:
        flat = survival(raw.reshape(-1, raw.shape[-1]))
        return flat.reshape(raw.shape)
    return np.asarray(examples.centre[task] + examples.scale[task] * raw)


def row_losses(
    trained: Trained,
    examples: Examples,
    rows: Int[np.ndarray, " row"],
    group: Group,
    trunk: TrunkFactory | None = None,
) -> Float[np.ndarray, "seed row member"]:
    """The loss of every row divided by the constant predictor's; NaN where the label is missing.

    Raises:
        RunError: the group was not trained, or its trunk's factory is missing.
    """
    raw = raw_outputs(trained, examples, rows, group, trunk)
    losses = np.full(raw.shape[:3], np.nan)
    for member, task in enumerate(group):
        own = raw[:, :, member, : trained.n_outputs[task]]
        with np.errstate(invalid="ignore"):  # a diverged model is NaN and stays it
            loss = _loss(examples, task, own, rows) / examples.constant_loss[task]
        losses[:, :, member] = np.where(examples.known[rows, task], loss, np.nan)
    return losses


def _loss(
    examples: Examples,
    task: int,
    raw: Float[np.ndarray, "seed row output"],
    rows: Int[np.ndarray, " row"],
) -> Float[np.ndarray, "seed row"]:
    kind, label = examples.tasks[task].kind, examples.labels[rows, task]
    if kind is Kind.TIME_TO_EVENT:
        targets = hazard_targets(examples.seen(task)[rows], examples.edges[task])
        return np.stack([hazard_loss(one, *targets) for one in raw])
    if kind is Kind.MULTICLASS:
        code = np.broadcast_to(label.astype(np.int64)[None, :, None], (*raw.shape[:2], 1))
        return np.asarray(-np.take_along_axis(_log_shares(raw), code, axis=2)[..., 0])
    first = raw[..., 0]
    if kind is Kind.BINARY:
        return np.asarray(np.logaddexp(0.0, first) - label * first)
    return np.asarray((first - label) ** 2 / 2)


def _log_shares(raw: Float[np.ndarray, "*rows output"]) -> Float[np.ndarray, "*rows output"]:
    shifted = raw - raw.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def _features(
    trained: Trained,
    examples: Examples,
    inputs: Float[np.ndarray, "row input"],
    group: Group,
    trunk: TrunkFactory | None,
) -> Float[np.ndarray, "seed row unit"]:
    arrays = trained.trunk_arrays(group)
    if trained.module != NO_MODULE:
        trunk = trunk or _own_factory(trained, examples)
        if trunk is None:
            raise RunError(f"These networks have the trunk {trained.module}; hand in its factory.")
        return _module_features(trained, arrays, inputs, trunk)
    features = inputs[None]
    for layer in range(trained.depth):
        weight, bias = arrays[f"{layer}.weight"], arrays[f"{layer}.bias"]
        features = np.maximum(features @ weight.transpose(0, 2, 1) + bias[:, None], 0)
    return features


def _own_factory(trained: Trained, examples: Examples) -> TrunkFactory | None:
    """Of a convolution that the trainer made itself; None of a module that was handed in."""
    told = (examples.layout.shape, examples.n_features, trained.width, trained.depth)
    plan = outline_of(trained.module, *told)
    return None if plan is None else make_factory(examples.layout, plan)


def _module_features(
    trained: Trained,
    arrays: dict[str, Float[np.ndarray, "seed ..."]],
    inputs: Float[np.ndarray, "row input"],
    trunk: TrunkFactory,
) -> Float[np.ndarray, "seed row unit"]:
    import torch

    rows = torch.tensor(inputs)
    found = []
    with torch.no_grad():
        for place, seed in enumerate(trained.seeds):
            module = trunk(seed).to(rows)
            state = {name: torch.tensor(values[place]) for name, values in arrays.items()}
            parts = [
                torch.func.functional_call(module, state, (rows[at : at + ROWS_AT_ONCE],))
                for at in range(0, len(rows), ROWS_AT_ONCE)
            ]
            found.append(torch.cat(parts).numpy())
    return np.stack(found)
