"""An uploaded table that has no run yet: kept on disk, so that nothing large stays in memory."""

import json
import math
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from core.data import Roles, Source, digest_source, mend_columns, read_source
from core.data.reading import is_folder
from core.data.streamed import is_large
from core.errors import RunError, TableError
from core.plan import Plan
from core.provenance import Source as MadeFrom
from core.runs.folder import Run
from core.runs.incoming import leave_rows
from core.runs.large import DRAFTS, Large, keep_large
from core.runs.spec import new_spec
from core.runs.startable import check_frame
from core.runs.status import replace_text

if TYPE_CHECKING:
    import pandas as pd

TABLES = "tables"
"""What a run of several uploaded tables is called."""
DAY_S = 24 * 60 * 60
LONGEST_NAME = 200
"""Bytes of a file name that are kept, counted from its end."""


@dataclass(frozen=True)
class DraftSpec:
    """What is known of an upload: its name for people, its digest, what reading it assumed."""

    name: str
    data_sha256: str
    notices: tuple[str, ...]
    targets: tuple[str, ...] = ()
    """Targets that the source names by itself: the tasks of a folder with a table each."""
    large: Large | None = None
    """Where the rows are of a table that is too large for memory."""


class Draft:
    """A handle on a draft; it holds nothing but the path.

    Raises:
        RunError: there is no such draft.
    """

    def __init__(self, root: Path, draft_id: str) -> None:
        self.path = root / DRAFTS / Path(draft_id).name
        if not draft_id or not (self.path / "draft.json").is_file():
            raise RunError("The uploaded table is gone; upload it again.")

    @classmethod
    def create(cls, root: Path, file_name: str, content: IO[bytes]) -> "Draft":
        """Read an uploaded file and keep it as a draft under `root`.

        Raises:
            TableError: the file cannot be read as a table; then nothing is kept.
        """
        return cls._make(root, lambda folder: _save(folder, file_name, content))

    @classmethod
    def create_from_tables(
        cls, root: Path, files: Sequence[tuple[str, IO[bytes]]], target: str
    ) -> "Draft":
        """The same from several tables, one a task; `target` is the target column of each.

        Raises:
            TableError: they cannot be read as such; then nothing is kept.
        """

        def save(folder: Path) -> Path:
            places = [_save(folder / TABLES, name, content) for name, content in files]
            if len({place.name for place in places}) < len(files):
                raise TableError("Two of the tables have one name; a table names its task.")
            return folder / TABLES

        return cls._make(root, save, target)

    @classmethod
    def create_from_path(cls, root: Path, path: Path, target: str) -> "Draft":
        """The same from a table, or a folder of tables, that lies on this machine; it stays."""
        return cls._make(root, lambda _: path, target)

    @classmethod
    def _make(cls, root: Path, save: Callable[[Path], Path], target: str = "") -> "Draft":
        """A draft of what `save` puts into a folder or finds elsewhere; whole or not at all."""
        draft_id = secrets.token_hex(16)
        folder = root / DRAFTS / draft_id
        try:
            (folder / "upload").mkdir(parents=True)
            source = save(folder / "upload")
            digest = digest_source(source)
            if is_large(source):
                spec = _keep_large(source, folder, digest)
            else:
                spec = _keep_whole(source, folder, digest, target)
            shutil.rmtree(folder / "upload")
            replace_text(folder / "draft.json", json.dumps(asdict(spec)))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return cls(root, draft_id)

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def spec(self) -> DraftSpec:
        found = json.loads((self.path / "draft.json").read_text())
        named, large = tuple(found.get("targets", ())), found.get("large")
        return DraftSpec(
            found["name"],
            found["data_sha256"],
            tuple(found["notices"]),
            named,
            Large(**large) if large else None,
        )

    def frame(self) -> "pd.DataFrame":
        """Every column of the upload; of a large one some rows."""
        import pandas as pd

        return pd.read_parquet(self.path / "data.parquet")

    def to_run(self, root: Path, roles: Roles, plan: Plan) -> Run:
        """Make a run of the draft; the draft goes, of a large file once its rows were read.

        Raises:
            TableError: a large file was moved or changed since.
            MethodError: the trunk of the plan cannot read such rows.
        """
        path, spec = root / secrets.token_hex(16), self.spec
        frame = mend_columns(self.frame(), dict(roles.mends))
        check_frame(frame, roles, plan)
        if spec.large is not None:
            return self._to_large(path, frame, spec.large, roles, plan)
        run = Run.create(path, frame, roles, plan, spec.name, spec.data_sha256)
        self.delete()
        return run

    def _to_large(
        self, path: Path, frame: "pd.DataFrame", large: Large, roles: Roles, plan: Plan
    ) -> Run:
        def save(file: Path) -> None:
            frame.loc[:, list(roles.columns)].to_parquet(file, index=False)
            leave_rows(large, self.path, file.parent)

        named, columns = (self.spec.name, large.n_rows, self.spec.data_sha256), roles.to_spec()
        return Run.make(path, save, new_spec(*named, columns, plan, MadeFrom.TABLE))

    def delete(self) -> None:
        """Forget the upload."""
        shutil.rmtree(self.path, ignore_errors=True)


def forget_old_drafts(root: Path, older_than_s: float = DAY_S) -> int:
    """Delete the drafts under `root` that nobody touched for a day; how many there were."""
    oldest = time.time() - older_than_s
    old = [folder for folder in (root / DRAFTS).glob("*/") if _touched_at(folder) < oldest]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _touched_at(folder: Path) -> float:
    """When a draft was last written, in seconds; never for one that goes at this moment."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
    except FileNotFoundError:
        return math.inf


def _keep_whole(source: Path, folder: Path, digest: str, target: str) -> DraftSpec:
    named = (target or None) if is_folder(source) else None
    found = read_source(source, named, needs_targets=False)
    found.frame.to_parquet(folder / "data.parquet", index=False)
    tasks = tuple(found.targets) if _names_targets(found) else ()
    return DraftSpec(source.stem, digest, tuple(found.notices), tasks)


def _keep_large(source: Path, folder: Path, digest: str) -> DraftSpec:
    large, frame, notices = keep_large(source, folder)
    frame.to_parquet(folder / "data.parquet", index=False)
    return DraftSpec(source.stem, digest, notices, large=large)


def _names_targets(source: Source) -> bool:
    """Whether a source named its targets one by one: a folder does, a pattern is text."""
    return not isinstance(source.targets, str)


def _save(folder: Path, file_name: str, content: IO[bytes]) -> Path:
    """Write an upload under its own name, which the errors of reading it say."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / _short_name(file_name)
    with place.open("wb") as file:
        shutil.copyfileobj(content, file)
    return place


def _short_name(file_name: str) -> str:
    """The name of an upload without any folder, cut to what every file system takes."""
    name = file_name.replace("\\", "/").rpartition("/")[2].replace("\0", "")
    while len(name.encode()) > LONGEST_NAME:
        name = name[1:]
    return name if name.strip(".") else "table"
