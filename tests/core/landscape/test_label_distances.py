"""Distances of hundreds of binary tasks, as products of bytes: the sums in double precision."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.landscape.drawn_heads import draw_shared_head
from core.landscape.rows.labels import Labels
from core.landscape.rows.pieces import Supply, arrange_rows
from core.landscape.sums import accumulate as summing
from core.landscape.sums import label_distances, ordered_biases
from core.landscape.sums.any_trunk import strengths
from core.landscape.sums.byte_products import BYTE, codes_of, to_bytes
from core.landscape.trunks.perceptron import draw_perceptron
from core.values import Kind, Task

CPU = torch.device("cpu")
N_TASKS = 210


@pytest.fixture(params=[True, False], ids=["bytes", "floats"])
def takes_bytes(request, monkeypatch):
    """Both ways, whatever the CPU: without tiles products of bytes are slow and right."""
    monkeypatch.setattr(summing, "takes_bytes", lambda device: request.param)


class Problem:
    """Rows in five blocks, binary labels without holes; two tasks differ on one row only."""

    def __init__(self, n_rows=300, bias="zero", heavy=1.0, weight=None, highest=0.5):
        rng, generator = np.random.default_rng(0), torch.Generator().manual_seed(0)
        self.x = rng.standard_normal((n_rows, 6)).astype(np.float32)
        self.x[7] *= heavy
        rate = highest * rng.uniform(0.2, 1.0, N_TASKS)
        value = (rng.random((n_rows, N_TASKS)) < rate).astype(float)
        value[:, 1] = value[:, 0]
        value[3, 1] = 1 - value[3, 1]
        self.labels = Labels(value, np.ones(value.shape, dtype=bool))
        self.block, self.weight = np.arange(n_rows) % 5, weight
        tasks = [Task(f"y_{k}", Kind.BINARY, n_rows, 0.5) for k in range(N_TASKS)]
        self.trunk = draw_perceptron(6, 16, 2, generator, CPU)
        self.heads = draw_shared_head(tasks, self.labels, 16, bias, generator, CPU)

    def rows(self, part=slice(None)):
        weight = None if self.weight is None else self.weight[part]
        labels = Labels(*(values[part] for values in self.labels))
        return arrange_rows(self.x[part], labels, self.block[part], CPU, True, weight, n_blocks=5)

    def sums(self, every=None, reads=("distance",)):
        return summing.accumulate(
            self.rows(), self.trunk, self.heads, 4096, 1, lambda share: None, every, set(reads)
        )

    def expected(self):
        """Block by block in double precision, from the residuals of every row."""
        features, strength = strengths(self.trunk, self.heads, torch.from_numpy(self.x))
        base = features.double() @ self.heads.weight[0, :, 0].double()
        chance = torch.sigmoid(base.unsqueeze(1) + self.heads.bias[:, 0].double())
        pull = (chance.numpy() - self.labels.value) * strength.double().numpy()[:, None]
        pull *= 1 if self.weight is None else self.weight[:, None]
        found = np.zeros((5, N_TASKS, N_TASKS))
        for block, row in zip(self.block, pull, strict=True):
            found[block] += np.abs(row[:, None] - row[None])
        return found


@pytest.mark.parametrize("bias", ["zero", "prior"])
@pytest.mark.parametrize("heavy", [1.0, 1e3], ids=["even", "one row pulls most"])
def test_sums_are_those_in_double_precision(takes_bytes, bias, heavy):
    problem = Problem(bias=bias, heavy=heavy)
    found, expected = problem.sums(), problem.expected()
    assert np.abs(found.distance - expected).max() <= 2e-6 * expected.max()
    assert np.array_equal(found.distance, found.distance.transpose(0, 2, 1))
    assert (found.count == 60).all()
    if heavy == 1.0:
        apart = ~np.eye(N_TASKS, dtype=bool) & (expected > 0)
        assert np.allclose(found.distance[apart], expected[apart], rtol=1e-4, atol=1e-4)


def test_blocks_of_one_piece_need_no_zeros_before(takes_bytes, monkeypatch):
    def spoilt(shape, kind=float):
        return np.full(shape, np.nan, kind)

    monkeypatch.setattr("core.landscape.sums.block_sums.MAX_DOUBLE", 0)
    monkeypatch.setattr("core.landscape.sums.block_sums.np", SimpleNamespace(**vars(np)))
    monkeypatch.setattr("core.landscape.sums.block_sums.np.empty", spoilt)
    problem = Problem(weight=np.where(np.arange(300) % 4 == 1, 4.0, 1.0))
    problem.block = np.array([0, 1, 2, 4])[np.arange(300) % 4]
    found, expected = problem.sums().distance, problem.expected()
    assert found.dtype == np.float32
    assert (found[3] == 0).all()
    assert np.abs(found - expected).max() <= 2e-6 * expected.max()


@pytest.mark.parametrize("bias", ["zero", "prior"])
def test_sums_are_the_same_whatever_the_tiles_and_threads(monkeypatch, bias):
    monkeypatch.setattr(summing, "takes_bytes", lambda device: True)
    problem, n_threads, found = Problem(1200, bias=bias), torch.get_num_threads(), []
    try:
        for side, threads in ((256, 1), (256, 2), (64, 1), (96, 2)):
            monkeypatch.setattr(label_distances, "SIDE", side)
            torch.set_num_threads(threads)
            found.append(problem.sums().distance)
    finally:
        torch.set_num_threads(n_threads)
    assert all(np.array_equal(found[0], other) for other in found[1:])


@pytest.mark.parametrize(("n_rows", "most"), [(1000, 6e-6), (10_000, 2e-6)])
@pytest.mark.parametrize("spread", [0.0, 1.0], ids=["even", "uneven"])
def test_pulls_of_two_bytes_are_near_those_in_double_precision(monkeypatch, n_rows, most, spread):
    monkeypatch.setattr(summing, "takes_bytes", lambda device: True)
    problem = Problem(n_rows, bias="prior")
    problem.x *= np.exp(spread * np.random.default_rng(1).standard_normal((n_rows, 1))).clip(0, 8)
    problem.x = problem.x.astype(np.float32)
    refuse = lambda *parts: pytest.fail("Bytes were to be used.")  # noqa: E731
    monkeypatch.setattr(ordered_biases.OrderedBiases, "_in_floats", refuse)
    found, expected = problem.sums().distance.sum(0), problem.expected().sum(0)
    assert np.abs(found - expected).max() <= most * expected.max()
    assert np.sqrt(((found - expected) ** 2).mean()) <= most / 4 * expected.max()


@pytest.mark.parametrize(("highest", "most"), [(0.1, 1e-5), (0.01, 1e-6)])
def test_rare_labels_are_not_cut_off(monkeypatch, highest, most):
    monkeypatch.setattr(summing, "takes_bytes", lambda device: True)
    problem = Problem(2000, bias="prior", highest=highest)
    found, expected = problem.sums().distance.sum(0), problem.expected().sum(0)
    assert np.abs(found - expected).max() <= most * expected.max()


def test_tasks_that_are_alike_are_no_distance_apart(monkeypatch):
    monkeypatch.setattr(summing, "takes_bytes", lambda device: True)
    problem = Problem(1200, bias="prior")
    problem.labels.value[:, 1] = problem.labels.value[:, 0]
    bias = problem.heads.bias.clone()
    bias[1] = bias[0]
    problem.heads = replace(problem.heads, bias=bias)
    found = problem.sums().distance
    assert (found[:, 0, 1] == 0).all()
    assert (found >= 0).all()
    assert (found[:, 0, 2] > 0).all()


def test_far_logits_and_rows_that_pull_nothing_stay_finite(monkeypatch):
    monkeypatch.setattr(summing, "takes_bytes", lambda device: True)
    problem = Problem(1203, bias="prior")
    problem.x *= 1e4
    problem.x[5:300] = 0
    found, expected = problem.sums().distance, problem.expected()
    assert np.abs(found - expected).max() <= 1e-5 * expected.max()


def test_whole_numbers_are_sums_of_two_bytes():
    number = torch.arange(-32_000, 32_001, dtype=torch.int16)
    fine, coarse = (
        byte.clone().int() for byte in to_bytes(number.clone(), torch.empty_like(number).char())
    )
    assert torch.equal(fine + BYTE * coarse, number.int())


def test_rows_may_come_in_parts_and_count_more_than_once(takes_bytes):
    problem = Problem(weight=np.where(np.arange(300) % 3 == 0, 4.0, 1.0))
    parts = [problem.rows(slice(0, 90)), problem.rows(slice(90, 300))]
    expected = problem.expected()
    for every in (None, Supply(300, lambda: parts)):
        found = problem.sums(every)
        assert np.abs(found.distance - expected).max() <= 2e-6 * expected.max()
        assert found.count.sum(0) == pytest.approx(problem.weight.sum())


def test_blocks_of_one_piece_are_kept_in_single_precision_where_they_are_large(monkeypatch):
    monkeypatch.setattr("core.landscape.sums.block_sums.MAX_DOUBLE", 0)
    problem = Problem()
    found, expected = problem.sums(), problem.expected()
    assert found.distance.dtype == np.float32
    assert np.abs(found.distance - expected).max() <= 2e-6 * expected.max()
    streamed = problem.sums(Supply(300, lambda: [problem.rows()]))
    assert streamed.distance.dtype == np.float64


def test_weights_are_sums_of_products_of_bytes():
    weight = torch.rand(3, 500, generator=torch.Generator().manual_seed(1)) * torch.tensor(
        [[1.0], [1e-30], [0.0]]
    )
    codes = codes_of(weight)
    product = (codes.left.double() * codes.right.double()) * torch.tensor([[[1000.0]], [[1.0]]])
    found = product.sum(0) * torch.tensor(codes.step, dtype=torch.float64).unsqueeze(1)
    largest = weight.double().amax(1, keepdim=True)
    assert ((found - weight).abs() <= 1.5e-6 * largest).all()
    assert codes.are_fair == [True, True, False]


def test_memory_that_runs_out_halves_the_rows_of_a_pass(monkeypatch):
    problem = Problem()
    expected, reach = problem.sums(), summing.LabelDistances.reach

    def scarce(self, x, real):
        if len(x) > self.piece:
            raise MemoryError
        return reach(self, x, real)

    monkeypatch.setattr(summing, "takes_bytes", lambda device: True)
    monkeypatch.setattr(summing.LabelDistances, "reach", scarce)
    assert np.allclose(problem.sums().distance, expected.distance, rtol=1e-5, atol=1e-4)
