"""Images, a chosen trunk and a pretrained start, from the command line to the report."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.export import load_model
from core.runs import Run
from core.runs.spec import load_frame
from core.runs.trained import TrainedFolder
from core.training import predict, to_examples
from tests.inputs import good_frame


def taskscape(*words):
    return subprocess.run(
        [sys.executable, "-P", "-m", "core", *map(str, words)], capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Four tasks with images of their own: which side is bright, two and two alike."""
    rng = np.random.default_rng(0)
    arrays = {}
    for task, axis in enumerate((0, 0, 1, 1)):
        x = rng.normal(0.0, 1.0, (90, 8, 8)).astype(np.float32)
        half = np.take(x, range(4), axis=axis + 1).mean((1, 2))
        arrays[f"x_{task}"] = x
        arrays[f"y_{task}"] = (half > np.median(half)).astype(int)
    path = tmp_path_factory.mktemp("images") / "sides.npz"
    np.savez(path, **arrays)
    return path


def group(images, *options, run):
    found = taskscape("group", images, "--targets", "y_*", "--preset", "quick", *options, "-o", run)
    assert found.returncode == 0, found.stderr
    return json.loads((run / "report.json").read_text())


def test_images_go_through_a_cnn_unless_another_trunk_is_asked_for(images, tmp_path):
    told = group(images, run=tmp_path / "a")
    assert any("an image of 8 × 8" in note for note in told["notes"])
    flat = group(images, "--trunk", "linear", "--start", "warmup", run=tmp_path / "b")
    assert not any("image of" in note for note in flat["notes"])
    assert any("joint steps" in note for note in flat["notes"])
    assert flat["provenance"]["plan"]["landscape"]["trunk"] == "linear"


def test_images_are_validated_and_exported_by_cnns(images, tmp_path):
    run, folder = tmp_path / "run", tmp_path / "model"
    group(images, run=run)
    found = taskscape("validate", run, "--preset", "quick", "--seeds", "2")
    assert found.returncode == 0, found.stderr
    found = taskscape("export", run, "-o", folder)
    assert found.returncode == 0, found.stderr
    assert "share a small CNN" in (folder / "README.md").read_text()
    model, kept = load_model(folder), Run(run)
    table, frame = kept.table(), load_frame(run)
    said = model.predict(frame)
    examples, settings = to_examples(table), kept.asked.settings
    rows = np.arange(len(frame))
    parts = list(TrainedFolder.of_run(run, table, settings.trainer, "cpu").load())
    assert {part.module for part in parts} == {"cnn"}
    for group_, name in ((one, n) for one in model.spec.groups for n in one):
        by_seed = [
            predict(part, examples, rows, group_)[place, :, group_.index(name), 0]
            for part in parts
            if group_ in part.groups
            for place, seed in enumerate(part.seeds)
            if seed in settings.test_seeds
        ]
        wanted = np.mean(by_seed, axis=0)
        np.testing.assert_allclose(said.iloc[:, name], wanted, rtol=0, atol=1e-5)


def test_a_pretrained_start_comes_from_a_safetensors_file(images, tmp_path):
    generator = torch.Generator().manual_seed(0)
    shapes = {"0.weight": (16, 1, 3, 3), "2.weight": (32, 16, 3, 3), "5.weight": (128, 128)}
    weights = {name: torch.randn(s, generator=generator) * 0.1 for name, s in shapes.items()}
    path = tmp_path / "secret_name.safetensors"
    save_file(weights, path)
    told = group(images, "--weights", path, run=tmp_path / "a")
    assert any("weights that were given" in note for note in told["notes"])
    assert "secret_name" not in (tmp_path / "a" / "report.json").read_text()
    plain = group(images, run=tmp_path / "b")
    assert told["affinity"]["values"] != plain["affinity"]["values"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--trunk", "transformer"], "'auto', 'mlp', 'linear', 'cnn', 'conv1d'"),
        (["--start", "hot"], "'random', 'warmup'"),
        (["--weights", "nowhere.safetensors"], "There is no file nowhere.safetensors"),
    ],
)
def test_a_bad_trunk_start_or_file_is_one_line_and_writes_nothing(images, tmp_path, options, words):
    run = tmp_path / "run"
    found = taskscape("group", images, "--targets", "y_*", *options, "-o", run)
    assert found.returncode == 2
    assert words in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1
    assert not run.exists()


@pytest.mark.parametrize("stream", ["never", "always"])
def test_weights_that_do_not_fit_are_found_before_there_is_a_run(tmp_path, stream):
    good_frame().to_csv(tmp_path / "t.csv", index=False)
    save_file({"0.weight": torch.zeros(3, 3)}, tmp_path / "w.safetensors")
    run = tmp_path / "run"
    options = ("--targets", "y_*", "--stream", stream, "-o", run)
    for trunk, words in (
        ("mlp", "The weights do not fit the trunk: it takes"),
        ("conv1d", "--trunk conv1d reads series, but a sample is a row of a table"),
    ):
        asked = ("--trunk", trunk, "--weights", tmp_path / "w.safetensors")
        found = taskscape("group", tmp_path / "t.csv", *options, *asked)
        assert (found.returncode, found.stdout) == (2, "")
        assert words in found.stderr.splitlines()[-1]
        assert {path.name for path in tmp_path.iterdir()} == {"t.csv", "w.safetensors"}
