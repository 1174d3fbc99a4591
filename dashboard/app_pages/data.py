"""Data: what is analysed, another example, or the visitor's own table."""

from typing import Literal

import streamlit as st

from core.data import EXAMPLES
from core.values import Split
from dashboard.answer import show_answer
from dashboard.charts.availability import draw_availability
from dashboard.components import show_chart
from dashboard.draft_form import show_draft
from dashboard.example import example_of
from dashboard.jobs import is_at_work, open_example, start_job
from dashboard.plan_form import plan_form
from dashboard.results import current_run, preview_of, table_of
from dashboard.session import change_view, is_dark, view
from dashboard.tables import task_rows
from dashboard.upload import take_upload, upload_button
from dashboard.words import plain

MOST_ROWS = 20

st.markdown(
    "**Which prediction tasks should share a model?** A model shared by tasks that pull it the "
    "same way learns more; tasks that pull it apart hurt each other."
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    upload = upload_button()
    example = st.menu_button(
        "Another example",
        list(EXAMPLES),
        format_func=lambda key: EXAMPLES[key].title,
        icon=":material/science:",
        key="example",
    )
if upload is not None:
    take_upload(upload)
if example:
    open_example(example)
    st.rerun()

if view().draft:
    show_draft()
    st.stop()

run = current_run()
show_answer(run)
table = table_of(run)
st.subheader(plain(run.spec.name))
if known := example_of(run.id):
    st.caption(f"A built-in example. {known.summary}")
with st.container(horizontal=True):
    st.metric("Rows", f"{len(table.features):,}")
    st.metric("Features", f"{len(table.feature_names):,}", help="Texts count one a category.")
    st.metric("Tasks", len(table.tasks))
    n_train = len(table.rows(Split.TRAIN))
    st.metric("Rows the landscape sees", f"{n_train:,}", help="The training split.")
left, right = st.columns([3, 2])
with left:
    height: Literal["content", "auto"] = "content" if len(table.tasks) <= MOST_ROWS else "auto"
    st.dataframe(
        task_rows(table), height=height, hide_index=True, alt="The tasks with kind and counts"
    )
with right:
    show_chart(draw_availability(table, dark=is_dark()), key="availability")
rows = st.expander("First 100 rows", icon=":material/table_rows:", key="rows", on_change="rerun")
if rows.open:
    with rows:
        st.dataframe(preview_of(run), hide_index=True, alt="The first 100 rows of the table")

st.subheader("Settings")
plan = plan_form(run.plan, len(table.tasks), f"plan_{run.id}")
if plan != run.plan:
    st.caption("The answer above stays until you compute again; only what follows a change is.")
if st.button("Compute again", disabled=plan == run.plan or is_at_work(run), key="recompute"):
    run.set_plan(plan)
    start_job(run)
    change_view(n_components=0, way="", measure="")
    st.rerun()
