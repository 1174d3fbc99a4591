"""What a run was made from, in words; and what cannot be shown of one that had no table."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import RunError
from core.provenance import Source
from core.report.chosen import chosen_notes
from core.runs import Run, Spec
from core.values import Report
from dashboard.charts.chart import Chart
from dashboard.components import show_chart
from dashboard.words import plain

GREYED = ":material/block:"
"""Before everything that cannot be shown."""

NEEDS: dict[str, tuple[str, str]] = {
    "landscape": (
        "A matrix has no samples, so there are no points to draw.",
        "Bring a table, or record the landscape of your model (`record_landscape`).",
    ),
    "evidence": (
        "Nothing can be trained here: this run has no features and no labels.",
        "Bring the table itself; or train groups in your own code and open what they scored on the "
        "page *Measured groups*.",
    ),
    "labels": (
        "The labels of both tasks are not here to be counted against each other.",
        "Bring a table to see them.",
    ),
    "profile": (
        "What sets the selected samples apart cannot be told: their features are not here.",
        "Bring a table to see it.",
    ),
    "re-runs": (
        "A matrix cannot be measured again on other samples, so nobody knows how often two tasks "
        "would stay together.",
        "Bring a table or a recorded landscape for re-runs and intervals.",
    ),
}
"""What is missing and why, and what would be needed."""

_UNAVAILABLE = {Source.MATRIX: ("landscape", "evidence"), Source.LANDSCAPE: ("evidence",)}


def show_missing(what: str) -> None:
    """A greyed box in place of what cannot be shown: why, and what would be needed."""
    why, needed = NEEDS[what]
    with st.container(border=True):
        st.markdown(f":gray[{GREYED} {why}] {needed}")


def show_or_miss(charts: Mapping[str, Chart[Any]], name: str) -> None:
    """A chart, or why there is none."""
    if name in charts:
        show_chart(charts[name], key=name)
    else:
        show_missing(name)


def is_greyed(run: Run | None, page: str) -> bool:
    """Whether a page has nothing to show of this run, whatever is computed."""
    try:
        return run is not None and page in _UNAVAILABLE.get(run.source, ())
    except RunError:  # a damaged run: its pages say so
        return False


def size_of(spec: Spec) -> str:
    """How large what a run was made from is."""
    n_tasks = len(spec.roles["targets"])
    tasks = f"{n_tasks} task{'s'[: n_tasks != 1]}"
    if spec.source == Source.MATRIX:
        return f"a matrix of {tasks}"
    samples = "recorded samples" if spec.source == Source.LANDSCAPE else "rows"
    return f"{spec.n_rows:,} {samples} · {tasks}"


def samples_used(report: Report) -> str:
    """Which samples the answer was found from, as a sentence."""
    data: dict[str, Any] = report.provenance["data"]
    if data.get("source") == Source.MATRIX:
        return "Made from a matrix of your own: Taskscape saw no sample."
    if data.get("source") == Source.LANDSCAPE:
        return f"Recorded in a model of your own on {data['n_samples']:,} samples."
    return (
        f"Uses the {data['n_train']:,} training rows of {data['n_samples']:,}; the others "
        "are kept for choosing and testing."
    )


def show_notes(report: Report) -> None:
    """What a reader must know of a run without a table, folded away but for the first two."""
    notes = [plain(note) for note in chosen_notes(report)]
    for note in notes[:2]:
        st.info(note, icon=":material/info:")
    if more := notes[2:]:
        with st.expander(f"{len(more)} more thing{'s'[: len(more) != 1]} to know about this run"):
            for note in more:
                st.markdown(f"- {note}")
