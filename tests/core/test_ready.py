"""A worker that waits for its job: it does it, or ends with whoever started it."""

import subprocess
import sys
import time

import psutil

from core.data import assign_roles
from core.ready import Ready
from core.runs import MAIN, Run, State
from tests.cohort import SMALL_PLAN, small_cohort


def make_run(path):
    frame = small_cohort().frame
    return Run.create(path, frame, assign_roles(frame, targets="y_*"), SMALL_PLAN, "x", "0" * 64)


PATIENCE_S = 600
"""Until something is surely not coming: reading the libraries is 3 s of a processor of one's own,
and minutes where a dozen others want it."""


def ends(process):
    process.wait(PATIENCE_S)
    return process.returncode


def is_gone(pid):
    """Whether a process ended; one that nobody fetches stays as a zombie."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_it_does_what_it_is_told_as_any_worker_does(tmp_path):
    run = make_run(tmp_path / "run")
    with Ready() as ready:
        run.start(ready=ready)
        assert run.status().worker[0] == ready.process.pid
    assert ends(ready.process) == 0
    assert run.status().state is State.DONE
    assert run.report().recommended
    assert (run.path / "worker.log").read_bytes() == b""


def test_untold_it_ends_with_the_block():
    with Ready() as ready:
        assert ready.is_there
    assert not psutil.pid_exists(ready.process.pid)


def test_it_ends_where_its_starter_is_gone_without_a_word():
    program = (
        "import os, time\nfrom core.ready import Ready\n"
        "print(Ready().process.pid, flush=True)\nos._exit(1)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    pid, deadline = int(ended.stdout), time.monotonic() + PATIENCE_S
    while not is_gone(pid):
        assert time.monotonic() < deadline, "it waits for ever"
        time.sleep(0.05)


def test_where_it_died_another_worker_is_started(tmp_path):
    run = make_run(tmp_path / "run")
    with Ready() as ready:
        ready.process.kill()
        ready.process.wait()
        run.start(ready=ready)
        assert run.status().worker[0] != ready.process.pid
    while run.status().state.is_live:
        time.sleep(0.05)
    assert run.status().state is State.DONE


def test_its_words_go_to_the_log_of_its_run(tmp_path):
    folder = tmp_path / "ünrun"
    folder.mkdir()
    with Ready() as ready:
        ready.tell(folder, MAIN)
    assert ends(ready.process) != 0
    assert "is not a run folder" in (folder / "worker.log").read_text(encoding="utf-8")
