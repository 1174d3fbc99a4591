"""Task graph: which tasks are neighbours."""

import streamlit as st

from core.graph.export import FORMATS, export_graph
from dashboard.components import show_graph
from dashboard.figures import draw_graph_page
from dashboard.jobs import require_report
from dashboard.on_show import current_run
from dashboard.results import places_of
from dashboard.selection_elsewhere import show_pair_in_selection
from dashboard.session import address, bound, change_view, is_dark, newly, view
from dashboard.shown import edges_on_show, shown_pair
from dashboard.tables import edge_rows, neighbour_rows
from dashboard.words import plain, sentence

run = current_run()
report = require_report(run)
graph, labels = report.graph, report.recommended.grouping.labels
st.caption(
    "A line joins two tasks that pull the model alike; the thicker, the more alike. "
    "Colour, letter and shape name the proposed group. Click a task for its neighbours, a line "
    "for its two tasks in detail."
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    minimum = st.slider(
        "Hide edges below similarity", 0.0, 1.0, step=0.05, **bound("minimum_weight")
    )
    st.toggle(
        "Width by attention",
        **bound("show_attention"),
        help="How much the encoder listened to a neighbour. Attention is not an explanation.",
    )
edges = edges_on_show(report, view())
left, right = st.columns([3, 2])
with left:
    chart_key = f"graph_{run.id}"
    chart = draw_graph_page(report, view(), places_of(run), dark=is_dark())["graph"]
    kind, place = newly(chart_key, show_graph(chart, key=chart_key)) or ("", 0)
    if kind == "node" and place < len(graph.task_names):
        change_view(task=graph.task_names[place])
    elif kind == "edge" and place < len(edges):
        change_view(pair=(graph.task_names[edges[place][0]], graph.task_names[edges[place][1]]))
        st.switch_page("app_pages/affinity.py", query_params=address())
if view().pair:
    source, target = shown_pair(report, view())
    st.caption(
        f"Framed: {plain(graph.task_names[source])} and {plain(graph.task_names[target])}, the "
        "pair on the page Affinity."
    )
    show_pair_in_selection(run, report, source, target)
for note in report.embedding.notes:
    st.warning(sentence(note), icon=":material/warning:")
with right:
    names = list(graph.task_names)
    start = names.index(view().task) if view().task in names else 0
    task = st.selectbox("Neighbours of", names, start, key=f"ego_{names[start]}")
    if task != names[start]:
        change_view(task=task)
    st.dataframe(
        neighbour_rows(graph, names.index(task), labels),
        hide_index=True,
        column_config={"task": st.column_config.Column(width="medium")},
        alt="The neighbours of a task by similarity",
    )
    with st.expander("All edges", icon=":material/list:"):
        st.dataframe(edge_rows(graph, minimum), hide_index=True, alt="All edges shown")
    with st.container(horizontal=True):
        for form in FORMATS:
            st.download_button(
                f"Download {form.upper()}",
                export_graph(graph, form),
                f"task-graph.{form}",
                icon=":material/download:",
                key=f"export_{form}",
            )
