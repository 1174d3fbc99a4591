"""From an uploaded file to a draft on disk; nothing of it stays in memory."""

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.typing import UploadedFile

from core.errors import TaskGroupingError
from core.runs import Draft
from dashboard.bring_given import take_if_given
from dashboard.results import runs_root
from dashboard.session import change_view, view
from dashboard.words import show_error


def upload_button() -> UploadedFile | None:
    """A button to bring a table; any file is let in, so that the engine says what is wrong."""
    last = view().upload  # new keys after each upload: the popover closes, the last file goes
    with st.popover(
        "Use my own table", icon=":material/upload_file:", type="primary", key=f"bring_{last}"
    ):
        return st.file_uploader(
            "One row a sample, one column a task. CSV, TSV or Parquet; it stays on this machine.",
            key=f"upload_{last}",
        )


def take_upload(upload: UploadedFile) -> None:
    """Keep an upload as a draft and open it; a file that cannot be read is explained."""
    if take_if_given(upload):
        return
    try:
        with st.spinner("Reading the table"):
            draft = Draft.create(runs_root(), upload.name, upload)
    except TaskGroupingError as error:
        show_error(error)
        return
    _forget(upload)
    change_view(draft=draft.id, upload=upload.file_id)
    st.rerun()


def _forget(upload: UploadedFile) -> None:
    """Free the memory of an upload, which Streamlit would keep until the visitor leaves."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, upload.file_id)
