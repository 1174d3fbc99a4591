"""Early stopping of every model of a stack on its own, with its best state kept."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Int

from core.machine.device import send
from core.training.stack import Stack

if TYPE_CHECKING:
    import torch

HOPELESS = 1e4
"""Times the constant predictor's loss past which a best state counts as diverged (ours)."""


class Stopping:
    """Watches the models of a stack; arrays are by model as the stack was at the start.

    A model is judged by the mean over its members of the normalised validation loss. It stops
    when that did not fall for `patience` evaluations, or is not finite. A model none of whose
    members has a validation label keeps its last state.
    """

    def __init__(self, stack: Stack, n_known: Int[np.ndarray, "model slot"], patience: int) -> None:
        n_models, n_slots = n_known.shape
        self.judged = n_known > 0
        self.patience = patience
        self.best = [parameter.clone() for parameter in stack.parameters]
        self.best_loss = np.full(n_models, np.inf)
        self.member_loss = np.full((n_models, n_slots), np.nan)
        self.best_step = np.zeros(n_models, dtype=np.int64)
        self.last_step = np.zeros(n_models, dtype=np.int64)
        self.stale = np.zeros(n_models, dtype=np.int64)
        self.failed = np.zeros(n_models, dtype=bool)
        self.running = np.ones(n_models, dtype=bool)
        self.curve: list[Float[np.ndarray, " model"]] = []
        self.present = np.arange(n_models)
        """The models that the stack still holds."""

    @property
    def diverged(self) -> Bool[np.ndarray, " model"]:
        """Models whose loss or weights were not finite, or never came near the constant's."""
        hopeless = np.isfinite(self.best_loss) & (self.best_loss > HOPELESS)
        return np.asarray(self.failed | hopeless)

    def look(
        self,
        stack: Stack,
        losses: Float[np.ndarray, "present slot"],
        finite: Bool[np.ndarray, " present"],
        step: int,
    ) -> None:
        """Take the normalised member losses of the models in the stack after `step` steps."""
        judged = self.judged[self.present]
        count = judged.sum(axis=1)
        mean = np.where(judged, losses, 0.0).sum(axis=1) / np.maximum(count, 1)
        mean[count == 0] = np.nan
        active = self.running[self.present]
        failed = active & ~(finite & (np.isfinite(mean) | (count == 0)))
        fine = active & ~failed
        better = fine & ((count == 0) | (mean < self.best_loss[self.present]))
        self._record(mean, active, step)
        self._keep_best(stack, better, losses, mean, step)
        self.failed[self.present[failed]] = True
        self.stale[self.present[better]] = 0
        self.stale[self.present[fine & ~better]] += 1
        self.running &= ~self.failed & (self.stale < self.patience)

    def _record(
        self, mean: Float[np.ndarray, " present"], active: Bool[np.ndarray, " present"], step: int
    ) -> None:
        row = np.full(len(self.running), np.nan)
        row[self.present[active]] = mean[active]
        self.curve.append(row)
        self.last_step[self.present[active]] = step

    def _keep_best(
        self,
        stack: Stack,
        better: Bool[np.ndarray, " present"],
        losses: Float[np.ndarray, "present slot"],
        mean: Float[np.ndarray, " present"],
        step: int,
    ) -> None:
        if not better.any():
            return
        models = self.present[better]
        self.best_loss[models] = np.where(np.isnan(mean[better]), np.inf, mean[better])
        judged = self.judged[models]
        self.member_loss[models] = np.where(judged, losses[better], np.nan)
        self.best_step[models] = step
        device = stack.parameters[0].device
        at = send(np.flatnonzero(better), device)
        to = send(models, device)
        for best, parameter in zip(self.best, stack.parameters, strict=True):
            best.index_copy_(0, to, parameter.index_select(0, at))

    def dropped(self, share: float) -> "torch.Tensor | None":
        """Which models of the stack to keep, once less than `share` of them still run."""
        running = self.running[self.present]
        if not running.any() or running.mean() >= share:
            return None
        self.present = self.present[running]
        return send(np.flatnonzero(running), self.best[0].device)
