"""Probes of a half of the patients, fitted and read by plain loops."""

import numpy as np
import pytest
import torch

from core.landscape import NOTHING, OneStep
from core.landscape.ground import Ground
from core.landscape.heads import make_heads
from core.landscape.probes.fit import fit_probes
from core.landscape.refits import again, readings
from core.landscape.refits.measure import measure_refits
from core.landscape.rows.labels import Labels
from core.landscape.rows.pieces import arrange_rows
from core.landscape.start import Start
from core.landscape.terms import SUMS
from core.landscape.trunks.perceptron import draw_perceptron
from core.values import PairSums
from tests.core.landscape.oracle import pair_sums
from tests.core.landscape.tables import draw_labels, make_table
from tests.core.landscape.test_follow import plain_walk

CPU = torch.device("cpu")
N_ROWS, N_BLOCKS, N_TASKS, SEED = 48, 6, 3, 4


@pytest.fixture(autouse=True)
def to_the_end(monkeypatch):
    """Searches do not stop near by."""
    monkeypatch.setattr(again, "CLOSE", 1e-7)


class Halves:
    """Three binary tasks on 48 rows in 6 blocks, and what one half of them makes of the probes."""

    def __init__(self, steps: int, own_samples: bool) -> None:
        labels = draw_labels(N_ROWS, "bbb", seed=1)
        if own_samples:
            labels[np.arange(N_ROWS)[:, None] % N_TASKS != np.arange(N_TASKS)] = np.nan
        self.tasks, self.known = make_table(labels).tasks, ~np.isnan(labels)
        size = 0.2 if steps > 1 else 1.0
        self.method = OneStep(heads="probe", steps=steps, step_size=size, ridge=3.0)
        generator = torch.Generator().manual_seed(0)
        self.x, self.trunk = torch.randn(N_ROWS, 6, generator=generator), None
        self.trunk = draw_perceptron(6, 8, 2, generator, CPU)
        self.value = np.nan_to_num(labels)
        self.block = np.arange(N_ROWS) // (N_ROWS // N_BLOCKS)
        self.pairing = "energy" if own_samples else "matched"

    def measured(self) -> tuple[PairSums, np.ndarray]:
        """The sums of one half, and the counts of the whole."""
        prepared = Labels(self.value, self.known)
        rows = arrange_rows(self.x.numpy(), prepared, self.block, CPU)
        reads = frozenset(SUMS)
        ground = Ground(self.tasks, prepared, rows, None, NOTHING, self.pairing, None, reads)
        count = self.known.T.astype(float) @ self.known
        if self.pairing == "energy":
            each = self.known.sum(axis=0).astype(float)
            count = np.outer(each, each) - np.diag(each)
        none = dict.fromkeys(SUMS)
        whole = PairSums(count[None], **none, pairing=self.pairing)
        told = lambda share, *what: None  # noqa: E731
        heads = fit_probes(self.tasks, rows, self.trunk, self.method.ridge, told)
        first = Start(self.trunk, heads, whole, np.zeros((0, 2)), 0)
        found, halves = measure_refits(self.method, ground, first, 1, SEED, told)
        np.testing.assert_array_equal(halves[0][self.block], self.drawn())
        return found, count

    def drawn(self) -> np.ndarray:
        """Whether each row is in the half."""
        blocks = np.random.default_rng([SEED, 1]).permutation(N_BLOCKS)[: N_BLOCKS // 2]
        return np.isin(self.block, blocks)

    def fitted(self) -> list[torch.Tensor]:
        """Weights and bias of every task: mean loss and penalty, run down by L-BFGS."""
        half = self.drawn()
        with torch.no_grad():
            of_all = self.trunk.forward(self.x).features.double()
        features, scale = of_all[half], of_all.var(0, correction=0).mean().sqrt()
        found = []
        for task in range(N_TASKS):
            known = self.known[half, task]
            at, y = features[known], torch.from_numpy(self.value[half, task][known])
            place = torch.zeros(9, dtype=torch.float64, requires_grad=True)
            search = torch.optim.LBFGS([place], max_iter=500, tolerance_grad=1e-10)

            def loss(at=at, y=y, place=place, search=search):
                search.zero_grad()
                logits = at @ place[:8] + place[8]
                size = (scale * place[:8]).square().sum()
                ridge = self.method.ridge * half.mean()
                told = torch.nn.functional.binary_cross_entropy_with_logits(logits, y)
                told = told + ridge / (2 * len(y)) * size
                told.backward()
                return told

            search.step(loss)
            found.append(place.detach().float())
        return found

    def displaced(self) -> torch.Tensor:
        """[row, task, weight] of every row, wherever it stands."""
        places = self.fitted()
        weight = torch.stack([place[:8, None] for place in places])
        heads = make_heads(self.tasks, weight, torch.stack([place[8:] for place in places]))
        walk = (self.method.steps, self.method.step_size)
        value = torch.from_numpy(self.value).float()
        return torch.stack(
            [
                torch.stack(
                    [
                        plain_walk(self.trunk, heads, task, k, self.x[row], value[row, k], *walk)
                        for k, task in enumerate(self.tasks)
                    ]
                )
                for row in range(N_ROWS)
            ]
        )


@pytest.mark.parametrize("steps", [1, 3])
def test_matched_samples_are_read_on_the_same_rows_of_all(monkeypatch, steps):
    monkeypatch.setattr(readings, "FOLLOWED", N_ROWS)
    case = Halves(steps, own_samples=False)
    found, count = case.measured()
    expected = pair_sums(case.displaced(), torch.from_numpy(case.known))
    np.testing.assert_allclose(found.count[0], count / 2)
    for name, term in (("distance", 1), ("abs_cosine", 3), ("cosine", 4)):
        mean = getattr(found, name)[0] / found.count[0]
        np.testing.assert_allclose(mean, expected[term].sum(0) / N_ROWS, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("steps", [1, 2])
def test_tasks_with_their_own_samples_are_read_on_the_same_ones(monkeypatch, steps):
    monkeypatch.setattr(readings, "PAIR_SAMPLES", N_ROWS)
    case = Halves(steps, own_samples=True)
    found, count = case.measured()
    own = np.arange(N_ROWS) % N_TASKS
    moved = case.displaced()[torch.arange(N_ROWS), torch.from_numpy(own)].double()
    size = moved.norm(dim=1)
    assert (size[:, None] * size > 0).float().mean() > 0.8  # a unit may be dead on a row
    cosine = torch.where(size[:, None] * size > 0, moved @ moved.T / size / size[:, None], 0.0)
    likeness = np.asarray(cosine.abs()) * (1 - np.eye(N_ROWS))
    np.testing.assert_allclose(found.count[0], count / 2)
    for one, other in np.ndindex(N_TASKS, N_TASKS):
        mean = likeness[np.ix_(own == one, own == other)].sum() / count[one, other]
        assert found.abs_cosine[0, one, other] / found.count[0, one, other] == pytest.approx(
            mean, rel=1e-3
        )


def test_more_rows_are_followed_where_few_have_both_labels():
    def followed(missing):
        labels = draw_labels(2000, "bb", missing)
        prepared = Labels(np.nan_to_num(labels), ~np.isnan(labels))
        x = np.zeros((2000, 2), dtype=np.float32)
        rows = arrange_rows(x, prepared, np.arange(2000) // 40, CPU)
        few = readings._few_rows(rows, step_rows=300)
        return int(few.real.sum()), int(few.known.all(1).sum())

    (n_full, both_full), (n_rare, both_rare) = followed(0.0), followed(0.7)
    assert n_full < 60 < n_rare <= 400
    assert both_full == n_full
    assert both_rare >= readings.FOLLOWED / 2
