"""Every output makes the folders that are missing above it, or says in one line why it cannot."""

import json

import pytest
import torch
from click.testing import CliRunner
from torch import nn

from core.__main__ import main
from core.errors import RunError
from core.given import load_landscape
from core.recording import record_landscape
from dashboard.replay import main as replay_main
from tests.inputs import good_frame, save_csv

OUTPUTS = ("report", "export", "archive", "replay", "group", "record")


def write(what, run, place, tmp_path):
    """Exit status and the last line of stderr of whatever writes an output to `place`."""
    if what == "record":
        try:
            record(place)
        except RunError as error:
            return 2, f"Error: {error}"
        return 0, ""
    words = {
        "report": ["report", run.path, "--format", "pdf"],
        "export": ["export", run.path],
        "archive": ["archive", run.path],
        "group": ["group", tmp_path / "table.csv", "--targets", "y_*"],
        "replay": [tmp_path / "view.json", "--run", run.path],
    }[what]
    command = replay_main if what == "replay" else main
    done = CliRunner().invoke(command, [*map(str, words), "-o", str(place)], catch_exceptions=False)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, (done.stderr.strip().splitlines() or [""])[-1]


def record(place):
    trunk, heads = nn.Linear(3, 4), nn.Linear(4, 2)
    with record_landscape(trunk, ["a", "b"], place) as recorder:
        losses = heads(trunk(torch.randn(20, 3))) ** 2
        recorder.observe({"a": losses[:, 0], "b": losses[:, 1]})


@pytest.fixture
def inputs(tmp_path, grouped, monkeypatch):
    save_csv(good_frame(), tmp_path)
    view = {"schema_version": 1, "run": grouped.id, "n_components": 2}
    (tmp_path / "view.json").write_text(json.dumps(view))
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("core.command.group.watch", lambda run, as_json, **_: 0)
    return tmp_path


@pytest.mark.parametrize("what", OUTPUTS)
def test_missing_folders_are_made(what, grouped, inputs):
    place = inputs / "not" / "there" / ("yet.npz" if what == "record" else "yet")
    status, said = write(what, grouped, place, inputs)
    assert status == 0, said
    assert place.exists()
    assert [path.name for path in place.parent.iterdir()] == [place.name]


@pytest.mark.parametrize("what", OUTPUTS)
def test_a_file_in_the_way_is_one_line_that_names_the_path(what, grouped, inputs):
    before = {path.name for path in inputs.iterdir()}
    status, said = write(what, grouped, inputs / "file" / "out", inputs)
    assert status == 2
    assert said.startswith("Error: Cannot ")
    assert str(inputs / "file" / "out") in said
    assert {path.name for path in inputs.iterdir()} == before


def test_a_recording_that_could_not_be_written_never_begins(inputs):
    begun = []
    for place in (inputs / "file" / "x.npz", inputs):
        with (
            pytest.raises(RunError, match="Cannot write"),
            record_landscape(nn.Linear(3, 4), ["a", "b"], place),
        ):
            begun.append(place)
    assert not begun


@pytest.mark.parametrize(
    ("name", "said"),
    [("thesis.npz", "holds something else"), ("mine.txt", r"name it mine\.landscape\.npz")],
)
def test_a_recording_spares_files_of_others_and_has_a_name_that_is_opened(tmp_path, name, said):
    place = tmp_path / name
    place.write_text("mine")
    with pytest.raises(RunError, match=said):
        record(place)
    assert place.read_text() == "mine"


def test_a_recording_replaces_an_earlier_one(tmp_path):
    place = tmp_path / "mine.landscape.npz"
    record(place)
    before = load_landscape(place)
    record(place)
    assert load_landscape(place).fingerprint != before.fingerprint
