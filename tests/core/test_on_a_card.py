"""A whole run on a GPU: the report and the evidence of the CPU, from the same code."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from core import load_table, run, steps
from core.affinity import TAG
from core.drivers import measure as driving
from core.errors import MethodError
from core.evidence import Validation
from core.landscape import OneStep
from core.null import measure_null
from core.validation import validate_grouping
from tests.card import Card
from tests.cohort import plan_with, small_cohort

LANDSCAPE = OneStep(width=8, starts=2, max_points=60, n_blocks=8, refits=2, mean_rows=100)


def small_table(n_samples):
    return load_table(small_cohort(n_samples).frame, targets="y_*")


@pytest.fixture
def quick(monkeypatch):
    """Chance is drawn twice: enough to see where it is worked out."""
    monkeypatch.setattr(steps, "measure_null", partial(measure_null, n_permutations=2))
    monkeypatch.setattr(driving, "N_PERMUTATIONS", 2)


def test_a_run_and_its_evidence_are_those_of_the_cpu(quick, lax):
    table = small_table(150)
    plan = plan_with(measure=TAG(steps=4), landscape=LANDSCAPE)
    trainer = replace(Validation().trainer, max_steps=20, width=8)
    settings = replace(Validation(), trainer=trainer, n_seeds=2, n_replicates=100)

    def work(device):
        report = run(table, replace(plan, device=device))
        return report, validate_grouping(table, report, settings, device=device)

    report, tested = work("cpu")
    with Card() as card:
        found, found_tested = work("cuda")
    np.testing.assert_allclose(found.affinity.values, report.affinity.values, rtol=1e-6)
    assert found.groupings == report.groupings
    assert found.drivers.groups == report.drivers.groups
    assert found_tested.evidence.verdict == tested.evidence.verdict
    assert (report.provenance["device"], found.provenance["device"]) == ("cpu", "cuda")
    of_distances = [line for _, line in card.rounded if not line.startswith("training/")]
    assert not of_distances


def test_a_device_that_is_not_here_is_named_with_the_way_out():
    with pytest.raises(MethodError, match=r"no GPU is usable here; .*--device cpu"):
        run(small_table(60), plan_with(device="cuda"))
