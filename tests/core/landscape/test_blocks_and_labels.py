"""Blocks of whole patients, rows in pieces, ranks, copies: the small pure pieces."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from core.landscape.drawn_heads import draw_own_heads
from core.landscape.rows.blocks import assign_blocks
from core.landscape.rows.label_counts import LabelCounts
from core.landscape.rows.label_sums import excess_events, ranks_among, sum_labels
from core.landscape.rows.labels import Labels, find_distinct, prepare_labels
from core.landscape.rows.pieces import arrange_rows
from tests.core.landscape.tables import draw_labels, make_table


@given(st.lists(st.integers(0, 30), min_size=1, max_size=120), st.integers(2, 20))
def test_blocks_are_made_of_whole_patients(patient, n_blocks):
    patient = np.array(patient)
    block = assign_blocks(patient, n_blocks, seed=0)
    assert sorted(set(block)) == list(range(block.max() + 1))
    assert block.max() < max(n_blocks, 1)
    for one in set(patient):
        assert len(set(block[patient == one])) == 1


@pytest.mark.parametrize("n", [50, 51, 333, 1000])
def test_blocks_of_single_rows_are_even(n):
    sizes = np.bincount(assign_blocks(np.arange(n), 50, seed=1))
    assert len(sizes) == 50
    assert sizes.max() - sizes.min() <= 1


def test_few_patients_make_a_block_each():
    assert len(set(assign_blocks(np.arange(40) // 4, 50, seed=0))) == 10


@given(st.lists(st.integers(0, 9), min_size=1, max_size=300))
def test_every_row_stands_once_in_a_piece_of_its_block(block):
    block = np.unique(block, return_inverse=True)[1]
    n = len(block)
    labels = prepare_labels(make_table(np.ones((n, 1))).tasks, np.ones((n, 1)))
    x = np.arange(n, dtype=np.float32)[:, None]
    rows = arrange_rows(x, labels, block, torch.device("cpu"))
    real = rows.real.numpy()
    seen = rows.x.numpy()[:, 0][real].astype(int)
    assert sorted(seen) == list(range(n))
    np.testing.assert_array_equal(block[seen], np.repeat(rows.block, rows.piece)[real])
    assert not rows.known.numpy()[~real].any()


@given(st.lists(st.one_of(st.integers(-5, 5), st.none()), max_size=40))
def test_ranks_among_all_are_scipys_less_their_mean(values):
    values = np.array([np.nan if v is None else v for v in values], dtype=float)
    known = ~np.isnan(values)
    expected = np.full(len(values), np.nan)
    expected[known] = rankdata(values[known]) - (known.sum() + 1) / 2
    np.testing.assert_array_equal(ranks_among(values, np.sort(values[known])), expected)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_label_sums_are_the_moments_over_shared_rows(missing):
    labels = draw_labels(60, "bm", missing=missing)
    table = make_table(labels, "bm")
    block = np.arange(60) // 20
    sums = sum_labels(table.tasks, [(labels, block)], labels, 3)
    np.testing.assert_array_equal(sums.task, [0, 1, 1, 1])
    part = labels[20:40]
    shared = part[~np.isnan(part).any(axis=1)]
    assert sums.count[1, 0, 2] == len(shared)
    assert sums.total[1, 0, 2] == shared[:, 0].sum()
    assert sums.total[1, 2, 0] == (shared[:, 1] == 1).sum()
    assert sums.product[1, 0, 2] == (shared[:, 0] * (shared[:, 1] == 1)).sum()
    assert sums.square[1, 0, 2] == shared[:, 0].sum()


def test_regressions_are_standardised_and_holes_are_0():
    labels = draw_labels(80, "br", missing=0.3)
    prepared = prepare_labels(make_table(labels, "br").tasks, labels)
    assert (prepared.value[~prepared.known] == 0).all()
    seen = prepared.value[prepared.known[:, 1], 1]
    assert seen.mean() == pytest.approx(0, abs=1e-12)
    assert seen.std() == pytest.approx(1)


def test_copies_are_found_and_near_copies_are_not():
    labels = draw_labels(80, "bb", missing=0.2)
    near = labels[:, :1].copy()
    near[np.flatnonzero(~np.isnan(near))[0]] = np.nan
    labels = np.concatenate([labels, labels[:, :1], near], axis=1)
    tasks = make_table(labels).tasks
    distinct = find_distinct(tasks, prepare_labels(tasks, labels))
    np.testing.assert_array_equal(distinct.number, [0, 1, 0, 2])
    np.testing.assert_array_equal(distinct.first, [0, 1, 3])


def test_excess_events_sum_to_0_and_are_what_the_nelson_aalen_estimate_leaves():
    signed = np.array([2.0, -3.0, 5.0, np.nan, 5.0, -7.0])
    found = excess_events(signed)
    assert np.isnan(found[3])
    assert np.nansum(found) == pytest.approx(0.0)
    first, tied = 1 / 5, 1 / 5 + 2 / 3
    expected = [1 - first, -first, 1 - tied, 1 - tied, -tied]
    np.testing.assert_allclose(found[~np.isnan(found)], expected)


def test_a_time_to_event_is_its_interval_signed_by_whether_it_happened():
    labels = draw_labels(400, "t", missing=0.3)
    prepared = prepare_labels(make_table(labels, "t").tasks, labels)
    value = prepared.value[:, 0]
    known = prepared.known[:, 0]
    np.testing.assert_array_equal(np.sign(value[known]), np.sign(labels[known, 0]))
    assert (value[~known] == 0).all()
    assert set(np.abs(value[known])) == set(range(1, 11))
    order = np.argsort(np.abs(labels[known, 0]))
    assert (np.diff(np.abs(value[known])[order]) >= 0).all()


def test_base_rates_of_counted_labels_are_those_of_the_rows():
    """Of every kind, whatever the parts; a task without a label has none."""
    labels = draw_labels(400, "bmtrb", missing=0.2)
    tasks = make_table(labels, "bmtrb").tasks
    labels[:, 4] = np.nan
    prepared, counts = prepare_labels(tasks, labels), LabelCounts(tasks)
    for rows in np.array_split(np.arange(400), 7):
        counts.add(Labels(prepared.value[rows], prepared.known[rows]))

    def biases(told, tasks=tasks):
        generator, cpu = torch.Generator(), torch.device("cpu")
        return draw_own_heads(tasks, told, 4, "prior", generator, cpu).bias.numpy()

    expected = biases(prepared)
    assert (expected[:3] != 0).any(axis=1).all()
    np.testing.assert_allclose(biases(counts.labels()), expected, rtol=1e-6)
    some = [2, 0]
    found = biases(counts.labels().of(np.array(some)), [tasks[k] for k in some])
    np.testing.assert_allclose(found, expected[some], rtol=1e-6)
