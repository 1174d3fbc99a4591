"""A surrogate of very many gains looks at a part of them and foretells in parts."""

import numpy as np

from core.evidence.search import observed, surrogate
from core.evidence.search.measured import Measured
from core.evidence.search.surrogate import fit_surrogate
from tests.core.evidence.search.tables import additive_gains, every_group

MOST = 300
"""In place of thousands, so that seven tasks are many."""


def all_groups_measured(n_tasks=7, seed=0):
    pair = np.random.default_rng(seed).normal(size=(n_tasks, n_tasks))
    groups = [group for group in every_group(n_tasks) if len(group) > 1]
    names = tuple(f"t{task}" for task in range(n_tasks))
    return Measured.alone(names).add(groups, additive_gains(groups, pair))


def test_every_task_keeps_the_same_share_of_its_gains(monkeypatch):
    measured = all_groups_measured()
    whole = observed.observe(measured, np.zeros((7, 7)))
    monkeypatch.setattr(observed, "_MOST_PLACES", MOST)
    part = observed.observe(measured, np.zeros((7, 7)))
    assert len(whole.values) > MOST
    assert MOST - 7 <= len(part.values) <= MOST
    kept = np.bincount(part.places.task, minlength=7)
    assert np.ptp(kept) <= 1
    np.testing.assert_array_equal(part.scale, whole.scale)
    seen = {(row, task) for row, task in zip(whole.number, whole.places.task, strict=True)}
    assert {(row, task) for row, task in zip(part.number, part.places.task, strict=True)} <= seen


def test_from_a_part_of_the_gains_the_others_are_foretold(monkeypatch):
    measured = all_groups_measured()
    monkeypatch.setattr(observed, "_MOST_PLACES", MOST)
    mean, _ = fit_surrogate(measured).predict(measured.groups)
    inside = np.isfinite(measured.gains) & (measured.gains != 0)
    assert np.corrcoef(mean[inside], measured.gains[inside])[0, 1] > 0.95


def test_foretelling_in_parts_changes_nothing(monkeypatch):
    measured = all_groups_measured(5)
    fitted = fit_surrogate(measured)
    whole = fitted.predict(measured.groups)
    monkeypatch.setattr(surrogate, "_AT_ONCE", 7)
    for one, other in zip(whole, fitted.predict(measured.groups), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)
