"""One job a device: in order, without gaps, and without the dead."""

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from core.data import assign_roles
from core.data.streamed import open_file
from core.landscape import OneStep
from core.runs import Run, State, Status
from core.runs.queue import FOLDER, count_ahead, my_turn
from core.runs.status import worker_of
from core.runs.streamed import save_opened, streamed_spec
from core.runs.worker import work
from tests.cohort import plan_with, small_cohort
from tests.core.streamed_tables import make_frame, save

SLOW_PLAN = plan_with(landscape=OneStep(width=256, starts=100), n_replicates=200, device="cpu")
QUICK_PLAN = plan_with(device="cpu")
WAITS = """
import sys, time
from pathlib import Path
from core.runs.queue import my_turn
line, log = Path(sys.argv[1]), Path(sys.argv[2])
def note(what):
    with log.open("a") as file:
        file.write(f"{sys.argv[3]} {what}\\n")
print("ready", flush=True)
sys.stdin.readline()
with my_turn(line, lambda ahead: None):
    note("in")
    time.sleep(0.05)
    note("out")
"""


def make_run(folder, name, plan=SLOW_PLAN, n_samples=4000):
    frame = small_cohort(n_samples=n_samples).frame
    roles = assign_roles(frame, targets="y_*")
    return Run.create(folder / name, frame, roles, plan, name, "0" * 64)


def wait_for(run, test, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (status := run.status()) and test(status):
            return status
        time.sleep(0.02)
    raise AssertionError(f"still {run.status()}")


def is_running(status):
    return status.state is State.RUNNING and status.fraction > 0


def test_many_processes_take_turns_and_leave_nothing(tmp_path):
    line, log = tmp_path / "q" / "cpu", tmp_path / "log"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WAITS, line, log, str(k)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for k in range(6)
    ]
    for process in started:
        process.stdout.readline()
    for process in started:  # all at once
        process.stdin.write("\n")
        process.stdin.flush()
    for process in started:
        process.communicate(timeout=60)
        assert process.returncode == 0
    said = [line.split() for line in log.read_text().splitlines()]
    assert len(said) == 12
    for came, went in zip(said[::2], said[1::2], strict=True):
        assert (came[0], came[1], went[1]) == (went[0], "in", "out"), "two at a time"
    assert not (tmp_path / "q").exists()


def test_a_number_of_a_dead_process_is_swept_and_of_another_one_too(tmp_path):
    line = tmp_path / "cpu"
    line.mkdir()
    pid, born = worker_of(os.getpid())
    (line / "000000000000").write_text(f"{2**22 + 1} 1.0")
    (line / "000000000001").write_text(f"{pid} {born - 500}")
    (line / "000000000002").write_text("nonsense")
    (line / "000000000003").write_text(f"{pid} {born!r}")
    mine = line / "000000000004"
    mine.write_text(f"{pid} {born!r}")
    assert count_ahead(mine) == 1
    assert {path.name[-1] for path in line.iterdir()} == {"3", "4"}


def test_a_new_number_is_above_all_others_and_waits(tmp_path):
    line = tmp_path / "cpu"
    line.mkdir()
    pid, born = worker_of(os.getpid())
    (line / "000000000041").write_text(f"{pid} {born!r}")
    told = []

    def leave(ahead):
        told.append(ahead)
        (line / "000000000041").unlink()

    with my_turn(line, leave):
        assert [path.name for path in line.iterdir()] == ["000000000042"]
    assert told == [1]


def test_the_second_job_waits_and_follows_when_the_first_is_killed(tmp_path):
    first, second = make_run(tmp_path, "one"), make_run(tmp_path, "two", QUICK_PLAN, 300)
    first.start()
    try:
        head = wait_for(first, is_running)
        second.start()
        waiting = wait_for(second, lambda status: status.state is State.QUEUED)
        assert waiting.message == "waiting for 1 other job to end"
        assert waiting.state.is_live
        os.kill(head.worker[0], signal.SIGKILL)
        done = wait_for(second, lambda status: not status.state.is_live)
        assert done.state is State.DONE, done.error
        assert first.status().state is State.INTERRUPTED
    finally:
        first.cancel()
        second.cancel()
    assert not (tmp_path / FOLDER).exists()


def test_a_job_in_line_is_cancelled_at_once_and_the_next_moves_up(tmp_path):
    runs = [make_run(tmp_path, name) for name in ("one", "two", "three")]
    try:
        for place, run in enumerate(runs):
            run.start()
            wait_for(run, is_running if not place else lambda s: s.state is State.QUEUED)
        assert runs[2].status().message == "waiting for 2 other jobs to end"
        began = time.monotonic()
        runs[1].cancel()
        assert time.monotonic() - began < 5
        assert runs[1].status().state is State.CANCELLED
        wait_for(runs[2], lambda status: status.message == "waiting for 1 other job to end")
    finally:
        for run in runs:
            run.cancel()


def test_a_map_does_not_wait_for_a_heavy_job(tmp_path):
    run = make_run(tmp_path, "one", QUICK_PLAN, 300)
    assert work(run.path).state is State.DONE
    line = tmp_path / FOLDER / "cpu"
    line.mkdir(parents=True)
    pid, born = worker_of(os.getpid())
    (line / "000000000000").write_text(f"{pid} {born!r}")
    assert work(run.path, "umap").state is State.DONE


def test_a_worker_on_a_full_disk_says_so_and_can_be_resumed(tmp_path):
    """A real process whose files may not grow: the kernel refuses as a full disk does."""
    run = make_run(tmp_path, "one", QUICK_PLAN, 300)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "core", "work", str(run.path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        stderr=subprocess.PIPE,
        text=True,
    )
    _, said = process.communicate(timeout=120)
    assert "Traceback" not in said
    status = run.status()
    assert (status.state, status.is_our_fault) == (State.FAILED, False), said
    assert "refused" in status.error
    assert "Make room, then resume" in status.error
    assert work(run.path).state is State.DONE


def test_a_full_disk_can_still_be_told(tmp_path, monkeypatch):
    path = tmp_path / "status.json"
    Status(State.RUNNING, message="a message that is longer than what follows").save(path)

    def full(*arguments, **settings):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.runs.status.os.replace", full)
    Status(State.FAILED, error="full").save(path)
    assert Status.load(path).error == "full"
    with pytest.raises(OSError, match="No space"):
        Status(State.FAILED).save(tmp_path / "new.json")
    assert [found.name for found in tmp_path.iterdir()] == ["status.json"]


def test_a_streamed_run_waits_its_turn_and_needs_its_file_no_more(tmp_path):
    first = make_run(tmp_path, "first")
    first.start()
    wait_for(first, is_running)
    frame = make_frame(1500).drop(columns=["y_time", "died", "seen"])
    file = save(frame, tmp_path / "big.parquet")
    opened = open_file(file, "y_*", patient_id="person")
    spec = streamed_spec(opened, QUICK_PLAN, "second", "0" * 64)
    second = Run.make(tmp_path / "second", partial(save_opened, opened), spec)
    file.unlink()
    second.start()
    status = wait_for(second, lambda status: status.state is State.QUEUED)
    assert status.message == "waiting for 1 other job to end"
    first.cancel()
    wait_for(second, lambda status: status.state is State.DONE)
