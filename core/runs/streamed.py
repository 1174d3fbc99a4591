"""What a run folder keeps of a table that is too large for memory.

data.parquet          the sample, an ordinary small table: what pages and exports look at
streamed/rows.parquet every row, with the columns that have a role, mended
streamed/survey.npz   what was learned of every row
streamed/next/        the last two while the rows are read anew: the plan has another seed
incoming/             before that: where the rows are (`core.runs.incoming`)
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.data import Roles, build_table
from core.data.streamed import PASSES, Opened, copy_rows, open_file, reopen
from core.data.streamed.parquet import open_rows
from core.errors import RunError
from core.plan import Plan
from core.progress import OnProgress
from core.provenance import Source
from core.runs.spec import Spec, load_frame, new_spec
from core.storage import UNREADABLE, load_value, save_value
from core.streamed import StreamedTable, Survey
from core.values import Kind, TaskTable

if TYPE_CHECKING:
    from core.runs.folder import Run

FOLDER, INCOMING = "streamed", "incoming"
ROWS, SURVEY, NEXT = f"{FOLDER}/rows.parquet", f"{FOLDER}/survey.npz", f"{FOLDER}/next"


def streamed_spec(opened: Opened, plan: Plan, name: str, sha256: str) -> Spec:
    """What such a run is asked to do."""
    n_rows, roles = opened.rows.n_rows, opened.roles.to_spec()
    return new_spec(name, n_rows, sha256, roles, plan, Source.TABLE)


def save_opened(opened: Opened, file: Path) -> None:
    """Write the sample to `file`, and all else beside it."""
    folder = file.parent / FOLDER
    folder.mkdir(parents=True)
    opened.frame.to_parquet(file, index=False)
    copy_rows(opened, folder / "rows.parquet")
    save_value(folder / "survey.npz", opened.table.survey)


def is_streamed(path: Path) -> bool:
    """Whether the table of the run at `path` stays on disk."""
    return (path / FOLDER).is_dir()


def table_of(path: Path, roles: Roles, seed: int) -> TaskTable:
    """The table of the run at `path`, or the sample of one too large for memory; RunError when a
    file is damaged."""
    if is_streamed(path):
        return load_survey(path).sample
    return build_table(load_frame(path), roles, seed)


def rows_of(run: "Run") -> TaskTable | StreamedTable:
    """What the landscape of a run is measured on: every row, in memory or on disk; RunError when a
    file is damaged."""
    if not is_streamed(run.path):
        return run.table()
    survey, roles = load_survey(run.path), Roles.from_spec(run.spec.roles)
    return reopen(_rows(run.path), load_frame(run.path), roles, survey)


def load_survey(path: Path) -> Survey:
    """What was learned of every row; RunError when its file is damaged."""
    try:
        return load_value(path / SURVEY, Survey)
    except UNREADABLE as error:
        raise RunError(f"survey.npz of the run {path.name} is damaged; delete it.") from error


def is_of_another_seed(run: "Run") -> bool:
    """Whether the rows of a run were split and drawn by another seed than its plan has; RunError
    when a file is damaged."""
    if not is_streamed(run.path):
        return False
    _finish(run.path)
    return load_survey(run.path).seed != run.plan.seed


def read_anew(run: "Run", on_progress: OnProgress) -> None:
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
    run: "Run", file: Path, mends: Mapping[str, str], n_passes: int, on_progress: OnProgress
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
