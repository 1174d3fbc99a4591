"""A page with a cloud of points and charts of hostile names, for the browser test beside it."""

import numpy as np
import streamlit as st

from dashboard.charts.cells import cell_at
from dashboard.charts.heatmap import draw_affinity
from dashboard.charts.legend import name_legend
from dashboard.charts.members_flow import draw_members_flow
from dashboard.charts.membership_bars import draw_memberships
from dashboard.charts.point_colours import PointColours
from dashboard.charts.task_graph import draw_task_graph
from dashboard.components import (
    Detail,
    DetailPart,
    show_cells,
    show_chart,
    show_graph,
    show_points,
)
from dashboard.selection import Part, SampleSelection
from tests.dashboard.charts.values import (
    HOSTILE,
    affinity_of,
    graph_of,
    grouping_of,
    labels_of,
    names_of,
    order_of,
)

st.set_page_config(layout="wide")


def draw(parts):
    st.session_state["drawn"] = (flipped, parts)


def tell(place):
    where = DetailPart(("Where", ""), (("across", f"{xy[place, 0]:.4f}"), ("up", HOSTILE[0])))
    return Detail(f"Point {place}", (where,))


xy = np.random.default_rng(0).uniform(-1, 1, (4000, 2)).astype(np.float32)
flipped = st.toggle("Other coordinates")
if flipped:
    xy = -xy
titles = {"task": HOSTILE, "parity": ["even", "odd"]}
title = st.radio("Colours", list(titles))
index = (np.arange(4000) % len(titles[title])).astype(np.uint8)
colours = PointColours(index, name_legend(title, titles[title]))
box = Part(((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)))
side, parts = st.session_state.get("drawn", (False, ()))
parts = (box,) if st.toggle("A box from outside") else parts if side == flipped else ()
show_points(xy, colours, key="map", drawn=parts, on_draw=draw, on_rest=tell)
st.text(f"corners: {len(parts[0].polygon) if parts else 0}")
st.text(f"inside: {int(SampleSelection('pca', parts).covers(xy).sum()) if parts else 'none'}")

affinity, labels, order, names = affinity_of(6), labels_of(6), order_of(6), names_of(6)
cell = show_cells(draw_affinity(affinity, order, labels), order, key="cells")
st.text(f"cell: {cell}")
layout = {name: (task / 3 - 1, (task % 2) - 0.5) for task, name in enumerate(names)}
kind, place = show_graph(draw_task_graph(graph_of(6), labels, layout), key="graph") or ("", None)
st.text(f"{kind or 'node'}: {place}")
grouping = grouping_of(6)
show_chart(draw_memberships(grouping, labels, names), key="bars")
show_chart(
    draw_members_flow([grouping_of(6, n_components=n).labels for n in (1, 2)], names), key="flow"
)
st.text(f"first cell is {cell_at(0, order)}")
st.text("all drawn")
