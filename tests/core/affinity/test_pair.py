"""Two tasks side by side: every sample that has both labels is counted once, whatever they are."""

import numpy as np
import pandas as pd
import pytest

from core import load_table
from core.affinity.pair import OUTCOMES, THIRDS, count_labels
from core.values import Split

KINDS = ("y_yes", "y_class", "y_number", "y_time")


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    n = 300
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=n),
            "y_yes": rng.integers(0, 2, n).astype(float),
            "y_class": rng.choice(["one", "two", "three"], n),
            "y_number": rng.normal(size=n),
            "y_time": rng.exponential(size=n),
            "died": rng.integers(0, 2, n),
        }
    )
    frame.loc[rng.random(n) < 0.2, "y_yes"] = np.nan
    return load_table(frame, targets="y_*", kinds={"y_time": "time_to_event:died"})


@pytest.mark.parametrize("source", KINDS)
@pytest.mark.parametrize("target", KINDS)
def test_every_sample_with_both_labels_is_counted_once(table, source, target):
    pair = [table.task_names.index(name) for name in (source, target)]
    labels = table.labels[table.rows(Split.TRAIN)][:, pair]
    counted = count_labels(table, *pair)
    assert counted.n_shared == (~np.isnan(labels)).all(axis=1).sum()
    assert counted.counts.shape == (len(counted.source_classes), len(counted.target_classes))


def test_a_time_to_event_tells_whether_the_event_was_seen(table):
    time, yes = (table.task_names.index(name) for name in ("y_time", "y_yes"))
    labels = table.labels[table.rows(Split.TRAIN)]
    counted = count_labels(table, time, yes)
    assert counted.source_classes == OUTCOMES
    for event in (0, 1):
        for label in (0, 1):
            both = ((labels[:, time] > 0) == event) & (labels[:, yes] == label)
            assert counted.counts[event, label] == both.sum()


def test_a_regression_is_cut_into_thirds(table):
    number, yes = (table.task_names.index(name) for name in ("y_number", "y_class"))
    counted = count_labels(table, number, yes)
    assert counted.source_classes == THIRDS
    assert np.ptp(counted.counts.sum(axis=1)) <= 1
