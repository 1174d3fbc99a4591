"""A column of an upload that names a split is proposed as ignored; the visitor may learn from it."""

import numpy as np
import pytest

from dashboard.tables import describe_columns
from tests.dashboard.visit import check_sound, visit, words
from tests.inputs import good_frame

pytestmark = pytest.mark.usefixtures("own_folder")

FRAME = good_frame().assign(way=np.array(["train", "test"])[np.arange(200) % 2])


def test_the_role_table_proposes_what_the_engine_does():
    rows = describe_columns(FRAME, "y_*", "").set_index("column")["role"]
    assert rows["way"] == "ignore"
    assert set(rows[["a", "b", "c", "d"]]) == {"feature"}
    assert describe_columns(FRAME, "y_*,way", "").set_index("column")["role"]["way"] == "target"


def test_the_page_says_so_and_a_visitor_may_choose_otherwise(started):
    at = visit()
    at.file_uploader[0].upload("t.csv", FRAME.to_csv(index=False).encode()).run()
    check_sound(at)
    assert "so it is ignored: rows are split anew here" in words(at)
    assert "“role: feature” if that is meant" in words(at)
    columns = list(at.dataframe[1].value["column"])
    at.session_state[f"roles_{at.session_state['view'].draft}_y_*__0"] = {
        "edited_rows": {columns.index("way"): {"role": "feature"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    at.run()
    check_sound(at)
    assert "and is learned from" in words(at)
    at.button(key="start_draft").click().run()
    roles = started[0].spec.roles
    assert (roles["features"], roles["ignore"]) == (["a", "b", "c", "d", "way"], [])
