"""Affinities that are a function of how many records have both labels do not tell small counts."""

import numpy as np
import pytest

from core import run
from core.data import load_table
from core.report import to_document
from core.report.suppression import is_small
from tests.cohort import plan_with, small_cohort


@pytest.fixture(scope="module")
def made():
    frame = small_cohort(300, prevalence=(0.1, 0.5)).frame
    return run(load_table(frame, targets="y_*"), plan_with())


def test_a_pair_with_a_small_count_has_no_label_agreement(made):
    document = to_document(made)
    small = is_small(made.summary.pairs).any(axis=(2, 3)) & ~np.eye(6, dtype=bool)
    assert 0 < small.sum() < 30
    by_measure = {one["measure"]: one for one in document["other_affinities"]}
    for measure in ("label_agreement", "sign"):
        for key in ("values", "low", "high", "similarity"):
            hidden = np.array(
                [[value is None for value in row] for row in by_measure[measure][key]]
            )
            assert hidden[small].all(), measure
            assert not hidden[~small].any(), measure


def test_other_measures_keep_every_pair(made):
    document = to_document(made)
    assert not any(value is None for row in document["affinity"]["values"] for value in row)


def test_metrics_are_told_to_four_places():
    from core.report.evidence import _rounded

    assert _rounded(0.123456) == 0.1235
    assert _rounded(float("nan")) is None
