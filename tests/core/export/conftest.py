import pytest

from core.export import export_run, load_model
from core.trials import Verdict
from tests.core.export.cohort import make_run, recommend


@pytest.fixture(scope="session")
def validated(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("runs") / "validated")


@pytest.fixture(scope="session")
def grouped(validated, tmp_path_factory):
    return recommend(
        validated, tmp_path_factory.mktemp("secret-runs") / "run-of-secrets", Verdict.GROUPED
    )


@pytest.fixture(scope="session")
def folder(grouped, tmp_path_factory):
    """An export; tests copy it before they change it."""
    return export_run(grouped, tmp_path_factory.mktemp("exports") / "folder-of-secrets").folder


@pytest.fixture(scope="session")
def model(folder):
    return load_model(folder)
