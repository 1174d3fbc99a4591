"""Rows are selected by a value of a column or a task, and every page sees them under a name."""

import numpy as np
import pytest

from core.selection.profile import Profile, selected_rows
from core.values import Split
from dashboard.replay import replay
from dashboard.results import chosen_of, profile_of
from dashboard.select_by_value import Column, columns_of, named_ranges
from dashboard.selected import say_selected
from dashboard.selection import Range, SampleSelection
from tests.cohort import small_cohort
from tests.dashboard.trained import make_run
from tests.dashboard.visit import PAGES, boxes, check_sound, go_to, visit, words


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run whose columns are numbers, a text and flags."""
    frame = small_cohort().frame
    ward = np.where(np.arange(len(frame)) % 3 == 0, "surgery <b>", "medicine")
    ward[:4] = "rare"
    frame.insert(0, "ward", ward)
    return make_run(tmp_path_factory.mktemp("made") / "run", frame)


@pytest.fixture
def run(made, monkeypatch):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(made.path.parent))
    return made


def asked(at, column, **edges):
    """The form filled in and sent."""
    at.session_state["by_value"] = True
    at.run()
    at.selectbox(key="value_column").set_value(column).run()
    for name, value in edges.items():
        box = at.selectbox if name == "of" else at.number_input
        box(key=f"value_{name}_{column.name}_{column.task}").set_value(value).run()
    at.button(key="select_value").click().run()
    check_sound(at)
    return at


def check_rows(run, selection, covered):
    """The rows are those covered: of the training part in the profile, on the map those with a
    point. How many they are."""
    points, rows = run.landscape(run.plan.heads).points, run.table().rows(Split.TRAIN)
    on_map = set(selected_rows(points, chosen_of(run, selection)))
    assert on_map == set(points.sample) & set(np.flatnonzero(covered))
    profile = profile_of(run, selection)
    assert profile.n_inside == covered[rows].sum() > len(on_map) > 10
    assert profile.n_outside == (~covered[rows]).sum()
    return profile.n_inside


def test_the_rows_of_a_level_are_those_that_have_it(run):
    table = run.table()
    ward = next(one for one in columns_of(table) if one.name == "ward")
    at = asked(go_to(visit(run.id), "groups"), ward, of="surgery <b>")
    selection = at.session_state["view"].samples
    assert selection.name == "ward is surgery <b>"
    assert at.session_state["view"].kept_samples == (selection,)
    feature = table.features[:, table.feature_names.index("ward=surgery <b>")]
    count = check_rows(run, selection, feature == 1)
    for page in PAGES:
        assert f"{count} of 180 training rows have such a value" in words(go_to(at, page))
    said = words(go_to(at, "landscape"))
    assert "Your selection “ward is surgery <b>”" in said
    assert at.session_state["view"].colour_by == "selection"
    at.button(key="undo").click().run()
    check_sound(at)
    assert at.session_state["view"].samples is None
    assert at.session_state["view"].colour_by == ""


def test_the_rows_of_a_label_and_of_a_range_are_those_that_have_it(run):
    table = run.table()
    task = table.task_names[2]
    code = float(table.labels[0, 2])
    selection = SampleSelection("", (), "", Range(task, True, code, code))
    check_rows(run, selection, table.labels[:, 2] == code)
    names = named_ranges(table, Column(task, 2))
    assert [one.low for one in names.values()] == [0.0, 1.0]
    number = next(
        one for one in columns_of(table) if one.task is None and not named_ranges(table, one)
    )
    values = table.features[:, table.feature_names.index(number.name)]
    middle = float(np.nanmedian(values))
    at = asked(go_to(visit(run.id), "landscape"), number, low=middle)
    found = at.session_state["view"].samples
    assert found.range == Range(number.name, False, middle, None)
    check_rows(run, found, values >= middle)


def test_few_rows_are_not_described(run):
    ward = next(one for one in columns_of(run.table()) if one.name == "ward")
    at = asked(go_to(visit(run.id), "landscape"), ward, of="rare")
    assert "≤ 10 of 180 training rows" in words(at)
    assert "is not described" in words(at)
    assert "Whose points they are" not in [one.label for one in at.get("expander")]


def test_a_column_that_the_run_has_not_is_a_sentence(run):
    at = visit(run.id)
    at.session_state["view"] = type(at.session_state["view"])(
        run=run.id, samples=SampleSelection("", (), "", Range("gone", False, 1.0))
    )
    for page in PAGES:
        go_to(at, page)
    assert "a column that this run has not" in boxes(go_to(at, "landscape"))


def test_a_range_is_replayed_without_a_browser(run, tmp_path):
    table = run.table()
    view = visit(run.id).session_state["view"]
    selection = SampleSelection("", (), "ill", Range(table.task_names[0], True, 1.0, 1.0))
    files = replay(run, type(view)(run=run.id, samples=selection), tmp_path / "out")
    assert "landscape-selection.json" in files
    assert "landscape-profile.json" in files


def test_rows_of_few_patients_are_said_to_be_theirs():
    made = SampleSelection("", (), range=Range("age", False, 1.0, None))
    few = say_selected(Profile(25, 1175, 0, (3, 400)), made)
    assert few.startswith("the rows of ≤ 10 patients of 1,200 training rows have such a value.")
    assert "25" not in few
    rest = say_selected(Profile(1175, 25, 0, (400, 3)), made)
    assert rest.startswith("All but the rows of ≤ 10 patients of 1,200 training rows have")
    assert "1,175" not in rest
    many = say_selected(Profile(480, 720, 0, (96, 144)), made)
    assert many == "480 (from 96 patients) of 1,200 training rows have such a value."
