"""The command line as a shell sees it: exit statuses, streams, contracts."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from itertools import pairwise

import psutil
import pytest

from tests.cohort import small_cohort
from tests.conftest import interruptible

CORE = [sys.executable, "-P", "-m", "core"]


def taskscape(*words, cwd=None):
    return subprocess.run([*CORE, *map(str, words)], capture_output=True, text=True, cwd=cwd)


@pytest.fixture(scope="module")
def cohort_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "cohort.csv"
    small_cohort().frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def finished(cohort_file, tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "run"
    done = taskscape("group", cohort_file, "--targets", "y_*", "--preset", "quick", "-o", run)
    assert done.returncode == 0, done.stderr
    return run, done


def test_results_on_stdout_progress_on_stderr(finished):
    _, done = finished
    assert "decision:" in done.stdout
    assert "landscape" in done.stderr
    assert "\r" not in done.stderr  # plain lines where there is no terminal


def test_report_json_keeps_the_contract(finished):
    run, _ = finished
    report = json.loads((run / "report.json").read_text())
    names = [task["name"] for task in report["tasks"]]
    t = len(names)
    assert report["schema_version"] == 1
    assert {"name", "kind", "n_labelled", "prevalence"} <= set(report["tasks"][0])
    for key in ("values", "low", "high", "similarity"):
        assert [len(row) for row in report["affinity"][key]] == [t] * t
    assert report["affinity"]["measure"] == "abs_cosine"
    assert all({"source", "target", "weight"} <= set(edge) for edge in report["graph"]["edges"])
    assert len(report["embedding"]) == t
    for grouping in report["groupings"]:
        assert sorted(name for group in grouping["groups"] for name in group) == sorted(names)
        assert {"method", "n_groups", "membership", "bic", "silhouette", "stability"} <= set(
            grouping
        )
        assert len(grouping["membership"]) == t
        assert all(abs(sum(row) - 1) < 1e-6 for row in grouping["membership"])
    assert {grouping["method"] for grouping in report["groupings"]} >= {
        "alone",
        "together",
        "mixture",
    }
    assert [len(row) for row in report["co_assignment"]] == [t] * t
    assert report["recommended"]["decision"] in ("alone", "together", "grouped")
    assert report["recommended"]["reason"]
    wanted = {"versions", "seeds", "device", "data_sha256", "created_at", "plan"}
    assert wanted <= set(report["provenance"])


def test_the_report_holds_no_row_of_the_data(finished, cohort_file):
    run, _ = finished
    text = (run / "report.json").read_text()
    first_row = cohort_file.read_text().splitlines()[1].split(",")
    assert not [cell for cell in first_row if len(cell) > 6 and cell in text]


def test_the_same_seed_gives_the_same_report(finished, cohort_file, tmp_path):
    again = taskscape(
        "group",
        cohort_file,
        "--targets",
        "y_*",
        "--preset",
        "quick",
        "-o",
        tmp_path / "b",
        "--json",
    )
    first = json.loads((finished[0] / "report.json").read_text())
    second = json.loads(again.stdout)
    first["provenance"].pop("created_at")
    second["provenance"].pop("created_at")
    assert first == second


@pytest.mark.parametrize("form", ["html", "pdf", "pptx", "json", "yaml"])
def test_a_report_of_every_format_and_what_leaves_with_it(finished, form, tmp_path):
    run, _ = finished
    out = tmp_path / f"out.{form}"
    done = taskscape("report", run, "--format", form, "--audience", "clinician", "-o", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{out}\n"
    assert f"Leaves this machine ({form}, written for: clinician):" in done.stderr
    assert "names of 6 tasks" in done.stderr
    start = {"html": b"<!doctype", "pdf": b"%PDF-1.7", "pptx": b"PK", "json": b"{", "yaml": b"sch"}
    assert out.read_bytes().startswith(start[form])


def test_a_report_that_cannot_be_written_is_one_line(finished, tmp_path):
    (tmp_path / "file").write_text("")
    done = taskscape("report", finished[0], "--format", "pdf", "-o", tmp_path / "file" / "out.pdf")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("Error: Cannot write")
    nurse = taskscape("report", finished[0], "--audience", "nurse", "-o", tmp_path / "x")
    assert nurse.returncode == 2
    assert nurse.stderr.splitlines()[-1].endswith("choose one of clinician, scientist, engineer.")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_status_and_report_of_a_finished_run(finished, tmp_path):
    run, _ = finished
    assert json.loads(taskscape("status", run, "--json").stdout)["state"] == "done"
    assert "done" in taskscape("status", run).stdout
    out = tmp_path / "deep" / "report.json"
    assert taskscape("report", run, "--format", "json", "-o", out).returncode == 0
    assert json.loads(out.read_text()) == json.loads((run / "report.json").read_text())


def test_groups_k_is_what_is_recommended(finished, cohort_file):
    done = taskscape(
        "group",
        cohort_file,
        "--targets",
        "y_*",
        "--preset",
        "quick",
        "--groups",
        4,
        "-o",
        finished[0],
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads((finished[0] / "report.json").read_text())["recommended"]["groups"]) == 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--groups", "7"], ["7 groups", "6 tasks"]),
        (["--groups", "0"], ["--groups 0 is not"]),
        (["--groups", "many"], ["'many'"]),
        (["--measure", "magic"], ["'magic'", "sca", "abs_cosine", "label_agreement"]),
        (["--preset", "fast"], ["'fast'", "quick", "standard", "thorough"]),
        (["--heads", "odd"], ["--heads 'odd' is unknown", "shared", "probe"]),
        (["--seed", "-1"], ["--seed -1 is outside"]),
        (["--device", "tpu"], ["'tpu'", "auto", "cpu", "cuda"]),
        (["--samples", "-5"], ["Error: --samples -5 is below 0; raise it."]),
        (["--trunk", "cnn"], ["Error: --trunk cnn reads images, but a sample is a row of a table"]),
        (["--trunk", "conv1d"], ["--trunk conv1d reads series", "--trunk mlp"]),
        (["--set", "landscape.steps=99"], ["steps=99 is above 50"]),
        (["--kind", "y_nowhere=binary"], ["y_nowhere"]),
        (["--kind", "binary"], ["COLUMN=KIND"]),
        (["--ignore", "nothing_*"], ["nothing_*"]),
        (["--patient-id", "nobody"], ["nobody"]),
    ],
)
def test_a_bad_option_is_one_line_exit_2_and_writes_nothing(cohort_file, tmp_path, options, words):
    done = taskscape("group", cohort_file, "--targets", "y_*", *options, "-o", tmp_path / "run")
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_something_else_is_refused_before_the_table_is_read(tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.tex").write_text("")
    done = taskscape("group", "nowhere.csv", "--targets", "y_*", "-o", tmp_path / "taken")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: {tmp_path / 'taken'} exists and is not a run folder")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["status", "cancel", "resume"])
def test_a_folder_that_is_no_run_is_refused(command, tmp_path):
    done = taskscape(command, tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "not a run folder" in done.stderr


def test_an_unknown_report_format_lists_the_known(finished, tmp_path):
    done = taskscape("report", finished[0], "--format", "docx", "-o", tmp_path / "x")
    assert done.returncode == 2
    assert "json" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_report_goes_to_stdout_through_links_and_into_devices(finished, tmp_path):
    run = finished[0]
    assert json.loads(taskscape("report", run, "-o", "-").stdout)["schema_version"] == 1
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    assert taskscape("report", run, "-o", tmp_path / "link.json").returncode == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())
    assert taskscape("report", run, "-o", os.devnull).returncode == 0
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_report_of_an_earlier_plan_or_a_damaged_one_is_refused(finished, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(finished[0], run)
    spec = json.loads((run / "spec.json").read_text())
    spec["plan"]["seed"] = 7
    (run / "spec.json").write_text(json.dumps(spec))
    stale = taskscape("report", run, "-o", tmp_path / "out.json")
    assert (stale.returncode, "earlier plan" in stale.stderr) == (2, True)
    (run / "report.json").write_bytes(b"{\xff")
    broken = taskscape("report", run, "-o", tmp_path / "out.json")
    assert (broken.returncode, "damaged" in broken.stderr) == (2, True)
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize("name", ["x" * 300, "file/inside"])
def test_an_impossible_run_path_is_one_line(cohort_file, tmp_path, name):
    (tmp_path / "file").write_text("")
    for words in (["status"], ["group", cohort_file, "--targets", "y_*", "-o"]):
        done = taskscape(*words, tmp_path / name)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert len([line for line in done.stderr.splitlines() if line.startswith("Error")]) == 1


def test_interrupting_leaves_a_run_that_resumes(tmp_path):
    path = tmp_path / "cohort.csv"
    small_cohort(n_samples=20_000).frame.to_csv(path, index=False)
    run = tmp_path / "run"
    command = [
        *CORE,
        "group",
        str(path),
        "--targets",
        "y_*",
        "--preset",
        "thorough",
        "-o",
        str(run),
    ]
    process = interruptible(command)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (run / "stages").exists():
        if (run / "status.json").exists() and '"running"' in (run / "status.json").read_text():
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "resume" in errors
    assert json.loads(taskscape("status", run, "--json").stdout)["state"] == "cancelled"
    spec = json.loads((run / "spec.json").read_text())
    spec["plan"]["landscape"]["starts"] = 1
    spec["plan"]["n_replicates"] = 10
    (run / "spec.json").write_text(json.dumps(spec))
    done = taskscape("resume", run)
    assert done.returncode == 0, done.stderr
    assert "decision:" in done.stdout


def test_interrupting_before_there_is_a_run_says_so_and_leaves_nothing(tmp_path):
    path, run = tmp_path / "wide.csv", tmp_path / "run"
    header = ",".join([*(f"c{k}" for k in range(400)), "y_a", "y_b"])
    lines = [",".join([str(k), *"7" * 399, *("01", "10")[k % 2]]) for k in range(60)]
    path.write_text("\n".join([header, *lines * 1000]))
    command = [*CORE, "group", str(path), "--targets", "y_*", "-o", str(run)]
    process = interruptible(command)
    while psutil.Process(process.pid).cpu_times().user < 0.6:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)  # a shell says 130 of both
    assert said == ""
    assert errors.strip() == "Interrupted; nothing was written."
    assert list(tmp_path.iterdir()) == [path]


def test_events_tell_the_story_in_order(finished):
    lines = (finished[0] / "events.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    assert events[0]["state"] == "running"
    assert events[-1]["state"] == "done"
    assert all(one["at"] <= two["at"] for one, two in pairwise(events))


def test_help_names_every_command():
    text = taskscape("--help").stdout
    for command in ("group", "status", "cancel", "resume", "report"):
        assert command in text
