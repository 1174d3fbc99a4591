"""The trained groups as one file to take along: made when somebody asks for it, kept nowhere."""

import io
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from core.errors import TaskGroupingError
from core.export import export_run
from core.export.readme import SNIPPET
from core.runs import Run
from core.trials import Evidence
from dashboard.session import keep, kept
from dashboard.words import show_error

FOLDER = "trained-groups"
"""Of the files inside the zip, so that unpacking makes one folder."""
_COMMAND = re.compile(r"run `taskscape validate [^`]*`( again| first)?")
"""What the command line would be told to do; here a form stands below."""


def offer_export(run: Run, evidence: Evidence) -> None:
    """A button that packs the networks of the recommended groups, then one that hands them over.

    Two steps, as a packing that fails behind a download button cannot say why.
    """
    st.subheader("Take the trained groups along")
    st.markdown(
        "One zip with the networks of the recommended groups (safetensors), the groups as YAML, "
        "the schema of the table, and a README with test scores and limits. No row of the data."
    )
    key = (run.id, evidence.fingerprint)
    packed = kept("export")
    if packed is None or packed[0] != key:
        if not st.button("Pack the trained groups", icon=":material/package_2:", key="pack"):
            _show_snippet()
            return
        try:
            with st.spinner("Packing the networks and scoring them on test rows"):
                packed = (key, pack(run))
        except (TaskGroupingError, OSError) as error:
            show_error(_one_sentence(error))
            return
        keep("export", packed)
        st.rerun()  # the second step takes the place of the first
    st.download_button(
        f"Download {FOLDER}.zip ({_size(packed[1])})",
        packed[1],
        f"{FOLDER}.zip",
        "application/zip",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
        key="export",
    )
    _show_snippet()


def pack(run: Run) -> bytes:
    """The export of a validated run as a zip.

    Raises:
        RunError: no final evidence, or networks that are gone.
    """
    content = io.BytesIO()
    with TemporaryDirectory() as temporary:
        folder = export_run(run, Path(temporary) / FOLDER).folder
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.iterdir()):
                archive.write(path, f"{FOLDER}/{path.name}")
    return content.getvalue()


def _show_snippet() -> None:
    with st.expander("How to load it: ten lines of Python"):
        st.code(SNIPPET, language="python")
        st.caption(f"Run it inside the unpacked folder {FOLDER}.")


def _one_sentence(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"The export could not be written ({error.strerror}); free some disk space."
    return _COMMAND.sub("train the candidates again below", str(error))


def _size(content: bytes) -> str:
    kilobytes = len(content) / 1000
    return f"{kilobytes:,.0f} kB" if kilobytes < 1000 else f"{kilobytes / 1000:,.1f} MB"
