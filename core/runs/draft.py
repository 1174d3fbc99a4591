"""An uploaded table that has no run yet: kept on disk, so that nothing large stays in memory."""

import json
import math
import secrets
import shutil
import time
from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from core.data import Roles, read_frame
from core.errors import RunError
from core.plan import Plan
from core.runs.folder import Run
from core.runs.status import replace_text

if TYPE_CHECKING:
    import pandas as pd

FOLDER = ".drafts"
DAY_S = 24 * 60 * 60
LONGEST_NAME = 200
"""Bytes of a file name that are kept, counted from its end."""


@dataclass(frozen=True)
class DraftSpec:
    """What is known of an upload: its name for people, its digest, what reading it assumed."""

    name: str
    data_sha256: str
    notices: tuple[str, ...]


class Draft:
    """A handle on a draft; it holds nothing but the path.

    Raises:
        RunError: there is no such draft.
    """

    def __init__(self, root: Path, draft_id: str) -> None:
        self.path = root / FOLDER / Path(draft_id).name
        if not draft_id or not (self.path / "draft.json").is_file():
            raise RunError("The uploaded table is gone; upload it again.")

    @classmethod
    def create(cls, root: Path, file_name: str, content: BinaryIO) -> "Draft":
        """Read an uploaded file and keep it as a draft under `root`.

        Raises:
            TableError: the file cannot be read as a table; then nothing is kept.
        """
        draft_id = secrets.token_hex(16)
        folder = root / FOLDER / draft_id
        upload = folder / "upload" / _short_name(file_name)
        upload.parent.mkdir(parents=True)
        try:
            with upload.open("wb") as file:
                shutil.copyfileobj(content, file)
            with upload.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
            frame, notices = read_frame(upload)  # under its own name, which its errors say
            shutil.rmtree(upload.parent)
            frame.to_parquet(folder / "data.parquet", index=False)
            spec = DraftSpec(upload.stem, digest, tuple(notices))
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
        return DraftSpec(found["name"], found["data_sha256"], tuple(found["notices"]))

    def frame(self) -> "pd.DataFrame":
        """Every column of the upload."""
        import pandas as pd

        return pd.read_parquet(self.path / "data.parquet")

    def to_run(self, root: Path, roles: Roles, plan: Plan) -> Run:
        """Make a run of the draft; the draft goes."""
        path = root / secrets.token_hex(16)
        spec = self.spec
        run = Run.create(path, self.frame(), roles, plan, spec.name, spec.data_sha256)
        self.delete()
        return run

    def delete(self) -> None:
        """Forget the upload."""
        shutil.rmtree(self.path, ignore_errors=True)


def forget_old_drafts(root: Path, older_than_s: float = DAY_S) -> int:
    """Delete the drafts under `root` that nobody touched for a day; how many there were."""
    oldest = time.time() - older_than_s
    old = [folder for folder in (root / FOLDER).glob("*/") if _touched_at(folder) < oldest]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _touched_at(folder: Path) -> float:
    """When a draft was last written, in seconds; never for one that goes at this moment."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
    except FileNotFoundError:
        return math.inf


def _short_name(file_name: str) -> str:
    """The name of an upload without any folder, cut to what every file system takes."""
    name = file_name.replace("\\", "/").rpartition("/")[2].replace("\0", "")
    while len(name.encode()) > LONGEST_NAME:
        name = name[1:]
    return name if name.strip(".") else "table"
