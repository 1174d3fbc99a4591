"""Groups of one seed are comparable: same init, same batches, whatever trains beside them."""

import dataclasses

import numpy as np
import pytest

from core.errors import MethodError
from core.training import Trainer, join, to_examples
from core.training.draws import draw_batches
from core.values import Split
from tests.core.training.tables import make_examples, stack_tables

TRAINER = Trainer(
    width=8, max_steps=60, batch_size=16, evaluate_every=5, patience=3, learning_rate=0.02
)
GROUPS = [(0,), (1,), (4,), (0, 1), (2, 3), (1, 3, 4), (0, 1, 2, 3, 4)]


@pytest.fixture(scope="module")
def examples():
    return make_examples("bbmtr")


def changed(**knobs):
    return dataclasses.replace(TRAINER, **knobs)


def by_group(trained):
    """Everything about each group, apart from where it stands and how it is padded."""
    return {
        group: (trained.validation_loss[place], trained.best_step[place], trained.trunk[place])
        for place, group in enumerate(trained.groups)
    }


def assert_same(one, other, tolerance):
    one, other = by_group(one), by_group(other)
    assert set(one) == set(other)
    for group, parts in one.items():
        for part, again in zip(parts, other[group], strict=True):
            np.testing.assert_allclose(part, again, atol=tolerance, err_msg=str(group))


@pytest.mark.parametrize(
    ("precision", "tolerance"), [("float64", 1e-9), ("float32", 2e-3)], ids=["exact", "close"]
)
@pytest.mark.parametrize("models_at_once", [1, 5, 100])
def test_chunks_and_order_of_the_groups_do_not_matter(
    examples, precision, tolerance, models_at_once
):
    never = {"patience": 100}  # in single precision a near-tie may stop one evaluation apart
    trainer = changed(precision=precision, optimizer="sgd", **(never if tolerance > 1e-6 else {}))
    whole = trainer(examples, GROUPS, [0, 1])
    parts = dataclasses.replace(trainer, models_at_once=models_at_once)
    assert_same(whole, parts(examples, GROUPS[::-1], [0, 1]), tolerance)


def test_a_seed_gives_the_same_models_whatever_other_seeds_there_are(examples):
    trainer = changed(precision="float64")
    several, alone = trainer(examples, GROUPS, [5, 1, 7]), trainer(examples, GROUPS, [1])
    for group in GROUPS:
        here, there = several.place(group), alone.place(group)
        np.testing.assert_allclose(several.trunk[here, 1], alone.trunk[there, 0], atol=1e-9)


def test_seeds_differ_and_groups_of_a_seed_start_from_one_init(examples):
    start = changed(learning_rate=1e-6, max_steps=1, optimizer="sgd", weight_decay=0.0)
    trained = start(examples, GROUPS, [0, 1])
    trunks = trained.trunk
    np.testing.assert_allclose(trunks, np.broadcast_to(trunks[:1], trunks.shape), atol=1e-5)
    assert np.abs(trunks[0, 0] - trunks[0, 1]).max() > 0.1
    alone, pair = trained.place((1,)), trained.place((1, 3, 4))
    np.testing.assert_allclose(
        trained.head_weights[alone, :, 0], trained.head_weights[pair, :, 0], atol=1e-5
    )


def test_every_epoch_sees_every_training_row_once(examples):
    n = len(examples.rows(Split.TRAIN))
    drawn = draw_batches(examples, [3], n_steps=n, batch_size=12)[:, 0].reshape(-1)
    for epoch in drawn.reshape(-1, n):
        assert sorted(epoch) == list(range(n))


def test_a_batch_larger_than_the_table_is_the_table(examples):
    n = len(examples.rows(Split.TRAIN))
    assert sorted(draw_batches(examples, [0], 2, 10 * n)[1, 0]) == list(range(n))


def test_tasks_with_their_own_samples_are_drawn_by_the_root_of_their_size():
    examples = to_examples(stack_tables(n_tasks=3, n_each=200))
    known = examples.known[examples.rows(Split.TRAIN)]
    drawn = draw_batches(examples, [0], n_steps=20, batch_size=60)
    share = known[drawn].mean(axis=(0, 1, 2))
    root = np.sqrt(known.sum(axis=0))
    np.testing.assert_allclose(share, root / root.sum(), atol=0.02)


def test_a_tiny_task_is_in_every_batch():
    table = stack_tables(n_tasks=3, n_each=200)
    labels = table.labels.copy()
    labels[np.flatnonzero(~np.isnan(labels[:, 2]))[8:], 2] = np.nan
    examples = to_examples(dataclasses.replace(table, labels=labels))
    known = examples.known[examples.rows(Split.TRAIN)]
    drawn = draw_batches(examples, [0, 1], n_steps=30, batch_size=8)
    assert known[drawn].any(axis=2).all()


def test_joined_parts_hold_every_group_once(examples):
    first = TRAINER(examples, GROUPS[:4], [0])
    second = TRAINER(examples, GROUPS[3:], [0])
    joined = join([first, second])
    assert joined.groups == (*first.groups, *(g for g in second.groups if g not in first.groups))
    assert_same(joined, TRAINER(examples, GROUPS, [0]), 1e-2)
    with pytest.raises(ValueError, match="seeds differs"):
        join([first, TRAINER(examples, GROUPS[:1], [1])])


@pytest.mark.parametrize("groups", [[], [()], [(1, 0)], [(0, 0)], [(5,)], [(-1,)]])
def test_impossible_groups_are_refused(examples, groups):
    with pytest.raises(MethodError, match=r"group|Group"):
        TRAINER(examples, groups, [0])


@pytest.mark.parametrize("seeds", [[], [-1], [0, 0]])
def test_impossible_seeds_are_refused(examples, seeds):
    with pytest.raises(MethodError, match="seeds="):
        TRAINER(examples, [(0,)], seeds)


def test_the_estimate_counts_models_and_grows_with_the_work():
    cost = TRAINER.estimate(20, 1000, [1, 1, 3], 2)
    assert cost.n_models == 6
    assert TRAINER.estimate(40, 1000, [1, 1, 3], 2).flops > 1.5 * cost.flops
    forward = 2 * 16 * (20 * 8 + 8 * 8 + 8)  # one model, one batch
    only_steps = changed(evaluate_every=100_000).estimate(20, 1000, [1], 1).flops
    assert 3 * 60 * forward <= only_steps <= 3.6 * 60 * forward
