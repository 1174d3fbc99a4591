"""Threads that compute alone beside each other, and leave the cores to others while they wait."""

import json
import subprocess
import sys
import threading
import time

import pytest
import torch

from core.errors import Cancelled
from core.machine.threads import idle_threads_sleep, side_by_side
from core.runs import folder


def test_threads_sleep_unless_the_environment_says_otherwise():
    assert idle_threads_sleep({})["OMP_WAIT_POLICY"] == "PASSIVE"
    own = {"OMP_WAIT_POLICY": "ACTIVE", "HOME": "/h"}
    assert idle_threads_sleep(own) == own


def test_a_worker_is_started_with_them_asleep(monkeypatch, tmp_path):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    told = {}

    class Process:
        pid = 1

        def wait(self):
            return 0

    monkeypatch.setattr(
        subprocess, "Popen", lambda command, **options: told.update(options) or Process()
    )
    monkeypatch.setattr(folder.Status, "save", lambda self, path: None)
    (tmp_path / "spec.json").write_text(json.dumps({}))
    monkeypatch.setattr(folder.Run, "_stop_if_busy", lambda self, job: None)
    folder.Run(tmp_path).start()
    said = "import os; print(os.environ['OMP_WAIT_POLICY'])"
    monkeypatch.undo()
    found = subprocess.run(
        [sys.executable, "-c", said], env=told["env"], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "PASSIVE"


@pytest.fixture(params=[1, 3], ids=["one thread", "three threads"])
def n_threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def test_results_come_in_their_order_whoever_is_done_first(n_threads):
    def work(number):
        time.sleep(0.01 * (5 - number))
        return number

    told = []
    assert side_by_side(work, 5, told.append) == [0, 1, 2, 3, 4]
    assert told == [0.0, 0.2, 0.4, 0.6, 0.8]
    assert torch.get_num_threads() == n_threads, "the setting of the process was left changed"


def test_each_computes_alone(n_threads):
    matrix = torch.randn(200, 200, generator=torch.Generator().manual_seed(0))

    def work(number):
        matrix @ matrix  # a thread learns how many it may use when it first computes
        return torch.get_num_threads(), threading.current_thread()

    found = side_by_side(work, 8, lambda share: None)
    assert {alone for alone, _ in found} == {1}
    assert all((who is threading.main_thread()) == (n_threads == 1) for _, who in found)
    assert {who for _, who in side_by_side(work, 4, lambda share: None, most=1)} == {
        threading.main_thread()
    }


def test_whoever_is_told_can_stop_it_and_no_more_is_begun(n_threads):
    begun = []

    def work(number):
        begun.append(number)
        time.sleep(0.05)

    def stop(share):
        if share > 0:
            raise Cancelled("asked to stop")

    with pytest.raises(Cancelled):
        side_by_side(work, 100, stop)
    assert len(begun) < 20
    assert torch.get_num_threads() == n_threads


def test_what_goes_wrong_in_one_of_them_is_raised(n_threads):
    def work(number):
        if number == 2:
            raise ValueError("the third")
        return number

    with pytest.raises(ValueError, match="the third"):
        side_by_side(work, 6, lambda share: None)
