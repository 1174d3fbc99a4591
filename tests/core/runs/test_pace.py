"""What a clock shows for a second of the estimate is learnt from the runs that ended here."""

import json
import shutil

import pytest

from core.data import assign_roles
from core.estimate import Size, estimate_run
from core.estimate.unit import START_S
from core.machine.memory import free_memory
from core.runs import Run, State, Status
from core.runs.pace import pace_here, pace_of, time_machine
from core.runs.worker import work
from tests.cohort import SMALL_PLAN, small_cohort


def test_the_machine_is_timed_in_no_time_and_has_memory():
    assert 0.01 < time_machine(20) < 1000
    assert free_memory() > 0


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    frame = small_cohort().frame
    path = tmp_path_factory.mktemp("runs") / "run"
    run = Run.create(path, frame, assign_roles(frame, targets="y_*"), SMALL_PLAN, "small", "0" * 64)
    assert work(path).state is State.DONE
    return run


def copy_that_took(finished, root, name, times_the_estimate):
    """The same run as if it had taken so many times the estimate."""
    shutil.copytree(finished.path, root / name)
    run = Run(root / name)
    data = json.loads((run.path / "report.json").read_text())["provenance"]["data"]
    size = Size(data["n_samples"], data["n_features"], 6)
    seconds = times_the_estimate * (estimate_run(size, SMALL_PLAN).seconds - START_S)
    status = run.status_path()
    Status(State.DONE, 1.0, started_at=0.0).save(status)
    status.write_text(json.dumps(json.loads(status.read_text()) | {"updated_at": seconds}))
    return run


def test_the_pace_is_the_middle_of_the_finished_runs(finished, tmp_path):
    runs = [copy_that_took(finished, tmp_path, str(times), times) for times in (1.0, 2.0, 6.0)]
    assert pace_of(runs) == pytest.approx(2.0)
    assert pace_of([copy_that_took(finished, tmp_path, "slow", 1e6)]) == 20.0, "a machine asleep"


def made_on(device, run):
    """The same run as if this type of device had made it."""
    path = run.path / "report.json"
    document = json.loads(path.read_text())
    document["provenance"]["device"] = device
    path.write_text(json.dumps(document))
    return run


def test_a_gpu_does_not_set_the_pace_of_a_cpu_nor_a_cpu_that_of_a_gpu(finished, tmp_path):
    slow = [copy_that_took(finished, tmp_path, str(times), times) for times in (3.0, 4.0, 5.0)]
    quick = made_on("cuda", copy_that_took(finished, tmp_path, "gpu", 0.2))
    assert pace_of([*slow, quick]) == pytest.approx(4.0)
    assert pace_of([*slow, quick], "cuda") == pytest.approx(0.2)
    assert pace_of(slow, "cuda") is None
    assert pace_here(tmp_path) == pytest.approx(4.0)
    assert pace_here(tmp_path, "cuda") == pytest.approx(0.2)


def test_a_run_that_found_results_again_or_never_ended_says_nothing(finished, tmp_path):
    again = copy_that_took(finished, tmp_path, "again", 1.0)
    events = again.path / "events.jsonl"
    events.write_text(events.read_text() * 2)
    stopped = copy_that_took(finished, tmp_path, "stopped", 1.0)
    Status(State.CANCELLED, 0.4).save(stopped.status_path())
    bare = copy_that_took(finished, tmp_path, "bare", 1.0)
    (bare.path / "events.jsonl").unlink()
    assert pace_of([again, stopped, bare]) is None
    assert pace_of([]) is None


def test_the_pace_of_a_folder_follows_its_runs(finished, tmp_path):
    assert 1e-3 < pace_here(tmp_path) < 1e3, "no run yet: a little arithmetic"
    copy_that_took(finished, tmp_path, "one", 3.0)
    assert pace_here(tmp_path) == pytest.approx(3.0)
    copy_that_took(finished, tmp_path, "two", 5.0)
    assert pace_here(tmp_path) == pytest.approx(4.0)
