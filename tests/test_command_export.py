"""`taskscape export` as a shell sees it."""

import json
import subprocess
import sys

import pytest
import yaml
from click.testing import CliRunner

from core import load_model
from core.__main__ import main
from core.data import assign_roles
from core.evidence import Validation
from core.runs import EVIDENCE, Asked, Run, State
from core.runs.worker import work
from core.training import Trainer
from tests.cohort import SMALL_PLAN, small_cohort

SETTINGS = Validation(
    trainer=Trainer(width=4, max_steps=20),
    n_seeds=2,
    first_seeds=1,
    search="none",
    n_finalists=1,
    n_random=0,
    n_replicates=100,
)


def export(*words):
    found = CliRunner().invoke(main, ["export", *map(str, words)])
    return subprocess.CompletedProcess(words, found.exit_code, found.stdout, found.stderr)


def export_in_a_shell(*words):
    command = [sys.executable, "-P", "-m", "core", "export", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def frame():
    return small_cohort().frame


@pytest.fixture(scope="module")
def run(frame, tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "run"
    return Run.create(path, frame, assign_roles(frame, "y_*"), SMALL_PLAN, "x", "0" * 64)


@pytest.fixture(scope="module")
def unvalidated(run):
    """The same run before it was validated: what the command says of it."""
    assert work(run.path).state is State.DONE
    return export(run.path, "-o", run.path / "exports" / "early")


@pytest.fixture(scope="module")
def validated(run, unvalidated):
    run.ask_validation(Asked(SETTINGS))
    assert work(run.path, EVIDENCE).state is State.DONE
    return run


def assert_one_line(done, *words):
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in done.stderr


def test_a_run_that_was_not_validated_names_the_command(run, unvalidated):
    assert_one_line(unvalidated, f"taskscape validate {run.path}")
    assert not (run.path / "exports").exists()


def test_the_export_predicts_and_the_second_one_is_refused(validated, frame, tmp_path):
    done = export_in_a_shell(validated.path, "-o", tmp_path / "model")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    verdict = validated.report().recommended
    assert f"decision: {verdict.decision}" in done.stdout
    model = load_model(tmp_path / "model")
    assert f"{len(model.modules)} networks" in done.stdout
    made = model.predict(frame)
    assert made.shape == (len(frame), 6)
    assert ((made > 0) & (made < 1)).all(axis=None)
    assert_one_line(export(validated.path, "-o", tmp_path / "model"), "not an empty folder")
    assert load_model(tmp_path / "model").predict(frame).equals(made)


def test_json_is_what_groups_yaml_holds(validated, tmp_path):
    done = export(validated.path, "-o", tmp_path / "m", "--members", "best", "--json")
    found = json.loads(done.stdout)
    assert found == yaml.safe_load((tmp_path / "m" / "groups.yaml").read_text())
    assert all(len(group["seeds"]) == 1 for group in found["groups"])


def test_bad_options_are_one_line(validated, tmp_path):
    assert_one_line(
        export(validated.path, "-o", tmp_path / "x", "--members", "few"), "'few'", "all, best"
    )
    assert_one_line(export(tmp_path, "-o", tmp_path / "x"), "not a run folder")
    assert list(tmp_path.iterdir()) == []
