"""Affinities that are a function of how many records have both labels do not tell small counts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core import run
from core.data import load_table
from core.report import to_document
from core.report.sizes import few_classes
from core.report.suppression import is_small
from core.values import Kind, Split
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


def crossed(frame, first, second):
    """The counts of a contingency table, by pandas."""
    return pd.crosstab(frame[first], frame[second]).to_numpy()


@pytest.mark.parametrize("rare", [5, 60])
def test_a_class_that_few_with_an_event_have_hides_the_agreement_of_its_task(rare):
    frame = small_cohort(600).frame
    rng = np.random.default_rng(1)
    kind = rng.choice(["mild", "severe"], len(frame)).astype(object)
    kind[rng.permutation(np.flatnonzero(frame["y_cardiogenic_shock"] > 0))[:rare]] = "odd"
    kind[rng.permutation(np.flatnonzero(frame["y_cardiogenic_shock"] == 0))[:70]] = "odd"
    other = rng.choice(["left", "middle", "right"], len(frame))
    frame = frame.assign(y_kind=kind, y_side=other, y_number=rng.normal(size=len(frame)))
    table = load_table(frame, targets="y_*")
    document = to_document(run(table, plan_with()))
    names = [task["name"] for task in document["tasks"]]
    (made,) = [
        one["values"]
        for one in (document["affinity"], *document["other_affinities"])
        if one["measure"] == "label_agreement"
    ]
    train = frame.iloc[table.rows(Split.TRAIN)]
    place = names.index("y_kind")
    for name in names:
        if name in ("y_kind", "y_number"):
            continue
        expected = is_small(crossed(train, "y_kind", name)).any()
        assert (made[place][names.index(name)] is None) == expected, name
        assert (made[names.index(name)][place] is None) == expected, name
    assert (made[place][names.index("y_cardiogenic_shock")] is None) == (rare == 5)
    assert made[place][names.index("y_side")] is not None
    assert made[place][names.index("y_number")] is not None


def test_a_summary_of_an_earlier_version_hides_every_pair_with_several_classes(made):
    summary = replace(made.summary, few_classes=np.zeros((0, 0), dtype=bool))
    tasks = (replace(made.tasks[0], kind=Kind.MULTICLASS), *made.tasks[1:])
    hidden = few_classes(summary, tasks)
    assert hidden[0].all()
    assert hidden[:, 0].all()
    assert not hidden[1:, 1:].any()


def test_other_measures_keep_every_pair(made):
    document = to_document(made)
    assert not any(value is None for row in document["affinity"]["values"] for value in row)


def test_metrics_are_told_to_four_places():
    from core.report.evidence import _rounded

    assert _rounded(0.123456) == 0.1235
    assert _rounded(float("nan")) is None
