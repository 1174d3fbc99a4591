"""A trunk that cannot read the samples is found where it is chosen, before anything is started."""

import pytest

from core.data import assign_roles
from core.runs import Run
from tests.cohort import SMALL_PLAN
from tests.dashboard.visit import boxes, check_sound, visit
from tests.inputs import good_frame

SAID = "“Trunk” conv1d reads series, but a sample is a row of a table"


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path))
    return tmp_path


def choose_trunk(at, key, trunk):
    at.session_state[f"{key}_settings"] = True
    at.run()
    at.selectbox(key=f"{key}_landscape_trunk").set_value(trunk).run()
    check_sound(at)


def test_an_upload_stays_an_upload(root, started):
    at = visit()
    at.file_uploader[0].upload("t.csv", good_frame().to_csv(index=False).encode()).run()
    draft = at.session_state["view"].draft
    choose_trunk(at, f"draft_{draft}_quick", "conv1d")
    at.button(key="start_draft").click().run()
    assert SAID in boxes(at)
    assert not list(root.glob("*/spec.json"))
    choose_trunk(at, f"draft_{draft}_quick", "linear")
    at.button(key="start_draft").click().run()
    assert len(started) == 1


def test_a_run_keeps_its_plan(root, started):
    frame = good_frame().drop(columns="d")  # four could be a square image
    roles = assign_roles(frame, "y_*")
    run = Run.create(root / "run", frame, roles, SMALL_PLAN, "t", "0" * 64)
    at = visit("run")
    choose_trunk(at, "plan_run", "cnn")
    at.button(key="recompute").click().run()
    assert "“Trunk” cnn reads images" in boxes(at)
    assert run.plan == SMALL_PLAN
    assert not started
