"""What is said to hold a group together is there where it was planted, and gone where it was not."""

from dataclasses import replace

import numpy as np
import pytest

from core import run
from core.data import load_table
from core.report import to_document
from core.values import Split
from tests.cohort import plan_with, small_cohort


def planted(structure):
    """A report that recommends the planted groups, and its table."""
    cohort = small_cohort(1200, noise=0.1, structure=structure)
    table = load_table(cohort.frame, targets="y_*")
    report = run(table, plan_with(n_groups=2))
    grouping = replace(report.recommended.grouping, labels=cohort.labels)
    return replace(report, recommended=replace(report.recommended, grouping=grouping)), table


@pytest.fixture(scope="module")
def with_structure():
    return planted(structure=True)


@pytest.fixture(scope="module")
def without_structure():
    return planted(structure=False)


def test_planted_groups_have_columns_in_common_and_others_do_not(with_structure, without_structure):
    shared = [
        sum(one["n_tasks"] == 3 for why in to_document(report)["why"] for one in why["features"])
        for report, _ in (with_structure, without_structure)
    ]
    assert shared[0] >= 8
    assert shared[1] <= 4


def test_labels_that_have_nothing_to_do_with_the_columns_have_no_driver():
    frame = small_cohort(1200).frame
    targets = [name for name in frame if name.startswith("y_")]
    shuffled = frame[targets].sample(frac=1, random_state=0).to_numpy()
    frame[targets] = shuffled
    report = run(load_table(frame, targets="y_*"), plan_with(n_groups=2))
    whys = to_document(report)["why"]
    assert sum(len(why["features"]) for why in whys if len(why["tasks"]) > 1) <= 1


def test_events_of_a_planted_group_meet_more_often_than_by_chance(
    with_structure, without_structure
):
    assert all(why["together"] > 1.5 for why in to_document(with_structure[0])["why"])
    assert all(0.7 < why["together"] < 1.3 for why in to_document(without_structure[0])["why"])


def test_meetings_are_counted_over_pairs(with_structure):
    report, table = with_structure
    rows = table.labels[table.rows(Split.TRAIN)]
    for why in to_document(report)["why"]:
        places = [report.task_names.index(name) for name in why["tasks"]]
        met = expected = 0.0
        for number, one in enumerate(places):
            for other in places[number + 1 :]:
                met += float(((rows[:, one] == 1) & (rows[:, other] == 1)).sum())
                expected += rows[:, one].mean() * rows[:, other].mean() * len(rows)
        assert why["together"] == pytest.approx(met / expected, abs=0.051)


def test_a_driver_is_above_chance_for_as_many_tasks_as_it_says(with_structure):
    report, table = with_structure
    rows = table.rows(Split.TRAIN)
    for why in to_document(report)["why"]:
        strengths = [one["strength"] * one["n_tasks"] for one in why["features"]]
        assert strengths == pytest.approx(sorted(strengths, reverse=True), abs=0.02)
        assert all(one["strength"] >= round(why["chance"], 2) for one in why["features"])
        for one in why["features"]:
            column = table.features[rows, table.feature_names.index(one["name"])]
            pulls = [
                np.corrcoef(table.labels[rows, report.task_names.index(name)], column)[0, 1]
                for name in why["tasks"]
            ]
            strong = [pull for pull in pulls if abs(pull) > why["chance"]]
            assert one["n_tasks"] == len(strong)
            assert one["direction"] == ("more" if np.mean(strong) > 0 else "less")


def test_inside_is_more_alike_than_outside(with_structure):
    for why in to_document(with_structure[0])["why"]:
        assert why["inside"] > why["outside"]


def test_without_a_summary_only_the_likeness_is_told(with_structure):
    report = replace(with_structure[0], summary=None)
    document = to_document(report)
    assert document["data"] is None
    for why in document["why"]:
        assert why["features"] == []
        assert why["together"] is None
        assert why["inside"] is not None
