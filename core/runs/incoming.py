"""The rows of a table too large for memory, on their way into a run folder.

incoming/rows.json     where they are, and the draft that they come from
incoming/rows.parquet  the rows themselves, where they lay in the draft

To read every row takes long, so the worker does it (`core.runs.rows`): it says how far it is, can
be cancelled, and begins anew when it is resumed. Until then `data.parquet` holds the rows that the
draft showed.
"""

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from core.errors import RunError
from core.runs.large import DRAFTS, Large
from core.runs.streamed import INCOMING

NOTE, ROWS, READ = "rows.json", "rows.parquet", "read"


def leave_rows(large: Large, draft: Path, folder: Path) -> None:
    """Say in a new run folder where its rows are; those inside the draft are linked, not copied."""
    place = folder / INCOMING
    place.mkdir()
    file = large.file()
    if file.is_relative_to(draft):
        try:
            (place / ROWS).hardlink_to(file)
        except OSError:  # a disk without such links
            shutil.copy2(file, place / ROWS)
        large = replace(large, path=ROWS)
    note = {"large": asdict(large), "draft": draft.name}
    (place / NOTE).write_text(json.dumps(note))


def has_incoming(path: Path) -> bool:
    """Whether the rows of the run at `path` are still to be read."""
    return (path / INCOMING / NOTE).is_file()


def find_draft(path: Path) -> Path | None:
    """The draft whose columns can be changed where the rows of a run could not be read."""
    if not has_incoming(path):
        return None
    try:
        draft = draft_of(path, read_note(path))
    except RunError:
        return None
    return draft if (draft / "draft.json").is_file() else None


def forget_draft(path: Path) -> None:
    """Delete the draft of a run that goes before its rows were read."""
    if draft := find_draft(path):
        shutil.rmtree(draft, ignore_errors=True)


def read_note(path: Path) -> dict[str, Any]:
    """Where the rows of the run at `path` are, and the draft; RunError when that is damaged."""
    try:
        found = json.loads((path / INCOMING / NOTE).read_text())
        return {"large": Large(**found["large"]), "draft": str(found["draft"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{INCOMING}/{NOTE} of the run {path.name} is damaged; delete it."
        ) from error


def draft_of(path: Path, note: dict[str, Any]) -> Path:
    """The folder of the draft that a run's rows come from."""
    return path.parent / DRAFTS / Path(note["draft"]).name
