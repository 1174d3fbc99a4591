"""Views of a run that somebody sent as a link: small JSON files with ids nobody can guess."""

import json
import re
import secrets
from pathlib import Path
from typing import Any

from core.errors import RunError
from core.runs.status import replace_text

FOLDER = "views"
MOST_VIEWS = 500
"""Kept a run; the oldest go (ours)."""
LARGEST = 1_000_000
"""Bytes of a view file that are read."""
_ID = re.compile(r"[0-9a-f]{32}")


def save_view(run_path: Path, document: dict[str, Any]) -> str:
    """Keep a view in the folder of a run; returns its id, 128 random bits."""
    view_id = secrets.token_hex(16)
    folder = run_path / FOLDER
    try:
        replace_text(folder / f"{view_id}.json", json.dumps(document, indent=1))
        files = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        for old in files[:-MOST_VIEWS]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise RunError(f"The view cannot be kept ({error.strerror}); make room.") from error
    return view_id


def load_view(run_path: Path, view_id: str) -> Any:
    """The document of a view of a run.

    Raises:
        RunError: the run has no such view, or its file is damaged.
    """
    if not _ID.fullmatch(view_id):
        raise RunError("The address names a view that cannot be; ask for the link again.")
    try:
        return read_view_file(run_path / FOLDER / f"{view_id}.json")
    except FileNotFoundError as error:
        raise RunError("The view in the address is gone; the run itself is shown.") from error


def read_view_file(path: Path) -> Any:
    """The document in a view file; RunError where it is no JSON or too long to be a view."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise RunError(f"{path.name} is too long to be a view; save the view again.")
    try:
        return json.loads(content)
    except ValueError as error:
        raise RunError(f"{path.name} is not a view: no JSON; save the view again.") from error
