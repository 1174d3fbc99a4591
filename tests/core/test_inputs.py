import numpy as np
import pytest

from core.inputs import CLIP, model_inputs
from core.values import Kind, Split, Task, TaskTable


def table_of(features, train=slice(0, 60), dtype=float):
    features = np.asarray(features, dtype=dtype)
    n = len(features)
    split = np.full(n, Split.TEST.code)
    split[train] = Split.TRAIN.code
    return TaskTable(
        feature_names=tuple(f"x{k}" for k in range(features.shape[1])),
        features=features,
        tasks=(Task("y", Kind.BINARY, n, 0.5, ("0", "1")),),
        labels=(np.arange(n) % 2)[:, None].astype(float),
        split=split,
        patient=np.arange(n),
    )


@pytest.fixture
def features():
    return np.random.default_rng(0).normal(5, 3, size=(100, 4))


def test_training_rows_have_mean_0_and_deviation_1(features):
    inputs = model_inputs(table_of(features))
    assert inputs.dtype == np.float32
    np.testing.assert_allclose(inputs[:60].mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(inputs[:60].std(axis=0), 1, atol=1e-6)


def test_other_rows_do_not_touch_the_statistics(features):
    changed = features.copy()
    changed[60:] *= 100
    before, after = model_inputs(table_of(features)), model_inputs(table_of(changed))
    np.testing.assert_array_equal(before[:60], after[:60])


@pytest.mark.parametrize("scale", [1e-200, 1e-10, 1.0, 1e10, 1e200])
def test_scale_and_shift_of_a_feature_do_not_matter(features, scale):
    plain = model_inputs(table_of(features))
    moved = model_inputs(table_of(features * scale - 3 * scale))
    np.testing.assert_allclose(plain, moved, atol=1e-5)


def test_a_small_spread_on_a_large_offset_is_kept():
    wave = np.sin(np.arange(100.0))[:, None]
    plain, lifted = model_inputs(table_of(wave)), model_inputs(table_of(wave + 1e6))
    np.testing.assert_allclose(plain, lifted, atol=1e-4)


def test_missing_values_are_the_mean_and_flagged(features):
    features[5, 1] = features[7, 1] = np.nan
    inputs = model_inputs(table_of(features))
    assert inputs.shape == (100, 5)
    assert inputs[5, 1] == inputs[7, 1] == 0
    np.testing.assert_array_equal(np.flatnonzero(inputs[:, 4]), [5, 7])
    known = np.delete(inputs[:60, 1], [5, 7])
    assert known.mean() == pytest.approx(0, abs=1e-6)
    assert known.std() == pytest.approx(1, abs=1e-6)


def test_features_missing_together_share_a_flag(features):
    features[5:9, :2] = np.nan
    features[8, 2] = np.nan
    assert model_inputs(table_of(features)).shape == (100, 4 + 2)


def test_missing_only_outside_the_training_rows_needs_no_flag(features):
    features[80, 0] = np.nan
    inputs = model_inputs(table_of(features))
    assert inputs.shape == (100, 4)
    assert inputs[80, 0] == 0


def test_features_without_spread_in_training_are_left_out(features):
    features[:60, 0] = 7.1
    features[:60, 1] = np.nan
    features[:, 2] = 0.0
    assert model_inputs(table_of(features)).shape == (100, 1)


def test_outliers_are_cut(features):
    features[99, 0] = 1e30
    features[98, 0] = -1e30
    inputs = model_inputs(table_of(features))
    assert (inputs[99, 0], inputs[98, 0]) == (CLIP, -CLIP)
    assert np.abs(inputs).max() == CLIP


def test_blocks_of_features_do_not_matter(features, monkeypatch):
    features[3, 2] = np.nan
    whole = model_inputs(table_of(features))
    monkeypatch.setattr("core.inputs._CELLS", 100)
    np.testing.assert_array_equal(model_inputs(table_of(features)), whole)


def test_single_precision_tables_are_fed_alike(features):
    single = model_inputs(table_of(features, dtype=np.float32))
    np.testing.assert_allclose(single, model_inputs(table_of(features)), atol=1e-5)


def test_a_table_without_features_gives_no_inputs():
    assert model_inputs(table_of(np.empty((100, 0)))).shape == (100, 0)
