"""What runs hold, read once and shared; the only file with a cache."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from jaxtyping import Bool
from pyarrow.parquet import ParquetFile

from core.data import Issue, Mends, Roles, find_issues, mend_columns
from core.errors import RunError
from core.graph.layout import Places, place_tasks
from core.provenance import Source
from core.runs import Draft, Run, read_document
from core.runs.looked_at import with_origins
from core.runs.streamed import SURVEY, is_streamed, load_survey
from core.selection.profile import Profile
from core.selection.pull import Pull, measure_pull
from core.streamed import Survey
from core.trials import Evidence
from core.values import Landscape, Projection, Report, TaskTable
from dashboard.selected import SIGNED_BY_MAGNITUDE, chosen_points, profile_chosen
from dashboard.selection import SampleSelection
from dashboard.tables import describe_columns
from dashboard.words import say_decision

PREVIEW_ROWS = 100
STAGES, TABLE = ("spec.json", "stages/index.json"), ("data.parquet", SURVEY)


def report_of(run: Run) -> Report:
    """The finished report of a run; RunError before it has one."""
    return _report(run.path, _stamp(run.path / "stages" / "report.npz"))


def document_of(run: Run) -> Mapping[str, Any]:
    """report.json of a run; RunError before it has one."""
    return _document(run.path, _stamp(run.path / "report.json"))


def decision_of(run: Run) -> str:
    """What a finished run recommends, in a few words; empty before."""
    return _decision(run.path, _stamp(run.path / "stages" / "report.npz"))


def places_of(run: Run) -> Places:
    """Where the tasks of a finished run are drawn; RunError before."""
    return _places(run.path, _stamp(run.path / "stages" / "report.npz"))


def evidence_of(run: Run) -> Evidence | None:
    """What training has shown so far; None before anything is known."""
    return _evidence(run.path, _stamp(run.path / "stages" / "evidence.npz"))


def landscape_of(run: Run, heads: str) -> Landscape:
    """The landscape of a run; RunError before it was measured."""
    return _landscape(run.path, heads, _stamp(run.path / "stages" / "index.json"))


def map_of(run: Run, method: str) -> Projection | None:
    """A map of a run's landscape, or None while it is not there."""
    return _map(run.path, method, _stamps(run))


def chosen_of(run: Run, selection: SampleSelection) -> Bool[np.ndarray, " point"] | None:
    """Which points of the landscape a selection covers; None where its map is not there."""
    try:
        points = landscape_of(run, run.plan.heads).points
        flat = map_of(run, selection.map_method) if selection.parts else None
        return chosen_points(points, flat, selection, looked_at_of(run))
    except RunError:
        return None


def profile_of(run: Run, selection: SampleSelection) -> Profile | None:
    """How the selected samples differ from the others; None where their map is not there, or the
    run has no table."""
    if run.source is not Source.TABLE:
        return None
    return _profile(run.path, replace(selection, name=""), _stamps(run))


def pull_of(run: Run, report: Report, selection: SampleSelection) -> Pull | None:
    """Which tasks the selected samples pull together; None where their map is not there."""
    signed = report.affinity.measure != SIGNED_BY_MAGNITUDE
    unnamed = replace(selection, name="")
    return _pull(run.path, len(report.tasks), signed, unnamed, _stamps(run))


def table_of(run: Run) -> TaskTable:
    """The table of a run, its rows split as its plan's seed says."""
    return _table(run.path, run.plan.seed, _stamps(run, TABLE))


def any_table_of(run: Run) -> TaskTable | None:
    """The table of a run; None where it was made from something else."""
    return table_of(run) if run.source is Source.TABLE else None


def looked_at_of(run: Run) -> TaskTable | None:
    """The table of a run with its origins, to colour and to select by; None where it was
    made from something else."""
    if run.source is not Source.TABLE:
        return None
    return _looked_at(run.path, run.plan.seed, _stamps(run, TABLE))


def survey_of(run: Run) -> Survey | None:
    """What every row of a table says that is read in batches; None of any other table."""
    if run.source is not Source.TABLE or not is_streamed(run.path):
        return None
    return _survey(run.path, _stamps(run, TABLE))


def preview_of(run: Run) -> pd.DataFrame:
    """The first rows of a run's own copy of the data."""
    return _preview(run.path, _stamp(run.path / "data.parquet"))


def draft_frame(draft: Draft, read: Mends = ()) -> pd.DataFrame:
    """The table of an upload, some columns read otherwise."""
    return _draft_frame(draft.path, read)


def issues_of(draft: Draft, roles: Roles) -> tuple[Issue, ...]:
    """What is wrong with an upload under these roles."""
    return _issues(draft.path, roles)


def column_rows(draft: Draft, targets: str, ignore: str, read: Mends = ()) -> pd.DataFrame:
    """One row a column of an upload, with the role that patterns give it."""
    return _column_rows(draft.path, targets, ignore, read).copy()


def _stamps(run: Run, names: tuple[str, ...] = STAGES) -> tuple[int, ...]:
    return tuple(_stamp(run.path / name) for name in names)


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@st.cache_resource(max_entries=16, show_spinner=False)
def _report(path: Path, stamp: int) -> Report:
    return Run(path).report()


@st.cache_resource(max_entries=16, show_spinner=False)
def _places(path: Path, stamp: int) -> Places:
    return place_tasks(_report(path, stamp).graph)


@st.cache_resource(max_entries=16, show_spinner=False)
def _document(path: Path, stamp: int) -> Mapping[str, Any]:
    return read_document(Run(path))


@st.cache_resource(max_entries=1000, show_spinner=False)
def _decision(path: Path, stamp: int) -> str:
    try:
        return say_decision(Run(path).report().recommended)
    except RunError:
        return ""


@st.cache_resource(max_entries=8, show_spinner=False)
def _evidence(path: Path, stamp: int) -> Evidence | None:
    return Run(path).evidence()


@st.cache_resource(max_entries=8, show_spinner=False)
def _landscape(path: Path, heads: str, stamp: int) -> Landscape:
    return Run(path).landscape(heads)


@st.cache_resource(max_entries=16, show_spinner=False)
def _map(path: Path, method: str, stamps: tuple[int, ...]) -> Projection | None:
    run = Run(path)
    try:
        return run.map(method, landscape_of(run, run.plan.heads))
    except RunError:
        return None


@st.cache_resource(max_entries=32, show_spinner=False)
def _profile(path: Path, selection: SampleSelection, stamps: tuple[int, ...]) -> Profile | None:
    run = Run(path)
    chosen = chosen_of(run, selection)
    if chosen is None:
        return None
    table, points = looked_at_of(run), landscape_of(run, run.plan.heads).points
    return None if table is None else profile_chosen(table, points, chosen, selection)


@st.cache_resource(max_entries=32, show_spinner=False)
def _pull(
    path: Path, n_tasks: int, signed: bool, selection: SampleSelection, stamps: tuple[int, ...]
) -> Pull | None:
    run = Run(path)
    if (chosen := chosen_of(run, selection)) is None:
        return None
    points, table = landscape_of(run, run.plan.heads).points, any_table_of(run)
    return measure_pull(points, chosen, n_tasks, signed, None if table is None else table.patient)


@st.cache_resource(max_entries=4, show_spinner=False)
def _table(path: Path, seed: int, stamps: tuple[int, ...]) -> TaskTable:
    return Run(path).table()


@st.cache_resource(max_entries=4, show_spinner=False)
def _looked_at(path: Path, seed: int, stamps: tuple[int, ...]) -> TaskTable:
    return with_origins(Run(path), _table(path, seed, stamps))


@st.cache_resource(max_entries=4, show_spinner=False)
def _survey(path: Path, stamps: tuple[int, ...]) -> Survey:
    return load_survey(path)


@st.cache_resource(max_entries=8, show_spinner=False)
def _preview(path: Path, stamp: int) -> pd.DataFrame:
    batches = ParquetFile(path / "data.parquet").iter_batches(batch_size=PREVIEW_ROWS)
    frame: pd.DataFrame = next(batches).to_pandas()
    return frame


@st.cache_resource(max_entries=2, show_spinner=False)
def _draft_frame(path: Path, read: Mends) -> pd.DataFrame:
    return mend_columns(Draft(path.parent.parent, path.name).frame(), dict(read))


@st.cache_resource(max_entries=16, show_spinner="Checking the table")
def _issues(path: Path, roles: Roles) -> tuple[Issue, ...]:
    large = Draft(path.parent.parent, path.name).spec.large
    return find_issues(_draft_frame(path, roles.mends), roles, large.counted if large else {})


@st.cache_resource(max_entries=8, show_spinner=False)
def _column_rows(path: Path, targets: str, ignore: str, read: Mends) -> pd.DataFrame:
    return describe_columns(_draft_frame(path, read), targets, ignore)
