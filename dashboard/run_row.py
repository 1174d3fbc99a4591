"""One run in the list: what it is, how it goes, and what can be done to it."""

import streamlit as st

from core.errors import TaskGroupingError
from core.runs import MAIN, Run, State, Status, rename_run
from dashboard.jobs import start_job
from dashboard.results import decision_of
from dashboard.run_transfer import offer_archive
from dashboard.session import address, change_view, view
from dashboard.source import size_of
from dashboard.words import plain, say_seconds, show_error, state_badge


@st.dialog("Delete this run?")
def confirm_delete(run: Run) -> None:
    """Ask before a folder goes."""
    st.text("The copy of the data and every result of this run are removed from disk.")
    if st.button("Delete for good", type="primary", key="really_delete"):
        run.delete()
        if view().run == run.id:
            change_view(run="")
        st.rerun()


def show_row(run: Run) -> None:
    """One run with what can be done to it."""
    spec, status = run.spec, run.status()
    name, state, open_, more = st.columns([5, 2, 1, 1], vertical_alignment="center")
    name.markdown(f"**{plain(spec.name)}**")
    name.caption(
        f"{size_of(spec)} · "
        f"{plain(spec.created_at[:16].replace('T', ' '))} UTC · "
        f"data {plain(spec.data_sha256[:8])}{_took(status)}{_found(run)}"
    )
    with state:
        state_badge(status)
        if status and status.state is State.QUEUED:
            st.caption(plain(status.message))
    with open_:
        _offer_opening(run)
    if status and status.state.is_live:
        more.button("Cancel", key=f"stop_{run.id}", on_click=run.cancel, args=(MAIN,))
        return
    menu = more.popover("More", key=f"more_{run.id}_{spec.name}", on_change="rerun")
    if menu.open:
        with menu:
            _show_menu(run)
    if status and status.error:
        show_error(status.error)
    if status is None or status.state is not State.DONE:
        label = "Resume" if status else "Start"
        st.button(label, key=f"resume_{run.id}", on_click=start_job, args=(run,))


def _offer_opening(run: Run) -> None:
    if not view().draft:
        st.page_link(
            "app_pages/data.py",
            label="Open",
            icon=":material/arrow_forward:",
            query_params={"run": run.id},
        )
    elif st.button("Open", key=f"open_{run.id}"):  # the upload is left, whatever its run was
        change_view(run=run.id, draft="")
        st.switch_page("app_pages/data.py", query_params=address())


def _show_menu(run: Run) -> None:
    name = st.text_input("Name", run.spec.name, max_chars=200, key=f"new_name_{run.id}")
    if st.button("Rename", icon=":material/edit:", key=f"rename_{run.id}"):
        _rename(run, name)
    offer_archive(run)
    if st.button("Delete", icon=":material/delete:", key=f"delete_{run.id}"):
        confirm_delete(run)


def _rename(run: Run, name: str) -> None:
    try:
        rename_run(run.path, name)
    except TaskGroupingError as error:
        show_error(error)
        return
    st.rerun()


def _took(status: Status | None) -> str:
    """How long the last job took, once it is over."""
    if status is None or status.state is not State.DONE:
        return ""
    return f" · took {say_seconds(max(0.0, status.updated_at - status.started_at))}"


def _found(run: Run) -> str:
    return f" · {decision}" if (decision := decision_of(run)) else ""
