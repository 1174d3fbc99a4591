"""What leaves the machine with a report, said before it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.frozen import Frozen
from core.report.amounts import count, join_some
from core.report.clean import clean
from core.report.named import column_names

NEVER = "no record, no patient, no file name, no path, no user name"


@dataclass(frozen=True, eq=False)
class Manifest(Frozen):
    """`texts` are the words of the user's own that leave: names of tasks, columns and groups."""

    form: str
    audience: str
    task_names: tuple[str, ...]
    column_names: tuple[str, ...]
    group_names: tuple[str, ...]
    contents: tuple[str, ...]
    """What else is in it, one thing each."""

    @property
    def text(self) -> str:
        """For a terminal, one line each."""
        columns = _listed(self.column_names)
        groups = _listed(self.group_names)
        return "\n".join(
            (
                f"Leaves this machine ({self.form}, written for: {self.audience}):",
                f"  names of {count(len(self.task_names), 'task')}: {_listed(self.task_names)}",
                f"  names of columns: {columns}",
                f"  names given to groups: {groups}",
                *(f"  {one}" for one in self.contents),
                f"Never: {NEVER}; counts of 1 to 10 are hidden.",
            )
        )


def _listed(names: tuple[str, ...]) -> str:
    return join_some([clean(name) for name in names], 12) or "none"


def make_manifest(
    document: Mapping[str, Any],
    form: str,
    audience: str = "engineer",
    names: Mapping[tuple[str, ...], str] | None = None,
) -> Manifest:
    """What `render_report` of the same arguments puts into the file."""
    groups = [tuple(group) for group in document["recommended"]["groups"]]
    return Manifest(
        form=form,
        audience=audience,
        task_names=tuple(task["name"] for task in document["tasks"]),
        column_names=() if form == "yaml" else column_names(document),
        group_names=tuple(names[group] for group in groups if names and names.get(group)),
        contents=_contents(document, form),
    )


def _contents(document: Mapping[str, Any], form: str) -> tuple[str, ...]:
    if form == "yaml":
        return ("the groups, the decision, the SHA-256 of the data",)
    found = ["versions, seeds, settings, the time it was made, the SHA-256 of the data"]
    if form == "json":
        found.append("affinities, task graph, embedding and groupings, as numbers between tasks")
    if document.get("data"):
        found.append("counts of records, patients, labels and events for each split")
    if any(why.get("traits") for why in document.get("why") or ()):
        found.append("means and shares of the patients that drive a group, and of the others")
    if document.get("evidence"):
        found.append("scores and gains of each task, with their intervals")
    return tuple(found)
