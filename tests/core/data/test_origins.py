"""An origin is looked at and never learned from."""

import numpy as np
import pandas as pd
import pytest

from core.command.tables import Columns, make_run
from core.data import Roles, assign_roles, build_table, fit_schema
from core.data.levels import join_levels
from core.data.origins import MOST_LEVELS, show_origins
from core.data.streamed.opening import open_file
from core.errors import TableError
from core.runs import Run
from core.runs.looked_at import with_origins
from tests.cohort import SMALL_PLAN, small_cohort


@pytest.fixture
def frame():
    frame = small_cohort().frame
    site = np.array(["north", "south", "<b>"])[np.arange(len(frame)) % 3].astype(object)
    site[:5] = None
    return frame.assign(site=site, code=np.arange(len(frame)) % 2 + 1)


def test_the_engine_sees_the_table_that_it_sees_where_origins_are_ignored(frame):
    with_site = assign_roles(frame, "y_*", origins="site,code")
    without = assign_roles(frame, "y_*", ignore="site,code")
    table = build_table(frame, with_site)
    assert table.fingerprint == build_table(frame, without).fingerprint
    assert with_site.origins == ("site", "code")
    assert not {"site", "code"} & {*with_site.features, *with_site.targets}
    assert Roles.from_spec(with_site.to_spec()) == with_site
    assert "groups" not in without.to_spec()


def test_the_file_of_a_run_calls_origins_what_the_first_runs_called_them(frame):
    spec = assign_roles(frame, "y_*", origins="site").to_spec()
    assert spec["groups"] == ["site"]
    assert Roles.from_spec(spec).origins == ("site",)


def test_no_model_that_is_exported_asks_for_an_origin(frame):
    with_site = assign_roles(frame, "y_*", origins="site,code")
    table = build_table(frame, with_site)
    schema = fit_schema(frame, with_site, table)
    assert not {code.name for code in schema.columns} & {"site", "code"}


def test_what_is_looked_at_has_a_column_a_value_and_none_where_it_is_missing(frame):
    roles = assign_roles(frame, "y_*", origins=["site", "code"])
    table = build_table(frame, roles)
    shown = show_origins(table, frame, roles)
    names = ("site=<b>", "site=north", "site=south", "code=1", "code=2")
    assert shown.feature_names == (*names, *table.feature_names)
    for level in ("<b>", "north", "south"):
        flags = shown.features[:, shown.feature_names.index(f"site={level}")]
        assert np.isnan(flags[:5]).all()
        np.testing.assert_array_equal(flags[5:], frame["site"][5:] == level)
    np.testing.assert_array_equal(shown.features[:, 4], frame["code"] == 2)
    assert join_levels(shown)[1][:2] == ["site", "code"]
    np.testing.assert_array_equal(shown.features[:, 5:], table.features)


def test_of_many_values_the_most_frequent_are_told_apart(frame):
    frame = frame.assign(site=[f"s{max(k - 100, 0):03}" for k in range(len(frame))])
    roles = assign_roles(frame, "y_*", origins="site")
    shown = show_origins(build_table(frame, roles), frame, roles)
    levels = [name for name in shown.feature_names if name.startswith("site=")]
    assert len(levels) == MOST_LEVELS
    assert levels[0] == "site=s000"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"origins": "sight"}, "--origin 'sight' matches no column. Did you mean 'site'"),
        ({"origins": "site", "patient_id": "site"}, "both the patient id and an origin"),
    ],
)
def test_what_cannot_be_an_origin_is_one_line(frame, asked, words):
    with pytest.raises(TableError, match=words):
        assign_roles(frame, "y_*", **asked)


def test_what_is_ignored_is_no_origin_and_no_origin_is_a_target(frame):
    roles = assign_roles(frame, "y_*,code", ignore="site", origins="site,code")
    assert roles.origins == ("code",)
    assert "code" not in roles.targets


def test_a_run_keeps_its_origins_and_copies_nothing_that_is_ignored(frame, tmp_path):
    roles = assign_roles(frame, "y_*", ignore="code", origins="site")
    run = Run.create(tmp_path / "run", frame, roles, SMALL_PLAN, "sited", "0" * 64)
    kept = pd.read_parquet(run.path / "data.parquet").columns
    assert "site" in kept
    assert "code" not in kept
    assert "site=north" not in run.table().feature_names
    assert "site=north" in with_origins(run, run.table()).feature_names


def test_the_sample_of_a_streamed_file_has_its_origins_beside_it(frame, tmp_path):
    path = tmp_path / "large.parquet"
    frame.to_parquet(path, index=False)
    opened = open_file(path, "y_*", patient_id=None, origins="site")
    assert opened.roles.origins == ("site",)
    sample = opened.table.survey.sample
    assert "site=north" not in sample.feature_names
    shown = show_origins(sample, opened.frame, opened.roles)
    assert len(shown.features) == len(sample.features)
    assert "site=north" in shown.feature_names


@pytest.mark.parametrize("stream", ["never", "always"])
def test_the_command_line_takes_origins_of_a_whole_and_of_a_streamed_table(frame, tmp_path, stream):
    frame.to_csv(tmp_path / "t.csv", index=False)
    columns = Columns(("y_*",), ("code",), None, {}, {}, ("site",))
    run = make_run(tmp_path / "t.csv", tmp_path / "run", columns, SMALL_PLAN, stream)
    assert Roles.from_spec(run.spec.roles).origins == ("site",)
    assert "site=north" in with_origins(run, run.table()).feature_names
    assert "site" in take_file(run).columns


def take_file(run):
    """Every row that the run keeps."""
    rows = run.path / "streamed" / "rows.parquet"
    return pd.read_parquet(rows if rows.is_file() else run.path / "data.parquet")
