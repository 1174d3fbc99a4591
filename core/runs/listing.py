"""Which runs there are."""

from contextlib import suppress
from pathlib import Path

from core.errors import RunError
from core.runs.folder import Run


def list_runs(root: Path) -> tuple[Run, ...]:
    """Every run folder directly under `root`, the newest first; empty when there is no root."""
    found = []
    for spec in root.glob("[!.]*/spec.json"):  # a folder half made has a dot
        with suppress(FileNotFoundError, RunError):  # deleted meanwhile
            found.append((spec.stat().st_mtime, Run(spec.parent)))
    return tuple(run for _, run in sorted(found, key=lambda pair: pair[0], reverse=True))
