"""Affinity: how alike two tasks pull the model, pair by pair, with intervals."""

import streamlit as st
from dashboard.charts.affinity_row import draw_affinity_row
from dashboard.charts.measure import measure_title

from core.affinity import MEASURES
from core.affinity.compare import rank_correlation
from core.affinity.pair import count_labels
from core.grouping.order import order_tasks
from dashboard.charts.heatmap import draw_affinity
from dashboard.charts.label_table import draw_label_table
from dashboard.components import show_cells, show_chart
from dashboard.jobs import require_report
from dashboard.results import current_run, table_of
from dashboard.session import bound, change_view, is_dark, view
from dashboard.words import plain

run = current_run()
report = require_report(run)
names, labels = report.task_names, report.recommended.grouping.labels
by_key = {affinity.measure: affinity for affinity in report.affinities}
change_view(measure=view().measure if view().measure in by_key else report.affinity.measure)
with st.container(horizontal=True, vertical_alignment="bottom"):
    key = st.segmented_control(
        "Measure", list(by_key), format_func=measure_title, required=True, **bound("measure")
    )
    beside = st.selectbox(
        "Compare with", ["", *by_key], format_func=measure_title, **bound("beside")
    )
st.caption(MEASURES.methods[key].summary)
for note in by_key[key].notes:
    st.info(plain(note), icon=":material/info:")
order = order_tasks(report.affinity.similarity, labels)
columns = st.columns(2 if beside else [3, 2])
picked = None
for column, shown in zip(columns, [key, beside] if beside else [key], strict=False):
    with column:
        chart = draw_affinity(by_key[shown], order, labels, dark=is_dark())
        picked = show_cells(chart, order, key=f"cells_{run.id}_{shown}") or picked
if beside:
    st.metric(
        f"Rank correlation of {measure_title(key)} and {measure_title(beside)}",
        f"{rank_correlation(by_key[key], by_key[beside]):.2f}",
        help="1: both put the pairs of tasks in the same order; 0: they have nothing in common.",
    )
if picked:
    change_view(pair=(names[picked[0]], names[picked[1]]))

pair = view().pair or (names[0], names[1])
source, target = names.index(pair[0]), names.index(pair[1])
with st.container() if beside else columns[1]:
    st.subheader("Two tasks in detail")
    with st.container(horizontal=True):
        first = st.selectbox("Task", names, source, key=f"first_{pair}")
        second = st.selectbox("Other task", names, target, key=f"second_{pair}")
    if (first, second) != pair:
        change_view(pair=(first, second))
        st.rerun()
    found = by_key[key]
    st.metric(
        found.measure + (" distance" if found.is_distance else " similarity"),
        f"{found.values[source, target]:.3g}",
        f"95 % interval {found.low[source, target]:.3g} to {found.high[source, target]:.3g}",
        delta_color="off",
    )
    counts = count_labels(table_of(run), source, target)
    show_chart(draw_label_table(counts, pair, dark=is_dark()), key="labels")
st.subheader(f"{plain(names[source])} against every other task")
show_chart(draw_affinity_row(found, source, labels, dark=is_dark()), key="row")
