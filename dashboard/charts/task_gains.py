"""Who wins, who loses: every task together and in its group, against training it alone."""

import numpy as np
from jaxtyping import Bool, Int
from plotly.graph_objects import Figure, Scatter

from core.trials import Evidence, Judge, Trial
from dashboard.charts.chart import Chart, PlotlyChart
from dashboard.charts.mean_gains import amount
from dashboard.charts.plotly_look import FEWEST_ROWS, dress, list_down
from dashboard.charts.text import clean, listed, plotly, short, with_marks
from dashboard.theme import readable

_ROW = 34
_COLOURS = {"All together": "#E69F00", "Best grouping": "#0072B2"}
_SYMBOLS = {"All together": "square", "Best grouping": "circle"}
HARMED = "x"


def draw_task_gains(
    evidence: Evidence,
    order: Int[np.ndarray, " task"],
    *,
    limit: int = 40,
    marked: Bool[np.ndarray, " task"] | None = None,
    dark: bool = False,
) -> PlotlyChart:
    """A row a task with its gain over alone and the paired 95 % interval, together and grouped.

    A task that is worse off beyond doubt (negative transfer) is drawn as a cross.

    Args:
        evidence: the finished evidence.
        order: the tasks from top to bottom.
        limit: draw at most so many tasks; the title says when there are more.
        marked: one flag a task; the marked ones carry a sign and come first.
        dark: whether the page is dark.
    """
    ways = {"All together": evidence.together, "Best grouping": evidence.grouped}
    drawn = _marked_first(order, marked)[:limit]
    names = with_marks([_name(evidence, task) for task in range(len(order))], marked)
    figure = Figure()
    for place, (name, trial) in enumerate(ways.items()):
        if trial is not None:
            shift = (place - 0.5) * 0.3
            figure.add_trace(_marks(evidence, trial, name, drawn, shift, dark))
    height = 150 + max(FEWEST_ROWS, len(drawn)) * _ROW
    left_out = f", {len(drawn)} of {len(order)}" if len(drawn) < len(order) else ""
    dress(figure, f"Gain of every task over training it alone{left_out}", height, dark)
    unit = "points of its metric" if evidence.judge is Judge.METRIC else "lower test loss"
    form = ".2~f" if evidence.judge is Judge.METRIC else ".0~%"
    figure.update_xaxes(title_text=f"gain, {unit}, with 95 % interval", tickformat=form)
    list_down(figure, [names[task] for task in drawn], dark, FEWEST_ROWS)
    figure.update_layout(
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        margin={"t": 76},
    )
    return Chart(figure, _words(evidence, ways), height)


def _marked_first(
    order: Int[np.ndarray, " task"], marked: Bool[np.ndarray, " task"] | None
) -> Int[np.ndarray, " task"]:
    """The same order with the marked tasks on top, so that none of them is left out."""
    return order if marked is None else np.array(sorted(order, key=lambda task: not marked[task]))


def _name(evidence: Evidence, task: int) -> str:
    name = plotly(short(evidence.task_names[task]))
    return f"{name} (not counted)" if evidence.excluded[task] else name


def _marks(
    evidence: Evidence,
    trial: Trial,
    name: str,
    drawn: Int[np.ndarray, " task"],
    shift: float,
    dark: bool,
) -> Scatter:
    gains = evidence.gains(trial)
    value, low, high = gains.value[drawn], gains.low[drawn], gains.high[drawn]
    colour = readable(_COLOURS[name], dark)
    return Scatter(
        x=value,
        y=np.arange(len(drawn)) + shift,
        mode="markers",
        name=name,
        marker={
            "size": 10,
            "color": colour,
            "symbol": [HARMED if gains.losses[task] else _SYMBOLS[name] for task in drawn],
        },
        error_x={
            "type": "data",
            "array": np.maximum(np.nan_to_num(high - value), 0.0),
            "arrayminus": np.maximum(np.nan_to_num(value - low), 0.0),
            "color": colour,
            "thickness": 1.5,
            "width": 4,
        },
        customdata=[_hover(evidence, trial, int(task)) for task in drawn],
        hovertemplate=(
            f"%{{customdata[0]}}, {name.lower()}<br>gain %{{customdata[1]}} "
            "%{customdata[2]}<br>%{customdata[3]}<extra></extra>"
        ),
    )


def _hover(evidence: Evidence, trial: Trial, task: int) -> list[str]:
    gains, judge = evidence.gains(trial), evidence.judge
    numbers = (gains.value, gains.low, gains.high)
    value, low, high = (amount(float(one[task]), judge) for one in numbers)
    outcome, bounds = "no clear difference", f"({low} to {high})"
    if evidence.excluded[task]:
        outcome, bounds = "too few events to judge", ""
    elif gains.wins[task]:
        outcome = "better beyond doubt (Holm)"
    elif gains.losses[task]:
        outcome = "worse beyond doubt (Holm): negative transfer"
    return [plotly(clean(evidence.task_names[task])), value, bounds, outcome]


def _words(evidence: Evidence, ways: dict[str, Trial | None]) -> str:
    said = []
    for name, trial in ways.items():
        if trial is None:
            continue
        gains = evidence.gains(trial)
        won = [clean(evidence.task_names[task]) for task in np.flatnonzero(gains.wins)]
        lost = [clean(evidence.task_names[task]) for task in np.flatnonzero(gains.losses)]
        said.append(
            f"{name}: better for {listed(won) or 'none'}, worse for {listed(lost) or 'none'}"
        )
    return f"Gain of every task over training it alone, beyond doubt. {'; '.join(said)}."
