"""Probes of halves that only a part of is searched: those that all rows of the halves would give."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.affinity import AbsCosine, Cosine, measure_affinity
from core.data import load_table, plant_groups
from core.landscape import OneStep, measure_landscape
from core.landscape.ground import Ground
from core.landscape.probes.basis import whiten
from core.landscape.probes.fit import fit_probes
from core.landscape.refits import again, readings
from core.landscape.refits.again import ready_to_fit
from core.landscape.refits.halves import draw_halves, rows_of
from core.landscape.refits.slopes import sum_slopes
from core.landscape.rows.labels import Labels
from core.landscape.rows.pieces import arrange_rows, supply
from core.values import Split
from tests.core.landscape.test_probes_of_every_row import CPU, RIDGE, Table

N_BLOCKS, FEW = 60, 1500


def nobody(share):
    """Tells nobody."""


class Halves(Table):
    """Rows in sixty blocks, of which a quarter are searched."""

    def __init__(self, kinds, **settings):
        super().__init__(kinds, **settings)
        self.all = self.rows(np.arange(len(self.x)))
        self.whole = self.fit(np.arange(len(self.x)))
        self.kept = draw_halves(self.all.block, 1, seed=0)[0]

    def rows(self, at):
        labels = Labels(self.labels.value[at], self.labels.known[at])
        return arrange_rows(self.x[at], labels, at // 100, CPU, n_blocks=N_BLOCKS)

    def again(self, rows=None, beyond=None):
        rows = self.all if rows is None else rows
        ground = Ground(
            self.tasks, self.labels, rows, None, None, "matched", None, frozenset(), beyond
        )
        return ready_to_fit(ground, self.trunk, self.whole, RIDGE, nobody).fit(self.kept)

    def moved(self, heads):
        """How far the logits of the first task lie from those of all patients."""
        return np.asarray((self.logits(heads) - self.logits(self.whole))[:, 0])

    def off(self, heads, expected):
        """By how much of the way from all patients to the half."""
        far = np.square(self.moved(expected)).mean() ** 0.5
        return np.square(self.moved(heads) - self.moved(expected)).mean() ** 0.5 / far


@pytest.fixture(autouse=True)
def few_rows(monkeypatch):
    monkeypatch.setattr(again, "MAX_ROWS", FEW)


@pytest.mark.parametrize("kind", ["b", "m", "r", "t"])
def test_probes_of_a_half_are_those_of_all_its_rows_though_few_are_searched(kind):
    table = Halves(kind + "b")
    half = rows_of(table.all, table.kept)
    expected = fit_probes(table.tasks, half, table.trunk, RIDGE / 2, nobody)
    few = rows_of(table.all.thinned(FEW), table.kept)
    of_few = fit_probes(table.tasks, few, table.trunk, RIDGE / 8, nobody)
    assert table.off(table.again(), expected) < 0.4
    assert table.off(of_few, expected) > 1.0


def test_a_regression_probe_of_a_half_solves_the_normal_equations_of_the_half(monkeypatch):
    monkeypatch.setattr(again, "MAX_ROWS", 10**6)
    monkeypatch.setattr(again, "CLOSE", 1e-6)
    table = Halves("rr", missing=0.0)
    is_in = np.isin(np.arange(len(table.x)) // 100, table.kept)
    with torch.no_grad():
        features = table.trunk.features(torch.from_numpy(table.x)).double().numpy()
    scale = features.var(axis=0).mean() ** 0.5
    fed = np.column_stack([features[is_in], np.ones(is_in.sum())])
    held = np.diag([*np.full(features.shape[1], RIDGE / 2 * scale**2), 0.0])
    labels = table.labels.value[is_in]
    solved = np.linalg.solve(fed.T @ fed + held, fed.T @ labels)
    found = table.again()
    ours = np.column_stack([found.weight[..., 0], found.bias])
    np.testing.assert_allclose(ours, solved.T, rtol=1e-3, atol=1e-4)


def test_few_rows_that_stand_for_a_file_give_the_probes_of_halves_of_the_file():
    table = Halves("bbr")
    few = table.all.thinned(FEW)
    few = replace(few, weight=few.weight * 4)
    half = rows_of(table.all, table.kept)
    expected = fit_probes(table.tasks, half, table.trunk, RIDGE / 2, nobody)
    assert table.off(table.again(few, table.every()), expected) < 0.4
    assert table.n_read == 1


def test_slopes_of_blocks_are_those_of_autograd_whatever_the_cut_into_parts():
    table = Halves("bmrt")
    heads = replace(table.whole, weight=table.whole.weight.double(), bias=table.whole.bias.double())
    weight, bias = heads.weight.clone().requires_grad_(), heads.bias.clone().requires_grad_()
    features = table.trunk.features(torch.from_numpy(table.x)).double()
    known = torch.from_numpy(table.labels.known)
    at = replace(heads, weight=weight, bias=bias)
    losses = at.losses(at.logits(features), torch.from_numpy(table.labels.value)) * known
    block = torch.arange(len(table.x)) // 100
    losses[block == 7].sum().backward()
    for every in (table.every(333), supply(table.all)):
        found = sum_slopes(heads, every, table.trunk, N_BLOCKS, nobody)
        torch.testing.assert_close(found.weight[7], weight.grad, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(found.bias[7], bias.grad, rtol=1e-4, atol=1e-4)
        assert (found.n_rows[7] == known[block == 7].sum(0)).all()


def test_coordinates_of_a_probe_lead_back_to_its_weights():
    table = Halves("bm")
    features = table.trunk.features(table.all.x[table.all.real]).double()
    basis = whiten(features, torch.ones(len(features), dtype=torch.float64), RIDGE)
    weight, bias = table.whole.weight.double(), table.whole.bias.double()
    back = basis.plain(basis.place(weight, bias))
    torch.testing.assert_close(back[0], weight, rtol=1e-6, atol=1e-8)
    torch.testing.assert_close(back[1], bias, rtol=1e-6, atol=1e-8)


def test_a_look_at_all_rows_can_be_stopped():
    table, told = Halves("bb"), []

    def stop(share):
        told.append(share)
        raise KeyboardInterrupt

    ground = Ground(
        table.tasks, table.labels, table.all, None, None, "matched", None, frozenset(), None
    )
    with pytest.raises(KeyboardInterrupt):
        ready_to_fit(ground, table.trunk, table.whole, RIDGE, stop)
    assert told == [0.0]


def in_single(heads):
    return replace(heads, weight=heads.weight.float(), bias=heads.bias.float())


N_ROWS = 6000
FITTED = OneStep(heads="probe", width=24, starts=1, max_points=10, refits=40)


@pytest.fixture(scope="module")
def cohort():
    """Six thousand patients, all of them for training."""
    planted = plant_groups(N_ROWS, 12, (2, 2, 1), noise=0.3, seed=3)
    table = load_table(planted.frame, targets=list(planted.targets))
    split, patient = np.full(N_ROWS, Split.TRAIN.code), np.arange(N_ROWS)
    return replace(table, split=split, patient=patient)


def test_deviations_of_halves_that_few_rows_are_at_hand_of_are_those_of_all(monkeypatch, cohort):
    """Halve by halve, not only in their spread: the same patients move the same pairs."""

    def deviations(most):
        monkeypatch.setattr(again, "MAX_ROWS", most)
        monkeypatch.setattr(readings, "MAX_READ", most)
        refits = measure_landscape(cohort, FITTED, device="cpu").refits
        found = (refits.abs_cosine / refits.count)[:, *np.triu_indices(5, 1)]
        return found - found.mean(axis=0)

    few, expected = deviations(1000), deviations(10**6)
    both = (few * expected).mean() / np.sqrt((few**2).mean() * (expected**2).mean())
    ratio = few.std(axis=0) / expected.std(axis=0)
    assert both > 0.85
    assert 0.8 < np.median(ratio) < 1.25
    assert ((ratio > 0.6) & (ratio < 1.6)).all()


def test_halves_whose_probes_stand_still_are_read_alike(monkeypatch, cohort):
    """What rows they have is the business of the blocks, so that no row counts twice."""
    monkeypatch.setattr(again.Again, "fit", lambda self, kept: in_single(self.heads))
    landscape = measure_landscape(cohort, FITTED, device="cpu")
    refits, without = landscape.refits, replace(landscape, refits=None)
    np.testing.assert_allclose((refits.cosine / refits.count).std(axis=0), 0.0, atol=1e-9)
    found, blocks = (measure_affinity(one, Cosine(), 50).replicates for one in (landscape, without))
    np.testing.assert_allclose(found, blocks, atol=1e-9)


def test_an_interval_is_as_wide_whatever_part_of_the_rows_halves_are_searched_on(
    monkeypatch, cohort
):
    def width(most):
        monkeypatch.setattr(again, "MAX_ROWS", most)
        monkeypatch.setattr(readings, "MAX_READ", most)
        landscape = measure_landscape(cohort, FITTED, device="cpu")
        found = measure_affinity(landscape, AbsCosine(), 200)
        return (found.high - found.low)[np.triu_indices(5, 1)]

    np.testing.assert_allclose(np.median(width(1000) / width(10**6)), 1.0, atol=0.25)
