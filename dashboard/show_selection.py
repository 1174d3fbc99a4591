"""What the selected samples are, below the map."""

import numpy as np
import streamlit as st
from jaxtyping import Bool

from core.runs import Run
from core.selection.profile import Profile
from core.selection.pull import Pull
from core.values import Report
from dashboard.charts.profile_bars import draw_profile
from dashboard.components import show_chart
from dashboard.results import chosen_of, landscape_of, map_of, profile_of, pull_of
from dashboard.selected import (
    difference_rows,
    explain,
    pull_rows,
    pulled_pairs,
    say_selected,
)
from dashboard.selection import SampleSelection
from dashboard.selection_panel import name_samples
from dashboard.session import change_view, is_dark, newly, view
from dashboard.source import show_missing
from dashboard.tables import selection_rows
from dashboard.words import quoted, sentence


def chosen_on_show(run: Run) -> Bool[np.ndarray, " point"] | None:
    """What the selection covers, where points are coloured by it."""
    selection = view().samples
    return chosen_of(run, selection) if selection and view().colour_by == "selection" else None


def show_selection(run: Run, report: Report) -> None:
    """The profile of the selected samples against the rest, and the tasks they pull."""
    selection = view().samples
    if selection is None or selection.is_empty:
        st.caption(
            "Draw around points to see which rows they are, and which tasks these rows pull "
            "together or apart. *Selections* beside the page also takes rows by a value."
        )
        return
    st.subheader(f"Your selection{quoted(selection.name)}")
    profile, pull = profile_of(run, selection), pull_of(run, report, selection)
    if pull is None:
        st.info(
            "It is of a column that this run has not."
            if selection.range
            else "It was drawn on a map that is not computed now; draw it again, or compute it."
        )
        return
    if profile is not None:
        st.markdown(sentence(say_selected(profile, selection)))
    name_samples()
    if profile is not None and profile.is_small:
        return
    left, right = st.columns(2)
    with left:
        _show_profile(profile)
        if selection.parts:
            with st.expander("Whose points they are"):
                _show_tasks(run, report, selection)
    with right:
        _show_pull(pull, report.task_names)


def _show_pull(pull: Pull, task_names: tuple[str, ...]) -> None:
    """The pairs of tasks by how the selected rows pull them; one that is picked is looked at."""
    st.markdown("**Which tasks do these rows pull together or apart?**")
    pairs = pull_rows(pull, task_names)
    if pairs.empty:  # of very many tasks a row has only a few points
        st.caption(
            "No two tasks have selected and other rows of more than 10 patients with a point each."
        )
        return
    picked = st.dataframe(
        pairs,
        hide_index=True,
        height=380,
        alt="Pairs of tasks, by how the selected rows pull them",
        on_select="rerun",
        selection_mode="single-row",
        key="pull",
    )
    st.caption(explain(pull))
    st.caption("Pick a row to look at its two tasks on Affinity and Task graph.")
    for row in picked["selection"]["rows"][:1]:
        one, other = pulled_pairs(pull)[row]
        if newly("pull_pair", (one, other)):
            change_view(pair=(task_names[one], task_names[other]))


def _show_profile(profile: Profile | None) -> None:
    """How the selected rows differ; a run without a table has no features to describe them by."""
    if profile is None:
        show_missing("profile")
        return
    show_chart(draw_profile(profile, dark=is_dark()), key="profile")
    with st.expander("Every column"):
        st.dataframe(difference_rows(profile), hide_index=True, alt="The selected rows, by column")


def _show_tasks(run: Run, report: Report, selection: SampleSelection) -> None:
    """How many of the selected points each task has."""
    flat = map_of(run, selection.map_method)
    if flat is not None:
        points = landscape_of(run, run.plan.heads).points
        st.dataframe(
            selection_rows(points, flat, selection, report.task_names),
            hide_index=True,
            alt="How many selected points each task has, against its share of all points",
        )
