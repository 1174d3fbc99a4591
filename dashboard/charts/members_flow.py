"""How the members move when one more group is allowed."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from plotly.graph_objects import Figure, Sankey

from core.values import Grouping
from dashboard.charts.chart import Chart, PlotlyChart
from dashboard.charts.plotly_look import dress
from dashboard.charts.text import clean, listed, plotly
from dashboard.theme import group_mark, ink, readable, see_through

_HEIGHT = 420
_NAMED = 12


def draw_members_flow(
    groupings: Sequence[Grouping], task_names: tuple[str, ...], *, dark: bool = False
) -> PlotlyChart:
    """Sankey of the groups of successive groupings: one column a grouping, as wide as its members.

    Args:
        groupings: in the order to draw, fewest groups first.
        task_names: the tasks.
        dark: whether the page is dark.
    """
    places = {
        (step, group): number
        for number, (step, group) in enumerate(
            (step, group)
            for step, grouping in enumerate(groupings)
            for group in range(grouping.n_groups)
        )
    }
    figure = Figure(
        Sankey(
            arrangement="snap",
            node=_nodes(groupings, places, task_names, dark),
            link=_links(groupings, places, task_names, dark),
            textfont={"color": ink(dark).text, "size": 12},
        )
    )
    dress(figure, "Where the members go as the number of groups grows", _HEIGHT, dark)
    for step, grouping in enumerate(groupings):
        figure.add_annotation(
            x=step / max(1, len(groupings) - 1),
            y=1.06,
            text=f"{grouping.n_groups} groups" if grouping.n_groups > 1 else "1 group",
            showarrow=False,
            font={"color": ink(dark).muted, "size": 12},
        )
    figure.update_layout(margin={"t": 84, "b": 20, "l": 30, "r": 40})
    return Chart(figure, _words(groupings), _HEIGHT)


def moves(before: Grouping, after: Grouping) -> dict[tuple[int, int], list[int]]:
    """The tasks that go from each group of `before` to each group of `after`."""
    found: dict[tuple[int, int], list[int]] = {}
    for task, pair in enumerate(zip(before.labels, after.labels, strict=True)):
        found.setdefault((int(pair[0]), int(pair[1])), []).append(task)
    return found


def _nodes(
    groupings: Sequence[Grouping],
    places: dict[tuple[int, int], int],
    names: tuple[str, ...],
    dark: bool,
) -> dict[str, object]:
    marks = [group_mark(group) for _, group in places]
    members = [np.flatnonzero(groupings[step].labels == group) for step, group in places]
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
    groupings: Sequence[Grouping],
    places: dict[tuple[int, int], int],
    names: tuple[str, ...],
    dark: bool,
) -> dict[str, object]:
    links = [
        (places[step, source], places[step + 1, target], tasks, source)
        for step, (before, after) in enumerate(pairwise(groupings))
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


def _words(groupings: Sequence[Grouping]) -> str:
    sizes = "; ".join(
        f"{grouping.n_groups} groups of "
        + ", ".join(str(size) for _, size in sorted(Counter(grouping.labels.tolist()).items()))
        for grouping in groupings
    )
    return f"Flow of the tasks between groups as their number grows: {sizes}."
