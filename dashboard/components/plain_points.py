"""The cloud of points for a browser without WebGL 2: fewer points, the same ways to select."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from jaxtyping import Float

from core.errors import RunError
from dashboard.charts.landscape_points import brushed, draw_points
from dashboard.charts.point_colours import PointColours
from dashboard.charts.polygon import Polygon
from dashboard.components.show import show_chart
from dashboard.selection import ADD, NEW, TAKE_AWAY, Part, SampleSelection, with_outline
from dashboard.session import keep, kept
from dashboard.widgets import pick_one


def show_plain_points(
    xy: Float[np.ndarray, "point 2"],
    colours: PointColours,
    *,
    key: str,
    drawn: tuple[Part, ...],
    on_draw: Callable[[tuple[Part, ...]], None] | None,
    axes: tuple[str, str],
    dark: bool,
) -> bool:
    """Show at most 20,000 of the points; the arguments are those of `show_points`.

    Returns:
        Whether something was drawn and handed on: the page is to be drawn again.
    """
    st.caption("This browser has no WebGL 2, so the picture is a plain one.")
    selection = SampleSelection("", drawn) if drawn else None
    chart = draw_points(xy, colours, drawn=selection, axes=axes, dark=dark)
    turn = int(kept(f"{key}_brushes") or 0)  # a chart of its own, so that no used brush is left
    if on_draw is None:
        show_chart(chart, key=f"{key}_plain_{turn}")
        return False
    with st.container(horizontal=True, vertical_alignment="bottom"):
        how = pick_one("What an outline does", [NEW, ADD, TAKE_AWAY], key=f"{key}_how")
        asked = f"{key}_cleared"  # kept, as a run that an outline ends may not come to read it
        st.button(
            "Clear selection",
            key=f"{key}_clear",
            on_click=keep,
            args=(asked, True),
            disabled=not drawn,
        )
        is_cleared = bool(kept(asked))
    event = show_chart(chart, key=f"{key}_plain_{turn}", clickable=True)
    areas = brushed(list(event.selection.areas))
    outline = areas[-1].polygon if areas else _ask_box(xy, key)
    if outline is None and not is_cleared:
        return False
    keep(f"{key}_brushes", turn + 1)
    keep(asked, False)
    try:
        on_draw(with_outline(drawn, outline, how) if outline and not is_cleared else ())
    except RunError as error:
        st.toast(str(error), icon=":material/error:")
        return False
    return True


def _ask_box(xy: Float[np.ndarray, "point 2"], key: str) -> Polygon | None:
    """A box by its numbers, for those without a mouse; None until it is asked for."""
    low, high = (np.asarray(edge, dtype=float) for edge in (xy.min(axis=0), xy.max(axis=0)))
    margin = 1e-3 * float((high - low).max() or 1.0)
    with st.expander("Select without a mouse"), st.form(f"{key}_box", border=False):
        columns = st.columns(4)
        labels = ("Across from", "to", "Up from", "up to")
        starts = (low[0] - margin, high[0] + margin, low[1] - margin, high[1] + margin)
        x0, x1, y0, y1 = (
            column.number_input(label, value=float(start), format="%.4g", key=f"{key}_{label}")
            for column, label, start in zip(columns, labels, starts, strict=True)
        )
        if st.form_submit_button("Select the box"):
            return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return None
