"""What the selected samples are, below the map; and what they say of tasks on other pages."""

import numpy as np
import streamlit as st
from jaxtyping import Bool

from core.profile import Profile
from core.runs import Run
from core.values import Report
from dashboard.charts.profile_bars import draw_profile
from dashboard.components import show_chart
from dashboard.results import chosen_of, landscape_of, map_of, profile_of, pull_of
from dashboard.selected import (
    difference_rows,
    explain,
    group_pull_rows,
    pull_rows,
    pulled_pairs,
    say_pair,
    say_selected,
)
from dashboard.selection import SampleSelection
from dashboard.selection_panel import name_samples
from dashboard.session import change_view, is_dark, newly, view
from dashboard.source import show_missing
from dashboard.tables import selection_rows
from dashboard.words import plain, sentence


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
    st.subheader(f"Your selection{_quoted(selection)}")
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
        st.markdown("**Which tasks do these rows pull together or apart?**")
        pairs = pull_rows(pull, report.task_names)
        if pairs.empty:  # of very many tasks a row has only a few points
            st.caption(
                "No two tasks have more than 10 selected and 10 other rows with a point each."
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
            change_view(pair=(report.task_names[one], report.task_names[other]))


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


def show_pair_in_selection(run: Run, report: Report, source: int, target: int) -> None:
    """What the selected samples say of two tasks; nothing where no samples are selected."""
    if (selection := view().samples) and (pull := pull_of(run, report, selection)):
        said = sentence(say_pair(pull, source, target))
        st.info(f"In your selection{_quoted(selection)}: {said}")


def show_groups_in_selection(run: Run, report: Report) -> None:
    """How alike the tasks of each group are among the selected samples."""
    if not (selection := view().samples) or not (pull := pull_of(run, report, selection)):
        return
    grouping = report.recommended.grouping
    rows = group_pull_rows(pull, grouping, grouping.labels)
    st.subheader(f"In your selection of samples{_quoted(selection)}")
    if rows.empty:
        st.caption("No group has two tasks that share more than 10 selected rows.")
        return
    st.dataframe(rows, hide_index=True, alt="How alike the tasks of each group are in it")
    st.caption(explain(pull))


def explain_test_rows() -> None:
    """Why a selection of samples changes nothing where models are judged."""
    if (selection := view().samples) is not None:
        st.caption(
            f"Your selection{_quoted(selection)} holds rows of the training part, where the "
            "landscape is drawn. Models are judged on test rows, which are in no selection."
        )


def explain_report() -> None:
    """Why a selection changes nothing in what is handed on."""
    if view().samples is not None or view().tasks is not None:
        st.caption("Your selection stays with you: a report tells of all rows and all tasks.")


def _quoted(selection: SampleSelection) -> str:
    return f" “{plain(selection.name)}”" if selection.name else ""
