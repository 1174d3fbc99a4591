"""Data: what is analysed, another example, or the visitor's own table."""

import streamlit as st

from core.data import EXAMPLES
from core.provenance import Source
from dashboard.answer import show_answer
from dashboard.bring_given import ask_for_given
from dashboard.charts.availability import draw_availability
from dashboard.components import show_chart
from dashboard.draft_form import show_draft
from dashboard.end_of_page import end_page
from dashboard.example import example_of
from dashboard.given_data import show_given
from dashboard.jobs import open_example
from dashboard.on_show import current_run
from dashboard.plan_form import plan_form
from dashboard.recompute import offer_recompute
from dashboard.results import preview_of, table_of
from dashboard.session import is_dark, view
from dashboard.show_tasks import show_tasks
from dashboard.shown import marked_tasks
from dashboard.table_counts import show_counts, tasks_of
from dashboard.tables import task_rows
from dashboard.upload import bring_table, take_upload
from dashboard.words import plain

st.markdown(
    "**Which prediction tasks should share a model?** A model shared by tasks that pull it the "
    "same way learns more; tasks that pull it apart hurt each other."
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    brought = bring_table()
    ask_for_given()
    example = st.menu_button(
        "Another example",
        list(EXAMPLES),
        format_func=lambda key: EXAMPLES[key].title,
        icon=":material/science:",
        key="example",
    )
if brought is not None:
    take_upload(brought)
if example:
    open_example(example)
    st.rerun()

if view().draft:
    show_draft()
    end_page()

run = current_run()
show_answer(run)
if run.source is not Source.TABLE:
    show_given(run)
    end_page()
table = table_of(run)
st.subheader(plain(run.spec.name))
if known := example_of(run.id):
    st.caption(f"A built-in example. {known.summary}")
show_counts(run, table)
left, right = st.columns([3, 2])
with left:
    marked = marked_tasks(table.task_names, view())
    show_tasks(task_rows(*tasks_of(run), marked), "The tasks with kind and counts")
with right:
    show_chart(draw_availability(table, dark=is_dark()), key="availability")
rows = st.expander("First 100 rows", icon=":material/table_rows:", key="rows", on_change="rerun")
if rows.open:
    with rows:
        st.dataframe(preview_of(run), hide_index=True, alt="The first 100 rows of the table")

st.subheader("Settings")
plan = plan_form(run.plan, len(table.tasks), f"plan_{run.id}")
offer_recompute(run, plan, table)
