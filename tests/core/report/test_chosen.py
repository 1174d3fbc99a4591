"""Notes on measures that the groups do not rest on are kept aside, and never lost."""

from dataclasses import replace

import pytest

from core.affinity import SCA, AbsCosine
from core.command.watch import summary
from core.data import load_table
from core.pipeline import run
from core.report import to_document
from core.report.chosen import chosen_notes
from tests.cohort import plan_with, small_cohort


@pytest.fixture(scope="module", params=[AbsCosine(), SCA()], ids=["abs_cosine", "sca"])
def report(request):
    table = load_table(small_cohort().frame, targets="y_*")
    return run(table, plan_with(measure=request.param, n_replicates=5))


def test_the_notes_of_the_chosen_measure_are_shown_and_no_others(report):
    shown = chosen_notes(report)
    chosen, *others = report.affinities
    assert set(chosen.notes) <= set(shown)
    only = {note for one in others for note in one.notes} - set(chosen.notes)
    assert only, "the other measures have something to say"
    assert set(shown) == set(report.notes) - only
    said = [line for line in summary(report).splitlines() if line.startswith("Note: ")]
    assert said == [f"Note: {note}" for note in shown]


def test_what_is_not_of_a_measure_stays(report):
    everywhere = "Something about the whole run."
    assert everywhere in chosen_notes(replace(report, notes=(*report.notes, everywhere)))


def test_the_run_folder_keeps_them_all(report):
    assert to_document(report)["notes"] == list(report.notes)
    assert {note for one in report.affinities for note in one.notes} <= set(report.notes)
