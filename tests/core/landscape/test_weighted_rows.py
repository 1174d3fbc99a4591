"""A row of weight w counts like w copies of it; parts of the rows add up to the whole."""

import numpy as np
import pytest
import torch

from core.landscape.drawn_heads import draw_shared_head
from core.landscape.probes.fit import fit_probes
from core.landscape.rows.labels import Labels, prepare_labels
from core.landscape.rows.pieces import Supply, arrange_rows
from core.landscape.start import generator_of
from core.landscape.sums.accumulate import accumulate
from core.landscape.sums.mean_pull import sum_mean_products
from core.landscape.trunks.perceptron import draw_perceptron
from tests.core.landscape.tables import draw_labels, make_table

CPU = torch.device("cpu")
N, INPUTS = 240, 6


@pytest.fixture
def material():
    rng = np.random.default_rng(3)
    labels = draw_labels(N, "bbb", missing=0.2)
    tasks = make_table(labels).tasks
    x = rng.normal(size=(N, INPUTS)).astype(np.float32)
    weight = rng.choice([1.0, 2.0, 4.0], N)
    return tasks, x, prepare_labels(tasks, labels), np.arange(N) // 30, weight


def repeated(x, labels, block, weight):
    at = np.repeat(np.arange(N), weight.astype(int))
    return x[at], Labels(labels.value[at], labels.known[at]), block[at]


def start(tasks, labels):
    trunk = draw_perceptron(INPUTS, 16, 2, generator_of(0), CPU)
    return trunk, draw_shared_head(tasks, labels, 16, "prior", generator_of(1), CPU)


def sums_of(rows, trunk, heads, every=None):
    found = accumulate(rows, trunk, heads, 64, 10**9, lambda share: None, every)
    return [values for _, values in found._items() if isinstance(values, np.ndarray)]


def test_a_weight_is_a_number_of_copies(material):
    tasks, x, labels, block, weight = material
    trunk, heads = start(tasks, labels)
    weighted = arrange_rows(x, labels, block, CPU, weight=weight)
    copies = arrange_rows(*repeated(x, labels, block, weight), CPU)
    for one, other in zip(
        sums_of(weighted, trunk, heads), sums_of(copies, trunk, heads), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=2e-5, atol=1e-4)


def test_every_piece_has_one_weight_and_one_block(material):
    _, x, labels, block, weight = material
    rows = arrange_rows(x, labels, block, CPU, weight=weight)
    real = rows.real.numpy()
    assert real.sum() == N
    number = {row.tobytes(): place for place, row in enumerate(x)}
    at = [number[row.tobytes()] for row in rows.x.numpy()[real]]
    np.testing.assert_array_equal(rows.row_weight.numpy()[real], weight[at])
    np.testing.assert_array_equal(np.repeat(rows.block, rows.piece)[real], block[at])
    assert (rows.row_weight.numpy()[~real] == 0).all()
    assert (np.diff(rows.block) >= 0).all()


def test_rows_that_stand_for_many_are_held_back_as_the_few_they_are(material):
    """Four of each would be fitted as if they told four times as much."""
    tasks, x, labels, block, _ = material
    trunk, _ = start(tasks, labels)
    alone, heavy = (
        fit_probes(
            tasks, arrange_rows(x, labels, block, CPU, weight=each), trunk, 30.0, lambda share: None
        )
        for each in (np.ones(N), np.full(N, 4.0))
    )
    np.testing.assert_allclose(alone.weight, heavy.weight, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(alone.bias, heavy.bias, rtol=1e-4, atol=1e-6)


def test_probes_of_weighted_rows_that_nothing_holds_back_are_those_of_the_copies(material):
    tasks, x, labels, block, weight = material
    trunk, _ = start(tasks, labels)
    fitted = [
        fit_probes(tasks, rows, trunk, 1e-4, lambda share: None)
        for rows in (
            arrange_rows(x, labels, block, CPU, weight=weight),
            arrange_rows(*repeated(x, labels, block, weight), CPU),
        )
    ]
    np.testing.assert_allclose(fitted[0].weight, fitted[1].weight, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(fitted[0].bias, fitted[1].bias, rtol=1e-3, atol=1e-5)


def test_mean_displacements_of_weighted_rows_are_those_of_the_copies(material):
    tasks, x, labels, block, weight = material
    trunk, heads = start(tasks, labels)
    rows = arrange_rows(x, labels, block, CPU, weight=weight)
    copies = arrange_rows(*repeated(x, labels, block, weight), CPU)
    np.testing.assert_allclose(
        sum_mean_products(rows, trunk, heads, 10**9),
        sum_mean_products(copies, trunk, heads, 10**9),
        rtol=1e-4,
        atol=1e-2,
    )


def test_parts_add_up_to_the_whole_in_any_cut(material):
    tasks, x, labels, block, _ = material
    trunk, heads = start(tasks, labels)
    whole = arrange_rows(x, labels, block, CPU)
    order = np.random.default_rng(0).permutation(N)

    def parts():
        for at in np.split(order, [7, 8, 100]):
            some = Labels(labels.value[at], labels.known[at])
            yield arrange_rows(x[at], some, block[at], CPU, n_blocks=8)

    told = []
    found = accumulate(whole, trunk, heads, 64, 10**9, told.append, Supply(N, parts))
    for one, other in zip(
        [v for _, v in found._items() if isinstance(v, np.ndarray)],
        sums_of(whole, trunk, heads),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-4)
    assert told == sorted(told)
    assert told[-1] == 1.0
