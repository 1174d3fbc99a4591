"""Values: copied, read-only, checked at birth, equal by content, whole again from disk."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.storage import load_value, save_value
from core.values import Kind, Projection, Task, TaskTable


def table(features=None):
    features = np.ones((4, 2), np.float32) if features is None else features
    return TaskTable(
        feature_names=("a", "b"),
        features=features,
        tasks=(Task("y", Kind.BINARY, 4, 0.5, ("0", "1")),),
        labels=np.array([[0.0], [1.0], [np.nan], [1.0]]),
        split=np.array([0, 0, 1, 2], np.int8),
        patient=np.arange(4),
    )


def test_arrays_are_copied_and_cannot_be_made_writeable():
    source = np.ones((4, 2), np.float32)
    value = table(source)
    source[0, 0] = 7
    assert value.features[0, 0] == 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        value.features.setflags(write=True)


@pytest.mark.parametrize(
    "copier", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))]
)
def test_copies_are_equal_and_read_only(copier):
    value = copier(table())
    assert value == table()
    assert not value.features.flags.writeable


def test_fingerprint_sees_one_changed_element():
    features = np.ones((4, 2), np.float32)
    features[3, 1] = np.nextafter(np.float32(1), np.float32(2))
    assert table(features) != table()
    assert hash(table()) == hash(table())


def test_fingerprint_sees_dtype_and_shape():
    def flat(xy, index):
        return Projection("pca", xy, index, 1.0)

    index = np.arange(2)
    assert flat(np.zeros((2, 2)), index) != flat(np.zeros((2, 2), np.float32), index)
    assert flat(np.zeros((2, 2)), index) != flat(np.zeros((1, 4)), index)


def test_contradicting_fields_are_refused():
    with pytest.raises(ValueError, match="names"):
        table(np.ones((4, 3), np.float32))


def test_object_arrays_are_refused():
    with pytest.raises(ValueError, match="numbers in arrays"):
        table(np.array([["a", "b"]] * 4, dtype=object))


@given(arrays(np.float64, (3, 2), elements=st.floats(width=64)), st.text())
def test_storage_round_trip_is_exact(tmp_path_factory, xy, note):
    path = tmp_path_factory.mktemp("value") / "value.npz"
    value = Projection("pca", xy, np.arange(3), 0.5, (note,))
    save_value(path, value)
    assert load_value(path, Projection) == value


def test_storage_keeps_nested_values_and_enums(tmp_path):
    save_value(tmp_path / "table.npz", table())
    back = load_value(tmp_path / "table.npz", TaskTable)
    assert back == table()
    assert back.tasks[0].kind is Kind.BINARY


def test_saving_leaves_no_partial_file_behind(tmp_path):
    save_value(tmp_path / "table.npz", table())
    assert [path.name for path in tmp_path.iterdir()] == ["table.npz"]


def test_an_array_that_nobody_can_write_to_is_not_copied():
    source = np.ones((4, 2), np.float32)
    writeable = source[:2]
    source.setflags(write=False)
    assert np.shares_memory(table(source).features, source)
    assert not np.shares_memory(table(np.concatenate([writeable, writeable])).features, writeable)


def test_an_array_that_repeats_itself_stays_small_and_read_only():
    source = np.ones((4, 1), np.float32)
    value = table(np.broadcast_to(source, (4, 2)))
    source[:] = 7
    assert (value.features == 1).all()
    assert value.features.strides[1] == 0
    assert value == table(np.ones((4, 2), np.float32))
    with pytest.raises(ValueError, match="WRITEABLE"):
        value.features.setflags(write=True)
