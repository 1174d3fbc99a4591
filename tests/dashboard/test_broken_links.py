"""Links that were edited by hand, kept too long, or cut off: the run as it is, never a traceback."""

import json
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from core.runs import save_view
from dashboard.view_file import write_view
from dashboard.view_state import ViewState
from tests.dashboard.visit import APP, PAGES, PATIENCE_S, boxes, check_sound, go_to, words

EDITED = {
    "numbers out of range": {"k": "-5", "edges": "1e308", "networks": "-1"},
    "a number of eighty digits": {"k": "9" * 80},
    "other alphabets": {"k": "٣", "way": "диаг", "measure": "مقياس"},
    "markup": dict.fromkeys(
        ("measure", "beside", "way", "map", "colour", "audience"), "<img src=x onerror=alert(1)>"
    ),
    "one measure beside itself": {"measure": "sca", "beside": "sca"},
    "a map nobody computed": {"map": "umap", "seeds": "1", "colour": "selection"},
    "nothing after the sign": dict.fromkeys(("k", "way", "measure", "view", "draft"), ""),
    "a draft that is no draft": {"draft": "../../etc"},
}


def opened(**query):
    at = AppTest.from_file(str(APP), default_timeout=PATIENCE_S)
    at.context = {"theme": "light"}
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


@pytest.mark.parametrize("edit", EDITED)
def test_a_link_edited_by_hand_opens_what_there_is(untrained, edit):
    at = opened(run=untrained.id, **EDITED[edit])
    check_sound(at, edit)
    for page in PAGES:
        go_to(at, page)
        assert "onerror" not in words(at)


def test_a_view_of_an_older_and_of_a_newer_program(untrained):
    newer = save_view(untrained.path, write_view(ViewState(run=untrained.id)))
    path = untrained.path / "views" / f"{newer}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 99}))
    at = opened(run=untrained.id, view=newer)
    check_sound(at)
    assert "small" in words(at)
    path.write_text(json.dumps({"schema_version": 1, "n_components": 2, "way": "spherical"}))
    at = opened(run=untrained.id, view=newer)
    check_sound(at)
    assert at.session_state["view"].way == "spherical"


def test_a_view_that_names_tasks_which_the_run_has_not(untrained):
    view = ViewState(run=untrained.id, pair=("y_gone", "y_lost"), task="y_gone", measure="gone")
    kept = save_view(untrained.path, write_view(view))
    at = opened(run=untrained.id, view=kept)
    for page in PAGES:
        assert not go_to(at, page).error, page


def test_a_link_to_a_deleted_run_says_so_on_every_page(untrained):
    at = opened(run=untrained.id, k="2")
    shutil.rmtree(untrained.path)
    for page in PAGES[:-1]:
        assert "pick one on the page Runs" in boxes(go_to(at, page)), page
    assert "0 runs" in words(go_to(at, "runs"))
