"""What people call the groups of a run; kept in its folder, by the tasks of each group."""

import json
from collections.abc import Sequence
from pathlib import Path

from core.runs.status import replace_text

FILE = "names.json"


def load_group_names(folder: Path) -> dict[tuple[str, ...], str]:
    """The names that were given, by task names in the order of the table; a damaged file counts
    as none."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return {tuple(map(str, one["tasks"])): str(one["name"]) for one in found}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def name_group(folder: Path, tasks: Sequence[str], name: str) -> None:
    """Call the group of these tasks so; an empty name takes its name away.

    Other groups keep theirs, those of groupings that are not on show too.
    """
    names = {**load_group_names(folder), tuple(tasks): " ".join(name.split())}
    kept = [{"tasks": list(group), "name": given} for group, given in names.items() if given]
    replace_text(folder / FILE, json.dumps(kept, indent=1, ensure_ascii=False))
