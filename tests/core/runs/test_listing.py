"""The list of runs: the last made first, whatever happened to them since."""

import json
import os
import shutil
from dataclasses import replace

import pytest

from core.data import assign_roles
from core.runs import Run, list_runs
from core.runs.spec import rename_run
from tests.cohort import SMALL_PLAN, small_cohort


@pytest.fixture
def three(tmp_path):
    frame = small_cohort().frame
    roles = assign_roles(frame, targets="y_*")
    return [Run.create(tmp_path / name, frame, roles, SMALL_PLAN, name, "0" * 64) for name in "abc"]


def names(run):
    return [one.id for one in list_runs(run.path.parent)]


def told(run, **changes):
    path = run.path / "spec.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_new_name_or_plan_moves_no_run(three):
    assert names(three[0]) == ["c", "b", "a"], "made within the same second"
    rename_run(three[0].path, "another")
    three[1].set_plan(replace(SMALL_PLAN, seed=5))
    assert names(three[0]) == ["c", "b", "a"]


def test_a_copied_folder_stands_where_it_was_made(three):
    shutil.copytree(three[0].path, three[0].path.with_name("d"))
    told(Run(three[0].path.with_name("d")), created_at="2020-01-01T00:00:00+00:00")
    assert names(three[0]) == ["c", "b", "a", "d"]


def test_hours_of_other_places_are_compared_as_moments(three):
    for run, at in zip(three, ("12:00:00+00:00", "13:30:00+02:00", "12:30:00"), strict=True):
        told(run, created_at=f"2026-01-01T{at}")
    assert names(three[0]) == ["c", "a", "b"], "one without a place is of UTC"


def test_a_run_that_cannot_say_stands_where_its_file_does(three):
    told(three[1], created_at="some day")
    os.utime(three[1].path / "spec.json", (0, 0))
    assert names(three[0]) == ["c", "a", "b"]
    (three[2].path / "spec.json").write_text("{")
    os.utime(three[2].path / "spec.json", (1, 1))
    assert names(three[0]) == ["a", "c", "b"], "a damaged one is still there to be deleted"
