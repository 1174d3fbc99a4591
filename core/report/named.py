"""The columns of the data that a report names."""

from collections.abc import Mapping
from typing import Any

NAMING = ("features", "columns", "traits")
"""The parts of an entry of `why` that name columns; traits name tasks too."""


def column_names(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Their names, each once."""
    tasks = {task["name"] for task in document["tasks"]}
    found = (
        one["name"]
        for why in document.get("why") or ()
        for part in NAMING
        for one in why.get(part, ())
    )
    return tuple(name for name in dict.fromkeys(found) if name not in tasks)
