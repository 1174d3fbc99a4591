"""A view to send or to come back to: a link, a file to replay, undo and redo."""

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from core.errors import TaskGroupingError
from core.runs import load_view, save_view
from dashboard.on_show import current_run
from dashboard.session import (
    address,
    asked_view,
    can_redo,
    can_undo,
    page_address,
    redo,
    remember_view,
    settle_view,
    small_in_address,
    undo,
    view,
)
from dashboard.view_file import read_view, write_view
from dashboard.view_state import PRIVATE, has_large_fields, read_small, small_fields
from dashboard.words import sentence


def open_link() -> None:
    """Take over the saved view that the address names, once; what is wrong with it is said."""
    view_id = asked_view()
    if not view_id:
        return
    try:
        found = read_small(read_view(load_view(current_run().path, view_id)), small_in_address())
        kept = {"run", *PRIVATE}
        settle_view(**{name: value for name, value in vars(found).items() if name not in kept})
        remember_view(view_id)
    except TaskGroupingError as error:
        remember_view("")
        st.toast(sentence(str(error)), icon=":material/error:")


def keep_view() -> None:
    """Keep the view with the run, so that its selections outlive a reload of the page."""
    try:
        run = current_run()
        remember_view(save_view(run.path, write_view(replace(view(), run=run.id))))
    except TaskGroupingError as error:
        st.toast(sentence(str(error)), icon=":material/error:")


def show_steps() -> None:
    """Undo, redo, and the view as a link or a file."""
    # Ctrl+Z would also fire while a name is typed, and take the selection away with the letter
    _step("Undo", ":material/undo:", _undo, "Alt+Z")
    _step("Redo", ":material/redo:", _redo, "Alt+Y")
    link = st.popover(
        "Link to this view",
        icon=":material/link:",
        key="link",
        on_change="rerun",
        width="stretch",
    )
    if link.open:
        with link:
            _show_link()


def _step(name: str, icon: str, act: Callable[[], None], keys: str) -> None:
    st.button(
        name,
        icon=icon,
        on_click=act,
        key=name.lower(),
        shortcut=keys,
        help=f"{name} the last change of what you look at",
        width="stretch",
    )


def _undo() -> None:
    if can_undo():
        undo()
    else:
        st.toast("There is nothing to undo.")


def _redo() -> None:
    if can_redo():
        redo()
    else:
        st.toast("There is nothing to redo.")


def _show_link() -> None:
    """The link, made on a click: larger parts of the view are kept in the folder of the run."""
    st.markdown(
        "A link to what you see: run, choices and selections. It opens on this machine, for "
        "whoever may use this server; no value of the data stands in it."
    )
    try:
        run = current_run()
    except TaskGroupingError as error:
        st.caption(sentence(str(error)))
        return
    if st.button("Make the link", key="make_link"):
        if has_large_fields(view()):
            keep_view()
        parts = address() | small_fields(view())
        parts.pop("draft", None)
        st.code(f"{page_address()}?{urlencode(parts)}", language=None, wrap_lines=True)
    st.download_button(
        "Save as a file",
        json.dumps(write_view(replace(view(), run=run.id)), indent=1),
        "view.json",
        "application/json",
        icon=":material/download:",
        on_click="ignore",
        key="view_file",
        help="`taskscape replay view.json --run RUN -o FOLDER` draws the same figures.",
    )
