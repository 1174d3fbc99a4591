"""A validation that was stopped goes on to the evidence that it would have come to anyway."""

from dataclasses import replace

import pytest

from core.errors import Cancelled
from core.evidence import Validation, to_partition, validate_grouping
from core.training import Trainer
from tests.core.training.tables import make_examples

SETTINGS = Validation(
    trainer=Trainer(width=8, max_steps=40),
    n_seeds=3,
    first_seeds=2,
    random_seeds=2,
    n_finalists=3,
    groups_per_task=5,
    n_random=5,
    n_replicates=100,
)


class Memory:
    """A store that keeps parts in a list."""

    def __init__(self):
        self.parts = []

    def load(self):
        return iter(list(self.parts))

    def keep(self, part):
        self.parts.append(part)


@pytest.fixture(scope="module")
def examples():
    """Nine tasks, so that the search looks at a part of the groups."""
    return make_examples("b" * 9, n=300)


@pytest.fixture(scope="module")
def undisturbed(examples):
    return validate_grouping(examples, [], SETTINGS)


def stop_after(share):
    def on_progress(fraction, message):
        if fraction > share:
            raise Cancelled("enough")

    return on_progress


@pytest.mark.parametrize("share", [0.2, 0.4, 0.5, 0.58, 0.65, 0.8, 0.94])
def test_stopped_anywhere_it_comes_to_the_same_evidence(examples, undisturbed, share):
    store = Memory()
    with pytest.raises(Cancelled):
        validate_grouping(examples, [], SETTINGS, on_progress=stop_after(share), store=store)
    assert validate_grouping(examples, [], SETTINGS, store=store) == undisturbed
    trained = [(group, part.seeds) for part in store.parts for group in part.groups]
    assert len(trained) == len(set(trained))


def test_stopped_again_and_again_it_comes_to_the_same_evidence(examples, undisturbed):
    store = Memory()
    for share in (0.1, 0.3, 0.45, 0.55, 0.7):
        with pytest.raises(Cancelled):
            validate_grouping(examples, [], SETTINGS, on_progress=stop_after(share), store=store)
    assert validate_grouping(examples, [], SETTINGS, store=store) == undisturbed


def test_an_earlier_validation_takes_nothing_from_the_budget_of_the_next(examples, undisturbed):
    store = Memory()
    validate_grouping(examples, [], replace(SETTINGS, search="pairs"), store=store)
    n_before = sum(len(part.groups) for part in store.parts)
    found = validate_grouping(examples, [], SETTINGS, store=store)
    assert found.n_measured == undisturbed.n_measured
    assert found.n_networks == undisturbed.n_networks
    assert sum(len(part.groups) for part in store.parts) > n_before
    assert {to_partition(one.labels) for one in found.trials} == {
        to_partition(one.labels) for one in undisturbed.trials
    }
