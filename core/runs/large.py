"""An upload that is too large for memory: where its rows are, and those to look at."""

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.data import Roles
from core.data.streamed import as_parquet, open_file, sample_file
from core.data.streamed.parquet import open_rows, stamp_of
from core.errors import TableError
from core.plan import Plan
from core.runs.folder import Run
from core.runs.streamed import save_opened, streamed_spec
from core.values import Kind

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Large:
    """Where the rows are, in Parquet; size and time of change tell if it is still this file."""

    path: str
    n_rows: int
    size: int
    changed_ns: int

    def file(self) -> Path:
        """The file; TableError where it is gone or another one by now."""
        path = Path(self.path)
        if stamp_of(path) != (self.size, self.changed_ns):
            raise TableError(
                f"{path.name} was moved or changed since it was opened; open it again by its path."
            )
        return path


def keep_large(source: Path, folder: Path) -> tuple[Large, "pd.DataFrame", tuple[str, ...]]:
    """Look into a large file: where it will be read from, some of its rows, and notices.

    A Parquet file that lies elsewhere stays there; one inside `folder` (an upload) is kept, and a
    text is written anew.

    Raises:
        TableError: the file cannot be read.
    """
    place = folder / "rows"
    place.mkdir()
    found = as_parquet(source, place)
    path = found.path
    if path == source and source.is_relative_to(folder):
        path = Path(shutil.move(source, place))
    sample = sample_file(path)
    size, changed_ns = stamp_of(path)
    said = (
        f"The table is large, so it is read in batches and never held whole. Kinds, issues and the "
        f"rows below are those of {len(sample.frame):,} rows of {sample.n_rows:,}, drawn evenly "
        "and with more of rare values.",
    )
    large = Large(str(path), sample.n_rows, size, changed_ns)
    return large, sample.frame, (*found.notices, *sample.notices, *said)


def run_large(large: Large, path: Path, roles: Roles, plan: Plan, name: str, sha256: str) -> Run:
    """A new run at `path` on every row of a large file.

    Raises:
        TableError: the file is gone or changed, or has an issue that stops a run.
    """
    file = large.file()
    opened = open_file(
        file,
        list(roles.targets),
        _left_out(file, roles),
        roles.patient_id,
        _kinds(roles),
        plan.seed,
        dict(roles.mends),
    )
    spec = streamed_spec(opened, plan, name, sha256)
    return Run.make(path, partial(save_opened, opened), spec)


def _left_out(file: Path, roles: Roles) -> list[str]:
    used = set(roles.columns)
    return [name for name in open_rows(file).names if name not in used]


def _kinds(roles: Roles) -> dict[str, str]:
    """Kinds as a user would write them."""
    return {
        name: f"{kind}:{roles.event(name)}" if kind is Kind.TIME_TO_EVENT else str(kind)
        for name, kind in roles.kinds
    }
