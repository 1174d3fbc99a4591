"""Data: what is analysed, another example, or the visitor's own table."""

import streamlit as st

from core.data import EXAMPLES
from dashboard.answer import show_answer
from dashboard.charts.availability import draw_availability
from dashboard.components import show_chart
from dashboard.draft_form import show_draft
from dashboard.jobs import open_example, start_job
from dashboard.plan_form import plan_form
from dashboard.results import current_run, preview_of, table_of
from dashboard.session import change_view, is_dark, view
from dashboard.tables import task_rows
from dashboard.upload import take_upload
from dashboard.words import plain

st.markdown(
    "**Which prediction tasks should share a model?** A model shared by tasks that pull it the "
    "same way learns more; tasks that pull it apart hurt each other."
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    with st.popover("Use my own table", icon=":material/upload_file:", type="primary"):
        upload = st.file_uploader(
            "One row a patient, one column a task. CSV, TSV or Parquet; it stays on this machine.",
            type=["csv", "tsv", "txt", "parquet", "gz"],
            key="upload",
        )
        if upload is not None:
            take_upload(upload)
    example = st.menu_button(
        "Another example",
        list(EXAMPLES),
        format_func=lambda key: EXAMPLES[key].title,
        icon=":material/science:",
        key="example",
    )
    if example:
        open_example(example)

if view().draft:
    show_draft()
    st.stop()

run = current_run()
show_answer(run)
table = table_of(run)
st.subheader(plain(run.spec.name))
with st.container(horizontal=True):
    st.metric("Rows", f"{len(table.features):,}")
    st.metric("Features", len(table.feature_names))
    st.metric("Tasks", len(table.tasks))
    st.metric(
        "Rows the landscape sees", f"{(table.split == 0).sum():,}", help="The training split."
    )
left, right = st.columns([3, 2])
with left:
    st.dataframe(task_rows(table), hide_index=True, alt="The tasks with kind and counts")
with right:
    show_chart(draw_availability(table, dark=is_dark()), key="availability")
with st.expander("First 100 rows", icon=":material/table_rows:"):
    st.dataframe(preview_of(run), hide_index=True, alt="The first 100 rows of the table")

st.subheader("Settings")
plan = plan_form(run.plan, len(table.tasks), f"plan_{run.id}")
if st.button("Compute again with these settings", disabled=plan == run.plan, key="recompute"):
    run.set_plan(plan)
    start_job(run)
    change_view(n_components=0, way="")
    st.rerun()
