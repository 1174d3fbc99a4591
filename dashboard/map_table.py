"""The picture of the points as a table: how many of each colour, where they lie, how many are in
the selection."""

import numpy as np
import pandas as pd
import streamlit as st
from jaxtyping import Float

from dashboard.charts.point_colours import PointColours
from dashboard.selection import SampleSelection


def show_map_table(
    xy: Float[np.ndarray, "point 2"], colours: PointColours, selection: SampleSelection | None
) -> None:
    """A table beside the canvas, made when it is opened.

    Args:
        xy: places of the points drawn.
        colours: the entry of its legend each point belongs to.
        selection: drawn on this map; None where there is none.
    """
    table = st.expander("The picture as a table", key="map_table", on_change="rerun")
    if table.open:
        table.dataframe(
            map_rows(xy, colours, selection),
            hide_index=True,
            alt="How many points each colour has, and where their middle lies",
        )


def map_rows(
    xy: Float[np.ndarray, "point 2"], colours: PointColours, selection: SampleSelection | None
) -> pd.DataFrame:
    """One row a colour that has points."""
    entries, index = colours.legend.entries, colours.index
    count = np.bincount(index, minlength=len(entries))
    middle = [np.bincount(index, side, len(entries)) / np.maximum(count, 1) for side in xy.T]
    rows = {
        colours.legend.title: [one.label for one in entries],
        "points": count,
        "mean across": middle[0].round(3),
        "mean up": middle[1].round(3),
    }
    if selection is not None:
        rows["selected"] = np.bincount(index, selection.covers(xy), len(entries)).astype(int)
    return pd.DataFrame(rows)[count > 0]
