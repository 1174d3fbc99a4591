"""Labels as a loss takes them, constant predictors, and predictions in the tasks' own units."""

import dataclasses

import numpy as np
import pytest

from core.errors import RunError, TableError
from core.storage import load_value, save_value
from core.training import Trained, Trainer, predict, row_losses, to_examples
from core.training.draws import head_priors
from core.values import Split
from tests.core.training.tables import make_examples, make_table, stack_tables

KINDS = "bmrt"


@pytest.fixture(scope="module")
def table():
    return make_table(KINDS)


@pytest.fixture(scope="module")
def examples(table):
    return to_examples(table)


@pytest.fixture(scope="module")
def trained(examples):
    """Networks that stay at their start but for a hair."""
    still = Trainer(width=4, max_steps=1, learning_rate=1e-6, precision="float64")
    return still(examples, [(0,), (0, 1, 2, 3)], [0, 1])


def test_labels_go_back_to_the_table(table, examples):
    back = np.where(examples.known, examples.centre + examples.scale * examples.labels, np.nan)
    np.testing.assert_allclose(back, table.labels, rtol=1e-12)


def test_a_regression_is_standardised_by_its_training_rows_only(examples):
    seen = examples.seen(2, Split.TRAIN)
    assert np.nanmean(seen) == pytest.approx(0, abs=1e-12)
    assert np.nanstd(seen) == pytest.approx(1)
    assert abs(np.nanmean(examples.seen(2, Split.TEST))) > 1e-6


def test_a_huge_regression_is_standardised_without_overflow(table):
    labels = table.labels.copy()
    labels[:, 2] *= 1e200
    examples = to_examples(dataclasses.replace(table, labels=labels))
    np.testing.assert_allclose(np.nanstd(examples.seen(2, Split.TRAIN)), 1)


def test_the_constant_predictor_has_the_constant_loss(table, examples, trained):
    """With its weights taken away a head says what the constant predictor says."""
    bare = dataclasses.replace(trained, head_weights=np.zeros_like(trained.head_weights))
    rows = examples.rows(Split.TRAIN)
    losses = np.nanmean(row_losses(bare, examples, rows, (0, 1, 2, 3)), axis=1)
    np.testing.assert_allclose(losses, 1, rtol=2e-3)  # half a label more of each class
    assert (losses >= 1 - 1e-8).all(), "nothing constant beats the best, but where nobody is asked"


def test_losses_of_constants_are_entropy_and_half_variance(examples):
    share = np.nanmean(examples.seen(0, Split.TRAIN))
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    assert examples.constant_loss[0] == pytest.approx(entropy)
    assert examples.constant_loss[2] == pytest.approx(0.5)


@pytest.mark.parametrize("value", [0.0, 3.7])
def test_a_constant_task_is_divided_by_one(table, value):
    labels = table.labels.copy()
    labels[:, 0] = 0.0
    labels[:, 2] = value
    examples = to_examples(dataclasses.replace(table, labels=labels))
    assert examples.constant_loss[0] == 1
    assert examples.constant_loss[2] == 1
    assert np.isfinite(np.concatenate(head_priors(examples))).all()


def test_own_samples_are_recognised(examples):
    assert not examples.own_samples
    assert to_examples(stack_tables()).own_samples


def test_an_infinite_label_and_a_table_without_training_labels_are_refused(table):
    labels = table.labels.copy()
    labels[0, 2] = np.inf
    with pytest.raises(TableError, match="'y2' has 1 infinite label"):
        to_examples(dataclasses.replace(table, labels=labels))
    with pytest.raises(TableError, match="No training row"):
        to_examples(dataclasses.replace(table, labels=np.full_like(labels, np.nan)))


def test_predictions_are_probabilities_units_and_survival(examples, trained):
    rows = examples.rows(Split.TEST)
    made = predict(trained, examples, rows, (0, 1, 2, 3))
    assert made.shape == (2, len(rows), 4, 10)
    binary, classes, value, alive = (made[:, :, member] for member in range(4))
    assert ((binary[..., 0] > 0) & (binary[..., 0] < 1)).all()
    np.testing.assert_allclose(classes[..., :3].sum(axis=2), 1)
    assert abs(value[..., 0].mean() - examples.centre[2]) < 2 * examples.scale[2]
    assert (np.diff(alive, axis=2) <= 0).all()
    for part, width in ((binary, 1), (classes, 3), (value, 1)):
        assert np.isnan(part[..., width:]).all()
    assert predict(trained, examples, rows, (0,)).shape == (2, len(rows), 1, 1)


def test_an_untrained_group_is_refused(examples, trained):
    with pytest.raises(RunError, match=r"Group \(1,\) was not trained"):
        predict(trained, examples, np.arange(3), (1,))


def test_trained_networks_survive_the_disk(examples, trained, tmp_path):
    save_value(tmp_path / "part.npz", trained)
    again = load_value(tmp_path / "part.npz", Trained)
    assert again == trained
    assert again.groups == trained.groups
    rows = np.arange(5)
    np.testing.assert_array_equal(
        predict(again, examples, rows, (0,)), predict(trained, examples, rows, (0,))
    )


def test_networks_learn_what_is_there_to_learn():
    examples = make_examples("bbr", n=600, missing=0.1)
    trained = Trainer()(examples, [(0,), (0, 1, 2)], [0, 1])
    assert np.nanmax(trained.validation_loss) < 0.9
    assert not trained.diverged.any()
