"""Runs of an earlier version: what they lack has a default, what they cannot mean is a sentence."""

import json

import numpy as np
import pytest

from core.data import assign_roles
from core.errors import TaskGroupingError
from core.runs import Asked, Run, State
from core.runs.worker import work
from tests.cohort import SMALL_PLAN, small_cohort


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    frame = small_cohort().frame
    path = tmp_path_factory.mktemp("older") / "run"
    made = Run.create(path, frame, assign_roles(frame, targets="y_*"), SMALL_PLAN, "old", "0" * 64)
    assert work(path).state is State.DONE
    return made


def without(path, field):
    """The same file as a version wrote it that knew no such field."""
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    tree = json.loads(arrays["tree.json"].tobytes())
    del tree[field]
    arrays["tree.json"] = np.frombuffer(json.dumps(tree).encode(), dtype=np.uint8)
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def test_a_report_from_before_there_was_evidence_has_none(run):
    path = run.path / "stages" / "report.npz"
    kept = path.read_bytes()
    without(path, "evidence")
    assert run.report().evidence is None
    path.write_bytes(kept)


def test_a_report_that_lacks_what_has_no_default_asks_to_be_resumed(run):
    path = run.path / "stages" / "report.npz"
    kept = path.read_bytes()
    without(path, "groupings")
    with pytest.raises(TaskGroupingError, match="has no finished report; resume it"):
        run.report()
    path.write_bytes(kept)


@pytest.mark.parametrize("text", ["{", '{"settings": {}}', "[]"])
def test_a_damaged_request_is_a_sentence(run, text):
    (run.path / "validation.json").write_text(text)
    with pytest.raises(TaskGroupingError, match=r"validation\.json .*is damaged; delete it"):
        _ = run.asked
    (run.path / "validation.json").unlink()


def test_a_request_with_settings_of_another_version_names_the_known_ones(run):
    Asked().save(run.path)
    path = run.path / "validation.json"
    found = json.loads(path.read_text())
    found["settings"]["wizardry"] = 3
    path.write_text(json.dumps(found))
    with pytest.raises(
        TaskGroupingError, match=r"of another version: .*'wizardry'; it has: .*Delete it"
    ):
        _ = run.asked
    path.unlink()


def test_a_request_survives_the_disk(run):
    own = ((run.report().task_names[:2], run.report().task_names[2:]),)
    asked = Asked(hand_made=own)
    run.ask_validation(asked)
    assert run.asked == asked
    (run.path / "validation.json").unlink()
