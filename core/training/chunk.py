"""One chunk of groups, all seeds of it, trained as one stack from start to end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from core.convolutions import Outline
from core.progress import OnProgress
from core.training.examples import Examples
from core.training.heads import build_heads, slot_tasks
from core.training.mlp import build_mlp
from core.training.modules import TrunkFactory, build_modules, check_trunk
from core.training.optimiser import StackOptimiser
from core.training.problem import Problem
from core.training.stack import Stack, TrunkStack
from core.training.stopping import Stopping
from core.training.trained import NO_MODULE, Group, Trained

COMPACT_BELOW = 0.75
"""Stopped models leave the stack once less than this share of it still runs (ours)."""


@dataclass(frozen=True)
class Recipe:
    """How a chunk is trained; the knobs of `Trainer` and what all chunks share."""

    examples: Examples
    problem: Problem
    priors: Sequence[Float[np.ndarray, " output"]]
    seeds: tuple[int, ...]
    width: int
    depth: int
    optimizer: str
    learning_rate: float
    weight_decay: float
    max_steps: int
    evaluate_every: int
    patience: int
    trunk: TrunkFactory | None
    outline: Outline | None
    """The layers of a trunk of ours that is not plain."""


def train_chunk(recipe: Recipe, groups: Sequence[Group], on_progress: OnProgress) -> Trained:
    """Train the groups with every seed; `on_progress` is called at each evaluation."""
    import torch

    with torch.no_grad():
        stack, module = _build(recipe, groups)
        stopping = _train(recipe, stack, on_progress)
    return _collect(recipe, groups, stack, module, stopping)


def _build(recipe: Recipe, groups: Sequence[Group]) -> tuple[Stack, str]:
    inputs = recipe.problem.train.inputs
    seed_of_model = np.repeat(np.arange(len(recipe.seeds)), len(groups))
    seeds = [recipe.seeds[place] for place in seed_of_model]
    tasks = recipe.examples.tasks
    width, module = recipe.width, NO_MODULE
    trunk: TrunkStack
    if recipe.trunk is None:
        trunk = build_mlp(seeds, inputs.shape[1], width, recipe.depth, inputs)
    else:
        own = recipe.outline
        made = build_modules(seeds, recipe.trunk, inputs, own.n_numbers if own else 1)
        width = check_trunk(made.base, inputs[:2])
        module = own.kind if own else type(made.base).__name__
        trunk = made
    n_outputs = max(tasks[task].n_outputs for group in groups for task in group)
    heads = build_heads(groups, recipe.seeds, recipe.priors, width, n_outputs, inputs)
    slots = np.tile(slot_tasks(groups, heads.n_slots), (len(recipe.seeds), 1))
    return Stack(trunk, heads, seed_of_model, slots, tasks, len(recipe.seeds)), module


def _train(recipe: Recipe, stack: Stack, on_progress: OnProgress) -> Stopping:
    optimiser = StackOptimiser(stack, recipe.optimizer, recipe.learning_rate, recipe.weight_decay)
    n_known = recipe.problem.validation.known.sum(1).cpu().numpy().astype(np.int64)
    unit = np.maximum(n_known, 1) * recipe.problem.constant_loss.cpu().numpy()
    stopping = Stopping(stack, n_known[stack.tasks_of_model], recipe.patience)
    _look(recipe, stack, stopping, unit, 0)
    done = 0
    while done < recipe.max_steps and stopping.running.any():
        upto = min(done + recipe.evaluate_every, recipe.max_steps)
        for step in recipe.problem.steps(done, upto):
            stack.differentiate(step)
            optimiser.step(step.unlabelled)
        done = upto
        _look(recipe, stack, stopping, unit, done)
        on_progress(done / recipe.max_steps, f"{int(stopping.running.sum())} models still learn")
        index = stopping.dropped(COMPACT_BELOW)
        if index is not None:
            stack.keep(index)
            optimiser.keep(index)
    return stopping


def _look(
    recipe: Recipe, stack: Stack, stopping: Stopping, unit: Float[np.ndarray, " task"], step: int
) -> None:
    """Evaluate; `unit` is the summed loss of the constant predictor."""
    losses = stack.evaluate(recipe.problem.validation).cpu().numpy() / unit[stack.tasks_of_model]
    stopping.look(stack, losses, _finite(stack), step)


def _finite(stack: Stack) -> Bool[np.ndarray, " model"]:
    """Models all of whose parameters are finite."""
    import torch

    sums = torch.stack([parameter.flatten(1).sum(1) for parameter in stack.parameters])
    found: np.ndarray = sums.isfinite().all(0).cpu().numpy()
    return found


def _collect(
    recipe: Recipe, groups: Sequence[Group], stack: Stack, module: str, stopping: Stopping
) -> Trained:
    tasks = recipe.examples.tasks
    shape = (len(recipe.seeds), len(groups))

    def by_group(values: np.ndarray) -> np.ndarray:
        return np.swapaxes(values.reshape(shape + values.shape[1:]), 0, 1)

    trunk = stopping.best[:-2]
    weight, bias = (by_group(part.cpu().numpy()) for part in stopping.best[-2:])
    names = getattr(stack.trunk, "names", None) or [
        f"{layer}.{part}" for layer in range(recipe.depth) for part in ("weight", "bias")
    ]
    n_slots = stack.heads.n_slots
    member_loss = np.where(stopping.diverged[:, None], np.nan, stopping.member_loss)
    return Trained(
        groups=tuple(groups),
        seeds=recipe.seeds,
        n_inputs=recipe.examples.inputs.shape[1],
        width=weight.shape[-1],
        depth=recipe.depth,
        module=module,
        n_outputs=tuple(task.n_outputs for task in tasks),
        evaluate_every=recipe.evaluate_every,
        trunk_names=tuple(names),
        trunk_shapes=tuple(tuple(part.shape[1:]) for part in trunk),
        trunk=by_group(np.concatenate([part.flatten(1).cpu().numpy() for part in trunk], axis=1)),
        head_weights=weight.reshape(*weight.shape[:2], n_slots, -1, weight.shape[-1]),
        head_biases=bias.reshape(*bias.shape[:2], n_slots, -1),
        validation_loss=_by_task(groups, by_group(member_loss), len(tasks)),
        validation_curve=by_group(np.stack(stopping.curve, axis=1)),
        best_step=by_group(stopping.best_step),
        last_step=by_group(stopping.last_step),
        diverged=by_group(stopping.diverged),
    )


def _by_task(
    groups: Sequence[Group], losses: Float[np.ndarray, "group seed slot"], n_tasks: int
) -> Float[np.ndarray, "group seed task"]:
    by_task = np.full((*losses.shape[:2], n_tasks), np.nan)
    for row, group in enumerate(groups):
        by_task[row][:, list(group)] = losses[row][:, : len(group)]
    return by_task
