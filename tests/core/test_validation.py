"""From a report to evidence: what is said of the networks that are trained."""

from dataclasses import replace

import pytest

from core import load_table, run
from core.evidence import Validation
from core.training import Trainer
from core.validation import validate_grouping
from tests.cohort import SMALL_PLAN, small_cohort

SMALL = Validation(
    Trainer(width=8, max_steps=20), n_seeds=2, search="none", n_random=2, n_replicates=100
)


@pytest.fixture(scope="module")
def made():
    planted = small_cohort()
    table = load_table(planted.frame, targets=planted.targets)
    return table, run(table, SMALL_PLAN)


def with_trunk(report, trunk):
    plan = report.provenance["plan"]
    landscape = {**plan["landscape"], "trunk": trunk}
    return replace(
        report, provenance={**report.provenance, "plan": {**plan, "landscape": landscape}}
    )


@pytest.mark.parametrize("trunk", ["cnn", "conv1d"])
def test_networks_of_another_kind_than_the_landscapes_trunk_are_named(made, trunk):
    table, report = made
    evidence = validate_grouping(table, with_trunk(report, trunk), SMALL).evidence
    assert any("measured with convolutions" in note for note in evidence.notes)


def test_images_are_measured_with_convolutions_unless_told_otherwise(made):
    table, report = made
    n = len(table.feature_names)
    images = replace(table, feature_shape=(1, n, 1))
    said = [
        any("convolutions" in note for note in validate_grouping(images, one, SMALL).evidence.notes)
        for one in (report, with_trunk(report, "mlp"))
    ]
    assert said == [True, False]


@pytest.mark.parametrize("trunk", ["auto", "mlp", "linear"])
def test_rows_of_a_table_need_no_such_note(made, trunk):
    table, report = made
    evidence = validate_grouping(table, with_trunk(report, trunk), SMALL).evidence
    assert not any("convolutions" in note for note in evidence.notes)
