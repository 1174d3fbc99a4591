"""Drivers that were planted are found, noise has none, and nothing small is told."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from core.data import load_table
from core.drivers import measure, measure_drivers
from core.landscape import OneStep, bring
from core.values import Split
from tests.core.drivers.cohort import GROUPS, driven_frame, driven_table


@pytest.fixture(scope="module")
def planted():
    table = driven_table()
    return table, measure_drivers(table, GROUPS)


def test_the_planted_column_carries_its_group(planted):
    _, drivers = planted
    for group, cause in zip(drivers.groups, ("cause_a", "cause_b"), strict=True):
        assert group.holds
        assert group.columns[0].name == cause
        assert group.columns[0].share > 0.7
        assert all(one.share > group.column_chance for one in group.columns)
        assert {one.name for one in group.columns[1:]} <= {"cause_a", "cause_b"}


def test_patients_who_drive_a_group_have_much_of_its_cause(planted):
    table, drivers = planted
    for group, cause in zip(drivers.groups, ("cause_a", "cause_b"), strict=True):
        trait = next(one for one in group.traits if one.name == cause)
        assert trait.inside > trait.outside + 0.8
        assert not any(one.name.startswith("other") for one in group.traits)
        assert 0 < group.carried < 1
        assert drivers.n_driving == round(0.1 * len(table.rows(Split.TRAIN)))


def test_a_cause_under_much_noise_is_still_found():
    drivers = measure_drivers(driven_table(noise=2.5, n=2500), GROUPS)
    assert [group.columns[0].name for group in drivers.groups] == ["cause_a", "cause_b"]


@pytest.mark.parametrize("seed", range(3))
def test_without_a_cause_nothing_is_named(seed):
    drivers = measure_drivers(driven_table(n=700, has_cause=False, seed=seed), GROUPS, seed=seed)
    assert all(group.columns == group.traits == () for group in drivers.groups)


@pytest.mark.slow
def test_noise_is_called_a_driver_in_one_of_twenty_groups_at_most():
    found = [
        group.holds
        for seed in range(30)
        for group in measure_drivers(
            driven_table(n=500, has_cause=False, seed=seed), GROUPS, seed=seed
        ).groups
    ]
    assert sum(found) <= 7  # 5 % of 60 is 3; more than 7 has a chance of 1 %


def test_levels_of_a_text_are_one_column():
    drivers = measure_drivers(driven_table(text=True), GROUPS)
    assert drivers.groups[0].columns[0].name == "ward"
    assert drivers.groups[0].columns[0].share > 0.7
    assert "ward=icu" in {one.name for one in drivers.groups[0].traits}


def test_groups_of_one_cost_nothing_and_say_nothing(monkeypatch):
    monkeypatch.setattr(measure, "draw_patients", None)
    drivers = measure_drivers(driven_table(n=300), np.arange(6))
    assert drivers.groups == ()
    assert drivers.reason == ""


def test_tasks_with_their_own_samples_and_few_patients_have_a_reason():
    table = driven_table(n=300)
    own = np.full(table.labels.shape, np.nan)
    place = np.arange(len(own)) % 6
    own[np.arange(len(own)), place] = table.labels[np.arange(len(own)), place]
    assert measure_drivers(replace(table, labels=own), GROUPS).reason == "own samples"
    small = replace(table, split=np.where(np.arange(300) < 21, 0, 2))
    assert measure_drivers(small, GROUPS).reason == "few patients"


def test_a_convolution_names_patients_and_no_columns():
    frame = driven_frame(n=800)
    frame = frame.assign(**{f"more_{k}": 0.001 * np.arange(800) % (k + 2) for k in range(4)})
    table = load_table(frame, targets="y_*")
    drivers = measure_drivers(table, GROUPS, OneStep(trunk="cnn", width=16))
    assert not drivers.has_columns
    assert all(group.columns == () for group in drivers.groups)


def test_only_training_rows_and_one_row_a_patient_are_looked_at(planted):
    table, drivers = planted
    held_out = table.split != Split.TRAIN.code
    rng = np.random.default_rng(0)
    spoilt = replace(
        table,
        features=np.where(
            held_out[:, None], rng.standard_normal(table.features.shape), table.features
        ),
        labels=np.where(held_out[:, None], rng.permuted(table.labels, axis=1), table.labels),
    )
    assert measure_drivers(spoilt, GROUPS) == drivers
    visits = replace(table, patient=np.arange(len(table.labels)) // 3)
    assert measure_drivers(visits, GROUPS).n_patients <= len(table.labels) / 3


def test_many_patients_are_drawn_from(monkeypatch):
    monkeypatch.setattr(measure, "MOST_PATIENTS", 400)
    drivers = measure_drivers(driven_table(n=1500), GROUPS)
    assert drivers.n_patients == 400
    assert drivers.groups[0].columns[0].name == "cause_a"


def test_a_column_is_told_by_its_unit_in_no_way(planted):
    table, drivers = planted
    scaled = replace(table, features=table.features * 1e6)
    found = measure_drivers(scaled, GROUPS)
    for one, other in zip(found.groups, drivers.groups, strict=True):
        assert [c.name for c in one.columns] == [c.name for c in other.columns]
        assert one.agreement == pytest.approx(other.agreement, abs=1e-3)


def test_what_is_missing_can_drive_a_group():
    rng = np.random.default_rng(0)
    frame = driven_frame(n=1500)
    sick = frame["y_a0"] + frame["y_a1"] + frame["y_a2"] > 0
    lacks = np.where(sick, rng.random(1500) < 0.8, rng.random(1500) < 0.1)
    frame["lactate"] = np.where(lacks, np.nan, rng.standard_normal(1500))
    drivers = measure_drivers(load_table(frame, targets="y_*"), GROUPS)
    assert ("lactate", True) in {(c.name, c.is_recording) for c in drivers.groups[0].columns}


def test_a_brought_trunk_is_not_fed_fewer_inputs_than_it_reads(monkeypatch):
    monkeypatch.setattr(measure, "MOST_PATIENTS", 300)
    monkeypatch.setattr(measure, "MOST_PAIRS", 1)
    frame = driven_frame(n=2000)
    frame["rare"] = (np.arange(2000) == 7).astype(float)
    table = load_table(frame, targets="y_*")
    table = replace(table, split=np.zeros(2000, dtype=int))
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(13, 8), torch.nn.ReLU())
    assert measure_drivers(table, GROUPS, seed=1, brought=bring(module)).reason == "other inputs"
    whole = driven_table(n=600)
    module = torch.nn.Sequential(torch.nn.Linear(12, 8), torch.nn.ReLU())
    found = measure_drivers(whole, GROUPS, brought=bring(module))
    assert found.reason == ""
    assert found.has_columns


def test_it_can_be_cancelled():
    class Stop(Exception):
        pass

    def stop(share, message):
        if share > 0.3:
            raise Stop

    with pytest.raises(Stop):
        measure_drivers(driven_table(n=300), GROUPS, on_progress=stop)


@pytest.mark.parametrize("n_rare", [3, 10])
def test_a_rare_level_that_drives_everything_is_never_named(n_rare):
    frame = driven_frame(n=900)
    sick = np.flatnonzero(frame["y_a0"] + frame["y_a1"] + frame["y_a2"] == 3)
    ward = np.array(["general"] * 900, dtype=object)
    ward[sick[:n_rare]] = "tropical"
    frame["ward"] = ward
    frame["note"] = pd.Series(np.where(ward == "tropical", 98765.0, 0.0))
    drivers = measure_drivers(load_table(frame, targets="y_*"), GROUPS)
    names = {c.name for g in drivers.groups for c in (*g.columns, *g.traits)}
    assert not {name for name in names if "tropical" in name or name == "ward=general"}
    assert "note" not in names


def test_any_number_of_threads_names_the_same(planted):
    table, expected = planted
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(3)
        assert measure_drivers(table, GROUPS).fingerprint == expected.fingerprint
    finally:
        torch.set_num_threads(before)
