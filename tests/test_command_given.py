"""`taskscape group` on a matrix or a recorded landscape, as a shell sees it."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest

from core.runs import Run, unpack_run
from core.runs.archive import archive_run
from core.storage import save_value
from tests.core.test_given import as_cells, planted, write
from tests.dashboard.test_given import landscape
from tests.inputs import arrays
from tests.test_command_line import taskscape


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("given")
    names, values = planted(8)
    write(folder / "m.csv", names, as_cells(values))
    write(folder / "unclear.csv", names, as_cells(values + 0.5 * np.eye(8)))
    write(folder / "table.csv", ["x", "y_a", "y_b"], [[1, 2, 3]] * 3, rows=["1", "2", "3"])
    save_value(folder / "m.landscape.npz", landscape())
    save_value(folder / "other.npz", landscape().points)
    good = landscape()
    save_value(folder / "short.npz", replace(good, tasks=good.tasks[:4]))
    (folder / "cut.landscape.npz").write_bytes((folder / "m.landscape.npz").read_bytes()[:-500])
    return folder


@pytest.fixture(scope="module")
def grouped(folder):
    done = taskscape("group", folder / "m.csv", "--preset", "quick", "-o", folder / "run")
    assert done.returncode == 0, done.stderr
    return folder / "run", done


def test_a_matrix_goes_straight_to_groups(grouped):
    run, done = grouped
    assert "8 tasks · given distance · decision: grouped" in done.stdout
    assert "t0, t1, t2, t3\n" in done.stdout
    assert "nothing of its own uncertainty" in done.stderr
    report = json.loads((run / "report.json").read_text())
    assert report["recommended"]["stability"] is None
    assert report["co_assignment"] is None
    assert report["affinity"]["low"] == [[None] * 8] * 8
    assert report["tasks"][0] == {"name": "t0", "kind": "unknown", "n_labelled": None}
    assert str(run.parent) not in (run / "report.json").read_text()
    assert sorted(path.name for path in run.glob("*.npz")) == ["given.npz"]
    assert not (run / "data.parquet").exists()


def test_another_plan_on_the_same_matrix_is_the_same_run(grouped, folder):
    run, _ = grouped
    command = ["group", folder / "m.csv", "--preset", "quick", "--groups", "3", "-o", run]
    done = taskscape(*command)
    assert done.returncode == 0, done.stderr
    assert "3 groups as asked for" in done.stdout
    other = taskscape("group", folder / "unclear.csv", "--matrix", "similarity", "-o", run)
    assert other.returncode == 2
    assert "holds a run on other data" in other.stderr


def test_nothing_can_be_trained_from_a_matrix(grouped):
    run, _ = grouped
    for command in (["validate", run], ["export", run, "-o", run / "model"]):
        done = taskscape(*command)
        assert done.returncode == 2, command
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "nothing can be trained" in taskscape("validate", run).stderr


@pytest.mark.parametrize("form", ["html", "json"])
def test_a_report_of_a_matrix(grouped, form, tmp_path):
    run, _ = grouped
    done = taskscape("report", run, "--format", form, "-o", tmp_path / f"r.{form}")
    assert done.returncode == 0, done.stderr


def test_a_run_of_a_matrix_travels_as_one_file(grouped, tmp_path):
    run, _ = grouped
    file = io.BytesIO()
    archive_run(Run(run), file)
    file.seek(0)
    copy = unpack_run(tmp_path, file)
    assert copy.source == Run(run).source
    assert copy.report().affinity == Run(run).report().affinity


def test_a_recorded_landscape_goes_straight_to_groups(folder):
    run = folder / "recorded"
    command = ["group", folder / "m.landscape.npz", "--preset", "quick", "--measure", "cosine"]
    done = taskscape(*command, "-o", run, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["affinity"]["measure"] == "cosine"
    assert all(low is not None for row in report["affinity"]["low"] for low in row)
    agreement = next(
        one for one in report["other_affinities"] if one["measure"] == "label_agreement"
    )
    assert agreement["unknown"][0]["reason"] == "no labels were given"
    assert report["provenance"]["data"]["n_samples"] == 160
    assert (run / "stages").glob("map-pca-*.npz")


def test_an_npz_whose_labels_are_plain_needs_no_targets(folder):
    """One array of all labels; one array a task under another name is asked for by name."""
    made = arrays()
    labels = np.stack([made["y_first"], made["y_second"], 1 - made["y_first"]], axis=1)
    np.savez(folder / "plain.npz", X=made["x"], labels=labels)
    run = folder / "plain-run"
    done = taskscape("group", folder / "plain.npz", "--preset", "quick", "-o", run)
    assert done.returncode == 0, done.stderr
    assert "Array 'labels' was taken for the labels of 3 tasks" in done.stderr
    tasks = json.loads((run / "report.json").read_text())["tasks"]
    assert [task["name"] for task in tasks] == ["y_0", "y_1", "y_2"]
    np.savez(folder / "named.npz", x=made["x"], died=made["y_first"], sick=made["y_second"])
    done = taskscape("group", folder / "named.npz", "-o", folder / "named")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert "it has 'x', 'died', 'sick'. Name the labels with --targets" in done.stderr
    assert not (folder / "named").exists()


BAD = {
    ("unclear.csv",): "its diagonal does not tell",
    ("table.csv",): "no matrix of tasks and no landscape; name the target columns",
    ("absent.csv",): "There is no file",
    ("absent.npz",): "There is no file",
    ("absent.csv", "--matrix", "distance"): "There is no file",
    ("m.csv", "--matrix", "near"): "Unknown kind of matrix 'near'",
    ("m.csv", "--matrix", "distance", "--targets", "y_*"): "leave one out",
    ("m.csv", "--heads", "shared"): "--heads means nothing for a matrix",
    ("m.csv", "--measure", "sca"): "--measure means nothing for a matrix",
    ("m.csv", "--ignore", "x"): "--ignore means nothing for a matrix",
    ("m.csv", "--groups", "9"): "9 groups were asked for but the table has 8 tasks",
    ("m.landscape.npz", "--heads", "shared"): "--heads means nothing for a landscape",
    ("m.landscape.npz", "--matrix", "distance"): "holds a landscape, no matrix",
    ("m.landscape.npz", "--measure", "tag"): "trains on a table",
    ("other.npz",): "no whole landscape",
    ("short.npz",): "no landscape that can be used",
    ("cut.landscape.npz",): "no whole landscape",
}


@pytest.mark.parametrize("words", BAD, ids=BAD.values())
def test_bad_input_is_one_line_and_leaves_nothing(folder, words, tmp_path):
    run = tmp_path / "run"
    done = taskscape("group", folder / words[0], *words[1:], "-o", run)
    assert done.returncode == 2, done.stdout
    assert BAD[words] in done.stderr
    assert not run.exists() or not (run / "report.json").exists()
