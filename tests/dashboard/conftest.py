"""Runs that several files of tests look at: made once, copied for each test."""

from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner

from core.runs import Run
from tests.cohort import small_cohort
from tests.dashboard.trained import borrow, make_run, train


@pytest.fixture(scope="session", autouse=True)
def packages_read_once():
    """A window without a browser reads the metadata of every installed package when it opens, to
    find components that we have none of: half a second."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """A folder of runs that is empty."""
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path / "runs"))


@pytest.fixture
def started(monkeypatch):
    """The runs that a page starts: noted down, and no worker begins."""
    noted = []
    monkeypatch.setattr(Run, "start", lambda run, job="run": noted.append(run))
    return noted


@pytest.fixture(scope="session")
def untrained_once(tmp_path_factory):
    """A finished run; not to be changed."""
    return make_run(tmp_path_factory.mktemp("untrained") / "run", small_cohort().frame)


@pytest.fixture(scope="session")
def trained_once(untrained_once, tmp_path_factory):
    """The same after its groups were trained; not to be changed."""
    return train(untrained_once, tmp_path_factory.mktemp("trained") / "run")


@pytest.fixture
def untrained(untrained_once, tmp_path, monkeypatch):
    """A finished run of its own, free to be broken."""
    return borrow(untrained_once, tmp_path, monkeypatch)


@pytest.fixture
def trained(trained_once, tmp_path, monkeypatch):
    """The same after its groups were trained."""
    return borrow(trained_once, tmp_path, monkeypatch)
