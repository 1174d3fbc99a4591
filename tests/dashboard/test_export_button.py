"""The trained groups as a zip: offered when there is evidence, loadable, or one sentence."""

import io
import shutil
import zipfile

import pytest

from core.data import assign_roles
from core.export import load_model
from core.runs import EVIDENCE, Asked, Run, State
from core.runs.spec import load_frame
from core.runs.worker import work
from dashboard.export_button import FOLDER, pack
from tests.cohort import SMALL_PLAN, small_cohort
from tests.dashboard.trained import SMALL
from tests.dashboard.visit import boxes, check_sound, go_to, visit, words


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory):
    frame = small_cohort().frame
    path = tmp_path_factory.mktemp("trained") / "run"
    run = Run.create(path, frame, assign_roles(frame, targets="y_*"), SMALL_PLAN, "small", "0" * 64)
    assert work(path).state is State.DONE
    run.ask_validation(Asked(SMALL))
    assert work(path, EVIDENCE).state is State.DONE
    return run


@pytest.fixture
def trained(trained_once, tmp_path, monkeypatch):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path))
    shutil.copytree(trained_once.path, tmp_path / "run")
    return Run(tmp_path / "run")


def test_the_zip_is_one_folder_that_loads_and_predicts(trained, tmp_path):
    content = pack(trained)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "out")
    assert {name.split("/")[0] for name in names} == {FOLDER}
    assert {"groups.yaml", "README.md", "schema.json", "weights.safetensors"} <= {
        name.split("/")[1] for name in names
    }
    frame = load_frame(trained.path)
    found = load_model(tmp_path / "out" / FOLDER).predict(frame)
    assert list(found.columns) == list(trained.report().task_names)
    assert len(found) == len(frame)


def test_packing_is_offered_then_the_download_with_what_is_inside(trained):
    at = go_to(visit(trained.id), "evidence")
    assert "No row of the data" in words(at)
    assert "load_model" in "".join(code.value for code in at.code)
    assert not at.get("download_button")
    at.button(key="pack").click().run()
    check_sound(at)
    assert at.download_button(key="export").label.startswith(f"Download {FOLDER}.zip (")
    at.run()
    assert at.download_button(key="export"), "it stays packed"
    assert not at.error


def test_other_evidence_is_packed_anew(trained):
    at = go_to(visit(trained.id), "evidence")
    at.button(key="pack").click().run()
    at.session_state["kept_export"] = (("another run", "0"), b"old")
    at.run()
    check_sound(at)
    assert at.button(key="pack")
    assert not at.get("download_button")


def test_networks_that_are_gone_are_one_sentence(trained):
    at = go_to(visit(trained.id), "evidence")
    known = {path for path in trained.path.rglob("*") if path.is_dir() and "train" in path.name}
    for folder in known:
        shutil.rmtree(folder, ignore_errors=True)
    at.button(key="pack").click().run()
    check_sound(at)
    assert "train the candidates again below" in boxes(at)
    assert "taskscape validate" not in boxes(at)
    assert not at.get("download_button")


def test_a_full_disk_is_one_sentence(trained, monkeypatch):
    def refuse(*_, **__):
        raise OSError(28, "No space left on device")

    at = go_to(visit(trained.id), "evidence")
    monkeypatch.setattr("dashboard.export_button.export_run", refuse)
    at.button(key="pack").click().run()
    check_sound(at)
    assert "could not be written (No space left on device)" in boxes(at)
