"""Worker processes leave the cores to others while their threads wait."""

import json
import subprocess
import sys

from core.runs import folder
from core.threads import idle_threads_sleep


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
