"""A column of an upload marked as origin: the landscape is coloured and rows are selected by it."""

import numpy as np
import pandas as pd
import pytest

from core.data import Roles
from core.runs import State
from core.runs.worker import work
from dashboard.select_by_value import columns_of
from tests.cohort import SMALL_PLAN, small_cohort
from tests.dashboard.visit import boxes, check_sound, go_to, visit, words

pytestmark = pytest.mark.usefixtures("own_folder")


def test_an_origin_goes_from_the_role_table_to_the_colours_and_the_selection(started):
    frame = small_cohort().frame
    frame = frame.assign(site=np.where(np.arange(len(frame)) % 2, "north", "south"), other="x")
    at = visit()
    at.file_uploader[0].upload("t.csv", frame.to_csv(index=False).encode()).run()
    columns = list(at.dataframe[1].value["column"])
    roles = {columns.index("site"): {"role": "origin"}, columns.index("other"): {"role": "ignore"}}
    key = f"roles_{at.session_state['view'].draft}_y_*__0"
    at.session_state[key] = {"edited_rows": roles, "added_rows": [], "deleted_rows": []}
    at.run()
    check_sound(at)
    assert "Origins: 1 · Ignored: 1" in words(at)
    at.button(key="start_draft").click().run()
    (run,) = started
    assert Roles.from_spec(run.spec.roles).origins == ("site",)
    assert "other" not in pd.read_parquet(run.path / "data.parquet")
    run.set_plan(SMALL_PLAN)
    assert work(run.path).state is State.DONE
    at = go_to(visit(run.id), "landscape")
    view = at.session_state["view"]
    at.session_state["view"] = type(view)(run=run.id, colour_by="column", column="site")
    go_to(at, "landscape")
    picker = next(box for box in at.selectbox if box.label == "Column")
    assert picker.value == "site"
    at.session_state["by_value"] = True
    at.run()
    table = run.table()
    site = next(one for one in at.selectbox(key="value_column").options if "site" in one)
    at.selectbox(key="value_column").set_value(site).run()
    at.button(key="select_value").click().run()
    check_sound(at)
    assert at.session_state["view"].samples.name == "site is north"
    north = int((np.arange(len(frame)) % 2)[table.split == 0].sum())
    assert f"{north} of 180 training rows have such a value" in words(at)
    assert "site=north" in words(at) + str([one.value for one in at.dataframe])
    assert not [one for one in columns_of(table) if one.name == "site"], "no feature of a model"
    assert not boxes(at)
