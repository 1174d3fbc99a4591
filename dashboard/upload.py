"""From an uploaded file to a draft on disk; the upload itself is dropped from memory."""

import streamlit as st
from streamlit.typing import UploadedFile

from core.errors import TaskGroupingError
from core.runs import Draft
from dashboard.results import runs_root
from dashboard.session import change_view, view


def take_upload(upload: UploadedFile) -> None:
    """Keep an upload as a draft and open it; a file that cannot be read is explained."""
    if view().upload == upload.file_id:
        return
    try:
        with st.spinner("Reading the table"):
            draft = Draft.create(runs_root(), upload.name, upload)
    except TaskGroupingError as error:
        st.error(str(error), icon=":material/error:")
        return
    change_view(draft=draft.id, upload=upload.file_id)
    st.rerun()
