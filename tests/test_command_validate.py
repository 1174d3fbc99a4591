"""`taskscape validate` as a shell sees it: the verdict, the contract, refusals, interruptions."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.cohort import small_cohort
from tests.conftest import interruptible

CORE = [sys.executable, "-P", "-m", "core"]
QUICK = ("--preset", "quick", "--seeds", "2")


def taskscape(*words):
    return subprocess.run([*CORE, *map(str, words)], capture_output=True, text=True)


@pytest.fixture(scope="module")
def grouped(tmp_path_factory):
    """A finished run that was not validated."""
    path = tmp_path_factory.mktemp("data") / "cohort.csv"
    small_cohort().frame.to_csv(path, index=False)
    run = path.parent / "run"
    done = taskscape("group", path, "--targets", "y_*", "--preset", "quick", "-o", run)
    assert done.returncode == 0, done.stderr
    return run


@pytest.fixture(scope="module")
def validated(grouped, tmp_path_factory):
    run = tmp_path_factory.mktemp("validated") / "run"
    shutil.copytree(grouped, run)
    names = [task["name"] for task in json.loads((run / "report.json").read_text())["tasks"]]
    own = f"{','.join(names[::2])};{','.join(names[1::2])}"
    return run, taskscape("validate", run, *QUICK, "--grouping", own), names


@pytest.fixture
def run(grouped, tmp_path):
    shutil.copytree(grouped, tmp_path / "run")
    return tmp_path / "run"


def test_the_verdict_is_on_stdout_and_progress_on_stderr(validated):
    _, done, names = validated
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("verdict: ")
    assert all(name in done.stdout for name in names)
    assert "groups over together" in done.stdout
    first, *rest = done.stderr.splitlines()
    assert re.fullmatch(r"some \d+ networks of \d+ groups, about \d+ (seconds|minutes) .*", first)
    assert "training the candidates" in rest


def test_report_json_keeps_the_contract_of_evidence(validated):
    run, _, names = validated
    report = json.loads((run / "report.json").read_text())
    evidence = report["evidence"]
    assert {"candidates", "alone", "together", "random"} <= set(evidence)
    assert evidence["verdict"] in {"alone", "together", "grouped", "no detectable difference"}
    assert report["recommended"]["decision"] in {"alone", "together", "grouped"}
    for candidate in evidence["candidates"]:
        assert sorted(name for group in candidate["groups"] for name in group) == sorted(names)
        assert {"gain_mean", "gain_low", "gain_high", "per_task"} <= set(candidate)
    tested = [one for one in evidence["candidates"] if one["per_task"]]
    assert len(tested) >= 2
    for one in tested:
        assert [task["task"] for task in one["per_task"]] == names
        assert one["gain_low"] <= one["gain_mean"] <= one["gain_high"]
    assert evidence["alone"]["gain_mean"] == 0
    assert any(one["origin"] == "made by hand" for one in evidence["candidates"])
    assert evidence["random"]["n"] <= 20


def test_what_drives_the_groups_is_that_of_the_groups_now_recommended(validated):
    run, _, _ = validated
    report = json.loads((run / "report.json").read_text())
    assert report["drivers"]["reason"] is None
    for why in report["why"]:
        assert (why["holds"] is not None) == (len(why["tasks"]) > 1)


def test_validating_again_trains_nothing_again(validated):
    run, _, _ = validated
    before = sorted(path.name for path in (run / "trained").rglob("*.npz"))
    again = taskscape("validate", run, *QUICK, "--json")
    assert again.returncode == 0, again.stderr
    after = sorted(path.name for path in (run / "trained").rglob("*.npz"))
    assert before == after
    assert json.loads(again.stdout)["evidence"]["verdict"]


def test_grouping_again_finds_the_evidence_again(validated, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(validated[0], run)
    assert taskscape("resume", run).returncode == 0
    assert json.loads((run / "report.json").read_text())["evidence"] is not None


REFUSALS = {
    "no such run": (["nowhere"], "is not a run folder"),
    "unknown preset": (["RUN", "--preset", "fast"], "choose one of quick, standard, thorough"),
    "one seed": (["RUN", "--seeds", "1"], "outside 2"),
    "a task left out": (["RUN", "--grouping", "FIRST"], "is in no group"),
    "an unknown task": (["RUN", "--grouping", "y_nothing"], "Unknown task"),
    "an unknown search": (["RUN", "--search", "magic"], "Unknown search 'magic'"),
    "pins of an unknown task": (["RUN", "--apart", "y_nothing,FIRST"], "There is no task"),
    "a grouping against the pins": (
        ["RUN", "--apart", "FIRST,SECOND", "--grouping", "FIRST,SECOND;REST"],
        "breaks your rules",
    ),
    "a task twice": (["RUN", "--grouping", "FIRST;FIRST"], "is in two groups"),
}


def spell(word, named):
    """The word with placeholders put in full."""
    for short, name in named.items():
        word = word.replace(short, name)
    return word


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals_are_one_line_and_change_nothing(run, case):
    words, expected = REFUSALS[case]
    names = [task["name"] for task in json.loads((run / "report.json").read_text())["tasks"]]
    named = {"FIRST": names[0], "SECOND": names[1], "REST": ",".join(names[2:])}
    before = sorted(str(path) for path in run.rglob("*"))
    asked = [str(run) if word == "RUN" else spell(word, named) for word in words]
    done = taskscape("validate", *asked)
    assert done.returncode == 2
    assert expected in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(str(path) for path in run.rglob("*")) == before


def test_a_run_without_a_report_cannot_be_validated(run):
    (run / "stages" / "report.npz").unlink()
    done = taskscape("validate", run)
    assert done.returncode == 2
    assert "has no finished report" in done.stderr


def test_interrupting_keeps_what_was_trained_and_goes_on(run):
    command = [*CORE, "validate", str(run), "--preset", "standard", "--seeds", "3"]
    watcher = interruptible(command)
    deadline = time.monotonic() + 60
    while not (kept := list((run / "trained").rglob("*.npz"))):
        assert time.monotonic() < deadline
        assert watcher.poll() is None, watcher.stderr.read()
        time.sleep(0.02)
    watcher.send_signal(signal.SIGINT)
    _, said = watcher.communicate(timeout=20)
    assert watcher.returncode == 130
    assert "go on with: taskscape resume" in said
    assert json.loads((run / "report.json").read_text())["evidence"] is None
    stamps = {path: path.stat().st_mtime_ns for path in kept}
    told = json.loads(taskscape("status", run, "--json").stdout)
    assert (told["state"], told["validation"]["state"]) == ("done", "cancelled")
    assert "validation: cancelled" in taskscape("status", run).stdout
    done = taskscape("resume", run)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("verdict:")
    assert json.loads((run / "validation.json").read_text())["settings"]["n_seeds"] == 3
    assert {path: path.stat().st_mtime_ns for path in kept} == stamps


def test_a_validation_at_work_is_cancelled_from_another_terminal(run):
    watcher = subprocess.Popen([*CORE, "validate", str(run)], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (run / "trained").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert json.loads(taskscape("status", run, "--json").stdout)["validation"]["state"] == "running"
    done = taskscape("cancel", run)
    assert (done.returncode, done.stdout.strip()) == (0, "cancelled"), done.stderr
    watcher.communicate(timeout=20)
    assert watcher.returncode == 130
    assert taskscape("cancel", run).returncode == 2


def test_a_killed_worker_is_interrupted_and_can_go_on(run):
    import psutil

    from core.runs import EVIDENCE, Run, State

    target = Run(run)
    target.start(EVIDENCE)
    deadline = time.monotonic() + 60
    while not list((run / "trained").rglob("*.npz")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    psutil.Process(target.status(EVIDENCE).worker[0]).kill()
    while target.status(EVIDENCE).state.is_live:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert target.status(EVIDENCE).state is State.INTERRUPTED
    assert taskscape("validate", run, *QUICK).returncode == 0


def test_no_more_networks_than_there_may_be(run):
    done = taskscape("validate", run, *QUICK, "--networks", 2)
    assert done.returncode == 0, done.stderr
    evidence = json.loads((run / "report.json").read_text())["evidence"]
    sizes = {len(one["groups"]) for one in evidence["candidates"]}
    assert sizes <= {1, 2, len(evidence["alone"]["groups"])}
    assert all(len(one["helpers"]) == len(one["groups"]) for one in evidence["candidates"])
    assert "takes 6 networks, and you allow 2" in done.stdout
