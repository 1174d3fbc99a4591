from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from core import Plan, load_table, preset, run
from core.affinity import SCA, AbsCosine, SCARelative, measure_affinity
from core.errors import Cancelled
from core.grouping.chance import selection_gain
from core.grouping.related import relate
from core.landscape import OneStep, measure_landscape
from core.null import measure_null
from core.null.unrelated import MAX_ROWS, draw_patients, permute_labels
from core.values import Affinity, Decision, Kind, Null, Split, Task, TaskTable

SMALL = OneStep(starts=1, width=16, depth=1)
QUICK = preset("quick")


def independent_tasks(n_tasks, prevalence, n=500, seed=0):
    """Features and labels that have nothing to do with each other."""
    rng = np.random.default_rng(seed)
    columns = {f"x_{k}": rng.standard_normal(n) for k in range(6)}
    for task in range(n_tasks):
        share = prevalence[task % len(prevalence)]
        columns[f"y_{task}"] = (rng.random(n) < share).astype(float)
    return columns


def table_of(columns, **settings):
    return load_table(pd.DataFrame(columns), targets="y_*", **settings)


def test_permuting_keeps_every_label_count_and_where_labels_are_missing():
    rng = np.random.default_rng(0)
    labels = np.where(rng.random((200, 3)) < 0.2, np.nan, rng.integers(0, 3, (200, 3)))
    permuted = permute_labels(labels, [1, 2, 3], [0, 0])
    np.testing.assert_array_equal(np.isnan(permuted), np.isnan(labels))
    np.testing.assert_array_equal(np.sort(permuted, axis=0), np.sort(labels, axis=0))
    assert (permuted != labels)[~np.isnan(labels)].any()


def test_only_training_rows_one_a_patient_and_not_too_many_are_permuted():
    columns = independent_tasks(2, [0.3], n=2 * MAX_ROWS)
    table = table_of(columns)
    assert len(draw_patients(table, 0).labels) == MAX_ROWS
    patient = np.repeat(np.arange(MAX_ROWS // 10), 20)
    small = draw_patients(replace(table, patient=patient), 0)
    assert len(small.labels) <= MAX_ROWS // 10
    assert set(small.split) == {Split.TRAIN.code}


@pytest.mark.parametrize("measure", [SCA(), SCARelative(), AbsCosine()])
def test_independent_tasks_are_as_alike_as_the_null_says(measure):
    table = table_of(independent_tasks(6, [0.1, 0.4], n=2000))
    landscape = replace(SMALL, heads=measure.heads or "shared")
    null = measure_null(table, landscape, measure)
    affinity = measure_affinity(measure_landscape(table, landscape), measure, 2)
    pairs = ~np.eye(6, dtype=bool)
    assert abs(relate(affinity, null)[pairs].mean()) < 0.06


def test_permuting_columns_permutes_the_null():
    columns = independent_tasks(4, [0.2, 0.4])
    names = [name for name in columns if name.startswith("y_")]
    order = [2, 0, 3, 1]
    moved = {name: columns[name] for name in columns if name not in names}
    moved |= {names[task]: columns[names[task]] for task in order}
    here = measure_null(table_of(columns), SMALL, SCA(), n_permutations=3)
    there = measure_null(table_of(moved), SMALL, SCA(), n_permutations=3)
    np.testing.assert_allclose(
        there.values, here.values[:, order][:, :, order], rtol=1e-4, atol=1e-9
    )


def test_the_same_seed_gives_the_same_null_and_another_seed_another():
    table = table_of(independent_tasks(3, [0.3]))
    one, same, other = (
        measure_null(table, SMALL, SCA(), seed, n_permutations=2) for seed in (0, 0, 1)
    )
    assert one == same
    assert one != other


def test_copies_stay_copies_in_the_null():
    columns = independent_tasks(3, [0.3])
    columns["y_3"] = columns["y_1"]
    null = measure_null(table_of(columns), SMALL, SCA(), n_permutations=3)
    np.testing.assert_array_equal(null.values[:, 1, 3], 0)
    assert (null.values[:, 0, 1] > 0).all()


def test_a_cancelled_run_stops_between_permutations():
    told = []

    def stop(fraction, message):
        told.append(message)
        if len(told) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        measure_null(table_of(independent_tasks(3, [0.3])), SMALL, SCA(), on_progress=stop)
    assert told == ["what independent tasks would look like"] * 3


def test_relation_is_0_at_independence_and_1_for_the_same_task():
    values = np.array([[0.0, 0.5, 2.0], [0.5, 0.0, 0.0], [2.0, 0.0, 0.0]])
    null = Null(np.ones((2, 3, 3)), np.array([np.full((3, 3), 1.0), np.full((3, 3), 3.0)]))
    distance = Affinity(tuple("abc"), "sca", True, *[values] * 4, values[None])
    found = relate(distance, null)
    assert found[0].tolist() == [1.0, 0.75, 0.0]
    assert found[1, 2] == 1.0
    likeness = Affinity(tuple("abc"), "abs_cosine", False, *[values / 2] * 4, values[None])
    likeness = replace(likeness, similarity=values / 2)
    halves = Null(np.full((2, 3, 3), 0.5), np.full((2, 3, 3), 0.5))
    assert relate(likeness, halves)[0, 2] == 1.0
    assert relate(likeness, halves)[0, 1] == -0.5


def test_gain_of_groups_that_every_permutation_has_is_nothing():
    rng = np.random.default_rng(0)
    fixed = np.where(np.equal.outer(np.arange(8) % 2, np.arange(8) % 2), 0.9, 0.1)
    noise = rng.normal(0, 0.01, (19, 8, 8))
    stack = fixed + (noise + noise.swapaxes(1, 2)) / 2
    stack[:, np.arange(8), np.arange(8)] = 1
    assert abs(selection_gain(stack, (2,))[2]) < 0.01


@pytest.mark.parametrize("prevalence", [[0.3], [0.05, 0.4]])
def test_independent_tasks_are_not_grouped(prevalence):
    decisions = [
        run(table_of(independent_tasks(12, prevalence, 800, seed)), QUICK).recommended.decision
        for seed in range(3)
    ]
    assert decisions.count(Decision.GROUPED) <= 1


def test_tasks_that_differ_by_a_few_labels_train_together_and_copies_stay_together():
    columns = independent_tasks(1, [0.3])
    rng = np.random.default_rng(1)
    for task in range(1, 6):
        flipped = rng.random(500) < 0.01
        columns[f"y_{task}"] = np.where(flipped, 1 - columns["y_0"], columns["y_0"])
    assert run(table_of(columns), QUICK).recommended.decision is Decision.TOGETHER
    copies = independent_tasks(6, [0.3])
    copies["y_6"] = copies["y_0"]
    advised = run(table_of(copies), QUICK).recommended
    assert advised.decision is Decision.ALONE
    assert advised.grouping.labels[0] == advised.grouping.labels[6]


class Remember:
    """A store that makes every stage and keeps the last value of each."""

    def __init__(self):
        self.made = {}

    def keep(self, name, kind, made_from, make):
        return self.made.setdefault(name, make())


def test_the_null_reads_the_heads_of_the_chosen_measure():
    table = table_of(independent_tasks(3, [0.3]))
    store = Remember()
    run(
        table, Plan(landscape=SMALL, measure=AbsCosine(), n_replicates=5, device="cpu"), store=store
    )
    probes = replace(SMALL, heads="probe")
    assert store.made["null"] == measure_null(table, probes, AbsCosine(), device="cpu")


@pytest.mark.parametrize("trunk", ["auto", "cnn", "mlp"])
def test_the_null_of_images_keeps_their_shape_and_their_trunk(trunk):
    rng = np.random.default_rng(0)
    labels = np.full((120, 2), np.nan)
    labels[::2, 0], labels[1::2, 1] = rng.integers(0, 2, (2, 60))
    images = rng.standard_normal((120, 36))
    images[:, 0] = 1.0  # a corner that never varies
    tasks = [Task(f"y{k}", Kind.BINARY, 60, 0.5, ("0", "1")) for k in range(2)]
    table = TaskTable(
        tuple(f"p{k}" for k in range(36)),
        images,
        tuple(tasks),
        labels,
        np.zeros(120, dtype=int),
        np.arange(120),
        (6, 6),
    )
    null = measure_null(table, replace(SMALL, trunk=trunk), SCA(), n_permutations=2)
    assert np.isfinite(null.values).all()
    folder = replace(table, feature_shape=())  # the same as a folder of tables
    again = measure_null(folder, replace(SMALL, trunk=trunk), SCA(), n_permutations=2)
    assert np.array_equal(again.values, null.values) == (trunk == "cnn")


@pytest.mark.parametrize("measure", [AbsCosine(), SCA()])
def test_any_number_of_threads_makes_the_same_null(measure):
    table = table_of(independent_tasks(5, [0.2, 0.5], n=700))
    landscape = replace(SMALL, heads=measure.heads or "shared")
    before, found = torch.get_num_threads(), []
    try:
        for n_threads in (1, 3):
            torch.set_num_threads(n_threads)
            found.append(measure_null(table, landscape, measure, device="cpu"))
    finally:
        torch.set_num_threads(before)
    np.testing.assert_array_equal(found[0].values, found[1].values)
    np.testing.assert_array_equal(found[0].similarity, found[1].similarity)
