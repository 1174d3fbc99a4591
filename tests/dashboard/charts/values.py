"""Small values to draw, and what every drawing is asked."""

import json
import re

import numpy as np

from core.values import Affinity, Grouping, Kind, Task, TaskGraph, TaskTable

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "{a|b} {@value} {c}",
    "%{x} <b>bold</b> & $\\alpha$",
    "line\nbreak\u202etxet",
)
SIZES = (2, 60, 300)


def names_of(n_tasks):
    """Hostile names first, then plain ones."""
    return (*HOSTILE, *(f"y_outcome_{task}" for task in range(n_tasks)))[:n_tasks]


def affinity_of(n_tasks, *, is_distance=True, missing=True, seed=0):
    rng = np.random.default_rng(seed)
    similarity = rng.uniform(0.1, 0.9, (n_tasks, n_tasks))
    similarity = (similarity + similarity.T) / 2
    np.fill_diagonal(similarity, 1.0)
    if missing and n_tasks > 2:
        similarity[0, 2] = similarity[2, 0] = np.nan
    values = -np.log(similarity) if is_distance else similarity
    return Affinity(
        task_names=names_of(n_tasks),
        measure="sca" if is_distance else "abs_cosine",
        is_distance=is_distance,
        values=values,
        low=values - 0.05,
        high=values + 0.07,
        similarity=similarity,
        replicates=np.repeat(similarity[None], 2, axis=0),
    )


def labels_of(n_tasks):
    return np.arange(n_tasks) % min(3, n_tasks)


def order_of(n_tasks):
    return np.argsort(labels_of(n_tasks), kind="stable")


def grouping_of(n_tasks, *, n_components=3, covariance="diag", seed=0, **changes):
    rng = np.random.default_rng(seed)
    labels = np.arange(n_tasks) % min(n_components, n_tasks)
    n_groups = int(labels.max()) + 1
    membership = rng.dirichlet(np.full(n_groups, 0.3), size=n_tasks) * 0.1
    membership[np.arange(n_tasks), labels] += 0.9
    together = (labels[:, None] == labels).astype(float)
    fields = {
        "method": "mixture",
        "covariance": covariance,
        "n_components": n_components,
        "labels": labels,
        "membership": membership,
        "bic": 100.0 * n_components,
        "aic": 90.0 * n_components,
        "silhouette": float("nan") if n_components == 1 else 0.4,
        "silhouette_null": float("nan") if n_components == 1 else 0.1,
        "stability": 0.8,
        "co_assignment": 0.8 * together + 0.1 * (1 - together),
    }
    return Grouping(**(fields | changes))


def graph_of(n_tasks, seed=0):
    similarity = np.nan_to_num(affinity_of(n_tasks, is_distance=False, seed=seed).similarity)
    place = np.arange(n_tasks)
    near = np.abs(place[:, None] - place) == 1
    return TaskGraph(
        task_names=names_of(n_tasks),
        similarity=similarity,
        adjacent=near,
        replicate_similarity=np.zeros((0, n_tasks, n_tasks)),
        replicate_adjacent=np.zeros((0, n_tasks, n_tasks), dtype=bool),
    )


def table_of(n_tasks, n_rows=400, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, (n_rows, n_tasks)).astype(float)
    labels[: n_rows // 2, 0] = np.nan
    tasks = tuple(Task(name, Kind.BINARY, n_rows, 0.5, ("0", "1")) for name in names_of(n_tasks))
    return TaskTable(
        feature_names=("a",),
        features=np.zeros((n_rows, 1)),
        tasks=tasks,
        labels=labels,
        split=np.zeros(n_rows, dtype=int),
        patient=np.arange(n_rows),
    )


def assert_is_json(option):
    """Everything but the frames in `dataset`, which travel as Arrow, is strict JSON."""
    assert json.loads(json.dumps(option | {"dataset": None}, allow_nan=False))


def html_of(option):
    """Every text of an option that a browser reads as HTML: the tooltip templates."""
    found = []

    def walk(node, inside):
        if isinstance(node, dict):
            for key, value in node.items():
                walk(value, inside or key == "tooltip")
        elif isinstance(node, list):
            for value in node:
                walk(value, inside)
        elif inside and isinstance(node, str):
            found.append(node)

    walk({key: value for key, value in option.items() if key != "dataset"}, False)
    return found


def assert_inert_option(option):
    """No name reaches a tooltip template, and no label opens a rich style that is not ours."""
    assert_is_json(option)
    for template in html_of(option):
        assert "img" not in template
        assert "bold" not in template
    for label in rich_labels(option):
        for style in re.findall(r"\{([^{}|]*)\|", label):
            assert style == "chip" or re.fullmatch("[A-Z]+", style)


def rich_labels(node):
    """Every text that ECharts reads rich styles in."""
    if isinstance(node, list):
        for part in node:
            yield from rich_labels(part)
    elif isinstance(node, dict):
        if "rich" in node and "formatter" in node:
            yield node["formatter"]
        if "rich" in node.get("axisLabel", ()):
            yield from node["data"]
        for key, part in node.items():
            if key != "dataset":
                yield from rich_labels(part)


def assert_inert_figure(figure):
    """No text of a Plotly figure holds a tag that came from a name."""
    text = figure.to_json()
    assert "<img" not in text
    assert "\\u003cimg" not in text
    assert "<b>bold" not in text
    assert "%{x} " not in text
