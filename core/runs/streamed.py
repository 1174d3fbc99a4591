"""What a run folder keeps of a table that is too large for memory.

data.parquet          the sample, an ordinary small table: what pages and exports look at
streamed/rows.parquet every row, with the columns that have a role, mended
streamed/survey.npz   what was learned of every row
streamed/next/        the last two while the rows are read anew: the plan has another seed
incoming/             before that: where the rows are (`core.runs.incoming`)
"""

from pathlib import Path

from core.data import Roles, build_table
from core.data.streamed import Opened, copy_rows
from core.errors import RunError
from core.plan import Plan
from core.provenance import Source
from core.runs.spec import Spec, load_frame, new_spec
from core.storage import UNREADABLE, load_value, save_value
from core.streamed import Survey
from core.values import TaskTable

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


def load_survey(path: Path) -> Survey:
    """What was learned of every row; RunError when its file is damaged."""
    try:
        return load_value(path / SURVEY, Survey)
    except UNREADABLE as error:
        raise RunError(f"survey.npz of the run {path.name} is damaged; delete it.") from error
