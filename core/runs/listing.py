"""Which runs there are."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from core.errors import RunError
from core.runs.folder import Run


def list_runs(root: Path) -> tuple[Run, ...]:
    """Every run folder directly under `root`, the last made first whatever was changed since; empty
    when there is no root."""
    found = []
    for spec in root.glob("[!.]*/spec.json"):  # a folder half made has a dot
        with suppress(FileNotFoundError, RunError):  # deleted meanwhile
            run = Run(spec.parent)
            found.append((_made_at(run), run))
    return tuple(run for _, run in sorted(found, key=lambda pair: pair[0], reverse=True))


def _made_at(run: Run) -> datetime:
    """When a run was made, as it says itself; one that cannot say it stands where its file does."""
    try:
        told = datetime.fromisoformat(run.spec.created_at)
    except (RunError, ValueError, TypeError):
        return datetime.fromtimestamp((run.path / "spec.json").stat().st_mtime, UTC)
    return told if told.tzinfo else told.replace(tzinfo=UTC)
