"""The affinity of every pair of tasks, in the measure's own units or as a similarity."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from core.values import Affinity
from dashboard.charts.cells import Cells
from dashboard.charts.chart import EChart
from dashboard.charts.matrix import draw_matrix
from dashboard.charts.measure import measure_title, unit_of
from dashboard.charts.text import clean, number
from dashboard.theme import CIVIDIS, DIVERGING

SOURCE_TARGET = ("source ↓", "target →")
_INTERVAL = "95 % interval {@low} to {@high}<br/>"


def draw_affinity(
    affinity: Affinity,
    order: Sequence[int] | Int[np.ndarray, " task"],
    labels: Int[np.ndarray, " task"],
    *,
    similarity: bool = False,
    pair: tuple[int, int] | None = None,
    dark: bool = False,
) -> EChart:
    """Heatmap of `affinity.values`, or of its similarity in [0, 1]; `cell_at` reads a click.

    Where both directions of a pair differ, rows are sources and columns targets, and say so. Bright
    is alike; a measure that finds pairs below 0 has two colours, which meet at 0.

    Args:
        affinity: what to draw.
        order: task numbers, first row first.
        labels: the group of each task.
        similarity: draw `affinity.similarity` and not the measure's own units.
        pair: two tasks whose cells get a frame.
        dark: whether the page is dark.
    """
    measure = measure_title(affinity.measure)
    values = affinity.similarity if similarity else affinity.values
    unit = "similarity" if similarity else unit_of(affinity)
    directed = affinity.is_directed and not similarity
    span = (0.0, 1.0) if similarity else off_diagonal_span(values)
    is_signed = unit != "distance" and span[0] < 0
    extra = {"low": affinity.low, "high": affinity.high, "similarity": affinity.similarity}
    cells = Cells(
        names=affinity.task_names,
        values=values,
        title=f"{measure}: {unit}, {_legend(unit, is_signed)}",
        unit=unit,
        tooltip=_tooltip(affinity, unit, similarity),
        missing="no shared samples",
        extra={} if similarity else extra,
        span=_around_0(span) if is_signed else span,
        colours=DIVERGING if is_signed else CIVIDIS[::-1] if unit == "distance" else CIVIDIS,
        axes=SOURCE_TARGET if directed else ("", ""),
        gaps=affinity.gaps,
    )
    return draw_matrix(cells, order, labels, pair=pair, dark=dark, alt=_words(cells, order, unit))


def _tooltip(affinity: Affinity, unit: str, similarity: bool) -> str:
    """What a cell says: an arrow where directions differ, an interval where there is one."""
    if similarity:
        return "<b>{@row}</b> · <b>{@column}</b><br/>similarity {@shown}"
    names = f"<b>{{@row}}</b> {'→' if affinity.is_directed else '·'} <b>{{@column}}</b><br/>"
    interval = _INTERVAL if np.isfinite(affinity.low).any() else ""
    if np.array_equal(affinity.values, affinity.similarity, equal_nan=True):
        return f"{names}{unit} {{@shown}}<br/>{interval}".removesuffix("<br/>")
    return f"{names}{unit} {{@shown}}<br/>{interval}similarity {{@similarity}}"


def _legend(unit: str, is_signed: bool) -> str:
    """What the colours say, in words."""
    if not is_signed:
        return f"bright is {'more' if unit == 'gain' else 'alike'}"
    return "orange helps, blue harms" if unit == "gain" else "orange is alike, blue is opposed"


def _around_0(span: tuple[float, float]) -> tuple[float, float]:
    """The same range as far below 0 as above."""
    far = max(abs(edge) for edge in span)
    return -far, far


def off_diagonal_span(values: Float[np.ndarray, "source target"]) -> tuple[float, float]:
    """From the 1st to the 99th percentile of the pairs of different tasks; never empty."""
    off = values[~np.eye(len(values), dtype=bool)]
    off = off[np.isfinite(off)]
    low, high = (float(edge) for edge in np.percentile(off, [1, 99])) if len(off) else (0.0, 1.0)
    if high > low:
        return low, high
    return (0.0, high) if high > 0 else (low - 0.5, high + 0.5)


def _words(cells: Cells, order: Sequence[int] | Int[np.ndarray, " task"], unit: str) -> str:
    drawn = np.asarray(order, dtype=int)
    pairs = np.where(np.eye(len(cells.names), dtype=bool), np.nan, cells.values)
    pairs = pairs[np.ix_(drawn, drawn)]
    head = f"{clean(cells.title)}, {len(drawn)} tasks ordered by group"
    if any(cells.axes):
        head += ", rows are sources and columns targets"
    if not np.isfinite(pairs).any():
        return f"{head}; no two of them are known."
    closest = np.nanargmin(pairs) if unit == "distance" else np.nanargmax(pairs)
    source, target = (drawn[place] for place in divmod(int(closest), len(drawn)))
    names = f"{clean(cells.names[source])} and {clean(cells.names[target])}"
    return f"{head}. Closest: {names}, {unit} {number(float(cells.values[source, target]))}."
