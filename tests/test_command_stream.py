"""A large Parquet file from the terminal to a report, a validation and an export."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from pyarrow import parquet

from core.command import tables
from core.data.streamed import draw, large
from core.errors import Cancelled
from core.runs import Run
from core.runs.rows import is_of_another_seed, read_anew, rows_of
from core.runs.streamed import NEXT, SURVEY, load_survey
from core.runs.unpack import unpack_run
from tests.core.streamed_tables import make_frame, save
from tests.test_command_line import taskscape

OPTIONS = ["--targets", "y_*", "--patient-id", "person", "--ignore", "died", "--preset", "quick"]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    frame = make_frame(4000, rare=0.2).drop(columns="y_time")
    return save(frame, tmp_path_factory.mktemp("large") / "big.parquet")


@pytest.fixture(scope="module")
def run(file, tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "streamed"
    done = taskscape("group", file, *OPTIONS, "--stream", "always", "-o", path)
    assert done.returncode == 0, done.stderr
    return path


def test_the_report_counts_the_patients_of_every_row_of_the_file(run, file):
    report = json.loads((run / "report.json").read_text())
    frame = parquet.read_table(file).to_pandas()
    assert report["provenance"]["data"]["n_samples"] == len(frame)
    labelled = {task["name"]: task["n_labelled"] for task in report["tasks"]}
    patients = {name: frame.loc[frame[name].notna(), "person"].nunique() for name in labelled}
    assert labelled == patients


def test_a_run_folder_holds_every_row_and_can_work_without_the_file(run, file):
    kept = parquet.read_table(run / "streamed" / "rows.parquet").to_pandas()
    frame = parquet.read_table(file).to_pandas()
    assert "died" not in kept
    for name in ("a", "big", "small", "y_sick"):
        np.testing.assert_array_equal(kept[name], frame[name])
    (run / "report.json").unlink()
    again = taskscape("resume", run)
    assert again.returncode == 0, again.stderr
    assert (run / "report.json").is_file()


def test_later_stages_work_on_the_sample(run, tmp_path):
    assert len(Run(run).table().features) == 4000
    validated = taskscape("validate", run, "--preset", "quick", "--seeds", "2")
    assert validated.returncode == 0, validated.stderr
    exported = taskscape("export", run, "-o", tmp_path / "model")
    assert exported.returncode == 0, exported.stderr


def test_it_travels_as_a_zip(run, tmp_path):
    packed = taskscape("archive", run, "-o", tmp_path / "run.zip")
    assert packed.returncode == 0, packed.stderr
    with (tmp_path / "run.zip").open("rb") as file:
        again = unpack_run(tmp_path / "runs", file)
    assert len(rows_of(again).survey.sample.split) == 4000


def test_small_files_are_read_as_ever_and_large_ones_streamed(file, monkeypatch):
    assert not tables.is_large(file, "auto")
    assert tables.is_large(file, "always")
    monkeypatch.setattr(large, "LARGE", 10_000)
    assert tables.is_large(file, "auto")
    assert not tables.is_large(file, "never")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--stream", "sometimes"], "choose one of auto, always, never"),
        (["--stream", "always", "--targets", "z_*"], "matches no column"),
        (["--stream", "always", "--patient-id", "nobody"], "matches no column"),
    ],
)
def test_bad_choices_are_one_line_and_nothing_is_written(file, tmp_path, options, says):
    base = ["group", file, "--targets", "y_*", "-o", tmp_path / "run"]
    done = taskscape(*base[: 2 if "--targets" in options else 4], *options, "-o", tmp_path / "run")
    assert done.returncode == 2
    assert says in done.stderr
    assert not (tmp_path / "run").exists()


def test_the_sample_is_bounded(file):
    assert draw.SAMPLE_ROWS <= 30_000


def test_a_text_is_streamed_to_the_same_answer_and_nothing_is_left_beside_it(file, run, tmp_path):
    """Decimal commas, a late leading zero and Windows letters, read by parts."""
    frame = parquet.read_table(file).to_pandas()
    frame["ward"] = frame["ward"].replace("west", "Süd")
    text = tmp_path / "big.csv"
    text.write_bytes(frame.to_csv(index=False, sep=";", decimal=",").encode("cp1252"))
    done = taskscape("group", text, *OPTIONS, "--stream", "always", "-o", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "not UTF-8" in done.stderr
    assert "Decimal commas" in done.stderr
    assert "big.csv was written anew as Parquet, part by part, and is streamed" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["big.csv", "run"]
    ours, theirs = (
        json.loads((one / "report.json").read_text()) for one in (tmp_path / "run", run)
    )
    assert ours["recommended"]["groups"] == theirs["recommended"]["groups"]
    np.testing.assert_allclose(ours["affinity"]["values"], theirs["affinity"]["values"], atol=1e-4)


def test_a_line_that_breaks_a_text_is_told_and_nothing_is_left(file, tmp_path):
    text = tmp_path / "big.csv"
    parquet.read_table(file).to_pandas().to_csv(text, index=False)
    with text.open("a", encoding="utf-8") as lines:
        lines.write("1,2\n")
    done = taskscape("group", text, *OPTIONS, "--stream", "always", "-o", tmp_path / "run")
    assert done.returncode == 2
    assert "line 4002 has 2 values" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["big.csv"]


def reseeded(run, to, seed):
    """A copy of a run whose plan has another seed."""
    copied = Run(shutil.copytree(run, to))
    copied.set_plan(replace(copied.plan, seed=seed))
    return copied


def test_another_seed_is_another_split_as_a_new_run_would_have_it(run, file, tmp_path):
    first = load_survey(run)
    again, new = reseeded(run, tmp_path / "again", 5), tmp_path / "new"
    assert taskscape("resume", again.path).returncode == 0
    options = [*OPTIONS, "--stream", "always", "--seed", "5", "-o", new]
    assert taskscape("group", file, *options).returncode == 0
    found, told = load_survey(again.path), load_survey(new)
    assert (first.seed, found.seed) == (0, 5)
    assert not np.array_equal(found.n_labels, first.n_labels)
    np.testing.assert_array_equal(found.n_by_split, told.n_by_split)
    np.testing.assert_array_equal(found.n_labels, told.n_labels)
    np.testing.assert_allclose(found.label_mean, told.label_mean)
    assert found.sample == told.sample
    one, other = (json.loads((path / "report.json").read_text()) for path in (again.path, new))
    assert one["tasks"] == other["tasks"]
    np.testing.assert_allclose(one["affinity"]["values"], other["affinity"]["values"], rtol=1e-5)
    assert sorted(path.name for path in (again.path / "streamed").iterdir()) == [
        "rows.parquet",
        "survey.npz",
    ]


def test_rows_of_a_patient_stay_in_one_split_under_every_seed(run, tmp_path):
    again = reseeded(run, tmp_path / "again", 9)
    read_anew(again, lambda share, message: None)
    people = parquet.read_table(again.path / "data.parquet").to_pandas()["person"]
    split = load_survey(again.path).sample.split
    parts = [set(people[split == part]) for part in range(3)]
    assert all(parts)
    assert sum(map(len, parts)) == len(set.union(*parts))


def test_reading_anew_that_is_stopped_leaves_all_as_it_was(run, tmp_path):
    again = reseeded(run, tmp_path / "again", 5)
    before = (again.path / "data.parquet").read_bytes(), (again.path / SURVEY).read_bytes()

    def stop(share, message):
        if share > 0.5:
            raise Cancelled("The run was cancelled.")

    with pytest.raises(Cancelled):
        read_anew(again, stop)
    assert before == (
        (again.path / "data.parquet").read_bytes(),
        (again.path / SURVEY).read_bytes(),
    )
    assert is_of_another_seed(again)


def test_a_process_that_ended_between_the_two_files_is_made_good(run, tmp_path):
    again, whole = reseeded(run, tmp_path / "again", 5), reseeded(run, tmp_path / "whole", 5)
    read_anew(whole, lambda share, message: None)
    (again.path / NEXT).mkdir()
    shutil.copy(whole.path / SURVEY, again.path / NEXT / "survey.npz")
    shutil.copy(whole.path / "data.parquet", again.path / "data.parquet")
    assert not is_of_another_seed(again)
    assert rows_of(again).survey.sample == rows_of(whole).survey.sample
    assert not (again.path / NEXT).exists()


def test_rows_that_are_gone_cannot_be_split_anew(run, tmp_path):
    again = reseeded(run, tmp_path / "again", 5)
    (again.path / "streamed" / "rows.parquet").unlink()
    done = taskscape("resume", again.path)
    assert done.returncode != 0
    assert "is gone; delete the run" in done.stderr
