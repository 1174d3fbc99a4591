"""Which tasks selected samples pull together: by brute force, as planted, and with nothing small."""

import numpy as np
import pytest

from core.data import load_table
from core.selection.profile import SMALL, selected_rows
from core.selection.pull import measure_pull
from core.values import Points
from tests.cohort import small_cohort
from tests.core.selection.test_profile import points_of


@pytest.fixture(scope="module")
def table():
    return load_table(small_cohort(missing=0.1).frame, targets="y_*")


@pytest.mark.parametrize("signed", [False, True])
def test_the_pull_is_a_loop_over_rows(table, signed):
    rng = np.random.default_rng(2)
    points = points_of(table, rng)
    chosen = rng.random(len(points.sample)) < 0.1
    pull = measure_pull(points, chosen, len(table.tasks), signed)
    inside_rows = set(selected_rows(points, chosen))
    found = {True: [], False: []}
    for row in np.unique(points.sample):
        sketch = {t: points.sketch[(points.sample == row) & (points.task == t)] for t in (0, 4)}
        if all(map(len, sketch.values())):
            a, b = sketch[0][0], sketch[4][0]
            cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
            found[row in inside_rows].append(cosine if signed else abs(cosine))
    assert pull.inside[0, 4] == pytest.approx(np.mean(found[True]))
    assert pull.outside[0, 4] == pytest.approx(np.mean(found[False]))
    error = np.sqrt(sum(np.var(part, ddof=1) / len(part) for part in found.values()))
    width = (pull.high - pull.low)[0, 4]
    assert width == pytest.approx(2 * 1.959964 * error)
    assert pull.difference[4, 0] == pytest.approx(pull.difference[0, 4])


def test_rows_that_agree_are_found_to_pull_together(table):
    rng = np.random.default_rng(3)
    points = points_of(table, rng)
    rows = rng.permutation(np.unique(points.sample))
    sketch = np.array(points.sketch)
    inside = np.isin(points.sample, rows[:60])
    first, second = (inside & (points.task == task) for task in (0, 1))
    shared = {row: sketch[(points.sample == row) & first] for row in rows[:60]}
    for place in np.flatnonzero(second):
        if len(shared[points.sample[place]]):
            sketch[place] = 3.0 * shared[points.sample[place]][0]
    planted = Points(sketch, points.sample, points.task, points.label, points.loss, points.n_total)
    pull = measure_pull(planted, inside, len(table.tasks), True)
    assert pull.inside[0, 1] == pytest.approx(1.0)
    assert pull.low[0, 1] > 0
    gap = np.where(np.eye(len(table.tasks), dtype=bool), -np.inf, pull.difference)
    assert set(np.unravel_index(np.nanargmax(gap), gap.shape)) == {0, 1}


def test_pairs_with_ten_shared_rows_or_fewer_are_not_told(table):
    points = points_of(table, np.random.default_rng(0))
    chosen = np.isin(points.sample, np.unique(points.sample)[:SMALL])
    pull = measure_pull(points, chosen, len(table.tasks), True)
    assert np.isnan(pull.inside).all()
    assert np.isnan(pull.difference).all()
    assert np.isfinite(pull.outside).all()


def by_patient(points, chosen, patient, pair):
    """Mean and clustered standard error of both sides, from a loop over patients."""
    inside, found = set(selected_rows(points, chosen)), []
    for side in (True, False):
        sums = {}
        for row in np.unique(points.sample):
            here = [(points.sample == row) & (points.task == task) for task in pair]
            if (row in inside) == side and all(one.any() for one in here):
                a, b = (points.sketch[one][0] for one in here)
                cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
                sums.setdefault(patient[row], []).append(cosine)
        n_rows = sum(map(len, sums.values()))
        mean = sum(map(sum, sums.values())) / n_rows
        off = [sum(one) - mean * len(one) for one in sums.values()]
        n = len(sums)
        found.append((n, mean, np.sum(np.square(off)) * n / (n - 1) / n_rows**2))
    return found


def test_rows_of_a_patient_are_drawn_together(table):
    """The mean is that over rows, its interval that of patients; parts cut no patient in two."""
    points = points_of(table, np.random.default_rng(5))
    patient = np.random.default_rng(6).integers(0, 60, len(table.labels))
    chosen = np.isin(points.sample, np.flatnonzero(patient < 25))
    pull = measure_pull(points, chosen, len(table.tasks), True, patient)
    (_, inside, error_in), (_, outside, error_out) = by_patient(points, chosen, patient, (0, 4))
    assert pull.inside[0, 4] == pytest.approx(inside)
    assert pull.outside[0, 4] == pytest.approx(outside)
    width = 2 * 1.959964 * np.sqrt(error_in + error_out)
    assert (pull.high - pull.low)[0, 4] == pytest.approx(width)


def test_parts_of_the_rows_add_up_to_all_of_them(table, monkeypatch):
    points = points_of(table, np.random.default_rng(5))
    patient = np.random.default_rng(6).integers(0, 60, len(table.labels))
    chosen = np.isin(points.sample, np.flatnonzero(patient < 25))
    whole = measure_pull(points, chosen, len(table.tasks), False, patient)
    monkeypatch.setattr("core.selection.pull._CELLS", 300)
    parts = measure_pull(points, chosen, len(table.tasks), False, patient)
    for name in ("inside", "outside", "low", "high"):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name))


def test_ten_patients_of_eleven_rows_each_are_not_told(table):
    points = points_of(table, np.random.default_rng(0))
    rows = np.unique(points.sample)
    patient = np.arange(len(table.labels))
    patient[rows[: 11 * SMALL]] = np.repeat(rows[:SMALL], 11)
    chosen = np.isin(points.sample, rows[: 11 * SMALL])
    assert np.isfinite(measure_pull(points, chosen, len(table.tasks), True).inside).all()
    pull = measure_pull(points, chosen, len(table.tasks), True, patient)
    assert np.isnan(pull.inside).all()
    assert np.isnan(pull.difference).all()
    assert np.isfinite(pull.outside).all()
