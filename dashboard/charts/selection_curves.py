"""How many groups? BIC, silhouette and stability against what was asked of the mixture."""

from collections.abc import Sequence
from math import isfinite

from plotly.graph_objects import Figure, Scatter
from plotly.subplots import make_subplots

from core.values import Grouping
from dashboard.charts.chart import Chart, PlotlyChart
from dashboard.charts.plotly_look import dress
from dashboard.charts.text import number
from dashboard.theme import ink, see_through

_HEIGHT = 330
_PANELS = (
    ("bic", "BIC (lower is better)"),
    ("silhouette", "Silhouette (higher is better)"),
    ("stability", "Stability (higher is better)"),
)
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")


def draw_selection_curves(
    groupings: Sequence[Grouping], covariance: str, n_components: int, *, dark: bool = False
) -> PlotlyChart:
    """Three panels over the number of components, one line a covariance (or other method).

    Beside the silhouette stands a band: what chance reaches in 19 of 20 cases.

    Args:
        groupings: all candidates; those that come in one size only are no line.
        covariance: the line to stress.
        n_components: the point of that line to mark as the current choice.
        dark: whether the page is dark.
    """
    own = covariance
    curves = {name: line for name, line in _curves(groupings).items() if len(line) > 1}
    chosen = [point for point in curves.get(own, []) if point.n_components == n_components]
    figure = make_subplots(1, 3, subplot_titles=[title for _, title in _PANELS])
    _draw_null(figure, curves.get(own, []), dark)
    for column, (score, _) in enumerate(_PANELS, start=1):
        for place, (name, points) in enumerate(sorted(curves.items(), key=lambda c: c[0] == own)):
            figure.add_trace(_line(name, points, score, place, name == own, dark), 1, column)
        for point in chosen:
            figure.add_trace(_choice(point, score, column == 1, dark), 1, column)
    title = "Scores of every number of groups"
    dress(figure, title, _HEIGHT, dark)
    every = [point for line in curves.values() for point in line]
    figure.update_xaxes(title_text="components asked for", dtick=_tick(every), matches="x")
    figure.update_annotations(font={"size": 12, "color": ink(dark).muted})
    figure.update_layout(
        legend={"orientation": "h", "y": -0.28, "x": 0, "yanchor": "top"},
        margin={"t": 76, "b": 80},
    )
    return Chart(figure, _words(chosen, list(curves)), _HEIGHT)


def _curve_name(grouping: Grouping) -> str:
    return grouping.covariance or grouping.method.replace("_", " ")


def _curves(groupings: Sequence[Grouping]) -> dict[str, list[Grouping]]:
    curves: dict[str, list[Grouping]] = {}
    for grouping in sorted(groupings, key=lambda grouping: grouping.n_components):
        curves.setdefault(_curve_name(grouping), []).append(grouping)
    return curves


def _line(
    name: str, points: list[Grouping], score: str, place: int, own: bool, dark: bool
) -> Scatter:
    colour = ink(dark).accent if own else see_through(ink(dark).muted, 0.65)
    values = [_defined(getattr(point, score)) for point in points]
    return Scatter(
        x=[point.n_components for point in points],
        y=values,
        name=name,
        legendgroup=name,
        showlegend=score == "silhouette",
        mode="lines+markers",
        line={"color": colour, "width": 2.5 if own else 1.5, "dash": _DASHES[place % 6]},
        marker={"symbol": _SHAPES[place % 6], "size": 7 if own else 5, "color": colour},
        customdata=[[number(point.n_groups), number(getattr(point, score))] for point in points],
        hovertemplate=(
            f"{name}<br>%{{x}} components, %{{customdata[0]}} groups"
            f"<br>{score} %{{customdata[1]}}<extra></extra>"
        ),
    )


def _draw_null(figure: Figure, points: list[Grouping], dark: bool) -> None:
    known = [point for point in points if isfinite(point.silhouette_null)]
    if not known:
        return
    figure.add_trace(
        Scatter(
            x=[point.n_components for point in known],
            y=[point.silhouette_null for point in known],
            name="what chance reaches",
            mode="lines",
            line={"width": 1, "color": ink(dark).muted},
            fill="tozeroy",
            fillcolor=see_through(ink(dark).muted, 0.18),
            customdata=[number(point.silhouette_null) for point in known],
            hovertemplate="chance: below %{customdata}<extra></extra>",
        ),
        1,
        2,
    )


def _choice(chosen: Grouping, score: str, legend: bool, dark: bool) -> Scatter:
    return Scatter(
        x=[chosen.n_components],
        y=[_defined(getattr(chosen, score))],
        name="current choice",
        legendgroup="choice",
        showlegend=legend,
        mode="markers",
        marker={
            "symbol": "circle-open",
            "size": 17,
            "line": {"width": 3},
            "color": ink(dark).text,
        },
        hoverinfo="skip",
    )


def _defined(value: float) -> float | None:
    return value if isfinite(value) else None


def _tick(groupings: Sequence[Grouping]) -> int:
    most = max((grouping.n_components for grouping in groupings), default=1)
    return max(1, -(-most // 10))


def _words(chosen: list[Grouping], names: list[str]) -> str:
    head = f"Curves of BIC, silhouette and stability for {', '.join(names)}."
    if not chosen:
        return head
    point = chosen[0]
    scores = ", ".join(f"{score} {number(getattr(point, score))}" for score, _ in _PANELS)
    return (
        f"{head} Current choice: {_curve_name(point)}, {point.n_components} components, "
        f"{point.n_groups} groups; {scores}."
    )
