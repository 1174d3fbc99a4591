"""Times to events: picked in the upload form, computed to the groups, trained as evidence."""

import json

import numpy as np
import pandas as pd
import pytest

from core.runs import EVIDENCE, Asked, State
from core.runs.worker import work
from core.values import Kind
from dashboard.event_form import event_columns
from tests.cohort import small_cohort
from tests.dashboard.trained import SMALL
from tests.dashboard.visit import boxes, check_sound, go_to, visit, words

pytestmark = pytest.mark.usefixtures("own_folder")


def times(frame, column, seed):
    """Exponential times whose rate follows one feature, and whether they were seen."""
    rng = np.random.default_rng(seed)
    level = frame[column].rank(pct=True)
    return rng.exponential(np.exp(-3 * level)).clip(1e-3), (rng.random(len(frame)) < 0.7).astype(
        int
    )


@pytest.fixture
def frame():
    """Six binary tasks, two times to an event, and their events under odd names."""
    made = small_cohort(n_samples=400).frame
    numbers = made.select_dtypes("number").columns
    made["y_death"], made["died"] = times(made, numbers[0], 1)
    made["y_relapse"], made["y_relapsed"] = times(made, numbers[1], 2)
    return made


def upload(frame, **kinds):
    at = visit()
    at.file_uploader[0].upload("t.csv", frame.to_csv(index=False).encode()).run()
    check_sound(at)
    return mark(at, {name: {"kind": kind} for name, kind in kinds.items()})


def mark(at, edits):
    columns = list(at.dataframe[1].value["column"])
    rows = {columns.index(name): edit for name, edit in edits.items()}
    key = f"roles_{at.session_state['view'].draft}_y_*__0"
    at.session_state[key] = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
    at.run()
    check_sound(at)
    return at


def choose(at, target, event):
    at.selectbox(key=f"event_{at.session_state['view'].draft}_{target}").set_value(event).run()
    check_sound(at)


def test_a_time_waits_for_its_event_column(frame, started):
    at = upload(frame, y_death="time_to_event")
    box = at.selectbox(key=f"event_{at.session_state['view'].draft}_y_death")
    assert box.value is None
    assert "died" in box.options
    assert "y_death" not in box.options
    assert "choose the column that tells whether the event happened" in boxes(at)
    assert not at.error
    assert at.button(key="start_draft").disabled
    choose(at, "y_death", "died")
    assert "choose the column" not in boxes(at)
    assert not at.button(key="start_draft").disabled
    assert "Event columns: 1" in words(at)
    at.run()
    assert not at.button(key="start_draft").disabled, "drawn again"


def test_the_event_column_is_asked_for_times_only(frame, started):
    at = upload(frame, y_relapsed="binary")
    assert not [box for box in at.selectbox if box.label.startswith("Event column")]
    assert "Event columns" not in words(at)


def test_a_column_that_is_no_event_is_the_engines_sentence(frame, started):
    two = frame.assign(died=frame["died"] + 4)
    at = upload(two, y_death="time_to_event")
    choose(at, "y_death", "died")
    assert "must tell whether the event of 'y_death' happened" in boxes(at)
    assert at.button(key="start_draft").disabled


def test_times_run_from_the_upload_to_the_evidence(frame, started):
    at = upload(frame, y_death="time_to_event", y_relapse="time_to_event", y_relapsed="binary")
    choose(at, "y_death", "died")
    choose(at, "y_relapse", "y_relapsed")
    assert "Targets: 8" in words(at)
    at.button(key="start_draft").click().run()
    check_sound(at)
    (run,) = started
    path = run.path
    roles = json.loads((path / "spec.json").read_text())["roles"]
    assert roles["events"] == {"y_death": "died", "y_relapse": "y_relapsed"}
    assert len(roles["targets"]) == 8
    assert not {"died", "y_relapsed"} & {*roles["targets"], *roles["features"]}
    assert work(path).state is State.DONE
    for page in ("data", "landscape", "affinity", "groups"):
        assert not go_to(at, page).error, page
    assert [task.kind for task in run.report().tasks].count(Kind.TIME_TO_EVENT) == 2
    run.ask_validation(Asked(SMALL))
    assert work(path, EVIDENCE).state is State.DONE
    at = go_to(visit(run.id), "evidence")
    assert not at.error
    metrics = dict(zip(at.dataframe[0].value["task"], at.dataframe[0].value["metric"], strict=True))
    assert "Harrell" in metrics["y_death"]


def test_columns_of_two_values_are_offered_else_all():
    edited = pd.DataFrame(
        {
            "column": ["y_t", "id", "a", "b", "y_u"],
            "role": ["target", "patient id", "feature", "ignore", "target"],
            "distinct": [90, 2, 50, 2, 2],
        }
    )
    assert event_columns(edited, ["y_t"]) == ["b", "y_u"]
    assert event_columns(edited, ["y_t", "y_u"]) == ["b"]
    assert event_columns(edited.assign(distinct=9), ["y_t"]) == ["a", "b", "y_u"]
