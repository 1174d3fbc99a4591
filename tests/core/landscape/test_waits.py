"""No loop waits for the device: however many batches there are, it is asked as often."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from core.joint_run import JointRun
from core.landscape import OneStep, measure_landscape, measure_look_ahead
from core.landscape.heads import draw_own_heads, draw_shared_head
from core.landscape.rows.labels import prepare_labels
from core.landscape.rows.pieces import arrange_rows
from core.landscape.sums.accumulate import accumulate
from core.landscape.sums.mean_pull import sum_mean_products
from core.landscape.terms import SUMS
from core.landscape.trunks.perceptron import draw_perceptron
from core.landscape.walks import copies, factors
from tests.core.landscape.tables import draw_labels, make_table

CPU = torch.device("cpu")
ASKING = {"aten::_local_scalar_dense", "aten::nonzero", "aten::is_nonzero", "aten::equal"}


class Questions(TorchDispatchMode):
    """Counts what makes the host wait for a GPU: a number that is read, places that are counted."""

    def __init__(self):
        super().__init__()
        self.n = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        by_mask = func is torch.ops.aten.index.Tensor and any(
            index is not None and index.dtype is torch.bool for index in args[1]
        )
        self.n += func.name() in ASKING or by_mask
        return func(*args, **(kwargs or {}))


def asked(work):
    work()  # what is done once is done
    with Questions() as questions:
        work()
    return questions.n


def test_a_number_that_is_read_counts():
    assert asked(lambda: int(torch.ones(3).sum()) + len(torch.ones(3)[torch.ones(3) > 0])) == 2


@pytest.mark.parametrize("draw", [draw_shared_head, draw_own_heads])
def test_sums_over_rows(draw):
    labels = draw_labels(320, "bbrm", missing=0.2)
    tasks, known = (
        make_table(labels, "bbrm").tasks,
        prepare_labels(make_table(labels).tasks, labels),
    )
    generator = torch.Generator().manual_seed(0)
    trunk = draw_perceptron(6, 8, 2, generator, CPU)
    heads = draw(tasks, known, 8, "prior", generator, CPU)
    x = np.random.default_rng(0).standard_normal((320, 6)).astype(np.float32)
    rows = arrange_rows(x, known, np.arange(320) // 20, CPU)

    def work(batch):
        accumulate(rows, trunk, heads, batch, 1, lambda share: None, None, {*SUMS[:-1]})
        sum_mean_products(rows, trunk, heads, 320)

    assert asked(lambda: work(20)) == asked(lambda: work(320))


def test_looks_ahead():
    table = make_table(draw_labels(120, "bbr"), "bbr")
    method = OneStep(starts=1, n_blocks=4, max_points=10)
    landscape = measure_landscape(table, method, device="cpu")
    run = JointRun(steps=4, every=1, batch_size=16)

    def work(steps):
        measure_look_ahead(table, landscape, replace(run, steps=steps), method, 0, "cpu")

    assert asked(lambda: work(4)) == asked(lambda: work(20))


def test_walks_ask_as_often_as_they_are_told_to(monkeypatch):
    table = make_table(draw_labels(120, "bbr"), "bbr")
    method = OneStep(starts=1, n_blocks=4, max_points=10, steps=8, step_rows=120)
    for module in (copies, factors):
        monkeypatch.setattr(module, "is_asked", lambda step, device: step == 0)
    few = asked(lambda: measure_landscape(table, replace(method, steps=4), 0, "cpu"))
    many = asked(lambda: measure_landscape(table, replace(method, steps=12), 0, "cpu"))
    assert few == many
