"""A table of measured groups: brought by the visitor, read, and kept for the visit only."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pandas as pd
import streamlit as st
from streamlit.typing import UploadedFile

from core.errors import TaskGroupingError
from core.evidence.search import GainTable, read_measured
from dashboard.session import keep, kept, settle_view
from dashboard.words import plain, show_error

TEMPLATE = "group,cost,died,stroke\ndied,1,0.42,\nstroke,1,,0.61\ndied|stroke,1,0.40,0.58\n"
"""The smallest table: two tasks alone, and together."""
LONGEST_NAME = 60
LARGEST_MB = 20
_KEY = "measured_table"


def ask_for_table() -> GainTable | None:
    """The table on show; where there is none, a place to drop one and how it must look."""
    table = cast("GainTable | None", kept(_KEY))
    if table is not None:
        _show_name(table)
        return table
    st.markdown(
        "Somebody has already trained groups of your tasks, you or a publication? Bring the "
        "numbers, and see which networks to keep. Nothing is trained here, and nothing of the "
        "file is kept once you leave."
    )
    if upload := st.file_uploader(
        "A CSV of measured groups", key="measured_upload", max_upload_size=LARGEST_MB
    ):
        _take(upload)
    _show_example()
    return None


def read_upload(name: str, content: bytes) -> GainTable:
    """The table in an uploaded file, which is on disk only while it is read.

    Raises:
        TableError: it is no table of measured groups; one sentence says why.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / file_name(name)
        path.write_bytes(content)
        return read_measured(path)


def file_name(name: str) -> str:
    """The end of a file name without any folder: its messages stay recognisable, and it fits."""
    last = name.replace("\\", "/").rpartition("/")[2].replace("\0", "")[-LONGEST_NAME:]
    return last if last.strip(".") else "table.csv"


def _take(upload: UploadedFile) -> None:
    try:
        table = read_upload(upload.name, upload.getvalue())
    except TaskGroupingError as error:
        show_error(error)
        return
    keep(_KEY, table)
    settle_view(networks=0.0, overlap=False, larger_is_better=False)
    st.rerun()


def _show_name(table: GainTable) -> None:
    name, other = st.columns([5, 1], vertical_alignment="center")
    name.markdown(
        f"**{plain(table.name)}** · {len(table.task_names)} tasks · "
        f"{len(set(table.groups)):,} measured groups"
    )
    other.button("Another table", on_click=keep, args=(_KEY, None), key="another_table")


def _show_example() -> None:
    st.markdown(
        "**What such a table looks like:** one row a trained network. `group` names its tasks "
        "joined by `|`; `cost` may be left out (then 1). Every other column is a task with its "
        "loss in that network, empty where the task is not in the group. Every task needs one row "
        "of its own, which the gains are measured against."
    )
    header, *rows = (line.split(",") for line in TEMPLATE.splitlines())
    st.dataframe(
        pd.DataFrame(rows, columns=header),
        hide_index=True,
        width="content",
        alt="An example: died alone, stroke alone, and both in one network",
    )
    st.download_button(
        "Download this as a template",
        TEMPLATE,
        "measured-groups.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="measured_template",
    )
