"""From an uploaded file, several, or one opened by its path, to a draft on disk; nothing of it
stays in memory."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.typing import UploadedFile

from core.errors import TaskGroupingError
from core.runs import Draft
from core.runs.data_root import VARIABLE, Size, find_data, list_data, size_of
from dashboard.bring_given import take_if_given
from dashboard.on_show import runs_root
from dashboard.session import change_view, view
from dashboard.words import plain, show_error

HINT = (
    "One row a sample, one column a task. CSV, TSV or Parquet; it stays on this machine. Several "
    "files at once: one table a task, each with samples of its own."
)
TARGET = "For several tables: the target column of each"


@dataclass(frozen=True)
class Brought:
    """What a visitor brought: the uploads, none for a path, and how it becomes a draft."""

    uploads: tuple[UploadedFile, ...]
    make: Callable[[], Draft]


def bring_table() -> Brought | None:
    """A button to bring a table; any file is let in, so that the engine says what is wrong."""
    last = view().upload  # new keys after each upload: the popover closes, the last file goes
    with st.popover(
        "Use my own table", icon=":material/upload_file:", type="primary", key=f"bring_{last}"
    ):
        uploads = tuple(
            st.file_uploader(HINT, accept_multiple_files=True, key=f"upload_{last}") or ()
        )
        target = st.text_input(TARGET, "y", key=f"target_{last}")
        by_path = _ask_path(target)
    if len(uploads) == 1:
        return Brought(uploads, lambda: Draft.create(runs_root(), uploads[0].name, uploads[0]))
    if uploads:
        files = [(upload.name, upload) for upload in uploads]
        make = partial(Draft.create_from_tables, runs_root(), files, target)
        return Brought(uploads, make)
    return by_path


def take_upload(brought: Brought) -> None:
    """Keep what was brought as a draft and open it; what cannot be read is explained."""
    uploads = brought.uploads
    if len(uploads) == 1 and take_if_given(uploads[0]):
        return
    try:
        with st.spinner("Reading the table"):
            draft = brought.make()
    except (TaskGroupingError, OSError) as error:
        show_error(error)
        return
    for upload in uploads:
        _forget(upload)
    change_view(draft=draft.id, upload=uploads[0].file_id if uploads else draft.id)
    st.rerun()


def _ask_path(target: str) -> Brought | None:
    """A table in the data folder, by its path; what reading it takes is said before."""
    root = os.environ.get(VARIABLE)
    if not root:
        st.caption(
            f"A file above 1 GB is not uploaded: start the server with {VARIABLE}=FOLDER, put the "
            "file there and open it by its path."
        )
        return None
    path = st.selectbox(
        "Or a table in the data folder, by its path",
        list_data(Path(root)),
        index=None,
        accept_new_options=True,
        key="data_path",
        help="A path inside the folder that this server was given; a folder opens as one table a "
        "task. Nothing is uploaded, so the size does not matter.",
    )
    if not path:
        return None
    try:
        found = find_data(Path(root), path)
        _say_size(size_of(found))
    except (TaskGroupingError, OSError) as error:
        show_error(error)
        return None
    is_asked = st.button(f"Open {plain(path)}", key="open_path")
    make = partial(Draft.create_from_path, runs_root(), found, target)
    return Brought((), make) if is_asked else None


def _say_size(size: Size) -> None:
    if size.is_streamed:
        st.caption(
            f"{size.on_disk / 1e6:,.0f} MB on disk; a table of this size is read in batches, which "
            f"takes about {size.needed / 1e9:,.1f} GB of memory whatever its size."
        )
        return
    said = (
        f"{size.on_disk / 1e6:,.0f} MB on disk; reading takes about {size.needed / 1e9:,.1f} GB of "
        f"memory, {size.free / 1e9:,.1f} GB are free."
    )
    if size.is_tight:
        st.warning(f"{said} It may not fit: keep fewer columns, or give it as Parquet.")
    else:
        st.caption(said)


def _forget(upload: UploadedFile) -> None:
    """Free the memory of an upload, which Streamlit would keep until the visitor leaves."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, upload.file_id)
