"""Label tables and availability count what the labels say."""

import numpy as np
import pytest

from core.affinity.pair import LabelTable
from dashboard.charts.availability import draw_availability, label_shares
from dashboard.charts.label_table import draw_label_table
from tests.dashboard.charts.values import HOSTILE, SIZES, assert_inert_option, table_of


@pytest.mark.parametrize("dark", [False, True])
def test_label_table_holds_the_counts(dark):
    counts = np.array([[120, 8], [13, 4]])
    table = LabelTable(("no", "<b>yes</b>"), ("no", "yes"), counts)
    chart = draw_label_table(table, HOSTILE[:2], dark=dark)
    cells = {tuple(c["value"][:2]): c["value"][2] for c in chart.figure["series"][0]["data"]}
    assert cells == {(0, 0): 120, (1, 0): 8, (0, 1): 13, (1, 1): 4}
    assert "120\n83 %" in [c["label"]["formatter"] for c in chart.figure["series"][0]["data"]]
    assert "145 training rows" in chart.alt
    assert_inert_option(chart.figure)


def test_no_shared_samples_draw_an_empty_table():
    chart = draw_label_table(LabelTable(("a",), ("b",), np.zeros((1, 1), int)), ("s", "t"))
    assert "0 training rows" in chart.alt


@pytest.mark.parametrize("n_tasks", SIZES)
@pytest.mark.parametrize("dark", [False, True])
def test_availability_is_the_share_of_labels_a_bin(n_tasks, dark):
    table = table_of(n_tasks)
    chart = draw_availability(table, dark=dark)
    frame = chart.figure["dataset"]["source"]
    share = frame["share"].to_numpy().reshape(n_tasks, -1)
    np.testing.assert_allclose(share.mean(axis=1), np.isfinite(table.labels).mean(axis=0))
    assert share[0, 0] == 0.0
    assert share[1, 0] == 1.0
    assert_inert_option(chart.figure)


def test_bins_cover_every_row_once():
    labels = np.ones((7, 2))
    shares, edges = label_shares(labels, bins=3)
    assert edges[0] == 0
    assert edges[-1] == 7
    np.testing.assert_array_equal(shares, 1.0)
