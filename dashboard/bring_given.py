"""A matrix or a recorded landscape of the visitor's own: read, made a run, started."""

import secrets
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st
from streamlit.typing import UploadedFile

from core.errors import TableError, TaskGroupingError
from core.given import GUESS, KINDS, find_given
from core.plan import PRESETS
from core.runs import Run
from core.values import Affinity, Landscape
from dashboard.jobs import start_job
from dashboard.measured_table import file_name
from dashboard.on_show import runs_root
from dashboard.session import address, change_view, view
from dashboard.words import show_error

LARGEST_MB = 500
LARGEST_MATRIX = 20_000_000
"""Bytes of a file brought as a table that are looked through for a matrix."""
SAY = "--matrix"
"""What the engine says where a matrix needs a word from its owner."""
MEANING = {
    GUESS: "its diagonal tells",
    "distance": "distances: small is alike",
    "similarity": "similarities: large is alike",
}


def ask_for_given() -> None:
    """A button to bring a matrix of affinities or the landscape of a model."""
    last = view().upload  # new keys after each upload: the popover closes, the last file goes
    with st.popover("Use my own matrix or model", icon=":material/hub:", key=f"given_{last}"):
        st.markdown(
            "**A matrix**: CSV or TSV with the names of the tasks in the first row and the first "
            "column; one number for every two tasks, empty where you have none. **A model**: the "
            "`.landscape.npz` that `record_landscape` wrote in your own loop."
        )
        kind = st.radio(
            "What the numbers of a matrix are",
            [GUESS, *KINDS],
            format_func=MEANING.__getitem__,
            horizontal=True,
            key=f"given_kind_{last}",
        )
        upload = st.file_uploader(
            "A matrix or a landscape; it stays on this machine.",
            key=f"given_upload_{last}",
            max_upload_size=LARGEST_MB,
        )
        if upload is not None:
            _take(upload, kind)


def open_given(name: str, given: Affinity | Landscape, digest: str) -> Run:
    """A new run of it, started."""
    path = runs_root() / secrets.token_hex(16)
    run = Run.create_given(path, given, PRESETS["quick"], name, digest)
    start_job(run)
    return run


def read_given(name: str, content: bytes, kind: str | None) -> Affinity | Landscape:
    """What is in an uploaded file, which is on disk only while it is read.

    Raises:
        TableError: it is neither a matrix nor a landscape; one sentence says why.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / file_name(name)
        path.write_bytes(content)
        is_archive = path.suffix.lower() == ".npz"
        given = find_given(path, None if is_archive else kind)
    if given is None:
        raise TableError(f"{path.name} holds no landscape and no matrix; bring it as a table.")
    return given


def take_if_given(upload: UploadedFile) -> bool:
    """Whether a file brought as a table is a matrix or a landscape; then it is taken as one."""
    if upload.size > LARGEST_MATRIX or not upload.name.lower().endswith((".csv", ".tsv", ".npz")):
        return False
    try:
        read_given(upload.name, upload.getvalue(), None)
    except TableError as error:
        if SAY not in str(error):
            return False
    _take(upload, None)
    return True


def _take(upload: UploadedFile, kind: str | None) -> None:
    content = upload.getvalue()
    try:
        given = read_given(upload.name, content, kind)
        stem = file_name(upload.name).removesuffix(".npz").removesuffix(".landscape")
        run = open_given(Path(stem).stem, given, sha256(content).hexdigest())
    except TaskGroupingError as error:
        show_error(error)
        return
    change_view(run=run.id, draft="", upload=upload.file_id)
    st.switch_page("app_pages/groups.py", query_params=address())
