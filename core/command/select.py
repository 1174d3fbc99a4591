"""`taskscape select`: the best networks in a table of measured groups."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.errors import MethodError, TableError

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float

    from core.evidence.search.strategy import SearchResult
    from core.evidence.search.table import GainTable

ALL = "all"


def select_from(
    path: Path,
    as_json: bool,
    *,
    networks: float | None,
    overlap: bool,
    n_measured: int | None,
    strategy: str | None,
    together: Sequence[str],
    apart: Sequence[str],
    affinity: Path | None,
    higher_is_better: bool,
    seed: int,
) -> None:
    """Print the selected networks with each task's gain.

    Without `n_measured` the answer is exact, among all that the table lists; with it the table
    plays the source of gains for a search that may look at so many groups only.

    Raises:
        TaskGroupingError: a bad table, an unknown strategy, contradictory or infeasible rules.
    """
    from core.evidence.search.table import read_measured

    key = strategy or (ALL if n_measured is None else "surrogate")
    table = read_measured(path, higher_is_better)
    matrix = None if affinity is None else _read_affinity(affinity, table.task_names)
    pins, apart_sets = [_names(text) for text in together], [_names(text) for text in apart]
    if key == ALL:
        if n_measured is not None:
            raise MethodError("--strategy all looks at every group; leave --measured out.")
        if matrix is not None:
            raise MethodError(
                "An affinity is for a search, and here every group of the table is looked at; "
                "leave --affinity out, or bound the search with --measured N."
            )
        result = _select_all(table, networks, overlap, pins, apart_sets, seed)
    else:
        from core.evidence.search.search import SEARCHES, search
        from core.methods import choose

        result = search(
            table.gain,
            table.task_names,
            n_measured=n_measured,
            networks=networks,
            overlap=overlap,
            costs=table.cost,
            together=pins,
            apart=apart_sets,
            listed=table.listed(),
            affinity=matrix,
            strategy=choose(SEARCHES, key),
            known=table.singles(),
            seed=seed,
        )
    document = to_document(table, result, key)
    click.echo(json.dumps(document, indent=1) if as_json else summary(document))


def _read_affinity(path: Path, task_names: Sequence[str]) -> "Float[np.ndarray, 'task partner']":
    """A matrix file, read as `group` reads it (sources in rows); how a partner affects a task."""
    import numpy as np

    from core.data.matrix import read_matrix

    found = read_matrix(path)
    for names, others, of in (
        (task_names, found.task_names, "nothing of"),
        (found.task_names, task_names, "of what the measured groups do not:"),
    ):
        if odd := [name for name in names if name not in others]:
            raise TableError(
                f"{path.name} tells {of} {', '.join(odd)}. Give the affinities of the tasks of the "
                f"measured groups: {', '.join(task_names)}."
            )
    place = [found.task_names.index(name) for name in task_names]
    return found.values.T[np.ix_(place, place)]


def _select_all(
    table: "GainTable",
    networks: float | None,
    overlap: bool,
    together: Sequence[Sequence[str]],
    apart: Sequence[Sequence[str]],
    seed: int,
) -> "SearchResult":
    from core.evidence.search.rules import named_rules
    from core.evidence.search.strategy import finish, select_measured

    rules = named_rules(table.task_names, networks, overlap, together, apart)
    measured = table.measured()
    chosen = select_measured(measured, rules, seed)
    return finish(chosen, measured, [chosen.mean_gain])


def to_document(table: "GainTable", result: "SearchResult", strategy: str) -> dict[str, Any]:
    """The result as JSON values. Gains are relative to training the task alone."""
    chosen, names = result.selection, table.task_names
    return {
        "schema_version": 1,
        "strategy": strategy,
        "n_measured": len(set(result.measured.groups)),
        "mean_gain": chosen.mean_gain,
        "cost": chosen.cost,
        "exact": chosen.exact and strategy == ALL,
        "note": table.coverage(),
        "networks": [
            {
                "tasks": [names[task] for task in group],
                "cost": float(cost),
                "measured": bool(trained),
            }
            for group, cost, trained in zip(
                chosen.groups, chosen.costs, result.trained, strict=True
            )
        ],
        "tasks": [
            {
                "name": name,
                "network": int(chosen.assignment[task]),
                "gain": float(chosen.gains[task]),
                "error": float(result.errors[task]),
            }
            for task, name in enumerate(names)
        ],
    }


def summary(document: dict[str, Any]) -> str:
    """The same as short lines for a terminal."""
    from core.command.watch import letter
    from core.report.clean import clean

    how = "the best of all" if document["exact"] else f"found by {document['strategy']} among"
    lines = [
        f"{len(document['tasks'])} tasks · {len(document['networks'])} networks, cost "
        f"{document['cost']:g} · {how} {document['n_measured']} measured groups",
        f"Mean gain {document['mean_gain']:+.2%} against training every task alone.",
        "",
    ]
    names = [clean(task["name"]) for task in document["tasks"]]
    for number, network in enumerate(document["networks"]):
        note = "" if network["measured"] else "   (not measured: foretold)"
        tasks = ", ".join(map(clean, network["tasks"]))
        lines.append(f"Network {letter(number)}  cost {network['cost']:g}  {tasks}{note}")
    width = max(map(len, names))
    lines += ["", f"{'Task':<{width}}  Network     Gain"]
    for name, task in zip(names, document["tasks"], strict=True):
        error = f" ± {task['error']:.2%}" if task["error"] else ""
        lines.append(f"{name:<{width}}  {letter(task['network']):<7}  {task['gain']:>+7.2%}{error}")
    lines += ["", document["note"]] * bool(document["note"])
    return "\n".join(lines)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
