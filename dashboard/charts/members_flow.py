"""How the members move when one more group is allowed."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Int
from plotly.graph_objects import Figure, Sankey

from core.report.amounts import count
from dashboard.charts.chart import Chart, PlotlyChart
from dashboard.charts.plotly_look import dress
from dashboard.charts.text import clean, listed, plotly
from dashboard.theme import group_mark, ink, readable, see_through

_HEIGHT = 420
_NAMED = 12

Labels = Int[np.ndarray, " task"]


def draw_members_flow(
    steps: Sequence[Labels], task_names: tuple[str, ...], *, dark: bool = False
) -> PlotlyChart:
    """Sankey of the groups of successive groupings: one column a grouping, as wide as its members.

    Args:
        steps: the groups of the tasks in the order to draw, fewest groups first.
        task_names: the tasks.
        dark: whether the page is dark.
    """
    every = ((step, group) for step, labels in enumerate(steps) for group in groups_of(labels))
    places = {place: number for number, place in enumerate(every)}
    figure = Figure(
        Sankey(
            arrangement="snap",
            node=_nodes(steps, places, task_names, dark),
            link=_links(steps, places, task_names, dark),
            textfont={"color": ink(dark).text, "size": 12},
        )
    )
    dress(figure, "Where the members go as the number of groups grows", _HEIGHT, dark)
    for step, labels in enumerate(steps):
        figure.add_annotation(
            x=step / max(1, len(steps) - 1),
            y=1.06,
            text=count(len(groups_of(labels)), "group"),
            showarrow=False,
            font={"color": ink(dark).muted, "size": 12},
        )
    figure.update_layout(margin={"t": 84, "b": 20, "l": 30, "r": 40})
    return Chart(figure, _words(steps), _HEIGHT)


def groups_of(labels: Labels) -> list[int]:
    """The numbers of the groups that have a task."""
    return [int(group) for group in np.unique(labels)]


def moves(before: Labels, after: Labels) -> dict[tuple[int, int], list[int]]:
    """The tasks that go from each group of `before` to each group of `after`."""
    found: dict[tuple[int, int], list[int]] = {}
    for task, pair in enumerate(zip(before, after, strict=True)):
        found.setdefault((int(pair[0]), int(pair[1])), []).append(task)
    return found


def _nodes(
    steps: Sequence[Labels],
    places: dict[tuple[int, int], int],
    names: tuple[str, ...],
    dark: bool,
) -> dict[str, object]:
    marks = [group_mark(group) for _, group in places]
    members = [np.flatnonzero(steps[step] == group) for step, group in places]
    return {
        "label": [mark.letter for mark in marks],
        "color": [mark.colour for mark in marks],
        "line": {"color": [readable(mark.colour, dark) for mark in marks], "width": 1},
        "pad": 12,
        "thickness": 16,
        "customdata": [_named(part, names) for part in members],
        "hovertemplate": "group %{label}<br>%{customdata}<extra></extra>",
    }


def _links(
    steps: Sequence[Labels],
    places: dict[tuple[int, int], int],
    names: tuple[str, ...],
    dark: bool,
) -> dict[str, object]:
    links = [
        (places[step, source], places[step + 1, target], tasks, source)
        for step, (before, after) in enumerate(pairwise(steps))
        for (source, target), tasks in moves(before, after).items()
    ]
    opacity = 0.45 if dark else 0.35
    return {
        "source": [link[0] for link in links],
        "target": [link[1] for link in links],
        "value": [len(link[2]) for link in links],
        "color": [see_through(group_mark(link[3]).colour, opacity) for link in links],
        "customdata": [_named(np.array(link[2]), names) for link in links],
        "hovertemplate": "%{source.label} to %{target.label}<br>%{customdata}<extra></extra>",
    }


def _named(tasks: np.ndarray, names: tuple[str, ...]) -> str:
    text = plotly(listed([clean(names[task]) for task in tasks], _NAMED))
    return f"{len(tasks)} task{'s' if len(tasks) != 1 else ''}: {text}"


def _words(steps: Sequence[Labels]) -> str:
    sizes = "; ".join(
        f"{count(len(groups_of(labels)), 'group')} of "
        + ", ".join(str(size) for size in np.unique(labels, return_counts=True)[1])
        for labels in steps
    )
    return f"Flow of the tasks between groups as their number grows: {sizes}."
