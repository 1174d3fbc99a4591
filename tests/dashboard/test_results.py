"""What runs hold is read once, and anew where it is another."""

from dataclasses import replace
from functools import partial

import numpy as np

from core.data.streamed import open_file
from core.runs import Run
from core.runs.rows import read_anew
from core.runs.streamed import save_opened, streamed_spec
from dashboard.results import looked_at_of, survey_of, table_of
from tests.cohort import SMALL_PLAN
from tests.core.streamed_tables import make_frame, save


def test_another_seed_is_another_split_of_the_same_rows(untrained):
    first = table_of(untrained)
    assert table_of(untrained) is first, "read once"
    untrained.set_plan(replace(untrained.plan, seed=untrained.plan.seed + 1))
    found = table_of(untrained)
    assert found == untrained.table()
    assert not np.array_equal(found.split, first.split)
    np.testing.assert_array_equal(looked_at_of(untrained).split, found.split)


def test_so_is_that_of_a_table_on_disk_once_its_rows_were_read_anew(tmp_path):
    frame = make_frame(2000, rare=0.2).drop(columns="y_time")
    opened = open_file(save(frame, tmp_path / "big.parquet"), "y_*", ["died"], "person")
    spec = streamed_spec(opened, SMALL_PLAN, "big", "0" * 64)
    run = Run.make(tmp_path / "run", partial(save_opened, opened), spec)
    first, told = table_of(run), survey_of(run)
    assert survey_of(run) is told, "read once"
    run.set_plan(replace(run.plan, seed=run.plan.seed + 1))
    read_anew(run, lambda share, message: None)
    assert not np.array_equal(survey_of(run).n_labels, told.n_labels)
    assert not np.array_equal(table_of(run).split, first.split)
    np.testing.assert_array_equal(looked_at_of(run).split, survey_of(run).sample.split)
