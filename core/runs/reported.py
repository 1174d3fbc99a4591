"""report.json of a run, read back."""

import json
from typing import Any

from core.errors import RunError
from core.evidence import OLDER, rules_of_today
from core.runs.folder import Run


def read_document(run: Run) -> dict[str, Any]:
    """The aggregates of the last finished report, with a note where its verdict was reached by
    other rules than those of today.

    Raises:
        RunError: there is no report yet, it is damaged, or it is of another plan than the run now
            asks for.
    """
    path = run.path / "report.json"
    if not path.is_file():
        raise RunError(f"The run {run.id} has no report yet; resume it first.")
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        plan = document["provenance"]["plan"]
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"report.json of the run {run.id} is damaged; resume the run.") from error
    if plan != run.spec.plan:
        raise RunError(f"The report of {run.id} is of an earlier plan; resume the run first.")
    evidence = document.get("evidence")
    if evidence and evidence.get("rules") != rules_of_today():
        evidence["notes"] = [*dict.fromkeys((*evidence.get("notes", ()), OLDER))]
    return document
