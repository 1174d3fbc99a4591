"""Affinity: how alike two tasks pull the model, pair by pair, with intervals."""

import streamlit as st

from core.affinity import MEASURES
from core.affinity.compare import rank_correlation
from core.affinity.pair import count_labels
from core.grouping.order import order_tasks
from dashboard.charts.affinity_row import draw_affinity_row
from dashboard.charts.heatmap import draw_affinity
from dashboard.charts.label_table import draw_label_table
from dashboard.charts.measure import measure_title
from dashboard.charts.text import number
from dashboard.components import show_cells, show_chart
from dashboard.jobs import require_report
from dashboard.results import current_run, table_of
from dashboard.session import bound, change_view, is_dark, newly, view
from dashboard.words import plain, sentence

run = current_run()
report = require_report(run)
names, labels = report.task_names, report.recommended.grouping.labels
by_key = {affinity.measure: affinity for affinity in report.affinities}
change_view(measure=view().measure if view().measure in by_key else report.affinity.measure)
with st.container(horizontal=True, vertical_alignment="bottom"):
    key = st.selectbox("Measure", list(by_key), format_func=measure_title, **bound("measure"))
    others = ["", *(other for other in by_key if other != key)]
    change_view(beside=view().beside if view().beside in others else "")
    beside = st.selectbox(
        "Compare with",
        others,
        format_func=lambda other: measure_title(other) if other else "nothing",
        **bound("beside"),
    )
st.caption(MEASURES.methods[key].summary)
for note in by_key[key].notes:
    st.info(sentence(note), icon=":material/info:")
order = order_tasks(report.affinity.similarity, labels)
columns = st.columns(2 if beside else [3, 2])
for column, shown in zip(columns, [key, beside] if beside else [key], strict=False):
    with column:
        chart = draw_affinity(by_key[shown], order, labels, dark=is_dark())
        chart_key = f"cells_{run.id}_{shown}"
        if picked := newly(chart_key, show_cells(chart, order, key=chart_key)):
            change_view(pair=(names[picked[0]], names[picked[1]]))
if beside:
    st.metric(
        f"Rank correlation of {measure_title(key)} and {measure_title(beside)}",
        number(rank_correlation(by_key[key], by_key[beside]), 2),
        help="1: both put the pairs of tasks in the same order; 0: they have nothing in common.",
    )

pair = view().pair or (names[0], names[1])
source, target = names.index(pair[0]), names.index(pair[1])
found = by_key[key]
with st.container() if beside else columns[1]:
    st.subheader("Two tasks in detail")
    with st.container(horizontal=bool(beside)):  # below each other: long names stay whole
        first = st.selectbox("Task", names, source, key=f"first_{pair}")
        second = st.selectbox("Other task", names, target, key=f"second_{pair}")
    if (first, second) != pair:
        change_view(pair=(first, second))
        st.rerun()
    low, high = number(found.low[source, target]), number(found.high[source, target])
    st.metric(
        f"{measure_title(key)} ({'distance' if found.is_distance else 'similarity'})",
        number(found.values[source, target]),
        f"95 % interval {low} to {high}",
        delta_color="off",
        delta_arrow="off",
    )
    counts = count_labels(table_of(run), source, target)
    show_chart(draw_label_table(counts, pair, dark=is_dark()), key="labels")
st.subheader(f"{plain(names[source])} against every other task")
show_chart(draw_affinity_row(found, source, labels, dark=is_dark()), key="row")
