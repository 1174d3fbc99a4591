"""The stack says what one plain PyTorch model after the other says."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from core.training import Trainer, to_examples
from core.training.draws import draw_batches
from core.values import Split
from tests.core.training.sequential import Sequentially, best_of, layers_of
from tests.core.training.tables import make_examples, stack_tables

EXACT = Trainer(
    width=8,
    learning_rate=0.1,
    max_steps=36,
    batch_size=16,
    patience=100,
    evaluate_every=6,
    weight_decay=0.01,
    optimizer="sgd",
    precision="float64",
)
GROUPS = [(0,), (4,), (1, 3), (0, 1, 2, 3, 4)]
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
    trainer = changed(EXACT, learning_rate=0.5, patience=2, max_steps=120)
    trained = assert_same(trainer, make_examples("bbmmr", n=150))
    assert len(np.unique(trained.last_step)) > 3, "nothing was left out of the stack"


def test_early_stopping_under_adam_keeps_the_momentum_of_those_who_stay():
    trainer = changed(EXACT, optimizer="adam", learning_rate=0.05, patience=2, max_steps=120)
    trained = assert_same(trainer, make_examples("bbmmr", n=150))
    assert len(np.unique(trained.last_step)) > 3


def test_tasks_with_their_own_samples_give_the_same_losses():
    examples = to_examples(stack_tables())
    assert examples.own_samples
    assert_same(EXACT, examples, groups=[(0,), (3,), (1, 2), (0, 1, 2, 3)])


def test_a_task_without_a_label_in_a_batch_is_left_alone():
    examples = make_examples("bbmmr", missing=0.9)
    assert_same(changed(EXACT, batch_size=8, learning_rate=0.02), examples)


def test_adam_moves_nothing_that_has_no_label_in_a_batch():
    """All steps but the last see labels; the last must not drift on their momentum."""
    examples = make_examples("bb", missing=0.0)
    adam = changed(EXACT, optimizer="adam", learning_rate=0.01, evaluate_every=1, max_steps=10)
    last = draw_batches(examples, [0], adam.max_steps, adam.batch_size)[-1, 0]
    known = examples.known.copy()
    known[examples.rows(Split.TRAIN)[last], 0] = False
    hidden = dataclasses.replace(examples, known=known, labels=np.where(known, examples.labels, 0))
    groups = [(0,), (0, 1)]
    whole, short = (changed(adam, max_steps=n)(hidden, groups, [0], device="cpu") for n in (10, 9))
    assert whole.best_step[whole.place((0, 1)), 0] == 10
    here, there = whole.place((0,)), short.place((0,))
    np.testing.assert_array_equal(whole.trunk[here], short.trunk[there])
    here, there = whole.place((0, 1)), short.place((0, 1))
    heads = whole.head_weights[here, 0], short.head_weights[there, 0]
    np.testing.assert_array_equal(heads[0][0], heads[1][0])
    assert np.abs(heads[0][1] - heads[1][1]).max() > 1e-6


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
