"""What the sections ask of report.json, with an answer for whatever it lacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.report.letters import letter


@dataclass(frozen=True)
class Facts:
    """A document and the names of its groups."""

    document: Mapping[str, Any]
    names: dict[tuple[str, ...], str]

    @cached_property
    def task_names(self) -> tuple[str, ...]:
        return tuple(task["name"] for task in self.document["tasks"])

    @property
    def recommended(self) -> Mapping[str, Any]:
        recommended: Mapping[str, Any] = self.document["recommended"]
        return recommended

    @cached_property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(group) for group in self.recommended["groups"])

    @property
    def evidence(self) -> Mapping[str, Any] | None:
        return self.document.get("evidence")

    @property
    def verdict(self) -> str | None:
        """None before anything was trained."""
        return self.evidence["verdict"] if self.evidence else None

    @property
    def decision(self) -> str:
        return str(self.recommended["decision"])

    @property
    def n_reruns(self) -> int | None:
        n_replicates = self.document["provenance"].get("plan", {}).get("n_replicates")
        return int(n_replicates) if n_replicates else None

    @property
    def has_split(self) -> bool:
        """Whether there are several groups, one of them with two tasks: re-runs can upset that."""
        return 1 < len(self.groups) < len(self.task_names)

    def why(self, number: int) -> Mapping[str, Any]:
        """What holds a recommended group together; empty in a report of an earlier version."""
        entries = self.document.get("why") or []
        return entries[number] if number < len(entries) else {}

    def kinds(self, number: int) -> set[str]:
        """The kinds of the tasks of a recommended group."""
        members = self.groups[number]
        return {task["kind"] for task in self.document["tasks"] if task["name"] in members}

    def name(self, number: int) -> str:
        """What people call a group; empty until they do."""
        return self.names.get(self.groups[number], "")

    def title(self, number: int) -> str:
        """`Group A`, or `Group A: heart`."""
        name = self.name(number)
        return f"Group {letter(number)}" + (f": {name}" if name else "")

    @property
    def best_grouping(self) -> Mapping[str, Any] | None:
        """The best proper grouping that was trained."""
        if not self.evidence or self.evidence["best_grouping"] is None:
            return None
        found: Mapping[str, Any] = self.evidence["candidates"][self.evidence["best_grouping"]]
        return found

    @property
    def is_share(self) -> bool:
        """Whether gains are shares of the loss, not points of a metric."""
        return bool(self.evidence and self.evidence["judged_by"] == "loss")

    @property
    def counted(self) -> tuple[str, ...]:
        """The tasks that count in the means."""
        skipped = {entry["task"] for entry in self.evidence["not_counted"]} if self.evidence else {}
        return tuple(name for name in self.task_names if name not in skipped)
