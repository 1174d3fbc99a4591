"""Counts and pulls against plain oracles; rare texts are not named."""

import numpy as np
import pandas as pd
import pytest

from core.data import load_table, summarise_table
from core.values import Split
from tests.cohort import small_cohort


@pytest.fixture
def table():
    planted = small_cohort(400, missing=0.2)
    rng = np.random.default_rng(0)
    frame = planted.frame.assign(site=rng.choice(["north", "south", "east"], 400))
    frame.loc[frame.index[:5], "site"] = "tiny"
    return load_table(frame, targets="y_*")


def test_a_pull_is_the_correlation_of_label_and_feature(table):
    found = summarise_table(table, 0)
    rows = table.rows(Split.TRAIN)
    for task in range(len(table.tasks)):
        labels = table.labels[rows, task]
        known = ~np.isnan(labels)
        for place, name in enumerate(found.feature_names[:6]):
            feature = table.features[rows, table.feature_names.index(name)]
            expected = np.corrcoef(labels[known], feature[known])[0, 1]
            assert found.pull[task, place] == pytest.approx(expected, abs=1e-4)


def test_labels_are_counted_by_split(table):
    found = summarise_table(table, 0)
    for task in range(len(table.tasks)):
        for split in Split:
            column = pd.Series(table.labels[table.rows(split), task])
            assert found.labels[task, split.code].tolist() == [
                int((column == 1).sum()),
                int((column == 0).sum()),
            ]
    assert found.splits.sum() == found.n_records == 400


def test_pairs_of_labels_are_counted(table):
    found = summarise_table(table, 0)
    rows = table.rows(Split.TRAIN)
    first, second = table.labels[rows, 0], table.labels[rows, 1]
    expected = [[((first == a) & (second == b)).sum() for b in (0, 1)] for a in (0, 1)]
    assert found.pairs[0, 1].tolist() == expected


def test_a_text_of_ten_records_is_never_named(table):
    names = summarise_table(table, 0).feature_names
    assert "site=north" in names
    is_flag = dict(zip(names, summarise_table(table, 0).is_flag, strict=True))
    assert is_flag["site=north"]
    assert not is_flag[names[0]]
    assert not any("tiny" in name for name in names)


def test_chance_is_below_a_planted_pull_and_above_most_of_an_unrelated_one(table):
    found = summarise_table(table, 0)
    assert 0.1 < found.chance < 0.4
    assert np.nanmax(np.abs(found.pull)) > found.chance


def test_the_same_seed_gives_the_same_summary(table):
    assert summarise_table(table, 3) == summarise_table(table, 3)


def test_patients_are_counted_not_their_records():
    frame = small_cohort(400).frame
    frame["id"] = np.arange(400) // 8
    table = load_table(frame, targets="y_*", patient_id="id")
    found = summarise_table(table, 0)
    assert found.n_patients == 50
    for task in range(len(table.tasks)):
        for split in Split:
            rows = table.rows(split)
            sick = pd.Series(table.labels[rows, task]).groupby(table.patient[rows]).max()
            assert found.labels[task, split.code].tolist() == [(sick == 1).sum(), (sick == 0).sum()]


def test_a_text_of_ten_patients_is_not_named_however_many_records_they_have():
    frame = small_cohort(400).frame
    frame["id"] = np.arange(400) // 8
    frame["site"] = np.where(frame["id"] < 10, "small", "large")
    names = summarise_table(load_table(frame, targets="y_*", patient_id="id"), 0).feature_names
    assert not any("site" in name for name in names)


def test_a_table_of_every_kind_with_its_own_holes_can_be_summarised():
    frame = small_cohort(300).frame
    rng = np.random.default_rng(1)
    frame["y_number"] = rng.normal(size=300)
    frame["y_class"] = rng.choice(["a", "b", "c"], 300)
    frame["y_time"] = rng.exponential(size=300) + 0.1
    frame["died"] = rng.integers(0, 2, 300)
    frame["empty"] = np.nan
    frame["seldom"] = np.where(rng.random(300) < 0.02, 1.5, np.nan)
    frame = frame[[name for name in frame if name != "empty"]]
    kinds = {"y_time": "time_to_event:died"}
    table = load_table(frame, targets="y_*", ignore=["died"], kinds=kinds)
    found = summarise_table(table, 0)
    names = list(table.task_names)
    assert np.isnan(found.pull[names.index("y_class")]).all()
    assert np.isfinite(found.pull[names.index("y_number")]).all()
    events = found.labels[names.index("y_time"), :, 0].sum()
    assert events == (frame["died"] == 1).sum()


def test_rows_of_a_patient_do_not_make_chance_small():
    """Features and labels of patients who have nothing to do with each other, six rows of each: the
    strongest pull of a task exceeds chance about once in twenty."""
    rng = np.random.default_rng(3)
    n, n_features, n_tasks = 150, 20, 40
    of = np.repeat(np.arange(n), 6)
    noise = rng.standard_normal((len(of), n_features + n_tasks))
    z = rng.standard_normal((n, n_features + n_tasks))[of] + 0.3 * noise
    frame = pd.DataFrame(z[:, :n_features], columns=[f"x{k}" for k in range(n_features)])
    labels = pd.DataFrame((z[:, n_features:] > 0).astype(int)).add_prefix("y_")
    table = load_table(pd.concat([frame, labels], axis=1).assign(id=of), "y_*", patient_id="id")
    found = summarise_table(table, 0)
    above = (np.abs(found.pull).max(axis=1) > found.chance).mean()
    assert above <= 0.15
