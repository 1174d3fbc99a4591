"""A server that dies, workers that are killed, a disk that is full: nothing is lost or done twice."""

import json
import os
import resource
import signal
import subprocess
import sys
import time

import pytest

from core.runs import State
from tests.browser.conftest import tell, wait_for
from tests.browser.steps import SLOW_PLAN, open_page, says, settle
from tests.cohort import SMALL_PLAN, small_cohort

pytestmark = pytest.mark.browser


@pytest.fixture
def two(server):
    """Two runs of some length that nobody has started; stopped at the end."""
    frame = small_cohort(n_samples=4000).frame
    runs = [
        server.add_run(f"{name} {time.monotonic_ns()}", frame, SLOW_PLAN, is_done=False)
        for name in ("first", "second")
    ]
    yield runs
    for run in reversed(runs):
        run.cancel()


def put_in_line(page, server, two):
    """The first at work, the second behind it; their workers."""
    first, second = two
    first.start()
    wait_for(first, State.RUNNING)
    open_page(page, server, run=second.id)
    page.get_by_role("button", name="Compute it").click()
    says(page, "waiting for 1 other job to end")
    return [run.status().worker for run in two]


def times_begun(run):
    events = (run.path / "events.jsonl").read_text().splitlines()
    return [json.loads(event)["message"] for event in events].count("reading the data")


def test_jobs_at_work_and_in_line_outlive_the_server(visit, page, server, two):
    first, second = two
    workers = put_in_line(page, server, two)
    server.kill()
    server.start()
    page.reload()
    says(page, "waiting for 1 other job to end")
    assert [run.status().worker for run in two] == workers
    open_page(page, server, "runs")
    says(page, "waiting for 1 other job to end")
    first.cancel()
    open_page(page, server, run=second.id)
    says(page, "mapping samples")
    assert second.status().worker == workers[1]
    assert (times_begun(first), times_begun(second)) == (1, 1), "no job was started twice"
    visit.console.clear()  # the browser told that its line was cut


def test_a_killed_worker_is_a_sentence_its_place_is_free_and_it_can_go_on(page, server, two):
    first, second = two
    put_in_line(page, server, two)
    os.kill(first.status().worker[0], signal.SIGKILL)
    says(page, "mapping samples")
    os.kill(second.status().worker[0], signal.SIGKILL)
    says(page, "This run was interrupted at")
    page.get_by_role("button", name="Resume").click()
    says(page, "mapping samples")
    began = time.monotonic()
    page.get_by_role("button", name="Cancel").click()
    says(page, "This run was cancelled at")
    tell(f"cancelled on the page after {time.monotonic() - began:.2f} s")
    assert time.monotonic() - began < 5
    open_page(page, server, run=first.id)
    says(page, "This run was interrupted at")


def test_a_worker_killed_in_line_was_interrupted_and_the_other_goes_on(page, server, two):
    first, second = two
    put_in_line(page, server, two)
    os.kill(second.status().worker[0], signal.SIGKILL)
    says(page, "This run was interrupted at 0%")
    assert first.status().state is State.RUNNING
    page.get_by_role("button", name="Resume").click()
    says(page, "waiting for 1 other job to end")
    assert times_begun(second) == 0


def test_a_full_disk_is_a_sentence_and_once_there_is_room_it_goes_on(page, server):
    name = f"full {time.monotonic_ns()}"
    run = server.add_run(name, small_cohort().frame, SMALL_PLAN, is_done=False)
    worker = subprocess.Popen(
        [sys.executable, "-P", "-m", "core", "work", str(run.path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        stderr=subprocess.DEVNULL,
    )
    worker.wait(timeout=60)
    open_page(page, server, run=run.id)
    says(page, "Make room, then resume")
    assert page.get_by_text("Traceback").count() == 0
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("Group A").or_(page.get_by_text("Train each task alone")).first.wait_for()
    settle(page)
    assert run.status().state is State.DONE
