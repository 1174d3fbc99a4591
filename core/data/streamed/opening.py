"""From a Parquet file of any size to a table that the engine streams."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from core.data.issues import Issue, find_issues
from core.data.mends import mend_columns
from core.data.patterns import Patterns, match_columns
from core.data.roles import Roles, assign_roles, event_columns
from core.data.source import TABLE_TARGETS
from core.data.streamed.coder import fit_coder
from core.data.streamed.copying import copy_columns
from core.data.streamed.draw import SAMPLE_ROWS, Drawn, count_labels, draw_sample
from core.data.streamed.parquet import OnRows, ParquetRows, open_rows, unheard
from core.data.streamed.stream import ParquetStream
from core.data.streamed.survey import survey_rows
from core.data.streamed.whose import CountPatients
from core.data.table import stop_at_errors
from core.data.whose import Occurrence
from core.streamed import StreamedTable, Survey

if TYPE_CHECKING:
    import pandas as pd


PASSES = 4
"""Over every row of a file until it lies in a run folder: labels, sample, survey, copy."""


@dataclass(frozen=True, eq=False)
class Opened:
    """A file that was looked through: the streamed table, and what a run folder keeps of it."""

    table: StreamedTable
    rows: ParquetRows
    roles: Roles
    mends: Mapping[str, str]
    frame: "pd.DataFrame"
    """The sample, mended, with every column that has a role."""
    issues: tuple[Issue, ...]


def open_table(
    path: str | Path,
    targets: Patterns | None = None,
    ignore: Patterns = (),
    patient_id: str | None = None,
    kinds: Mapping[str, str] | None = None,
    seed: int = 0,
    mends: Mapping[str, str] | None = None,
    sample_rows: int = SAMPLE_ROWS,
) -> StreamedTable:
    """Look through a Parquet file of any size without ever holding it in memory.

    Three passes: the labels are counted, a sample of some ten thousand rows is drawn, and every row
    is counted and scaled. The landscape then reads the file again from each start. Memory does not
    grow with the rows: no array has an entry a row, as split, block and draw are hashes.

    Args:
        path: a Parquet file.
        targets: as for `load_table`, and so are all others but the last.
        ignore: names or globs of columns to leave out.
        patient_id: the column whose rows must stay in one split; never a feature.
        kinds: kinds of targets where the inferred one is not wanted.
        seed: of the split and the sample.
        mends: mends of columns.
        sample_rows: about how many rows the stages that look at single rows get.

    Raises:
        TableError: the file cannot be read, no column matches, or there is an issue that stops a
            run; one line that says what to do.
    """
    asked = (targets, ignore, patient_id, kinds, seed, mends)
    return open_file(Path(path), *asked, sample_rows=sample_rows).table


def open_file(
    path: Path,
    targets: Patterns | None = None,
    ignore: Patterns = (),
    patient_id: str | None = None,
    kinds: Mapping[str, str] | None = None,
    seed: int = 0,
    mends: Mapping[str, str] | None = None,
    on_rows: OnRows = unheard,
    origins: Patterns = (),
    learn_from: Patterns = (),
    sample_rows: int = SAMPLE_ROWS,
) -> Opened:
    """`open_table` for those who make a run folder of it; `on_rows` hears of `PASSES` passes, that
    of `copy_rows` among them."""
    rows, mends, targets = open_rows(path, on_rows), mends or {}, targets or TABLE_TARGETS
    hidden = set(match_columns(rows.names, ignore, "--ignore"))
    events = event_columns(kinds or {}, rows.names)
    wanted = match_columns(rows.names, targets, "--targets")
    origin = [n for n in match_columns(rows.names, origins, "--origin") if n not in hidden]
    labels = [
        n for n in rows.names if n in {*wanted, *events} and n not in {*hidden, *origin, patient_id}
    ]
    columns = [name for name in rows.names if name not in hidden or name in events]
    patients = CountPatients([] if patient_id else [n for n in columns if n not in labels])
    counts = count_labels(rows, labels, patients)
    drawn = draw_sample(rows, columns, counts, seed, sample_rows)
    frame = mend_columns(drawn.frame, mends)
    roles = assign_roles(frame, targets, (), patient_id, kinds, (), mends, origin, learn_from)
    ignored = {*roles.ignore, *hidden} - events
    roles = replace(roles, ignore=tuple(name for name in rows.names if name in ignored))
    issues = find_issues(frame, roles, patients.found())
    stop_at_errors(issues)
    frame = frame.loc[:, list(roles.columns)]
    coder = fit_coder(frame, roles)
    kept = Drawn(frame, drawn.number, drawn.weight)
    survey = survey_rows(rows, coder, kept, mends, seed, _notes(rows.n_rows, len(frame)))
    stream = ParquetStream(rows, coder, seed, mends)
    return Opened(StreamedTable(survey, stream), rows, roles, mends, frame, issues)


class Sampled(NamedTuple):
    """Some rows of a file that has no roles yet, and how many it has."""

    frame: "pd.DataFrame"
    n_rows: int
    notices: tuple[str, ...]
    patients: Mapping[str, Occurrence]
    """Of all rows: how often the values of columns occur that may say whose row it is."""


def sample_file(path: Path, seed: int = 0) -> Sampled:
    """Some rows of a Parquet file with every column; any column that holds few values may become a
    target, so some rows of each value are among them.

    Raises:
        TableError: the file cannot be read.
    """
    rows = open_rows(path)
    patients = CountPatients(rows.names)
    counts = count_labels(rows, rows.names, patients)
    drawn = draw_sample(rows, rows.names, counts, seed)
    return Sampled(drawn.frame, rows.n_rows, rows.notices, patients.found())


def copy_rows(opened: Opened, path: Path) -> None:
    """Write every row of an opened file to `path`, with the columns that have a role, mended."""
    copy_columns(opened.rows, opened.roles.columns, opened.mends, path)


def reopen(path: Path, frame: "pd.DataFrame", roles: Roles, survey: Survey) -> StreamedTable:
    """The streamed table of rows that `copy_rows` wrote to `path`, its sample and its survey."""
    coder = fit_coder(frame, roles)
    return StreamedTable(survey, ParquetStream(open_rows(path), coder, survey.seed))


def _notes(n_rows: int, n_drawn: int) -> tuple[str, ...]:
    if n_drawn == n_rows:
        return ()
    return (
        f"The table of {n_rows:,} rows was read from its file batch by batch for sums and counts; "
        f"kinds, issues, mean displacements, points and what `validate` trains come from "
        f"{n_drawn:,} rows, drawn evenly and with more of rare labels.",
    )
