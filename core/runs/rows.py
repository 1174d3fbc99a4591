"""Every row of a run's table: taken in, measured on, and read anew by another seed."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from core.data import Roles
from core.data.streamed import PASSES, Opened, open_file, reopen
from core.data.streamed.parquet import open_rows
from core.errors import RunError
from core.progress import OnProgress
from core.runs.folder import Run
from core.runs.incoming import NOTE, READ, draft_of, read_note
from core.runs.spec import load_frame, set_roles
from core.runs.streamed import (
    FOLDER,
    INCOMING,
    NEXT,
    ROWS,
    SURVEY,
    is_streamed,
    load_survey,
    save_opened,
)
from core.storage import save_value
from core.streamed import StreamedTable
from core.values import Kind, TaskTable


def rows_of(run: Run) -> TaskTable | StreamedTable:
    """What the landscape of a run is measured on: every row, in memory or on disk; RunError when a
    file is damaged."""
    if not is_streamed(run.path):
        return run.table()
    survey, roles = load_survey(run.path), Roles.from_spec(run.spec.roles)
    return reopen(_rows(run.path), load_frame(run.path), roles, survey)


def take_in(run: Run, on_progress: OnProgress) -> None:
    """Read every row into the run folder, and forget the draft.

    Raises:
        TableError: the file is gone or changed, or has an issue that stops a run.
        RunError: what says where the rows are is damaged.
        Cancelled: then all is as before.
    """
    place, note = run.path / INCOMING, read_note(run.path)
    shutil.rmtree(place / READ, ignore_errors=True)
    (place / READ).mkdir()
    mends = dict(Roles.from_spec(run.spec.roles).mends)
    opened = open_for(run, note["large"].file(place), mends, PASSES, on_progress)
    save_opened(opened, place / READ / "data.parquet")
    shutil.rmtree(run.path / FOLDER, ignore_errors=True)
    (place / READ / FOLDER).replace(run.path / FOLDER)
    (place / READ / "data.parquet").replace(run.path / "data.parquet")
    set_roles(run.path, opened.roles.to_spec())
    shutil.rmtree(draft_of(run.path, note), ignore_errors=True)
    (place / NOTE).unlink()
    shutil.rmtree(place, ignore_errors=True)


def is_of_another_seed(run: Run) -> bool:
    """Whether the rows of a run were split and drawn by another seed than its plan has; RunError
    when a file is damaged."""
    if not is_streamed(run.path):
        return False
    _finish(run.path)
    return load_survey(run.path).seed != run.plan.seed


def read_anew(run: Run, on_progress: OnProgress) -> None:
    """Split, count and draw the rows of a run by the seed of its plan.

    A table in memory is split whenever it is read. Of one on disk the counts and scales of all rows
    belong to a split too, so every row is read once more; what then stands in the folder is what a
    new run with this seed would hold.

    Raises:
        TableError: the rows drawn now have an issue that stops a run.
        RunError: the rows are gone, or a file is damaged.
        Cancelled: then all is as before.
    """
    opened = open_for(run, _rows(run.path), {}, PASSES - 1, on_progress)  # they lie here mended
    place = run.path / NEXT
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    opened.frame.to_parquet(place / "data.parquet", index=False)
    save_value(place / "survey.npz", opened.table.survey)
    (place / "data.parquet").replace(run.path / "data.parquet")
    _finish(run.path)


def _finish(path: Path) -> None:
    """Put the second of two new files in its place, also where a process ended between them."""
    place = path / NEXT
    if (place / "survey.npz").is_file() and not (place / "data.parquet").is_file():
        (place / "survey.npz").replace(path / SURVEY)
    shutil.rmtree(place, ignore_errors=True)


def open_for(
    run: Run, file: Path, mends: Mapping[str, str], n_passes: int, on_progress: OnProgress
) -> Opened:
    """Look through a file with the roles of a run and the seed of its plan.

    Args:
        run: whose roles are known; only their columns are read.
        file: Parquet.
        mends: what is still to be mended there.
        n_passes: over every row, those of the caller included.
        on_progress: told the finished share; may raise Cancelled.
    """
    roles, seen, n_all = Roles.from_spec(run.spec.roles), 0, n_passes * run.spec.n_rows

    def on_rows(n_rows: int) -> None:
        nonlocal seen
        seen += n_rows
        on_progress(min(seen / n_all, 1.0), "reading every row")

    used = set(roles.columns)
    return open_file(
        file,
        list(roles.targets),
        [name for name in open_rows(file).names if name not in used],
        roles.patient_id,
        _kinds(roles),
        run.plan.seed,
        mends,
        on_rows,
        origins=list(roles.origins),
        learn_from=list(roles.features),
    )


def _kinds(roles: Roles) -> dict[str, str]:
    """Kinds as a user would write them."""
    return {
        name: f"{kind}:{roles.event(name)}" if kind is Kind.TIME_TO_EVENT else str(kind)
        for name, kind in roles.kinds
    }


def _rows(path: Path) -> Path:
    """The file of every row of the run at `path`; RunError when it is gone."""
    if not (path / ROWS).is_file():
        raise RunError(f"{ROWS}, the rows of the run {path.name}, is gone; delete the run.")
    return path / ROWS
