"""Every model stops by itself at its best state; one that diverges is named and hurts nobody."""

import dataclasses

import numpy as np
import pytest
import torch

from core.errors import Cancelled, MethodError
from core.training import Trainer, predict, row_losses, to_examples
from core.training.draws import draw_batches
from core.training.problem import pose
from core.values import Split
from tests.core.training.tables import make_examples, make_table

TRAINER = Trainer(
    width=8,
    max_steps=200,
    batch_size=16,
    evaluate_every=5,
    patience=3,
    learning_rate=0.03,
    precision="float64",
)
GROUPS = [(0,), (1,), (4,), (0, 1), (1, 2), (1, 3, 4)]


@pytest.fixture(scope="module")
def examples():
    return make_examples("bbmtr")


@pytest.fixture(scope="module")
def trained(examples):
    return TRAINER(examples, GROUPS, [0, 1])


def changed(**knobs):
    return dataclasses.replace(TRAINER, **knobs)


def test_the_best_state_is_the_lowest_point_of_the_curve(trained):
    curve, best = trained.validation_curve, trained.best_step // TRAINER.evaluate_every
    np.testing.assert_array_equal(np.nanargmin(curve, axis=2), best)
    means = np.nanmean(trained.validation_loss, axis=2)
    np.testing.assert_allclose(np.nanmin(curve, axis=2), means, atol=1e-12)


def test_a_model_stops_after_its_patience(trained):
    stopped = trained.last_step < TRAINER.max_steps
    assert stopped.any()
    waited = (trained.last_step - trained.best_step)[stopped]
    assert (waited == TRAINER.patience * TRAINER.evaluate_every).all()


def test_the_kept_weights_give_the_kept_losses(trained, examples):
    rows = examples.rows(Split.VALIDATION)
    for group in GROUPS:
        losses = np.nanmean(row_losses(trained, examples, rows, group), axis=1)
        kept = trained.validation_loss[trained.place(group)][:, list(group)]
        np.testing.assert_allclose(losses, kept, atol=1e-9)


def test_losses_are_nan_exactly_where_there_is_no_member_or_no_label(trained, examples):
    for place, group in enumerate(trained.groups):
        member = np.isin(np.arange(5), group)
        assert (np.isfinite(trained.validation_loss[place]) == member).all()
    rows = examples.rows(Split.TEST)
    losses = row_losses(trained, examples, rows, (1, 3, 4))
    known = examples.known[rows][:, [1, 3, 4]]
    assert (np.isfinite(losses) == known).all()


def spoiled(examples, column, value):
    labels = examples.labels.copy()
    labels[:, column] = np.where(examples.known[:, column], labels[:, column] * value, 0)
    return dataclasses.replace(examples, labels=labels)


def test_a_model_that_diverges_is_flagged_and_the_others_are_untouched(examples):
    settings = {"optimizer": "sgd", "learning_rate": 0.1}
    bad = spoiled(examples, 4, 1e160)  # its squares overflow even in double precision
    found = changed(**settings)(bad, GROUPS, [0, 1])
    clean = changed(**settings)(examples, GROUPS, [0, 1])
    for group in GROUPS:
        here, there = found.place(group), clean.place(group)
        assert (found.diverged[here] == (4 in group)).all()
        if 4 in group:
            assert np.isnan(found.validation_loss[here]).all()
            assert np.isnan(predict(found, bad, np.arange(3), group)).all()
            assert np.isnan(row_losses(found, bad, np.arange(3), group)).all()
        else:
            np.testing.assert_allclose(
                found.validation_loss[here], clean.validation_loss[there], atol=1e-9
            )


def test_a_step_too_large_diverges_and_a_fitting_one_does_not(examples):
    regressions = [(4,), (1, 3, 4)]
    wild = changed(optimizer="sgd", learning_rate=100.0, patience=50, max_steps=60)
    found = wild(examples, [*regressions, (0,)], [0])
    assert found.best_step[found.place((4,))].max() == 0 or found.diverged[found.place((4,))].all()
    tame = changed(optimizer="sgd", learning_rate=0.05)(examples, regressions, [0])
    assert not tame.diverged.any()


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_enormous_inputs_are_flagged_not_raised(examples, precision):
    huge = dataclasses.replace(examples, inputs=examples.inputs * np.float32(1e10))
    found = changed(precision=precision, max_steps=20)(huge, GROUPS, [0, 1])
    assert found.diverged.all()
    assert np.isnan(found.validation_loss).all()


def test_infinite_inputs_are_flagged_not_raised(examples):
    inputs = examples.inputs.copy()
    inputs[0, 0] = np.inf
    found = changed(max_steps=30, batch_size=1000)(
        dataclasses.replace(examples, inputs=inputs), [(0,), (1, 2)], [0]
    )
    assert found.diverged.all()


def test_missing_labels_never_reach_a_gradient():
    """Whatever number stands where a label is missing, nothing changes."""
    examples = make_examples("bbmmr", missing=0.4)
    filled = dataclasses.replace(examples, labels=np.where(examples.known, examples.labels, 1.0))
    one, other = TRAINER(examples, GROUPS, [0]), TRAINER(filled, GROUPS, [0])
    np.testing.assert_array_equal(one.trunk, other.trunk)
    assert np.isfinite(one.trunk).all()


def without(examples, split, column, keep=None):
    """Hide the labels of a task in one split, but for class `keep`."""
    rows, known = examples.rows(split), examples.known.copy()
    known[rows, column] &= False if keep is None else examples.labels[rows, column] == keep
    return dataclasses.replace(examples, known=known, labels=np.where(known, examples.labels, 0.0))


def test_one_class_only_in_validation_still_stops_and_scores(examples):
    found = TRAINER(without(examples, Split.VALIDATION, 0, keep=0), [(0,), (0, 1)], [0])
    assert not found.diverged.any()
    assert np.isfinite(found.validation_loss[:, :, 0]).all()


def test_a_task_without_validation_labels_follows_the_others_of_its_group(examples):
    found = TRAINER(without(examples, Split.VALIDATION, 0), [(0,), (0, 1)], [0])
    assert not found.diverged.any()
    assert np.isnan(found.validation_loss[:, :, 0]).all()
    alone, pair = found.place((0,)), found.place((0, 1))
    assert found.best_step[alone] == found.last_step[alone] == TRAINER.max_steps
    assert np.isfinite(found.validation_loss[pair, 0, 1])


def test_a_task_without_training_labels_keeps_its_head(examples):
    hidden = without(examples, Split.TRAIN, 0)
    found = TRAINER(hidden, [(0,), (0, 1)], [0])
    start = changed(max_steps=1, learning_rate=1e-6)(hidden, [(0,), (0, 1)], [0])
    np.testing.assert_allclose(found.head_weights[:, :, 0], start.head_weights[:, :, 0], atol=1e-5)
    assert not found.diverged.any()


def test_a_table_without_validation_rows_keeps_the_last_state():
    table = make_table("br")
    split = np.where(table.split == Split.VALIDATION.code, Split.TEST.code, table.split)
    examples = to_examples(dataclasses.replace(table, split=split))
    found = changed(max_steps=40)(examples, [(0,), (0, 1)], [0])
    assert (found.best_step == 40).all()
    assert not found.diverged.any()


class Stop:
    """Cancels at the n-th report and remembers all of them."""

    def __init__(self, at):
        self.at, self.seen = at, []

    def __call__(self, fraction, message):
        self.seen.append(fraction)
        if len(self.seen) == self.at:
            raise Cancelled("asked to stop")


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def n_workers(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def test_progress_is_reported_at_every_evaluation_and_ends_at_one(examples, n_workers):
    seen, kept = Stop(at=-1), []
    trainer = changed(models_at_once=2, patience=1000, max_steps=50)
    trained = trainer(examples, GROUPS, [0], on_progress=seen, on_chunk=kept.append)
    assert len(seen.seen) == (10 + 1) * 3
    assert seen.seen == sorted(seen.seen)
    assert seen.seen[-1] == pytest.approx(1)
    assert {group for part in kept for group in part.groups} == set(trained.groups) == set(GROUPS)
    assert torch.get_num_threads() == n_workers, "the setting of the process was left changed"


def test_cancelling_keeps_every_finished_chunk(examples, n_workers):
    trainer = changed(models_at_once=1, patience=1000, max_steps=50)
    kept, stop = [], Stop(at=40)
    with pytest.raises(Cancelled, match="asked to stop"):
        trainer(examples, GROUPS, [0], on_progress=stop, on_chunk=kept.append)
    assert len(stop.seen) == 40
    assert 2 <= len(kept) <= 4
    whole = trainer(examples, GROUPS, [0])
    for part in kept:
        for place, group in enumerate(part.groups):
            loss = whole.validation_loss[whole.place(group)]
            np.testing.assert_allclose(part.validation_loss[place], loss, atol=1e-9)


def test_cancelling_stops_every_worker_within_one_evaluation(examples, n_workers):
    looked = []

    def factory(seed):
        module = torch.nn.Linear(examples.inputs.shape[1], 8)
        module.register_forward_hook(lambda *_: looked.append(1))
        return module

    with pytest.raises(Cancelled):
        changed(models_at_once=1, patience=1000)(
            examples, GROUPS, [0], on_progress=Stop(at=1), trunk=factory
        )
    steps = TRAINER.evaluate_every
    assert len(looked) <= n_workers * (steps + 10)  # and the probes of the module


def test_an_error_in_a_worker_comes_out(examples, n_workers):
    def factory(seed):
        return torch.nn.Sequential(torch.nn.Linear(7, 8), torch.nn.BatchNorm1d(8))

    with pytest.raises(MethodError, match="BatchNorm"):
        TRAINER(examples, GROUPS, [0], trunk=factory)


@pytest.mark.parametrize(
    ("trunk", "reason"),
    [
        (
            torch.nn.Sequential(torch.nn.Linear(7, 8), torch.nn.Dropout(0.5)),
            r"leave chance \(dropout\) out",
        ),
        (torch.nn.ReLU(), "no parameters"),
        (torch.nn.Linear(6, 8), "together and one by one"),
        (torch.nn.Conv1d(1, 4, 3), "must return"),
    ],
    ids=["dropout", "no parameters", "other inputs", "other outputs"],
)
def test_a_trunk_that_cannot_be_stacked_is_refused_with_its_reason(examples, trunk, reason):
    if isinstance(trunk, torch.nn.Conv1d):
        trunk = torch.nn.Sequential(torch.nn.Unflatten(1, (1, 7)), trunk)
    with pytest.raises(MethodError, match=reason):
        TRAINER(examples, [(0,)], [0], trunk=lambda seed: trunk)


def test_every_weight_of_a_batch_is_finite_and_zero_where_a_label_is_missing(examples):
    batches = draw_batches(examples, [0], 4, 16)
    problem = pose(examples, batches, torch.device("cpu"), torch.float64)
    known = examples.known[examples.rows(Split.TRAIN)][batches[:, 0]]
    for step, seen in zip(problem.steps(0, 4), known, strict=True):
        np.testing.assert_array_equal(step.weights[:-1].numpy() > 0, seen.T)
        assert (step.weights[-1] == 0).all()
