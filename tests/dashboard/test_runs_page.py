"""The list of runs: opened, renamed, compared, exported, imported; every state drawn twice."""

import io
import shutil

import pytest

from core.data import assign_roles
from core.runs import Run, State, Status, archive_run, list_runs
from core.runs.worker import work
from tests.cohort import SMALL_PLAN, plan_with, small_cohort
from tests.dashboard.visit import boxes, check_sound, go_to, visit, words


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    frame = small_cohort().frame
    runs = {}
    for name, plan in {"one": SMALL_PLAN, "two": plan_with(seed=5)}.items():
        roles = assign_roles(frame, targets="y_*")
        runs[name] = Run.create(folder / name, frame, roles, plan, name, "0" * 64)
        assert work(folder / name).state is State.DONE
    return runs


@pytest.fixture
def root(finished, tmp_path, monkeypatch):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path))
    for name, run in finished.items():
        shutil.copytree(run.path, tmp_path / name)
    return tmp_path


def opened(at, key):
    at.session_state[key] = True
    at.run()
    check_sound(at)
    return at


def test_a_row_says_what_its_run_is(root):
    at = go_to(visit("one"), "runs")
    said = words(at)
    assert "2 runs on this machine" in said
    assert "300 rows · 6 tasks" in said
    assert "data 00000000 · took" in said


def test_two_runs_are_compared(root):
    at = opened(go_to(visit("one"), "runs"), "compare")
    assert "The same data. 6 tasks are in both." in words(at)
    settings = next(frame.value for frame in at.dataframe if "setting" in frame.value)
    assert list(settings["setting"]) == ["seed"]
    at.selectbox(key="compare_second").set_value(at.selectbox(key="compare_first").value).run()
    check_sound(at)
    assert "two different runs" in boxes(at)


def test_one_run_alone_has_nothing_to_be_compared_with(root):
    shutil.rmtree(root / "two")
    at = go_to(visit("one"), "runs")
    assert not [one for one in at.get("expander") if one.label == "Compare two runs"]


def test_a_run_is_packed_on_a_click_and_the_zip_says_it_holds_data(root):
    at = opened(go_to(visit("one"), "runs"), "more_one_one")
    at.button(key="archive_one").click().run()
    check_sound(at)
    at.run()
    check_sound(at)
    assert "It holds the rows of the table" in words(at)


def test_a_run_that_is_at_work_in_part_cannot_be_packed(root):
    run = Run(root / "one")
    at = opened(go_to(visit("one"), "runs"), "more_one_one")
    Status(State.STARTING).save(run.status_path("evidence"))
    at.button(key="archive_one").click().run()
    check_sound(at)
    assert "at work; wait or cancel it" in boxes(at)


def test_an_archive_becomes_a_new_run_and_is_opened(root):
    content = io.BytesIO()
    archive_run(Run(root / "one"), content)
    at = go_to(visit("two"), "runs")
    at.file_uploader[0].upload("run.zip", content.getvalue()).run()
    check_sound(at)
    ids = {run.id for run in list_runs(root)} - {"one", "two"}
    assert at.session_state["view"].run in ids
    at.run()
    check_sound(at)
    assert len(list_runs(root)) == 3, "the upload is taken once"


@pytest.mark.parametrize("content", [b"", b"PK", b"y_a,y_b\n1,2\n"])
def test_a_file_that_is_no_archive_is_a_sentence(root, content):
    at = go_to(visit("one"), "runs")
    at.file_uploader[0].upload("run.zip", content).run()
    check_sound(at)
    assert "no zip" in boxes(at)
    at.run()
    check_sound(at)
    assert len(list_runs(root)) == 2


def test_the_menu_of_a_run_renames_it(root):
    at = opened(go_to(visit("one"), "runs"), "more_two_two")
    at.text_input(key="new_name_two").set_value("a **new** name")
    at.button(key="rename_two").click().run()
    check_sound(at)
    assert Run(root / "two").spec.name == "a **new** name"
    assert "a **new** name" in words(at)
    opened(at, "more_two_a **new** name")
    at.text_input(key="new_name_two").set_value("  ")
    at.button(key="rename_two").click().run()
    check_sound(at)
    assert "needs a name" in boxes(at)
