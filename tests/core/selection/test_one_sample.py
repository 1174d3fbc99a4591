"""One sample: what its tasks say of it, and which features are unusual."""

import numpy as np
import pytest

from core.selection.one_sample import MOST_UNUSUAL, describe_sample
from core.values import Kind, Points, Split, Task, TaskTable

NAN = float("nan")


def table_of(features, split=None):
    n = len(features)
    split = np.zeros(n, dtype=int) if split is None else split
    names = tuple(f"x{k}" for k in range(features.shape[1]))
    tasks = (Task("y", Kind.BINARY, n, 0.5, ("0", "1")),)
    return TaskTable(names, features, tasks, np.zeros((n, 1)), split, np.arange(n))


def points_of(sample, task, label, loss):
    n = len(sample)
    return Points(np.zeros((n, 2)), *map(np.array, (sample, task, label, loss)), n)


def test_the_tasks_of_the_same_row_come_largest_loss_first():
    points = points_of([7, 7, 3, 7], [0, 1, 0, 2], [1.0, 0.0, 1.0, NAN], [0.1, 0.2, 9.0, 0.7])
    found = describe_sample(points, 0)
    assert (found.sample, found.here.task, found.here.label, found.here.loss) == (7, 0, 1.0, 0.1)
    assert [one.task for one in found.elsewhere] == [2, 1]
    assert found.unusual == ()


def test_a_label_of_the_table_is_told_where_no_point_was_kept():
    table = table_of(np.zeros((30, 1)))
    points = points_of([4, 4], [1, 2], [1.0, 0.0], [0.3, 0.6])
    found = describe_sample(points, 0, table)
    assert [one.task for one in found.elsewhere] == [2, 0]
    assert found.elsewhere[1].label == 0.0
    assert np.isnan(found.elsewhere[1].loss)


def test_the_furthest_features_are_told_in_standard_deviations_of_the_training_rows():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(500, 8)) * 10.0 ** np.arange(-4, 4)
    split = np.full(500, Split.TRAIN.code)
    split[400:] = Split.TEST.code
    features[400:] += 100  # rows that must not count
    features[3, 2], features[3, 6] = 50, NAN
    found = describe_sample(points_of([3], [0], [0.0], [1.0]), 0, table_of(features, split))
    train = features[:400]
    scores = (features[3] - np.nanmean(train, axis=0)) / np.nanstd(train, axis=0)
    order = np.argsort(-np.abs(np.nan_to_num(scores)))[:MOST_UNUSUAL]
    assert [one.column for one in found.unusual] == [f"x{k}" for k in order]
    assert [one.score for one in found.unusual] == pytest.approx(scores[order])
    assert found.unusual[0].value == 50


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_constant_missing_and_huge_columns_are_passed_over_or_measured(scale):
    features = np.zeros((30, 3))
    features[:, 0] = 5
    features[:, 1] = NAN
    features[:, 2] = np.arange(30) * scale
    found = describe_sample(points_of([29], [0], [0.0], [1.0]), 0, table_of(features))
    assert [one.column for one in found.unusual] == ["x2"]
    assert found.unusual[0].score == pytest.approx(14.5 / np.std(np.arange(30)))
