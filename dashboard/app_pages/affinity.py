"""Affinity: how alike two tasks pull the model, pair by pair, with intervals."""

import streamlit as st

from core.affinity.compare import explain_labels, rank_correlation
from dashboard.charts.matrix import MOST_BESIDE
from dashboard.charts.measure import measure_summary, measure_title
from dashboard.charts.text import number
from dashboard.components import show_cells, show_chart
from dashboard.figures import draw_affinity_page
from dashboard.jobs import require_report
from dashboard.on_show import current_run
from dashboard.pair_metric import show_left_out, show_pair_metrics
from dashboard.results import any_table_of
from dashboard.selection_elsewhere import show_pair_in_selection
from dashboard.session import bound, change_view, is_dark, newly, view
from dashboard.shown import shown_beside, shown_measure, shown_pair, task_order
from dashboard.source import show_or_miss
from dashboard.words import plain, sentence

run = current_run()
report = require_report(run)
names = report.task_names
by_key = {affinity.measure: affinity for affinity in report.affinities}
key = shown_measure(report, view())
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.selectbox("Measure", list(by_key), format_func=measure_title, **bound("measure", key))
    beside = shown_beside(report, view())
    st.selectbox(
        "Compare with",
        ["", *(other for other in by_key if other != key)],
        format_func=lambda other: measure_title(other) if other else "nothing",
        **bound("beside", beside),
    )
st.caption(measure_summary(key))
show_left_out(report)
for note in (*explain_labels(by_key[key], report.affinities), *by_key[key].notes):
    st.info(sentence(note), icon=":material/info:")
charts = draw_affinity_page(report, any_table_of(run), view(), dark=is_dark())
order = task_order(report, view())
is_large = len(order) > MOST_BESIDE
is_below = is_large or bool(beside)
columns = [st.container()] * 2 if is_large else st.columns(2 if beside else [3, 2])
shown = {"cells": key} | ({"beside": beside} if beside else {})
for column, (place, measure) in zip(columns, shown.items(), strict=False):
    with column:
        chart_key = f"cells_{run.id}_{measure}"
        cell = show_cells(charts[place], order, key=chart_key)
        if picked := newly(chart_key, cell):
            change_view(pair=(names[picked[0]], names[picked[1]]))
            st.rerun()
if beside:
    st.metric(
        f"Rank correlation of {measure_title(key)} and {measure_title(beside)}",
        number(rank_correlation(by_key[key], by_key[beside]), 2),
        help="1: both put the pairs of tasks in the same order; 0: they have nothing in common.",
    )

source, target = shown_pair(report, view())
pair = (names[source], names[target])
with st.container() if is_below else columns[1]:
    st.subheader("Two tasks in detail")
    with st.container(horizontal=is_below):  # below each other: long names stay whole
        first = st.selectbox("Task", names, source, key=f"first_{pair}")
        second = st.selectbox("Other task", names, target, key=f"second_{pair}")
    if (first, second) != pair:
        change_view(pair=(first, second))
        st.rerun()
    show_pair_metrics(by_key[key], source, target)
    show_pair_in_selection(run, report, source, target)
    show_or_miss(charts, "labels")
st.subheader(f"{plain(names[source])} against every other task")
show_chart(charts["row"], key="row")
