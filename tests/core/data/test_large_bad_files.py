"""Bad large files: changed while read, cut off, odd row groups, nested columns; one line each."""

import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from core.data.streamed import open_file, open_table
from core.data.streamed import parquet as reading
from core.errors import TableError
from core.landscape import OneStep, measure_landscape
from tests.core.streamed_tables import make_frame, save

METHOD = OneStep(starts=1, width=8, n_blocks=4, max_points=10)


@pytest.fixture
def frame(monkeypatch):
    monkeypatch.setattr(reading, "CELLS", 200 * 10)
    return make_frame(1500).drop(columns=["y_time", "died", "person", "seen"])


def test_a_file_that_changes_during_a_pass_is_told(frame, tmp_path):
    path = save(frame, tmp_path / "big.parquet", 300)
    rows = open_file(path, "y_*").rows
    batches = rows.batches(["a"])
    next(batches)
    os.utime(path, ns=(0, 1))
    with pytest.raises(TableError, match=r"big.parquet changed while it was read. Start again."):
        list(batches)


@pytest.mark.parametrize("n_rows", [1500, 1400])
def test_a_file_that_changes_before_the_landscape_is_told(frame, tmp_path, n_rows):
    path = save(frame, tmp_path / "big.parquet")
    table = open_table(path, "y_*")
    save(frame.iloc[::-1].head(n_rows), path)
    with pytest.raises(TableError, match="changed while it was read"):
        measure_landscape(table, METHOD, device="cpu")


def test_a_file_that_goes_away_is_told(frame, tmp_path):
    path = save(frame, tmp_path / "big.parquet")
    table = open_table(path, "y_*")
    path.unlink()
    with pytest.raises(TableError, match="changed while it was read"):
        measure_landscape(table, METHOD, device="cpu")


def test_row_groups_without_rows_are_passed_over(frame, tmp_path):
    table = pa.Table.from_pandas(frame, preserve_index=False)
    path = tmp_path / "holes.parquet"
    with parquet.ParquetWriter(path, table.schema) as writer:
        for part in (table.slice(0, 0), table.slice(0, 700), table.slice(0, 0), table.slice(700)):
            writer.write_table(part)
    found = open_table(path, "y_*")
    whole = open_table(save(frame, tmp_path / "whole.parquet"), "y_*")
    np.testing.assert_array_equal(found.sample.features, whole.sample.features)


def test_columns_of_lists_and_bytes_are_left_out_and_named(frame, tmp_path):
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.append_column("scan", pa.array([[1.0, 2.0]] * len(frame)))
    table = table.append_column("raw", pa.array([b"x"] * len(frame)))
    path = tmp_path / "nested.parquet"
    parquet.write_table(table, path)
    opened = open_file(path, "y_*")
    assert "lists or bytes were left out: 'scan', 'raw'" in opened.rows.notices[0]
    assert (
        opened.table.sample.feature_names
        == open_file(save(frame, tmp_path / "plain.parquet"), "y_*").table.sample.feature_names
    )


def test_two_files_joined_end_to_end_are_one_line(frame, tmp_path):
    """What `cat` makes of two exports: the end of the second describes the wrong bytes."""
    other = pd.DataFrame({"a": ["x"] * 900, "y_b": [1] * 900})
    parts = [save(one, tmp_path / f"{n}.parquet") for n, one in enumerate((frame, other))]
    path = tmp_path / "joined.parquet"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    with pytest.raises(TableError) as error:
        open_table(path, "y_*")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("share", [0.999, 0.5, 0.001])
def test_a_cut_file_is_one_line(frame, tmp_path, share):
    path = save(frame, tmp_path / "big.parquet")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(TableError, match=r"cut off|not a Parquet file|damaged") as error:
        open_table(path, "y_*")
    assert "\n" not in str(error.value)
