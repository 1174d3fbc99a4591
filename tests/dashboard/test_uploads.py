"""An upload through the page: the gallery of hard tables gets the engine's own sentences."""

import json
import os
import re
import time

import pytest

from core.data import find_issues, load_table
from core.data.roles import assign_roles
from core.errors import TableError
from core.runs import Run, State
from core.runs.draft import forget_old_drafts
from core.runs.worker import work
from dashboard.words import sentence
from tests.cohort import small_cohort
from tests.dashboard.visit import boxes, check_sound, unmarked, visit, words
from tests.inputs import GALLERY, good_frame

NO_FILE = {"missing file", "folder", "name too long"}
"""Cases of a path, which an upload does not have."""


@pytest.fixture
def root(tmp_path, monkeypatch):
    folder = tmp_path / "runs"
    monkeypatch.setenv("TASKSCAPE_RUNS", str(folder))
    return folder


def upload(at, name, content):
    at.file_uploader[0].upload(name, content).run()
    check_sound(at, name)
    return at


def ask(at, pattern, field="targets"):
    at.text_input(key=f"{field}_{at.session_state['view'].draft}").set_value(pattern).run()
    check_sound(at, pattern)
    return at


def error_of(case, path):
    try:
        load_table(path, case.targets, ignore=case.ignore)
    except TableError as error:
        return re.sub(r" \(\d+ more such problems?\.\)$", "", str(error))
    return ""


@pytest.mark.parametrize("case", [c for c in GALLERY if c.name not in NO_FILE], ids=str)
def test_the_page_says_what_the_engine_says(case, tmp_path, root):
    path = case.write(tmp_path)
    expected = error_of(case, path)
    at = upload(visit(), path.name, path.read_bytes())
    if at.session_state["view"].draft:
        if case.targets != "y_*":
            ask(at, case.targets)
        if case.ignore:
            ask(at, case.ignore, "ignore")
        assert at.button(key="start_draft").disabled == bool(expected)
    assert bool(expected) == bool(case.expected)
    expected, warned = (unmarked(sentence(text)) for text in (expected, case.warned))
    assert expected in boxes(at)
    assert warned in boxes(at)
    assert not re.search(r"(^|\s)--[a-z]", boxes(at)), "an option of the command line"
    at.run()
    check_sound(at, "drawn again")
    assert expected in boxes(at)


def test_a_file_that_cannot_be_read_leaves_nothing_behind(root):
    upload(visit(), "table.csv", b"")
    assert not any((root / ".drafts").iterdir())


def csv_of(frame):
    return frame.to_csv(index=False).encode()


@pytest.fixture
def quick_start(monkeypatch):
    """Workers that are only noted down."""
    started = []
    monkeypatch.setattr(Run, "start", lambda run, job="run": started.append(run.path))
    return started


def test_an_upload_becomes_a_run(root, quick_start):
    at = upload(visit(), "wörd & co.csv", csv_of(small_cohort().frame))
    draft = at.session_state["view"].draft
    at.button(key="start_draft").click().run()
    check_sound(at)
    run = Run(quick_start[0])
    assert at.query_params["run"] == run.id
    assert run.spec.name == "wörd & co"
    assert not (root / ".drafts" / draft).exists()
    assert work(run.path).state is State.DONE
    at.run()
    check_sound(at)
    assert "Uses the 180 training rows of 300" in words(at)


def test_roles_and_kinds_are_taken_from_the_table(root, quick_start):
    frame = good_frame().assign(
        person=lambda f: f.index // 2, split="train", y_level=[1, 2, 3, 4] * 50
    )
    at = ask(upload(visit(), "t.csv", csv_of(frame)), "split", "ignore")
    view = at.session_state["view"]
    columns = list(at.dataframe[1].value["column"])
    assert columns[:4] == ["y_first", "y_second", "y_level", "split"], "targets first"
    at.session_state[f"roles_{view.draft}_y_*_split_0"] = {
        "edited_rows": {
            columns.index("person"): {"role": "patient id"},
            columns.index("d"): {"role": "ignore"},
            columns.index("y_level"): {"kind": "regression"},
        },
        "added_rows": [],
        "deleted_rows": [],
    }
    at.run()
    at.button(key="start_draft").click().run()
    check_sound(at)
    roles = json.loads((quick_start[0] / "spec.json").read_text())["roles"]
    assert roles["targets"] == ["y_first", "y_second", "y_level"]
    assert roles["features"] == ["a", "b", "c"]
    assert (roles["patient_id"], roles["ignore"]) == ("person", ["d", "split"])
    assert roles["kinds"]["y_level"] == "regression"


def test_an_upload_can_be_discarded(root):
    at = upload(visit(), "t.csv", csv_of(good_frame()))
    at.button(key="discard_draft").click().run()
    check_sound(at)
    assert not at.session_state["view"].draft
    assert not any((root / ".drafts").iterdir())


def test_an_upload_that_nobody_came_back_to_is_forgotten_after_a_day(root):
    drafts = []
    for hours in (1, 25):
        at = upload(visit(), "t.csv", csv_of(good_frame()))
        drafts.append(root / ".drafts" / at.session_state["view"].draft)
        then = time.time() - 3600 * hours
        for path in (*drafts[-1].rglob("*"), drafts[-1]):
            os.utime(path, (then, then))
    assert forget_old_drafts(root) == 1
    assert [draft.exists() for draft in drafts] == [True, False]
    assert forget_old_drafts(root / "nowhere") == 0


def test_options_of_the_command_line_go_by_the_names_of_the_page():
    said = unmarked(sentence("Column 'a --ignore b': drop it with --ignore or name --patient-id."))
    assert said == (
        "Column 'a “Columns to ignore, by pattern” b': drop it with "
        "“Columns to ignore, by pattern” or name “role: patient id”."
    )
    assert unmarked(sentence("'--ignore' and --ignored stay.")) == "'--ignore' and --ignored stay."


def test_a_table_without_the_usual_names_waits_for_its_targets(root):
    frame = good_frame().rename(columns={"y_first": "died", "y_second": "icu"})
    at = upload(visit(), "t.csv", csv_of(frame))
    assert "No column is a target yet" in boxes(at)
    assert not at.error
    assert at.button(key="start_draft").disabled
    ask(at, "died,icu")
    assert not at.button(key="start_draft").disabled
    ask(at, "dead,icu")
    assert "Did you mean 'died'?" in boxes(at)


def test_a_draft_that_is_gone_is_a_sentence_and_the_page_goes_on(root):
    at = upload(visit(), "t.csv", csv_of(good_frame()))
    for file in (root / ".drafts").glob("*/draft.json"):
        file.unlink()
    at.run()
    check_sound(at)
    assert "upload it again" in boxes(at)
    at.run()
    assert "upload it again" not in boxes(at)


def test_every_warning_of_a_real_mess_can_be_read(root):
    frame = good_frame().assign(**{f"Name_{k}": [f"P {j}" for j in range(200)] for k in range(6)})
    at = upload(visit(), "t.csv", csv_of(frame))
    issues = find_issues(frame, assign_roles(frame, "y_*"))
    assert len(issues) > 4
    assert all(unmarked(sentence(issue.message)) in boxes(at) for issue in issues)
