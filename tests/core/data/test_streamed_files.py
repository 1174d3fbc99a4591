"""Looking through a Parquet file: codes, counts and splits without holding it, and bad files."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from core.data import build_table, open_table, summarise_table
from core.data.roles import assign_roles
from core.data.streamed import open_file
from core.data.streamed import parquet as reading
from core.data.streamed.stream import ParquetStream
from core.errors import TableError
from core.every_row import count_every_row
from core.keys import CountDistinct, hash_keys
from core.landscape import OneStep, measure_landscape
from core.streamed import even_copies, fair_rows
from core.values import Split
from tests.core.streamed_tables import KINDS, make_frame, save

OPTIONS = {"targets": "y_*", "patient_id": "person", "kinds": KINDS}


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(reading, "CELLS", 200 * 14)


@pytest.fixture
def frame():
    return make_frame(2000)


def test_features_and_labels_are_those_of_the_table_in_memory(frame, tmp_path):
    streamed = open_table(save(frame, tmp_path / "big.parquet"), **OPTIONS)
    roles = assign_roles(frame, "y_*", patient_id="person", kinds=KINDS)
    dense = build_table(frame, roles)
    assert streamed.sample.feature_names == dense.feature_names
    np.testing.assert_array_equal(streamed.sample.features, dense.features)
    np.testing.assert_array_equal(streamed.sample.labels, dense.labels)
    assert [task.classes for task in streamed.tasks] == [task.classes for task in dense.tasks]


def test_tasks_count_every_row_whatever_the_sample(frame, tmp_path):
    file = save(frame, tmp_path / "big.parquet")
    few, whole = (open_table(file, **OPTIONS, sample_rows=n) for n in (300, 10**6))
    assert len(few.sample.features) < 1500 < len(whole.sample.features)
    for one, other in zip(few.tasks, whole.sample.tasks, strict=True):
        assert (one.name, one.kind, one.n_labelled) == (other.name, other.kind, other.n_labelled)
        assert one.mean == pytest.approx(other.mean, nan_ok=True)
    np.testing.assert_allclose(few.survey.scale.mean[:2], whole.survey.scale.mean[:2])
    np.testing.assert_array_equal(few.survey.n_labels, whole.survey.n_labels)
    assert few.survey.n_by_split.sum() == few.survey.n_rows == 2000
    assert few.survey.n_patients == whole.survey.n_patients == frame["person"].nunique()


def test_patients_are_counted_once_however_many_rows_they_have(frame, tmp_path):
    streamed = open_table(save(frame, tmp_path / "big.parquet"), **OPTIONS, sample_rows=10**6)
    in_memory = summarise_table(streamed.sample, 0)
    of_patients = in_memory.labels
    np.testing.assert_array_equal(streamed.survey.n_labelled, of_patients)
    assert (streamed.survey.n_labels.sum(axis=2) > of_patients.sum(axis=2)).all()
    sums = measure_landscape(streamed, OneStep(starts=1, refits=0), device="cpu").label_sums
    summary = count_every_row(in_memory, streamed.survey, sums)
    np.testing.assert_array_equal(summary.labels, of_patients)


def test_a_row_is_a_patient_where_no_id_is_given(frame, tmp_path):
    options = {"targets": "y_*", "kinds": KINDS, "ignore": ["person"]}
    survey = open_table(save(frame, tmp_path / "big.parquet"), **options).survey
    assert survey.n_labelled is None


def test_rows_of_a_patient_share_a_split_and_shares_are_as_ever(frame, tmp_path):
    streamed = open_table(save(frame, tmp_path / "big.parquet"), **OPTIONS)
    split = streamed.sample.split
    by_person = pd.Series(split).groupby(frame["person"].to_numpy()).nunique()
    assert (by_person == 1).all()
    share = streamed.survey.n_by_split / 2000
    np.testing.assert_allclose(share, [0.6, 0.2, 0.2], atol=0.05)


def test_a_patient_is_the_same_where_a_batch_holds_missing_ids(frame, tmp_path):
    frame["person"] = frame["person"].astype("Int64")
    frame.loc[frame.index[1500:], "person"] = frame["person"].iloc[:500].to_numpy()
    frame.loc[frame.index[1999], "person"] = pd.NA  # only the last batch becomes floats
    streamed = open_table(save(frame, tmp_path / "big.parquet"), **OPTIONS)
    patient = streamed.sample.patient
    np.testing.assert_array_equal(patient[1500:1999], patient[:499])


def test_every_label_is_in_a_small_sample_and_weights_are_fair(tmp_path):
    frame = make_frame(6000, rare=0.004)
    streamed = open_table(save(frame, tmp_path / "big.parquet"), **OPTIONS, sample_rows=800)
    survey, names = streamed.survey, [task.name for task in streamed.tasks]
    rare = streamed.sample.labels[:, names.index("y_rare")] == 1
    assert rare.sum() == frame["y_rare"].sum()
    assert survey.weight.sum() == pytest.approx(6000, rel=0.12)
    assert survey.weight[rare].sum() == frame["y_rare"].sum()
    assert streamed.fair_sample.labels.shape[0] < len(survey.weight)


def test_the_stream_gives_each_training_row_once_in_order(frame, tmp_path):
    streamed = open_table(save(frame, tmp_path / "big.parquet"), **OPTIONS)
    assert isinstance(streamed.stream, ParquetStream)
    number = np.concatenate([batch.number for batch in streamed.stream.batches()])
    np.testing.assert_array_equal(number, streamed.sample.rows(Split.TRAIN))


def test_a_column_that_changes_between_row_groups_is_read_by_one_code(tmp_path):
    """Empty, then digits, then words: the column is text in every batch."""
    frame = make_frame(1800).drop(columns=["y_time", "died", "y_class"])
    texts = np.array([None] * 600 + ["7"] * 600 + ["seven"] * 600, dtype=object)
    frame["turns"] = pd.array(texts, dtype="string")
    frame["y_turns"] = np.where(np.arange(1800) < 600, np.nan, np.arange(1800) % 2)
    streamed = open_table(save(frame, tmp_path / "big.parquet", 600), "y_*")
    place = list(streamed.sample.feature_names).index("turns=seven")
    column = streamed.sample.features[:, place]
    assert np.isnan(column[:600]).all()
    np.testing.assert_array_equal(column[600:], np.repeat([0.0, 1.0], 600))
    found = np.concatenate([b.features[:, place] for b in streamed.stream.batches()])
    np.testing.assert_array_equal(found, column[streamed.sample.rows(Split.TRAIN)])


def test_mends_are_made_in_every_batch(frame, tmp_path):
    frame["b"] = frame["b"].round(2).where(np.arange(2000) % 3 > 0, -999.0)
    file = save(frame, tmp_path / "big.parquet")
    streamed = open_table(file, **OPTIONS, mends={"b": "missing:-999"})
    place = list(streamed.sample.feature_names).index("b")
    found = np.concatenate([b.features[:, place] for b in streamed.stream.batches()])
    assert np.isnan(found).mean() == pytest.approx(1 / 3, abs=0.05)
    assert np.nanmin(found) > -10


def cut(content):
    return content[: len(content) // 2]


def scratched(content):
    middle = len(content) // 3
    return content[:middle] + b"\xff" * 4000 + content[middle + 4000 :]


@pytest.mark.parametrize(
    ("spoil", "says"), [(cut, "is cut off"), (scratched, "damaged"), (lambda c: b"a,b\n1,2", "not")]
)
def test_a_file_that_is_no_whole_parquet_is_one_line(frame, tmp_path, spoil, says):
    path = save(frame, tmp_path / "big.parquet")
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(TableError, match=says) as error:
        open_table(path, **OPTIONS)
    assert "\n" not in str(error.value)


def test_files_without_rows_columns_or_with_names_twice_are_refused(frame, tmp_path):
    path = tmp_path / "big.parquet"
    with pytest.raises(TableError, match="no rows"):
        open_table(save(frame.iloc[:0], path), "y_*")
    with pytest.raises(TableError, match="There is no file"):
        open_table(tmp_path / "none.parquet", "y_*")
    parquet.write_table(pa.table({"y_a": [0, 1]}), path)
    with pytest.raises(TableError, match="one column"):
        open_table(path, "y_*")


def test_an_infinite_value_outside_of_the_sample_is_found(frame, tmp_path):
    file = save(frame, tmp_path / "big.parquet")
    drawn = open_file(file, **OPTIONS, sample_rows=300)
    seen = set(np.round(drawn.frame["b"], 12))
    hidden = next(k for k in range(2000) if round(frame["b"][k], 12) not in seen)
    frame.loc[hidden, "b"] = np.inf
    with pytest.raises(TableError, match="'b' has an infinite value"):
        open_table(save(frame, file), **OPTIONS, sample_rows=300)


def test_copies_of_a_task_are_found_without_its_rows(frame, tmp_path):
    frame["y_again"], frame["y_near"] = frame["y_sick"], frame["y_sick"]
    frame.loc[frame.index[5], "y_near"] = 1 - frame["y_near"].fillna(0).iloc[5]
    streamed = open_table(
        save(frame, tmp_path / "big.parquet"), "y_*", kinds=KINDS, ignore="y_near"
    )
    names = [task.name for task in streamed.tasks]
    copy_of = dict(zip(names, streamed.survey.copy_of, strict=True))
    assert copy_of["y_again"] == names.index("y_sick")
    assert sorted(copy_of.values()) != list(range(len(names)))


def test_distinct_keys_are_counted_exactly_while_few_and_nearly_when_many():
    counted = CountDistinct()
    for part in np.array_split(hash_keys(np.arange(100_000, dtype=np.uint64) % 50_000, 0, 1), 7):
        counted.add(part)
    assert counted.count() == pytest.approx(50_000, rel=0.06)


def test_fair_rows_stand_for_as_many_rows_each():
    weight = np.array([4.0] * 100 + [1.0] * 40)
    kept = fair_rows(weight)
    assert (kept < 100).sum() == 100
    assert (kept >= 100).sum() == 10
    copies = even_copies(weight, 440)
    assert np.bincount(copies, minlength=140)[:100].tolist() == [4] * 100
    np.testing.assert_array_equal(even_copies(np.ones(5), 99), np.arange(5))
