"""What holds for every method of every stage, so that a new one needs no test of its own to fit in."""

import dataclasses

import numpy as np
import pytest

from core.data import load_table
from core.methods import choose, controls, from_spec, to_spec
from core.pipeline import run
from core.plan import PRESETS, STAGES, Plan
from core.projection import PROJECTIONS
from tests.cohort import SMALL_PLAN, plan_with, small_cohort

TABLES = {**STAGES, "map": PROJECTIONS}
METHODS = [(stage, key) for stage, table in TABLES.items() for key in table.methods]
MEASURE_STAGE = STAGES["measure"]
MEASURES = list(MEASURE_STAGE.methods)


@pytest.fixture(scope="module")
def table():
    cohort = small_cohort(missing=0.1)
    return load_table(cohort.frame, targets=cohort.targets)


@pytest.fixture(scope="module")
def reports(table):
    return {key: run(table, plan_with(measure=choose(STAGES["measure"], key))) for key in MEASURES}


@pytest.mark.parametrize(("stage", "key"), METHODS)
def test_a_method_says_what_a_form_needs(stage, key):
    method = TABLES[stage].methods[key]
    assert method.title
    assert method.summary.endswith(".")
    for control in controls(method):
        assert control.help, control.name
        control.check(control.default, key)


@pytest.mark.parametrize(("stage", "key"), METHODS)
def test_a_method_is_frozen_equal_by_value_and_survives_its_spec(stage, key):
    method = choose(TABLES[stage], key)
    assert from_spec(TABLES[stage], to_spec(TABLES[stage], method)) == method
    assert hash(method) == hash(choose(TABLES[stage], key))
    with pytest.raises(dataclasses.FrozenInstanceError):
        method.title = "other"


@pytest.mark.parametrize("name", PRESETS)
def test_a_plan_survives_its_spec(name):
    assert Plan.from_spec(PRESETS[name].to_spec()) == PRESETS[name]


@pytest.mark.parametrize("key", MEASURES)
def test_an_affinity_is_symmetric_bounded_and_has_its_interval(reports, key):
    affinity = reports[key].affinity
    assert affinity.measure == key
    assert affinity.is_directed == MEASURE_STAGE.methods[key].is_directed
    whole = () if affinity.is_directed else (affinity.values, affinity.low, affinity.high)
    for matrix in (*whole, affinity.similarity):
        np.testing.assert_allclose(matrix, matrix.T, rtol=1e-5, atol=1e-9)
    assert (affinity.low <= affinity.high).all()
    assert (np.diag(affinity.similarity) == 1).all()
    assert ((affinity.similarity >= 0) & (affinity.similarity <= 1)).all()
    assert len(affinity.replicates) == SMALL_PLAN.n_replicates


@pytest.mark.parametrize("key", MEASURES)
def test_the_other_measures_stand_beside_the_chosen_one(reports, key):
    assert {affinity.measure for affinity in reports[key].affinities} == set(MEASURES)


@pytest.mark.parametrize("key", MEASURES)
def test_every_grouping_is_a_partition_with_memberships(reports, key):
    for grouping in reports[key].groupings:
        assert len(grouping.labels) == 6
        assert set(grouping.labels) == set(range(grouping.n_groups))
        np.testing.assert_allclose(grouping.membership.sum(axis=1), 1, rtol=1e-6)
        assert grouping.membership.shape == (6, grouping.n_groups)
        together = grouping.co_assignment
        np.testing.assert_allclose(together, together.T)
        assert ((together >= 0) & (together <= 1)).all()


@pytest.mark.parametrize(
    ("stage", "key"), [(stage, key) for stage, key in METHODS if stage in ("graph", "encoder")]
)
def test_every_graph_and_encoder_runs_in_the_pipeline(table, stage, key):
    report = run(table, plan_with(**{stage: choose(STAGES[stage], key)}))
    assert report.embedding.values.shape[0] == len(report.tasks)
    assert np.isfinite(report.embedding.values).all()
