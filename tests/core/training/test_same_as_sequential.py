"""The stack says what one plain PyTorch model after the other says."""

import numpy as np
import pytest
import torch
from torch import nn

from core.training import Trainer, to_examples
from tests.core.training.sequential import Sequentially, best_of, layers_of
from tests.core.training.tables import make_examples, stack_tables

EXACT = Trainer(
    width=8,
    learning_rate=0.1,
    max_steps=60,
    batch_size=16,
    patience=100,
    evaluate_every=6,
    weight_decay=0.01,
    optimizer="sgd",
    precision="float64",
)
GROUPS = [(0,), (2,), (4,), (0, 1), (1, 3, 4), (0, 1, 2, 3, 4)]
SEEDS = (0, 3)


def changed(trainer, **knobs):
    return type(trainer)(**{**vars(trainer), **knobs})


def assert_same(trainer, examples, groups=GROUPS, seeds=SEEDS, tolerance=1e-9, trunk=None):
    """Curves, best states and their losses of every member equal the oracle's."""
    trained = trainer(examples, groups, seeds, device="cpu", trunk=trunk)
    for group in groups:
        place = trained.place(group)
        for row, seed in enumerate(seeds):
            module = trunk(seed).double() if trunk else None
            curve = Sequentially(trainer, examples, group, seed, module).run()
            best, last = best_of(curve, trainer.patience)
            found = trained.validation_curve[place, row]
            np.testing.assert_allclose(
                found[: last + 1], np.nanmean(curve, axis=1)[: last + 1], atol=tolerance
            )
            assert np.isnan(found[last + 1 :]).all()
            kept = trained.validation_loss[place, row, list(group)]
            np.testing.assert_allclose(kept, curve[best], atol=tolerance)
            steps = np.minimum(np.arange(len(curve)) * trainer.evaluate_every, trainer.max_steps)
            assert trained.best_step[place, row] == steps[best]
            assert trained.last_step[place, row] == steps[last]
    return trained


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_sgd_gives_the_same_losses_with_mixed_kinds_and_missing_labels(depth):
    assert_same(changed(EXACT, depth=depth), make_examples("bbmmr"))


@pytest.mark.parametrize("kinds", ["bbbbb", "rrrrr", "mmmmm", "ttttt", "rmtbt"])
def test_sgd_gives_the_same_losses_for_every_kind(kinds):
    assert_same(EXACT, make_examples(kinds))


def test_adam_gives_the_same_losses():
    assert_same(changed(EXACT, optimizer="adam", learning_rate=0.01), make_examples("bbmmr"))


def test_early_stopping_with_compaction_keeps_the_same_best_states():
    trainer = changed(EXACT, learning_rate=0.5, patience=2, max_steps=200)
    trained = assert_same(trainer, make_examples("bbmmr", n=150))
    assert len(np.unique(trained.last_step)) > 3, "nothing was left out of the stack"


def test_early_stopping_under_adam_keeps_the_momentum_of_those_who_stay():
    trainer = changed(EXACT, optimizer="adam", learning_rate=0.05, patience=2, max_steps=200)
    trained = assert_same(trainer, make_examples("bbmmr", n=150))
    assert len(np.unique(trained.last_step)) > 3


def test_tasks_with_their_own_samples_give_the_same_losses():
    examples = to_examples(stack_tables())
    assert examples.own_samples
    assert_same(EXACT, examples, groups=[(0,), (3,), (1, 2), (0, 1, 2, 3)])


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_task_without_a_label_in_a_batch_is_left_alone(optimizer):
    examples = make_examples("bbmmr", missing=0.9)
    trainer = changed(EXACT, batch_size=8, optimizer=optimizer, learning_rate=0.02)
    tolerance = 1e-9 if optimizer == "sgd" else 0.02  # all heads share Adam's count of steps
    assert_same(trainer, examples, tolerance=tolerance) if optimizer == "sgd" else None
    trained = trainer(examples, GROUPS, SEEDS)
    assert not trained.diverged.any()


def test_the_torch_func_path_gives_the_same_losses_as_the_layers():
    examples = make_examples("bbmmr")

    def trunk(seed):
        return layers_of(seed, EXACT, examples.inputs.shape[1])

    trained = assert_same(EXACT, examples, trunk=trunk)
    plain = EXACT(examples, GROUPS, SEEDS)
    np.testing.assert_allclose(trained.validation_loss, plain.validation_loss, atol=1e-12)


def test_another_trunk_gives_the_same_losses_with_early_stopping():
    class Residual(nn.Module):
        def __init__(self, seed):
            super().__init__()
            generator = torch.Generator().manual_seed(seed)
            self.first, self.second = nn.Linear(7, 8), nn.Linear(8, 8)
            self.norm = nn.LayerNorm(8)
            for parameter in self.parameters():
                parameter.data.normal_(0, 0.3, generator=generator)

        def forward(self, rows):
            hidden = torch.tanh(self.first(rows))
            return hidden + self.norm(self.second(hidden))

    trainer = changed(EXACT, learning_rate=0.1, patience=2, max_steps=120)
    trained = assert_same(trainer, make_examples("bbmmr", n=150), trunk=Residual)
    assert len(np.unique(trained.last_step)) > 1
