"""The trainer's oracle: one plain PyTorch module after the other, and autograd."""

import numpy as np
import torch
from torch import nn

from core.hazard import hazard_targets
from core.training.draws import draw_batches, draw_head, draw_trunk, head_priors
from core.values import Kind, Split


def layers_of(seed, trainer, n_inputs):
    """The trunk of a seed as `nn.Sequential` of `nn.Linear` and `nn.ReLU`."""
    modules = []
    for weight, bias in draw_trunk(seed, n_inputs, trainer.width, trainer.depth):
        modules += [linear(weight, bias), nn.ReLU()]
    return nn.Sequential(*modules)


def linear(weight, bias):
    module = nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
    with torch.no_grad():
        module.weight.copy_(torch.tensor(weight))
        module.bias.copy_(torch.tensor(bias))
    return module


def task_loss(task, raw, label, edges):
    """Mean loss over rows that are all labelled."""
    if task.kind is Kind.TIME_TO_EVENT:
        event, at_risk = (torch.tensor(part) for part in hazard_targets(label.numpy(), edges))
        each = nn.functional.binary_cross_entropy_with_logits(raw, event.double(), reduction="none")
        return (each * at_risk).sum() / len(label)
    if task.kind is Kind.MULTICLASS:
        return nn.functional.cross_entropy(raw, label.long())
    if task.kind is Kind.BINARY:
        return nn.functional.binary_cross_entropy_with_logits(raw[:, 0], label)
    return nn.functional.mse_loss(raw[:, 0], label) / 2


class Sequentially:
    """Trains one group with one seed as anybody would; `curve[evaluation, member]`."""

    def __init__(self, trainer, examples, group, seed, trunk=None):
        self.trainer, self.examples, self.group, self.seed = trainer, examples, group, seed
        priors = head_priors(examples)
        self.trunk = trunk or layers_of(seed, trainer, examples.inputs.shape[1])
        self.heads = nn.ModuleList(
            linear(*draw_head(seed, task, priors[task], trainer.width)) for task in group
        )
        self.inputs = torch.tensor(np.array(examples.inputs), dtype=torch.float64)
        self.labels = torch.tensor(np.array(examples.labels))
        self.edges = examples.edges
        self.known = torch.tensor(np.array(examples.known))

    def losses(self, rows):
        """The normalised mean loss of every member over its labelled rows; None without any."""
        features, found = self.trunk(self.inputs[rows]), []
        for head, task in zip(self.heads, self.group, strict=True):
            seen = self.known[rows, task]
            if not seen.any():
                found.append(None)
                continue
            label = self.labels[rows, task][seen]
            loss = task_loss(
                self.examples.tasks[task], head(features[seen]), label, self.edges[task]
            )
            found.append(loss / self.examples.constant_loss[task])
        return found

    def run(self):
        """Normalised validation losses [evaluation, member], NaN without a label."""
        trainer = self.trainer
        train, validation = (
            torch.tensor(self.examples.rows(split)) for split in (Split.TRAIN, Split.VALIDATION)
        )
        batches = draw_batches(self.examples, [self.seed], trainer.max_steps, trainer.batch_size)
        optimiser = self._optimiser()
        curve = [self._validate(validation)]
        for step, places in enumerate(batches[:, 0], start=1):
            optimiser.zero_grad(set_to_none=True)
            known = [loss for loss in self.losses(train[places]) if loss is not None]
            if known:
                sum(known).backward()
            optimiser.step()
            if step % trainer.evaluate_every == 0 or step == trainer.max_steps:
                curve.append(self._validate(validation))
        return np.array(curve)

    def _validate(self, rows):
        with torch.no_grad():
            return [float("nan") if loss is None else float(loss) for loss in self.losses(rows)]

    def _optimiser(self):
        parameters = [*self.trunk.parameters(), *self.heads.parameters()]
        groups = [
            {
                "params": [p for p in parameters if p.ndim > 1],
                "weight_decay": self.trainer.weight_decay,
            },
            {"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0.0},
        ]
        kind = torch.optim.SGD if self.trainer.optimizer == "sgd" else torch.optim.AdamW
        return kind(groups, lr=self.trainer.learning_rate)


def best_of(curve, patience):
    """Which evaluation early stopping keeps, and the last it looks at."""
    mean = np.nanmean(curve, axis=1)
    best, stale = 0, 0
    for place in range(1, len(mean)):
        best, stale = (place, 0) if mean[place] < mean[best] else (best, stale + 1)
        if stale == patience:
            return best, place
    return best, len(mean) - 1
