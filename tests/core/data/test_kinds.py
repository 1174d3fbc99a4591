import numpy as np
import pandas as pd
import pytest

from core.data import assign_roles, build_table
from core.data.kinds import check_kind, infer_kind
from core.errors import TableError
from core.values import Kind
from tests.inputs import good_frame


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0, 1, np.nan, 1], Kind.BINARY),
        ([2.5, 7.0, 2.5], Kind.BINARY),
        (pd.array([True, None, False], dtype="boolean"), Kind.BINARY),
        ([True, False, None], Kind.BINARY),
        (["yes", "no", None], Kind.BINARY),
        (["a", "b", "c"], Kind.MULTICLASS),
        (pd.Categorical(["a", "b", "c"]), Kind.MULTICLASS),
        ([0, 1, 2, 3, np.nan], Kind.MULTICLASS),
        (list(range(10)), Kind.MULTICLASS),
        (list(range(11)), Kind.REGRESSION),
        ([0.1, 0.2, 0.3], Kind.REGRESSION),
    ],
)
def test_kind_is_inferred(values, kind):
    assert infer_kind("y", pd.Series(values)) is kind


def test_kind_can_be_overridden():
    codes = pd.Series([0, 1, 2, 3])
    assert check_kind("y", codes, "regression") is Kind.REGRESSION
    with pytest.raises(TableError, match="4 distinct values, so it cannot be binary"):
        check_kind("y", codes, "binary")
    with pytest.raises(TableError, match="choose one of binary, multiclass, regression"):
        check_kind("y", codes, "survival")
    with pytest.raises(TableError, match="cannot be a regression"):
        check_kind("y", pd.Series(["a", "b"]), "regression")


def labels_of(values, **kinds):
    frame = good_frame()
    frame["y_first"] = values
    table = build_table(frame, assign_roles(frame, "y_*", kinds=kinds))
    return table.tasks[0], table.labels[:, 0]


def test_labels_are_codes_in_sorted_order():
    task, labels = labels_of([7, 3, np.nan, 5] * 50)
    assert task.classes == ("3", "5", "7")
    np.testing.assert_array_equal(labels[:4], [2, 0, np.nan, 1])
    assert task.n_labelled == 150
    assert np.isnan(task.mean)


def test_large_numbers_are_classes_of_different_names():
    task, _ = labels_of([2000001.0, 2000002.0, 0.3, 2000001.0] * 50, y_first="multiclass")
    assert task.classes == ("0.3", "2000001", "2000002")


@pytest.mark.parametrize("words", [("no", "yes"), ("control", "case"), ("Alive", "Dead")])
def test_the_event_is_the_positive_class(words):
    task, labels = labels_of([words[0], words[1], None, words[0]] * 50)
    assert task.classes == words
    np.testing.assert_array_equal(labels[:4], [0, 1, np.nan, 0])
    assert task.mean == pytest.approx(1 / 3)


def test_regression_labels_are_the_numbers():
    values = np.linspace(-1, 3, 200)
    task, labels = labels_of(values)
    np.testing.assert_allclose(labels, values, atol=1e-6)
    assert task.mean == pytest.approx(1.0)
    assert task.classes == ()


def test_overridden_codes_become_a_regression():
    task, labels = labels_of([0, 1, 2, 4] * 50, y_first="regression")
    assert task.kind is Kind.REGRESSION
    assert set(labels) == {0, 1, 2, 4}
