"""A published table of measured groups, read from a CSV; it can stand in for training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from core.errors import TableError
from core.evidence.search.delimited import Line, number, read_lines
from core.evidence.search.measured import Group, Measured, as_group, membership
from core.frozen import Frozen

_NO_TASK = ("group", "size", "cost")


@dataclass(frozen=True, eq=False)
class GainTable(Frozen):
    """What every listed network lost on each of its tasks (or scored, if `higher_is_better`).

    `losses` is NaN outside a group. A group may be listed at several costs (half-size networks).
    """

    name: str
    task_names: tuple[str, ...]
    groups: tuple[Group, ...]
    losses: Float[np.ndarray, "group task"]
    costs: Float[np.ndarray, " group"]
    higher_is_better: bool = False

    def alone_rows(self) -> tuple[int, ...]:
        """The row of each task's own network: the one of cost 1, else the dearest."""
        rows = []
        for task in range(len(self.task_names)):
            found = [row for row, group in enumerate(self.groups) if group == (task,)]
            rows.append(max(found, key=lambda row: (self.costs[row] == 1, self.costs[row])))
        return tuple(rows)

    def gains(self) -> Float[np.ndarray, "group task"]:
        """gain_t(G) = (ℓ_t({t}) - ℓ_t(G)) / |ℓ_t({t})| (METHODS §6), with the sign turned for a
        score; so 0 for a task's own network."""
        alone = self.losses[self.alone_rows(), range(len(self.task_names))]
        sign = -1.0 if self.higher_is_better else 1.0
        return np.asarray(sign * (alone - self.losses) / np.abs(alone))

    def measured(self) -> Measured:
        """Every network of the table."""
        unknown = np.full(self.losses.shape, np.nan)
        return Measured(self.task_names, self.groups, self.gains(), unknown, self.costs)

    def singles(self) -> Measured:
        """Only the networks of single tasks, at every cost: what a search starts from."""
        rows = [row for row, group in enumerate(self.groups) if len(group) == 1]
        return Measured(
            self.task_names,
            tuple(self.groups[row] for row in rows),
            self.gains()[rows],
            np.full((len(rows), len(self.task_names)), np.nan),
            self.costs[rows],
        )

    def listed(self) -> tuple[tuple[str, ...], ...]:
        """The names of the tasks of every group that the table lists, each once."""
        distinct = dict.fromkeys(self.groups)
        return tuple(tuple(self.task_names[task] for task in group) for group in distinct)

    def coverage(self) -> str:
        """What the table leaves out, in a sentence; empty where it lists every group."""
        n_listed, n_groups = len(set(self.groups)), 2 ** len(self.task_names) - 1
        if n_listed == n_groups:
            return ""
        return (
            f"The table lists {n_listed:,} of {n_groups:,} possible groups; only these could be "
            "chosen, and a better one may be among the others."
        )

    def gain(self, group: Sequence[str]) -> Mapping[str, float]:
        """The gains of a group's members by name: an oracle for `search`.

        Raises:
            TableError: the group is not listed.
        """
        row = self._row(group)
        gains = self.gains()[row]
        return {self.task_names[task]: float(gains[task]) for task in self.groups[row]}

    def cost(self, group: Sequence[str]) -> float:
        """The cost of a group's network (the full-size one)."""
        return float(self.costs[self._row(group)])

    def _row(self, group: Sequence[str]) -> int:
        wanted = as_group([self.task_names.index(name) for name in group])
        rows = [row for row, listed in enumerate(self.groups) if listed == wanted]
        if not rows:
            raise TableError(
                f"{self.name} does not list the group {'|'.join(group)}, which the search needs. "
                "Add it, or select among all that is listed."
            )
        return max(rows, key=lambda row: (self.costs[row] == 1, self.costs[row]))


def read_measured(path: Path, higher_is_better: bool = False) -> GainTable:
    """The table of measured groups in a CSV.

    Column `group` names the tasks of a network joined by `|`; `cost` (1 where absent) and `size`
    (the number of tasks, checked) are optional; every other column is a task with its loss, empty
    where the task is not in the group.

    Raises:
        TableError: an unreadable file, an unknown task, a member without a number, a group twice
            at the same cost, a task without a row of its own, or one that lost exactly 0 alone.
    """
    header, lines = read_lines(path)
    if "group" not in header:
        raise TableError(
            f"{path.name} has no column 'group'; name the tasks of each row there, joined by '|'."
        )
    names = tuple(column for column in header if column not in _NO_TASK)
    if len(names) < 2:
        raise TableError(f"{path.name} has {len(names)} task columns; two or more are needed.")
    groups = tuple(_group(dict(zip(header, line.cells, strict=True)), line, path) for line in lines)
    cells = [dict(zip(header, line.cells, strict=True)) for line in lines]
    places = [f"{path.name} line {line.number}" for line in lines]
    losses = np.full((len(lines), len(names)), np.nan)
    for row, group in enumerate(groups):
        for task, name in enumerate(names):
            if task in group:
                losses[row, task] = number(cells[row][name], f"{places[row]}: {name!r}")
            elif cells[row][name]:
                raise TableError(
                    f"{places[row]} has a value for {name!r}, which is not in the group "
                    f"{cells[row]['group']!r}. Empty the cell or name the task."
                )
    costs = np.array([_cost(row, place) for row, place in zip(cells, places, strict=True)])
    _check(names, groups, losses, costs, cells, places)
    return GainTable(path.name, names, groups, losses, costs, higher_is_better)


def _group(row: Mapping[str, str], line: Line, path: Path) -> Group:
    where = f"{path.name} line {line.number}"
    names = [name for name in row if name not in _NO_TASK]
    parts = [part.strip() for part in row["group"].split("|")]
    for part in parts:
        if part not in names:
            raise TableError(
                f"{where}: the group {row['group']!r} names {part!r}, which is no task column; "
                f"the tasks are {', '.join(names)}."
            )
    group = as_group([names.index(part) for part in parts])
    if len(group) < len(parts):
        raise TableError(f"{where}: the group {row['group']!r} names a task twice. Mend it.")
    if row.get("size") and number(row["size"], f"{where}: 'size'") != len(group):
        raise TableError(
            f"{where}: size {row['size']} but the group {row['group']!r} has {len(group)} tasks. "
            "Mend one of the two."
        )
    return group


def _cost(row: Mapping[str, str], where: str) -> float:
    cost = number(row["cost"], f"{where}: 'cost'") if row.get("cost") else 1.0
    if cost <= 0:
        raise TableError(f"{where}: the cost is {cost:g}; it must be above 0.")
    return cost


def _check(
    names: tuple[str, ...],
    groups: tuple[Group, ...],
    losses: Float[np.ndarray, "group task"],
    costs: Float[np.ndarray, " group"],
    cells: Sequence[Mapping[str, str]],
    places: Sequence[str],
) -> None:
    seen: dict[tuple[Group, float], str] = {}
    for row, key in enumerate(zip(groups, costs.tolist(), strict=True)):
        if key in seen:
            raise TableError(
                f"{places[row]} lists the group {cells[row]['group']!r} again at the same cost "
                f"(first in {seen[key]}). Keep one of the two."
            )
        seen[key] = places[row]
    one = np.array([len(group) == 1 for group in groups])
    alone = membership(groups, len(names)) & one[:, None]
    for task, name in enumerate(names):
        if not alone[:, task].any():
            raise TableError(
                f"Task {name!r} has no row of its own, so its gains are unknown. Add a row with "
                f"the group {name!r}."
            )
        if (losses[alone[:, task], task] == 0).any():
            raise TableError(
                f"Task {name!r} is exactly 0 alone, so gains relative to that are undefined. "
                "Give a loss above 0."
            )
