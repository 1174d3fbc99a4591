"""Who and what drives a group is told above chance only, and says what is missing."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core import explain_groups, run, run_landscape, run_matrix
from core.affinity import AbsCosine
from core.affinity.given import as_affinity
from core.data.streamed import open_table
from core.report import Audience, make_manifest, tell, to_document
from core.report.driven import to_group_drivers
from core.report.driven_words import NOT_KNOWN
from core.report.sizes import told_sizes
from core.report.story import Grid
from core.summary import Trait
from tests.cohort import plan_with
from tests.core.drivers.cohort import GROUPS, driven_frame, driven_table
from tests.core.report.documents import document, trait
from tests.core.report.test_story import texts
from tests.dashboard.test_given import landscape


@pytest.fixture(scope="module")
def table():
    return driven_table(n=1000)


@pytest.fixture(scope="module")
def report(table):
    """A run that recommends the planted groups."""
    found = run(table, plan_with(n_groups=2))
    grouping = replace(found.recommended.grouping, labels=GROUPS)
    found = replace(found, recommended=replace(found.recommended, grouping=grouping))
    return explain_groups(table, found, plan_with())


def card_lines(made, group=0):
    return tell(made).section("groups").blocks[0].cards[group].why


def told(made):
    return " ".join(texts(tell(made)))


def test_a_report_names_the_planted_cause_and_its_patients(report):
    made = json.loads(json.dumps(to_document(report)))
    assert made["drivers"] == {"reason": None, "has_columns": True, "driving": 0.1}
    for why, cause in zip(made["why"], ("cause_a", "cause_b"), strict=True):
        assert why["holds"]
        assert why["columns"][0]["name"] == cause
        assert cause in [one["name"] for one in why["traits"]]
    assert "parts in 100 come through cause_a" in told(made)
    assert "Those patients show" in told(made)


def test_report_json_holds_what_was_measured(report):
    for number, why in enumerate(to_document(report)["why"]):
        found = report.drivers.groups[number]
        assert why["agreement"] == round(found.agreement, 3)
        assert why["carried"] == round(found.carried, 2)
        shares = {one.name: round(one.share, 2) for one in found.columns}
        assert {one["name"]: one["share"] for one in why["columns"]} == shares


def test_drivers_of_other_groups_are_not_told(report):
    other = replace(report.recommended.grouping, labels=np.array([0, 0, 1, 1, 1, 1]))
    moved = replace(report, recommended=replace(report.recommended, grouping=other))
    made = to_document(moved)
    assert made["drivers"]["reason"] == "not measured"
    assert all(why["columns"] == why["traits"] == [] for why in made["why"])
    assert NOT_KNOWN["not measured"] in told(made)


def test_groups_numbered_in_another_order_are_the_same_groups(report):
    turned = replace(report.recommended.grouping, labels=1 - GROUPS)
    moved = replace(report, recommended=replace(report.recommended, grouping=turned))
    assert to_document(moved)["drivers"]["reason"] is None


def test_a_matrix_has_no_patients_and_says_so():
    values = np.array([[1, 0.9, 0.1, 0.1], [0.9, 1, 0.1, 0.1], [0.1, 0.1, 1, 0.8], [0.1] * 4])
    values = (values + values.T) / 2
    np.fill_diagonal(values, 1)
    found = run_matrix(as_affinity(tuple("abcd"), values, False), plan_with(n_groups=2))
    made = to_document(found)
    assert made["drivers"]["reason"] == "no records"
    if any(len(group) > 1 for group in made["recommended"]["groups"]):
        assert NOT_KNOWN["no records"] in told(made)


def test_a_recorded_landscape_has_no_patients_either():
    made = to_document(run_landscape(landscape(), plan_with(measure=AbsCosine(), n_groups=2)))
    assert made["drivers"]["reason"] == "no records"
    assert NOT_KNOWN["no records"] in told(made)


def test_of_a_streamed_file_a_fair_part_of_its_patients_is_looked_at(tmp_path):
    path = tmp_path / "big.parquet"
    driven_frame(n=3000).to_parquet(path)
    streamed = open_table(path, "y_*", sample_rows=1200)
    found = run(streamed, plan_with(n_groups=2))
    grouping = replace(found.recommended.grouping, labels=GROUPS)
    found = replace(found, recommended=replace(found.recommended, grouping=grouping))
    made = to_document(explain_groups(streamed, found, plan_with()))
    assert made["drivers"]["reason"] is None
    assert [why["columns"][0]["name"] for why in made["why"]] == ["cause_a", "cause_b"]


def test_an_older_report_opens_and_says_what_to_do():
    made = document(6)
    old = {**made, "why": [{k: v for k, v in one.items() if k in OLD} for one in made["why"]]}
    del old["drivers"]
    assert NOT_KNOWN["not measured"] in told(old)
    assert not any("Those patients" in line for line in card_lines(old))


OLD = ("tasks", "inside", "outside", "stayed_together", "chance", "features", "together")


@pytest.mark.parametrize("reason", list(NOT_KNOWN))
def test_every_reason_is_one_that_a_reader_understands(reason):
    made = document(6)
    if reason == "no columns":
        made["drivers"]["has_columns"] = False
    else:
        made["drivers"]["reason"] = reason
    assert NOT_KNOWN[reason] in told(made)


def test_nothing_needs_saying_where_every_outcome_is_alone():
    made = document(3, [[0], [1], [2]])
    made["drivers"]["reason"] = "not measured"
    assert NOT_KNOWN["not measured"] not in told(made)


def test_a_group_that_chance_explains_has_no_driver():
    made = document(6)
    made["why"][0] |= {"holds": False, "columns": [], "traits": [], "carried": None}
    assert any("share no more with each other than with" in line for line in card_lines(made))
    assert not any("parts in 100" in line for line in card_lines(made))
    together = document(4, [[0, 1, 2, 3]])
    together["why"][0] |= {"holds": False, "columns": [], "traits": []}
    assert any("share no more than chance gives" in line for line in card_lines(together))


def test_a_model_without_columns_still_names_patients():
    made = document(6)
    made["drivers"]["has_columns"] = False
    made["why"][0] |= {"columns": [], "column_chance": None}
    assert any(line.startswith("Those patients show") for line in card_lines(made))
    assert not any("come through" in line for line in card_lines(made))


def test_experts_get_tables_that_clinicians_are_spared():
    titles = ("What each group asks of the first layer", "Who drives each group")
    for audience, expected in ((Audience.CLINICIAN, 0), (Audience.ENGINEER, 2)):
        blocks = tell(document(6)).for_audience(audience).section("groups").blocks
        assert sum(isinstance(b, Grid) and b.title in titles for b in blocks) == expected


def test_the_tables_hold_the_numbers_of_the_document():
    blocks = tell(document(6)).section("groups").blocks
    grids = {block.title: block.rows for block in blocks if isinstance(block, Grid)}
    columns = grids["What each group asks of the first layer"]
    assert columns[:2] == (
        ("Group A", "age", "40", "6"),
        ("Group A", "whether creatinine was recorded", "20", "6"),
    )
    assert grids["Who drives each group"][:3] == (
        ("Group A", "outcome 0", "in 100", "64", "18"),
        ("Group A", "age", "mean", "71.2", "63.5"),
        ("Group A", "creatinine", "mean", "1.02", "1.34"),
    )


def traits_of(report):
    return to_group_drivers(report, 0, told_sizes(report.summary, report.tasks))["traits"]


def test_a_label_with_hidden_counts_is_no_trait(report):
    """Its shares would bring back what the table of counts hides."""
    name = report.task_names[0]
    found = report.drivers.groups[0]
    mark = Trait(name, 0, True, 0.6, 0.2, 1.5)
    group = replace(found, traits=(mark,))
    shown = replace(report, drivers=replace(report.drivers, groups=(group, group)))
    assert [one["name"] for one in traits_of(shown)] == [name]
    labels = report.summary.labels.copy()
    labels[0, 2] = (4, 300)
    hidden = replace(shown, summary=replace(report.summary, labels=labels))
    assert traits_of(hidden) == []


def test_sides_that_look_alike_once_rounded_are_left_out(report):
    found = report.drivers.groups[0]
    group = replace(found, traits=(Trait("day", -1, False, 18262.4, 18264.9, 0.5),))
    alike = replace(report, drivers=replace(report.drivers, groups=(group, group)))
    assert traits_of(alike) == []


def test_the_manifest_lists_every_column_that_is_named():
    made = document(6, features=("age",))
    made["why"][0]["traits"].append(trait("ward=icu", False, True, 0.4, 0.1))
    made["why"][1]["columns"].append({"name": "bmi", "share": 0.1, "is_recording": False})
    found = make_manifest(made, "pdf")
    assert set(found.column_names) == {"age", "ward=icu", "bmi"}
    assert "means and shares of the patients that drive a group" in found.text


def test_hard_names_of_traits_become_one_short_line():
    made = document(6)
    made["why"][0]["traits"] = [trait("x" * 300 + "\n=1+1", False, True, 0.4, 0.1)]
    line = next(one for one in card_lines(made) if one.startswith("Those patients"))
    assert "\n" not in line
    assert len(line) < 150
