"""Which column says whose row it is, of a file that is never held whole."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from core.data.streamed import open_file
from core.data.streamed.whose import CountPatients, CountRows
from core.keys import hash_keys
from core.runs.draft import Draft


def keys_of(values):
    return hash_keys(np.asarray(values, dtype=np.uint64), 0, 5)


def counted(values, n_parts=7):
    counts = CountRows()
    for part in np.array_split(np.asarray(values), n_parts):
        counts.add(keys_of(part))
    return counts.occurrence()


def visits(n_patients, n_rows, seed=0):
    """Patients of shuffled rows, each with one at least."""
    rng = np.random.default_rng(seed)
    more = rng.integers(0, n_patients, n_rows - n_patients)
    return rng.permutation(np.concatenate([np.arange(n_patients), more]))


def test_few_values_are_counted_one_by_one():
    found = counted(visits(2000, 5000))
    assert found[:2] == (2000, 5000)
    assert "all 5,000 rows" in str(found)


@pytest.mark.parametrize("n_patients", [120_000, 290_000])
def test_many_values_are_counted_to_a_hundredth(n_patients):
    found = counted(visits(n_patients, 300_000))
    assert found.n_rows == 300_000
    assert found.n_values == pytest.approx(n_patients, rel=0.01)


def test_values_that_never_come_again_are_as_many_as_rows():
    found = counted(visits(300_000, 300_000))
    assert found.n_values == found.n_rows == 300_000


def test_one_in_a_hundred_that_comes_again_is_seen():
    found = counted(visits(298_000, 300_000))
    assert found.n_values < found.n_rows


def test_memory_does_not_grow_with_the_patients():
    counts, peaks = CountRows(), []
    tracemalloc.start()
    for start in range(0, 1_200_000, 50_000):
        counts.add(keys_of(np.arange(start, start + 50_000)))
        if start in (150_000, 1_150_000):
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.reset_peak()
    tracemalloc.stop()
    assert peaks[1] <= 1.1 * peaks[0]
    assert len(counts.smallest) == CountRows.N_KEPT


def test_only_names_that_say_so_are_counted():
    names = ["patient_id", "PatientID", "subject no", "age", "patient age", "row_id"]
    assert CountPatients(names).names == ("patient_id", "PatientID", "subject no")


def cohort(whose, as_text):
    """Rows of patients: their features are alike, their labels are the same."""
    rng = np.random.default_rng(1)
    n = int(whose.max()) + 1
    risk = rng.standard_normal(n)
    each = {f"y_{k}": (risk + rng.standard_normal(n) > 1).astype(int)[whose] for k in range(3)}
    near = risk[whose] + 0.1 * rng.standard_normal(len(whose))
    ids = [f"P{one:07}" for one in whose] if as_text else whose + 5_000_000
    return pd.DataFrame(
        {"patient_id": ids, "a": near, "b": rng.standard_normal(len(whose)), **each}
    )


def save(frame, path):
    frame.to_parquet(path, index=False, row_group_size=20_000)
    return path


def about_patients(issues):
    return [one.message for one in issues if "whose row it is" in one.message]


@pytest.mark.parametrize("as_text", [True, False])
def test_an_id_is_proposed_by_all_rows_though_the_sample_has_each_once(tmp_path, as_text):
    whose = visits(59_900, 60_000)
    path = save(cohort(whose, as_text), tmp_path / "visits.parquet")
    opened = open_file(path, "y_*", sample_rows=1000)
    assert not opened.frame["patient_id"].duplicated().any()
    (said,) = about_patients(opened.issues)
    assert "59,900 values in all 60,000 rows" in said
    assert not about_patients(open_file(path, "y_*", patient_id="patient_id").issues)


def test_an_id_of_one_row_each_is_not_proposed(tmp_path):
    path = save(cohort(np.arange(40_000), True), tmp_path / "rows.parquet")
    assert not about_patients(open_file(path, "y_*", sample_rows=1000).issues)


def test_the_rows_of_an_upload_are_counted_too(tmp_path, monkeypatch):
    monkeypatch.setattr("core.data.streamed.large.LARGE", 1000)
    path = save(cohort(visits(900, 20_000), True), tmp_path / "visits.parquet")
    draft = Draft.create_from_path(tmp_path / "runs", path, "y_*")
    found = draft.spec.large.counted["patient_id"]
    assert found[:2] == (900, 20_000)
