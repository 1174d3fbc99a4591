"""Evidence: the groups are trained, and the answer is alone, together, grouped or no difference."""

import streamlit as st

from core.runs import EVIDENCE
from dashboard.components import show_chart
from dashboard.end_of_page import end_page
from dashboard.evidence_form import ask_for_training
from dashboard.evidence_tables import score_rows, task_rows, trial_rows
from dashboard.export_button import offer_export
from dashboard.figures import draw_evidence_page
from dashboard.jobs import is_at_work, require_report, show_job, was_started
from dashboard.on_show import current_run
from dashboard.results import evidence_of
from dashboard.selection_elsewhere import explain_test_rows
from dashboard.session import address, is_dark, view
from dashboard.shown import marked_tasks
from dashboard.source import is_greyed, show_missing
from dashboard.table_counts import say_sample
from dashboard.verdict import show_counts, show_verdict

run = current_run()
report = require_report(run)
if is_greyed(run, "evidence"):
    show_missing("evidence")
    st.page_link("app_pages/measured.py", icon=":material/table_chart:", query_params=address())
    end_page()
say_sample(run)
evidence = report.evidence or evidence_of(run)
if was_started(run, EVIDENCE):
    show_job(run, EVIDENCE)
if report.evidence is None and not is_at_work(run, EVIDENCE):
    ask_for_training(run, report)
if evidence is None:
    end_page()
if not evidence.is_final or report.evidence is None:
    st.subheader("So far, on validation rows")
    st.caption("A ranking on the way. Test rows are looked at once, when the training is over.")
    st.dataframe(trial_rows(evidence), hide_index=True, alt="Candidates so far, the best first")
    end_page()

marked = marked_tasks(report.task_names, view())
charts = draw_evidence_page(evidence, view(), dark=is_dark())
show_verdict(evidence, report, marked)
st.page_link(
    "app_pages/report.py",
    label="Read it as a report, or present it",
    icon=":material/description:",
    query_params=address(),
)
left, right = st.columns([2, 3])
with left:
    show_chart(charts["mean_gains"], key="mean_gains")
    show_counts(evidence)
with right:
    show_chart(charts["task_gains"], key="task_gains")
explain_test_rows()
st.subheader("Every task")
st.dataframe(
    task_rows(evidence, marked),
    hide_index=True,
    height="content",
    alt="Every task, three ways to train",
)
if evidence.scored:
    with st.expander("By other metrics: AUPRC, Brier score, balanced accuracy, RMSE, MAE"):
        st.caption(
            "Chance knows the share of events, or the mean, only; for AUPRC it is the share."
        )
        st.dataframe(score_rows(evidence), hide_index=True, alt="Every task by other metrics")
st.subheader("Every grouping that was trained")
st.caption(
    "The order is that of the validation rows, which the choice rests on. Groupings without a "
    "test gain were dropped before the test."
)
st.dataframe(trial_rows(evidence), hide_index=True, alt="Groupings, the best on validation first")
offer_export(run, evidence)
with st.expander("Train again: more seeds, other settings, a grouping of your own"):
    ask_for_training(run, report)
