"""The run on show, on every page: what it is and where it is."""

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.navigation.page import Page

from core.errors import TaskGroupingError
from core.runs import Draft, Run
from dashboard.charts.text import short
from dashboard.on_show import current_run, runs_root
from dashboard.session import address, view
from dashboard.source import GREYED, NEEDS, is_greyed, size_of
from dashboard.words import sentence, state_badge

LONGEST = 80
"""Letters of a run's name that the sidebar shows."""


def show_pages(sections: Mapping[str, Sequence[Page]]) -> None:
    """Links to the pages, which keep the run on show in the address.

    Streamlit's own links drop it; putting it back afterwards costs the visitor an extra press of
    the browser's back button.
    """
    run = _run_on_show()
    with st.sidebar:
        for section, pages in sections.items():
            st.caption(section)
            for page in pages:
                why = NEEDS[page.url_path][0] if is_greyed(run, page.url_path) else None
                icon = GREYED if why else None
                st.page_link(page, icon=icon, help=why, query_params=address(), width="stretch")


def _run_on_show() -> Run | None:
    try:
        return None if view().draft else current_run()
    except TaskGroupingError:
        return None


def show_run() -> None:
    """Name, size and state of the run on show, in the sidebar."""
    with st.sidebar:
        try:
            if view().draft:
                _show_draft()
                return
            run = current_run()
            spec, status = run.spec, run.status()
        except TaskGroupingError as error:
            st.caption(sentence(str(error)))
            return
        with st.container(border=True):
            st.text(short(spec.name, LONGEST))
            st.caption(size_of(spec))
            state_badge(status)


def _show_draft() -> None:
    spec = Draft(runs_root(), view().draft).spec
    with st.container(border=True):
        st.text(short(spec.name, LONGEST))
        st.caption("An upload: say what its columns are, then find the groups.")
