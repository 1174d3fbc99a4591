"""Values as small frames for the eye."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Bool

from core.data import match_columns
from core.data.earlier_split import find_splits
from core.errors import TableError
from core.report.letters import letter
from core.values import Grouping, Kind, Points, Projection, Task, TaskGraph
from dashboard.charts.text import number, with_marks
from dashboard.selection import SampleSelection
from dashboard.words import WAYS

DECIMALS = 3


def task_rows(
    tasks: Sequence[Task], n_rows: int, marked: Bool[np.ndarray, " task"] | None = None
) -> pd.DataFrame:
    """One row a task: kind, labelled rows, share of positives or mean or number of classes
    or share of events; the `marked` ones carry a sign."""
    names = with_marks([task.name for task in tasks], marked)
    return pd.DataFrame(
        [
            {
                "task": name,
                "kind": str(task.kind),
                "labelled rows": task.n_labelled,
                "missing": f"{1 - task.n_labelled / max(n_rows, 1):.0%}",
                **_centre(task),
            }
            for name, task in zip(names, tasks, strict=True)
        ]
    )


def _centre(task: Task) -> dict[str, str]:
    if task.kind is Kind.BINARY:
        return {"positive": f"{task.mean:.1%}"}
    if task.kind is Kind.REGRESSION:
        return {"mean": number(task.mean)}
    if task.kind is Kind.TIME_TO_EVENT:
        return {"events": f"{task.mean:.1%}"}
    return {"classes": str(len(task.classes))}


def describe_columns(frame: pd.DataFrame, targets: str, ignore: str) -> pd.DataFrame:
    """One row a column, the targets first: what it holds, and the role that patterns
    give it; a column that names a split made before is proposed as ignored."""
    names = [str(name) for name in frame.columns]
    role = dict.fromkeys(names, "feature") | dict.fromkeys(find_splits(frame, names), "ignore")
    role |= dict.fromkeys(_matched(names, targets), "target")
    role |= dict.fromkeys(_matched(names, ignore), "ignore")
    rows = pd.DataFrame(
        {
            "column": names,
            "role": list(role.values()),
            "kind": "inferred",
            "holds": [str(kind) for kind in frame.dtypes],
            "missing": [f"{share:.0%}" for share in frame.isna().mean()],
            "distinct": [int(count) for count in frame.nunique()],
        }
    )
    places = rows["role"].map(["target", "ignore", "feature"].index)
    return rows.loc[places.sort_values(kind="stable").index].reset_index(drop=True)


def _matched(names: list[str], patterns: str) -> tuple[str, ...]:
    try:
        return match_columns(names, patterns, "pattern")
    except TableError:
        return ()


def edge_rows(graph: TaskGraph, minimum: float) -> pd.DataFrame:
    """One row an edge of at least this weight, the strongest first."""
    rows = [
        {"task": graph.task_names[a], "other task": graph.task_names[b], "similarity": round(w, 3)}
        for a, b, w in graph.edges()
        if w >= minimum
    ]
    frame = pd.DataFrame(rows, columns=["task", "other task", "similarity"])
    return frame.sort_values("similarity", ascending=False)


def neighbour_rows(graph: TaskGraph, task: int, labels: np.ndarray) -> pd.DataFrame:
    """One row a task other than `task`, the most similar first."""
    others = [other for other in np.argsort(-graph.similarity[task]) if other != task]
    return pd.DataFrame(
        {
            "task": [graph.task_names[other] for other in others],
            "similarity": [round(float(graph.similarity[task, other]), 3) for other in others],
            "group": [letter(int(labels[other])) for other in others],
            "edge": [bool(graph.adjacent[task, other]) for other in others],
        }
    )


def selection_rows(
    points: Points, flat: Projection, selection: SampleSelection, names: tuple[str, ...]
) -> pd.DataFrame:
    """One row a task: its selected points, and how many times more than its share they are."""
    task = points.task[flat.index]
    chosen = np.bincount(task[selection.covers(flat.xy)], minlength=len(names))
    shown = np.bincount(task, minlength=len(names))
    expected = shown * chosen.sum() / max(shown.sum(), 1)
    times = chosen / np.where(expected > 0, expected, np.nan)
    frame = pd.DataFrame(
        {"task": names, "points inside": chosen, "of": shown, "times its share": times.round(2)}
    )
    return frame.sort_values("times its share", ascending=False)


def alternative_rows(groupings: tuple[Grouping, ...], names: tuple[str, ...]) -> pd.DataFrame:
    """One row a distinct way to group, the best first."""
    return pd.DataFrame(
        [
            {
                "groups": grouping.n_groups,
                "way": WAYS.get(grouping.covariance or grouping.method, grouping.method),
                "stability": round(grouping.stability, DECIMALS),
                "silhouette": round(grouping.silhouette, DECIMALS),
                "by chance below": round(grouping.silhouette_null, DECIMALS),
                "tasks": " | ".join(", ".join(group) for group in grouping.groups(names)),
            }
            for grouping in groupings
        ]
    )
