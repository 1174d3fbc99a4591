"""Trained networks: the best state of every model, and how it got there."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from core.errors import RunError
from core.frozen import Frozen

Group = tuple[int, ...]
"""The numbers of the tasks that share a network, ascending."""

NO_MODULE = ""


@dataclass(frozen=True, eq=False)
class Trained(Frozen):
    """The networks of `groups` × `seeds`, each at its best validation loss.

    `trunk` holds all parameters of a trunk in one row, in the order of `trunk_names` and
    `trunk_shapes`. Heads stand in slots, a slot for each member in the order of the group; slots
    and outputs past a group's or a task's own are 0. Losses are divided by the constant
    predictor's and are NaN for tasks outside the group, without a label, or of a diverged model.
    """

    groups: tuple[Group, ...]
    seeds: tuple[int, ...]
    n_inputs: int
    width: int
    depth: int
    module: str
    """Class of a trunk that was handed in, or kind of our convolution; empty for plain layers,
    `depth` of `width` units."""
    n_outputs: tuple[int, ...]
    """Width of each task's head, over all tasks."""
    evaluate_every: int
    trunk_names: tuple[str, ...]
    trunk_shapes: tuple[tuple[int, ...], ...]
    trunk: Float[np.ndarray, "group seed parameter"]
    head_weights: Float[np.ndarray, "group seed slot output unit"]
    head_biases: Float[np.ndarray, "group seed slot output"]
    validation_loss: Float[np.ndarray, "group seed task"]
    validation_curve: Float[np.ndarray, "group seed evaluation"]
    """Mean over the members, every `evaluate_every` steps from step 0; NaN once stopped."""
    best_step: Int[np.ndarray, "group seed"]
    last_step: Int[np.ndarray, "group seed"]
    diverged: Bool[np.ndarray, "group seed"]

    def check(self) -> None:
        shape = (len(self.groups), len(self.seeds))
        for name in ("trunk", "head_weights", "validation_loss", "best_step", "diverged"):
            if getattr(self, name).shape[:2] != shape:
                raise ValueError(f"{name} {getattr(self, name).shape}: not {shape} first")

    @property
    def n_tasks(self) -> int:
        return len(self.n_outputs)

    def place(self, group: Group) -> int:
        """Where `group` stands in `groups`.

        Raises:
            RunError: it was not trained.
        """
        if group not in self.groups:
            raise RunError(f"Group {group} was not trained ({len(self.groups)} were); train it.")
        return self.groups.index(group)

    def trunk_arrays(self, group: Group) -> dict[str, Float[np.ndarray, "seed ..."]]:
        """The parameters of the trunks of one group by name, a seed each."""
        flat = self.trunk[self.place(group)]
        sizes = [int(np.prod(shape)) for shape in self.trunk_shapes]
        parts = np.split(flat, np.cumsum(sizes)[:-1], axis=1)
        return {
            name: part.reshape(len(flat), *shape)
            for name, part, shape in zip(self.trunk_names, parts, self.trunk_shapes, strict=True)
        }


_BY_GROUP = (
    "trunk",
    "head_weights",
    "head_biases",
    "validation_loss",
    "validation_curve",
    "best_step",
    "last_step",
    "diverged",
)


def join(parts: Sequence[Trained]) -> Trained:
    """The groups of all parts in one value; a group that stands in two is kept once.

    Raises:
        ValueError: no part, or parts of other seeds or another trunk.
    """
    if not parts:
        raise ValueError("there is nothing to join")
    first = parts[0]
    shared = {f.name for f in fields(first)} - {"groups", *_BY_GROUP}
    for part in parts[1:]:
        for name in sorted(shared):
            if getattr(part, name) != getattr(first, name):
                raise ValueError(f"{name} differs: {getattr(part, name)}, {getattr(first, name)}")
    groups = [group for part in parts for group in part.groups]
    keep = [place for place, group in enumerate(groups) if group not in groups[:place]]
    arrays: dict[str, Any] = {
        name: _stack([getattr(part, name) for part in parts])[keep] for name in _BY_GROUP
    }
    return replace(first, groups=tuple(groups[place] for place in keep), **arrays)


def _stack(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Arrays one after the other, padded to the largest: 0, or NaN for the curve's evaluations."""
    shape = np.max([array.shape[1:] for array in arrays], axis=0)
    fill = np.nan if arrays[0].ndim == 3 and arrays[0].dtype.kind == "f" else 0
    padded = [
        np.pad(
            array,
            [(0, 0), *((0, int(n - m)) for n, m in zip(shape, array.shape[1:], strict=True))],
            constant_values=fill,
        )
        for array in arrays
    ]
    return np.concatenate(padded)
