"""A run as a zip: packed when somebody asks for it, and read back as a new run."""

import io

import streamlit as st

from core.errors import TaskGroupingError
from core.runs import Run, archive_run, unpack_run
from dashboard.on_show import runs_root
from dashboard.session import change_view, keep, kept, view
from dashboard.words import show_error


def offer_archive(run: Run) -> None:
    """A button that packs the run, then one that hands the zip over."""
    packed = kept("archive")
    if packed is None or packed[0] != run.id:
        if st.button("Export", icon=":material/package_2:", key=f"archive_{run.id}"):
            content = io.BytesIO()
            try:
                with st.spinner("Packing the run"):
                    archive_run(run, content)
            except TaskGroupingError as error:
                show_error(error)
                return
            keep("archive", (run.id, content.getvalue()))
            st.rerun()
        return
    st.caption("It holds the rows of the table: treat it as you treat the data.")
    st.download_button(
        f"Download the zip ({len(packed[1]) / 1e6:,.1f} MB)",
        packed[1],
        f"taskscape-{run.id[:8]}.zip",
        "application/zip",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
        key=f"zip_{run.id}",
    )


def offer_import() -> None:
    """A popover that takes a zip and makes a run of it; it closes when it has."""
    last = kept("imported") or ""
    with st.popover("Import a run", icon=":material/upload_file:", key=f"import_{last}"):
        upload = st.file_uploader(
            "A zip that *Export* made, here or on another machine.", key=f"zip_{last}"
        )
        if upload is None:
            return
        try:
            with st.spinner("Checking the archive"):
                run = unpack_run(runs_root(), upload)
        except TaskGroupingError as error:
            show_error(error)
            return
    keep("imported", run.id)
    change_view(run=run.id, draft="")
    st.rerun()


def say_imported() -> None:
    """Which run came in last, while it is the one on show."""
    if kept("imported") and kept("imported") == view().run:
        st.success("The archive is imported: it is the run on show now.")
