"""Take the report along: what leaves the machine is said first, then the file is made."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import TaskGroupingError
from core.report import FORMATS, make_manifest, render_report
from core.runs import Run
from dashboard.session import keep, kept
from dashboard.widgets import pick_one
from dashboard.words import show_error

Names = Mapping[tuple[str, ...], str]

FORMS = {
    "pdf": ("PDF", "application/pdf"),
    "html": ("Web page", "text/html"),
    "pptx": (
        "Slides",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    "json": ("JSON", "application/json"),
    "yaml": ("Groups as YAML", "application/yaml"),
}
"""Format → what people call it, and its media type."""


def offer_files(run: Run, document: Mapping[str, Any], audience: str, names: Names) -> None:
    """A format, the list of what would leave, a button that makes the file and one that saves it.

    Two steps, as a file that cannot be made cannot say why behind a download button.
    """
    st.subheader("Take it along")
    form = pick_one("Format", _offered(), format_func=lambda key: FORMS[key][0], key="form")
    title, media = FORMS[form]
    with st.expander("What leaves this machine with the file"):
        st.text(make_manifest(document, form, audience, names).text)
    asked = (run.id, form, audience, dict(names))
    made = kept("report_file")
    if made is None or made[0] != asked or made[1] is not document:
        if not st.button(f"Make the {title}", icon=":material/note_add:", key="make_report"):
            return
        try:
            with st.spinner("Writing the file"):
                made = (asked, document, render_report(document, form, audience, names))
        except TaskGroupingError as error:
            show_error(error)
            return
        keep("report_file", made)
        st.rerun()  # the second step takes the place of the first
    st.download_button(
        f"Save {title} ({len(made[2]) / 1000:,.0f} kB)",
        made[2],
        f"taskscape-report.{form}",
        media,
        icon=":material/download:",
        type="primary",
        on_click="ignore",
        key="save_report",
    )


def _offered() -> list[str]:
    return [form for form in FORMS if form in FORMATS]
