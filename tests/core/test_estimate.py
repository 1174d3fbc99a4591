"""What a run takes is told before it starts: near what was measured, more for more work."""

import dataclasses
import json
import shutil

import numpy as np
import pandas as pd
import pytest

from core.affinity import TAG
from core.data import assign_roles, build_table
from core.estimate import START_S, Size, estimate_run, size_of, time_machine
from core.landscape import OneStep
from core.memory import free_memory
from core.plan import PRESETS, Plan, preset
from core.runs import Run, State, Status
from core.runs.pace import pace_here, pace_of
from core.runs.worker import work
from tests.cohort import SMALL_PLAN, small_cohort

MEASURED = [
    (1700, 102, 12, "quick", 6.4, 707),
    (11778, 30, 16, "quick", 9.8, 743),
    (7823, 522, 12, "quick", 12.5, 784),
    (100000, 50, 12, "quick", 12.3, 913),
    (10000, 50, 20, "quick", 10.0, 746),
    (2000, 20, 4, "quick", 5.6, 652),
    (2000, 20, 40, "quick", 9.3, 754),
    (2000, 500, 8, "quick", 6.8, 730),
    (1700, 102, 12, "standard", 7.7, 708),
    (10000, 50, 20, "standard", 11.9, 753),
    (11778, 30, 16, "standard", 12.1, 741),
    (7823, 522, 12, "standard", 14.8, 773),
    (1700, 102, 12, "paper", 6.6, 708),
    (1700, 102, 12, "thorough", 11.9, 710),
    (2000, 20, 100, "quick", 22.6, 841),
    (100000, 50, 12, "standard", 17.6, 967),
]
"""Rows, inputs, tasks, preset; processor seconds of one thread and MB at the peak of a worker.
Seconds of the refits were measured by themselves and added."""


@pytest.mark.parametrize(("rows", "inputs", "tasks", "key", "seconds", "megabytes"), MEASURED)
def test_the_estimate_is_near_what_was_measured(rows, inputs, tasks, key, seconds, megabytes):
    needs = estimate_run(Size(rows, inputs, tasks), preset(key))
    assert needs.seconds == pytest.approx(seconds, rel=0.3)
    assert needs.memory / 2**20 == pytest.approx(megabytes, rel=0.15)


SIZE = Size(10_000, 50, 20)
MORE = {
    "rows": (dataclasses.replace(SIZE, n_rows=100_000), Plan()),
    "inputs": (dataclasses.replace(SIZE, n_inputs=500), Plan()),
    "tasks": (dataclasses.replace(SIZE, n_tasks=60), Plan()),
    "starts": (SIZE, Plan(landscape=OneStep(starts=10))),
    "steps": (SIZE, Plan(landscape=OneStep(steps=10))),
    "width": (SIZE, Plan(landscape=OneStep(width=512))),
    "warm-up": (SIZE, Plan(landscape=OneStep(start="warmup"))),
    "own heads": (SIZE, Plan(landscape=OneStep(heads="own"))),
    "re-runs": (SIZE, Plan(n_replicates=2000)),
    "a joint run for every permutation": (SIZE, Plan(measure=TAG())),
}


@pytest.mark.parametrize("more", MORE)
def test_more_work_takes_longer(more):
    size, plan = MORE[more]
    assert estimate_run(size, plan).seconds > 1.08 * estimate_run(SIZE, Plan()).seconds


def test_a_joint_run_of_many_tasks_counts_where_it_is_chosen():
    """Past the tasks that it is made of unasked a look reads fewer rows, so it grows more slowly."""
    seconds = {
        tasks: estimate_run(Size(10_000, 64, tasks), Plan(measure=TAG())).seconds
        - estimate_run(Size(10_000, 64, tasks), Plan(measure=TAG(steps=1))).seconds
        for tasks in (100, 200, 500)
    }
    assert seconds[100] < seconds[200] < seconds[500] < 5 * seconds[100]
    assert seconds[500] > 100


def test_a_coreset_and_a_faster_machine_take_less():
    few = Plan(landscape=OneStep(samples=1000))
    large = dataclasses.replace(SIZE, n_rows=1_000_000)
    assert estimate_run(large, few).seconds < estimate_run(large, Plan()).seconds
    whole = estimate_run(SIZE, Plan()).seconds
    assert estimate_run(SIZE, Plan(), 0.5).seconds == pytest.approx(whole / 2)
    presets = [estimate_run(SIZE, PRESETS[key]).seconds for key in ("quick", "standard")]
    assert presets == sorted(presets)


def test_the_size_of_a_table_is_what_the_engine_makes_of_it():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{k}": rng.normal(size=400) for k in range(5)})
    frame["two"] = rng.choice(["a", "b"], 400)
    frame["five"] = rng.choice(list("abcde"), 400)
    frame["forty"] = [f"level {k % 40}" for k in range(400)]
    frame["free"] = [f"text {k}" for k in range(400)]
    frame["y_1"], frame["y_2"] = rng.integers(0, 2, (2, 400))
    roles = assign_roles(frame, targets="y_*")
    size = size_of(frame, roles)
    table = build_table(frame, roles, 0)
    assert size == Size(400, len(table.feature_names), 2)


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
