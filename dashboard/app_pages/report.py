"""Report: the answer for people who do not train models; every number comes from report.json."""

from functools import partial

import streamlit as st

from core.errors import RunError
from core.report import Audience, tell
from core.runs import load_group_names
from dashboard.components import show_slides
from dashboard.end_of_page import end_page
from dashboard.jobs import offer_again, require_report, stop_while_old
from dashboard.on_show import current_run
from dashboard.report_blocks import show_answer, show_section
from dashboard.report_files import offer_files
from dashboard.report_names import ask_name
from dashboard.results import document_of
from dashboard.selection_elsewhere import explain_report
from dashboard.session import address, bound, view
from dashboard.source import is_greyed, show_missing
from dashboard.widgets import pick_one
from dashboard.words import plain

WORDS = {
    Audience.CLINICIAN: "clinician",
    Audience.SCIENTIST: "data scientist",
    Audience.ENGINEER: "engineer",
}

run = current_run()
require_report(run)
stop_while_old(run)
try:
    document, names = document_of(run), load_group_names(run.path)
except RunError:
    offer_again(run, "report")
    end_page()
whole = tell(document, names)
with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    pick_one(
        "Written for",
        list(Audience),
        format_func=lambda audience: WORDS[audience],
        help="Hides what a reader does not need; it never changes a number.",
        **bound("audience"),
    )
    show_slides(whole, key=f"slides_{run.id}")
story = whole.for_audience(Audience(view().audience))
show_answer(story.section("answer"))
if is_greyed(run, "evidence"):
    show_missing("evidence")
elif not story.verdict:
    st.page_link(
        "app_pages/evidence.py",
        label="Nothing was trained yet: put the groups to the test",
        icon=":material/verified:",
        query_params=address(),
    )
for section in story.sections:
    if section.key != "answer":
        show_section(section, partial(ask_name, run, document))
offer_files(run, document, view().audience, names)
explain_report()
st.caption(plain(story.footer))
