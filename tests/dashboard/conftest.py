"""Runs that several files of tests look at: made once, copied for each test."""

import pytest

from tests.cohort import small_cohort
from tests.dashboard.trained import borrow, make_run, train


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
