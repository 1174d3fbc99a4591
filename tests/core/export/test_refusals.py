"""Everything that cannot be exported, loaded or predicted is refused in one clear line."""

import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from core.errors import MethodError, RunError, TableError
from core.export import export_run, load_model, parse_members
from core.runs import Asked, Run
from core.runs.spec import load_frame
from core.training import Trainer
from core.trials import Verdict
from tests.cohort import plan_with
from tests.core.export.cohort import SETTINGS, mixed_frame, recommend


@pytest.fixture
def copy(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def run_copy(grouped, tmp_path):
    shutil.copytree(grouped.path, tmp_path / "run")
    return Run(tmp_path / "run")


def refused(error, *words):
    """The error's text is one line that holds these words."""
    text = str(error.value)
    assert "\n" not in text
    for word in words:
        assert word in text
    return True


def edit(folder, **changes):
    path = folder / "schema.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_run_that_was_not_validated(run_copy, tmp_path):
    run_copy.keep_report(replace(run_copy.report(), evidence=None))
    with pytest.raises(RunError) as error:
        export_run(run_copy, tmp_path / "model")
    assert refused(error, "was not validated", f"taskscape validate {run_copy.path}")
    (run_copy.path / "stages" / "report.npz").unlink()
    with pytest.raises(RunError) as error:
        export_run(run_copy, tmp_path / "model")
    assert refused(error, "no finished report", "resume")
    assert not (tmp_path / "model").exists()


def test_a_report_of_an_earlier_plan(run_copy, tmp_path):
    run_copy.set_plan(plan_with(seed=5))
    with pytest.raises(RunError) as error:
        export_run(run_copy, tmp_path / "model")
    assert refused(error, "earlier plan", "resume")


def test_networks_that_are_gone(run_copy, tmp_path):
    shutil.rmtree(run_copy.path / "trained")
    with pytest.raises(RunError) as error:
        export_run(run_copy, tmp_path / "model")
    assert refused(error, "not in the run", "taskscape validate")


def test_networks_of_other_settings(run_copy, tmp_path):
    run_copy.ask_validation(Asked(replace(SETTINGS, trainer=Trainer(width=4))))
    with pytest.raises(RunError) as error:
        export_run(run_copy, tmp_path / "model")
    assert refused(error, "not in the run")


def test_networks_of_another_device_are_found(grouped, tmp_path, monkeypatch):
    """A run of the plan `auto` may have been validated on a machine with a GPU."""
    from core.runs.trained import TrainedFolder

    run = recommend(grouped, tmp_path / "run", Verdict.GROUPED)
    table, trainer = run.table(), SETTINGS.trainer
    here = TrainedFolder.of_run(run.path, table, trainer, "cpu").folder
    here.rename(TrainedFolder.of_run(run.path, table, trainer, "cuda").folder)
    assert len(load_model(export_run(run, tmp_path / "model").folder).modules) == 6


def test_a_folder_that_holds_something(grouped, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(RunError) as error:
        export_run(grouped, tmp_path)
    assert refused(error, "not an empty folder", "-o")
    with pytest.raises(RunError) as error:
        export_run(grouped, tmp_path / "mine.txt")
    assert refused(error, "not an empty folder")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_and_a_deep_one_are_filled(grouped, tmp_path):
    (tmp_path / "empty").mkdir()
    for name in ("empty", "deep/er"):
        assert load_model(export_run(grouped, tmp_path / name).folder)


@pytest.mark.parametrize("name", ["mine.txt/model", "x" * 300])
def test_a_place_that_cannot_be_written(grouped, tmp_path, name):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(RunError) as error:
        export_run(grouped, tmp_path / name)
    assert refused(error, "Cannot")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_full_disk_leaves_nothing_behind(grouped, tmp_path, monkeypatch):
    from pathlib import Path

    write = Path.write_bytes

    def fail(self, data):
        if self.name == "groups.yaml":
            raise OSError(28, "No space left on device")
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(RunError) as error:
        export_run(grouped, tmp_path / "model")
    assert refused(error, "No space left")
    assert list(tmp_path.iterdir()) == []


def test_unknown_members():
    with pytest.raises(MethodError) as error:
        parse_members("some")
    assert refused(error, "'some'", "all, best")


def test_a_folder_that_is_no_model(tmp_path):
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(RunError) as error:
            load_model(place)
        assert refused(error, "no schema.json", "taskscape export")


def test_missing_weights(copy):
    (copy / "weights.safetensors").unlink()
    with pytest.raises(RunError) as error:
        load_model(copy)
    assert refused(error, "no weights.safetensors")


@pytest.mark.parametrize(
    ("version", "words"), [(2, "update the program"), (0, "export the run again"), ("x", "'x'")]
)
def test_another_schema_version(copy, version, words):
    edit(copy, schema_version=version)
    with pytest.raises(RunError) as error:
        load_model(copy)
    assert refused(error, "version", words)


def flip(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("damage", [flip, lambda content: content[:-1], lambda content: b""])
def test_damaged_weights(copy, damage):
    path = copy / "weights.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(RunError) as error:
        load_model(copy)
    assert refused(error, "weights.safetensors", "copy the whole folder")


def test_weights_of_another_export(copy, validated, tmp_path):
    other = recommend(validated, tmp_path / "other", Verdict.TOGETHER)
    swapped = export_run(other, tmp_path / "together").folder / "weights.safetensors"
    (copy / "weights.safetensors").write_bytes(swapped.read_bytes())
    with pytest.raises(RunError) as error:
        load_model(copy)
    assert refused(error, "of another export")


def test_weights_that_do_not_fit_the_schema(copy):
    from core.export.weights import digest

    edit(copy, network={"n_inputs": 0, "width": 16, "depth": 2})
    with pytest.raises(TableError) as error:
        load_model(copy)
    assert refused(error, "damaged")
    found = json.loads((copy / "schema.json").read_text())
    n_inputs = load_inputs(found)
    edit(copy, network={"n_inputs": n_inputs, "width": 17, "depth": 2})
    with pytest.raises(RunError) as error:
        load_model(copy)
    assert refused(error, "does not hold the networks")
    (copy / "weights.safetensors").write_bytes(b"no tensors")
    edit(copy, weights_sha256=digest(b"no tensors"))
    with pytest.raises(RunError) as error:
        load_model(copy)
    assert refused(error, "does not hold the networks")


def load_inputs(found):
    from core.data import TableSchema

    return len(TableSchema.from_spec(found["inputs"]).input_names)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b'{"schema_version": 1}', b"null"]
)
def test_a_damaged_schema(copy, content):
    (copy / "schema.json").write_bytes(content)
    with pytest.raises(TableError) as error:
        load_model(copy)
    assert refused(error, "schema.json", "damaged")


@pytest.mark.parametrize(
    "changes",
    [{"groups": []}, {"groups": [{"tasks": [0, 1, 2, 3], "seeds": []}]}, {"outputs": []}],
)
def test_a_schema_that_contradicts_itself(copy, changes):
    edit(copy, **changes)
    with pytest.raises(TableError) as error:
        load_model(copy)
    assert refused(error, "schema.json", "damaged")


def test_a_missing_column(model, grouped):
    frame = load_frame(grouped.path).drop(columns="ward")
    for predict in (model.predict, model.predict_proba, model.inputs):
        with pytest.raises(TableError) as error:
            predict(frame)
        assert refused(error, "'ward'")


def test_a_column_of_another_type(model):
    for name, values in {"a": "text", "sex": 1.5, "day": 7, "ward": pd.Timestamp(0)}.items():
        with pytest.raises(TableError) as error:
            model.predict(mixed_frame().assign(**{name: values}))
        assert refused(error, repr(name), "holds")


def test_what_is_no_frame(model):
    with pytest.raises(TableError) as error:
        model.predict([[1.0, 2.0]])
    assert refused(error, "DataFrame", "list")
