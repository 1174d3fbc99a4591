"""`taskscape archive`, `unarchive` and `replay` as a shell sees them."""

import json
import subprocess
import sys

import pytest

from core.data import assign_roles
from core.runs import Run, State
from core.runs.worker import work
from tests.cohort import SMALL_PLAN, small_cohort


def taskscape(*words):
    command = [sys.executable, "-P", "-m", "core", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    frame = small_cohort().frame
    path = tmp_path_factory.mktemp("runs") / "run"
    made = Run.create(path, frame, assign_roles(frame, targets="y_*"), SMALL_PLAN, "x", "0" * 64)
    assert work(path).state is State.DONE
    return made


def test_a_run_is_packed_once_and_unpacked_anywhere(run, tmp_path):
    done = taskscape("archive", run.path, "-o", tmp_path / "run.zip")
    assert (done.returncode, done.stdout.strip()) == (0, str(tmp_path / "run.zip"))
    again = taskscape("archive", run.path, "-o", tmp_path / "run.zip")
    assert (again.returncode, "exists; name a new file" in again.stderr) == (2, True)
    back = taskscape("unarchive", tmp_path / "run.zip", "--runs", tmp_path / "runs")
    assert back.returncode == 0, back.stderr
    assert Run(back.stdout.strip()).report() == run.report()
    assert not list(tmp_path.glob(".archive-*"))


@pytest.mark.parametrize("content", [None, b"", b"y_a,y_b\n"])
def test_what_is_no_archive_exits_with_two_and_one_line(content, tmp_path):
    file = tmp_path / "file.zip"
    if content is not None:
        file.write_bytes(content)
    done = taskscape("unarchive", file, "--runs", tmp_path / "runs")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "runs").exists() or not any((tmp_path / "runs").iterdir())


def test_a_view_is_replayed_without_a_browser(run, tmp_path):
    view = tmp_path / "view.json"
    view.write_text(json.dumps({"schema_version": 1, "run": run.id, "n_components": 2}))
    runs = run.path.parent
    done = taskscape("replay", view, "--runs", runs, "-o", tmp_path / "one")
    assert done.returncode == 0, done.stderr
    names = {line.rpartition("/")[2] for line in done.stdout.split()}
    assert names == {path.name for path in (tmp_path / "one").iterdir()}
    assert taskscape("replay", view, "--run", run.path, "-o", tmp_path / "two").returncode == 0
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    missing = taskscape("replay", view, "--runs", tmp_path, "-o", tmp_path / "three")
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
