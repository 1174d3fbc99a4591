"""The landscape on a GPU: the sums of the CPU, nothing rounded, no loop that waits, small cards."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from core.data.streamed import open_table
from core.joint_run import JointRun
from core.landscape import (
    OneStep,
    bring,
    measure_agreement,
    measure_landscape,
    measure_look_ahead,
    measure_points,
)
from core.landscape.drawn_heads import draw_own_heads, draw_shared_head
from core.landscape.own_samples.mean_pairs import sum_means
from core.landscape.rows.labels import prepare_labels
from core.landscape.rows.pieces import arrange_rows
from core.landscape.sums.accumulate import accumulate
from core.landscape.terms import SUMS
from core.landscape.trunks.perceptron import draw_perceptron
from core.landscape.walks import copies, factors
from core.machine.device import send
from tests.card import Card
from tests.core.landscape.modules import MODULES
from tests.core.landscape.tables import draw_labels, make_table
from tests.core.streamed_tables import KINDS, make_frame, save

CUDA = torch.device("cuda")
SMALL = OneStep(starts=1, n_blocks=4, mean_rows=60, max_points=30, width=8, refits=2)
WALK = {"steps": 12, "step_rows": 20}


def table_of(kinds, n=72, shape=(5,), own=False, missing=0.2):
    labels = draw_labels(n, kinds, missing)
    if own:
        labels[np.arange(n)[:, None] % len(kinds) != np.arange(len(kinds))] = np.nan
    table = make_table(labels, kinds, n_features=int(np.prod(shape)))
    return replace(table, feature_shape=shape if len(shape) > 1 else ())


MIXED, BINARY = table_of("bbrmt"), table_of("bbb", missing=0.0)
IMAGES, SERIES = table_of("bbrm", 48, (6, 6)), table_of("bbr", 48, (8, 2))
APART, APART_IMAGES = table_of("bbr", own=True), table_of("bbr", 48, (6, 6), own=True)
CASES = {
    "binary": (BINARY, {}),
    "binary, no base rates": (BINARY, {"head_bias": "zero"}),
    "every kind": (MIXED, {}),
    "every kind, random heads": (MIXED, {"heads": "own"}),
    "every kind, probes": (MIXED, {"heads": "probe"}),
    "a linear map": (MIXED, {"trunk": "linear", "heads": "probe"}),
    "the last layer": (MIXED, {"last_layers": 1, "heads": "own"}),
    "warm": (MIXED, {"start": "warmup", "warmup_steps": 3}),
    "a coreset": (BINARY, {"samples": 40}),
    "walks to one output": (BINARY, WALK),
    "walks": (MIXED, {**WALK, "heads": "own"}),
    "images": (IMAGES, {"depth": 1}),
    "images, probes": (IMAGES, {"depth": 1, "heads": "probe"}),
    "images, walks": (IMAGES, {"depth": 1, "steps": 3, "step_rows": 20}),
    "images, warm": (IMAGES, {"depth": 1, "start": "warmup", "warmup_steps": 3}),
    "series": (SERIES, {"depth": 1, "heads": "own"}),
    "own samples": (APART, {"pairing": "energy"}),
    "own samples, walks": (APART, {"pairing": "all_pairs", "steps": 3}),
    "own samples, means": (APART, {"pairing": "mean"}),
    "own images": (APART_IMAGES, {"depth": 1, "pairing": "energy"}),
    "own images, means": (APART_IMAGES, {"depth": 1, "pairing": "mean", "heads": "own"}),
}


def on_both(work):
    """What a work gives on the CPU and on the card, and the card."""
    cpu = work("cpu")
    with Card() as card:
        return cpu, work("cuda"), card


def assert_alike(one, other):
    for name, values in one._items():
        if isinstance(values, np.ndarray):
            np.testing.assert_allclose(getattr(other, name), values, rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("case", CASES)
def test_a_card_gives_the_sums_of_the_cpu_and_rounds_no_product(case, lax):
    table, settings = CASES[case]
    method = replace(SMALL, **settings)
    cpu, found, card = on_both(lambda name: measure_landscape(table, method, device=name))
    assert_alike(cpu.sums, found.sums)
    assert_alike(cpu.points, found.points)
    np.testing.assert_allclose(found.curve, cpu.curve, rtol=1e-6)
    assert not card.rounded
    assert card.peak > 0


def test_probes_of_every_row_of_a_file_are_those_of_the_cpu(lax, tmp_path):
    file = save(make_frame(1500), tmp_path / "big.parquet")
    table = open_table(file, "y_*", kinds=KINDS, sample_rows=300)
    assert len(table.sample.split) < 1500
    method = replace(SMALL, heads="probe")
    cpu, found, card = on_both(lambda on: measure_landscape(table, method, device=on))
    assert_alike(cpu.sums, found.sums)
    assert not card.rounded


TRIED = ("attention", "lstm", "batch norm", "tied", "two sides", "adapter")


@pytest.mark.filterwarnings("ignore:PyTorch was compiled without cuDNN")
@pytest.mark.parametrize("name", TRIED)
def test_a_module_of_the_users_goes_to_the_card_and_theirs_stays(name, lax):
    torch.manual_seed(0)
    trunk, table = MODULES[name](), table_of("bbr", 48, (12,))
    method = replace(SMALL, heads="own")
    cpu, found, card = on_both(lambda on: measure_landscape(table, method, device=on, trunk=trunk))
    assert_alike(cpu.sums, found.sums)
    assert not card.rounded
    assert not any(part.is_meta for part in trunk.state_dict().values())


def test_a_module_that_is_on_the_card_already_is_measured_on_either():
    table = table_of("bbr", 48, (12,))
    trunk = nn.Linear(12, 4, bias=False)
    cpu = measure_landscape(table, SMALL, device="cpu", trunk=trunk).sums
    with Card():
        there = trunk.to(CUDA)
        assert len(bring(trunk=there).fingerprint) == 32
        assert_alike(cpu, measure_landscape(table, SMALL, device="cuda", trunk=there).sums)
        assert_alike(cpu, measure_landscape(table, SMALL, device="cpu", trunk=there).sums)


@pytest.mark.parametrize(("table", "settings"), [(MIXED, {}), (IMAGES, {"depth": 1})])
def test_a_joint_run_looks_ahead_alike_and_rounds_no_product(table, settings, lax):
    method, run = replace(SMALL, **settings), JointRun(steps=3, every=1, batch_size=16)
    landscape = measure_landscape(table, method, device="cpu")
    asked = (table, landscape, run, method, 0)
    cpu, found, card = on_both(lambda name: measure_look_ahead(*asked, name))
    np.testing.assert_allclose(found.gain, cpu.gain, rtol=1e-6, atol=1e-12)
    assert not card.rounded


def test_points_and_what_holds_a_group_together(lax):
    groups = np.array([0, 0, 1, 1, 1])
    cpu, found, card = on_both(lambda name: measure_agreement(MIXED, groups, SMALL, device=name))
    for one, other in zip(cpu, found, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-6)
    assert not card.rounded
    points, same, _ = on_both(lambda name: measure_points(MIXED, 0, SMALL, device=name))
    assert_alike(points, same)


def waits(work):
    with Card() as card:
        work()
    return Counter(card.waits)


def arranged(table, n_blocks, heads_of):
    """On the card: rows, a trunk, heads."""
    rows, generator = table.rows, torch.Generator().manual_seed(0)
    labels, tasks = prepare_labels(table.tasks, table.labels), table.tasks
    x = table.features.astype(np.float32)
    rows = arrange_rows(x, labels, np.arange(len(x)) // (len(x) // n_blocks), CUDA)
    trunk = draw_perceptron(x.shape[1], 8, 2, generator, CUDA)
    return rows, trunk, heads_of(tasks, labels, 8, "prior", generator, CUDA)


@pytest.mark.parametrize("heads_of", [draw_shared_head, draw_own_heads])
def test_sums_wait_as_often_for_many_batches_as_for_one(heads_of):
    def work(batch):
        rows, trunk, heads = arranged(table_of("bbrm", 320), 16, heads_of)
        accumulate(rows, trunk, heads, batch, 320, lambda share: None, None, frozenset(SUMS))

    assert waits(lambda: work(20)) == waits(lambda: work(320))


def test_mean_displacements_wait_as_often_for_many_blocks_as_for_few():
    table = table_of("bbb", 120, own=True, missing=0.0)

    def work(n_blocks):
        rows, trunk, heads = arranged(table, n_blocks, draw_own_heads)
        sum_means(rows, trunk, heads, 120, lambda share: None)

    assert waits(lambda: work(4)) == waits(lambda: work(20))


@pytest.mark.parametrize("n_tasks", [2, 6])
def test_sketches_do_not_wait_for_each_other(n_tasks):
    table = table_of("b" * n_tasks, missing=0.0)
    found = waits(lambda: measure_points(table, 0, SMALL, device="cuda"))
    assert sum(found.values()) < 12


def test_looks_ahead_and_warming_up_wait_as_often_for_many_steps_as_for_few():
    landscape = measure_landscape(MIXED, SMALL, device="cpu")

    def look(steps):
        run = JointRun(steps=steps, every=1, batch_size=16)
        measure_look_ahead(MIXED, landscape, run, SMALL, 0, "cuda")

    def warm(steps):
        method = replace(SMALL, start="warmup", warmup_steps=steps)
        measure_landscape(MIXED, method, device="cuda")

    for work in (look, warm):
        assert waits(lambda work=work: work(3)) == waits(lambda work=work: work(12))


@pytest.mark.parametrize(("table", "module"), [(MIXED, factors), (IMAGES, copies)])
def test_walks_ask_a_card_every_eighth_step(table, module):
    method = replace(SMALL, depth=1, step_rows=20)

    def work(steps):
        measure_landscape(table, replace(method, steps=steps), device="cuda")

    two, eight, nine = (waits(lambda n=n: work(n)) for n in (2, 8, 9))
    assert two == eight
    assert sum(nine.values()) <= sum(eight.values()) + 6


@pytest.mark.parametrize("case", ["every kind", "images", "images, walks", "own samples"])
def test_a_card_is_asked_as_often_for_many_rows_as_for_few(case):
    few, settings = CASES[case]
    method = replace(SMALL, refits=0, max_points=10, **settings)
    many = replace(
        few,
        features=np.tile(few.features, (6, 1)),
        labels=np.tile(few.labels, (6, 1)),
        split=np.tile(few.split, 6),
        patient=np.arange(6 * len(few.patient)),
    )

    def calls(table):
        with Card() as card:
            measure_landscape(table, method, device="cuda")
        return len(card.calls)

    assert calls(many) < 1.1 * calls(few)


@pytest.mark.parametrize("settings", [{"heads": "probe", "refits": 0}, {**WALK, "steps": 3}])
def test_a_card_too_small_for_a_batch_does_with_parts_of_it(settings):
    method, table = replace(SMALL, width=16, mean_rows=10, **settings), table_of("bbrmt" * 3, 400)
    cpu, _, whole = on_both(lambda name: measure_landscape(table, method, device=name))
    with Card(capacity=whole.peak * 2 // 5) as card:
        found = measure_landscape(table, method, device="cuda")
    assert card.refusals > 0
    assert card.peak <= whole.peak * 2 // 5
    for name, values in cpu.sums._items():
        if isinstance(values, np.ndarray):
            np.testing.assert_allclose(
                getattr(found.sums, name), values, rtol=2e-5, atol=1e-5, err_msg=name
            )


def test_numbers_that_are_sent_arrive_in_their_type_or_another():
    with Card():
        flags = send(np.array([True, False]), CUDA)
        numbers = send(np.array([1.5, 2.5]), CUDA, torch.float32)
        assert (flags.dtype, numbers.dtype) == (torch.bool, torch.float32)
        assert numbers.tolist() == [1.5, 2.5]
