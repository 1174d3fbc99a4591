"""An uploaded table: give every column its role, read what is wrong, start."""

import pandas as pd
import streamlit as st

from core.data import Issue, Roles, assign_roles
from core.errors import TableError, TaskGroupingError
from core.runs import Draft
from core.values import Kind
from dashboard.plan_form import plan_form
from dashboard.results import column_rows, draft_frame, issues_of, runs_root
from dashboard.session import change_view, view
from dashboard.words import plain

ROLES = ["feature", "target", "patient id", "ignore"]
KINDS = ["inferred", *Kind]
LOOK = {
    "error": (st.error, ":material/error:"),
    "warning": (st.warning, ":material/warning:"),
    "notice": (st.info, ":material/info:"),
}


def show_draft() -> None:
    """The page of an upload that has no run yet."""
    draft = Draft(runs_root(), view().draft)
    spec = draft.spec
    frame = draft_frame(draft)
    st.subheader(f"{plain(spec.name)}: {len(frame):,} rows, {frame.shape[1]:,} columns")
    for notice in spec.notices:
        st.info(plain(notice), icon=":material/info:")
    st.dataframe(frame.head(100), height=220, alt="The first 100 rows of the upload")
    st.markdown("**What is each column?** Mark the outcomes to predict as *target*.")
    pattern = st.text_input(
        "Target columns by pattern",
        "y_*",
        key=f"pattern_{draft.id}",
        help="For example y_* or died,icu_*",
    )
    edited = st.data_editor(
        column_rows(draft, pattern),
        hide_index=True,
        key=f"roles_{draft.id}_{pattern}",
        disabled=["column", "holds", "missing", "distinct"],
        column_config={
            "role": st.column_config.SelectboxColumn("role", options=ROLES, required=True),
            "kind": st.column_config.SelectboxColumn("kind", options=KINDS, required=True),
        },
        alt="The role of every column",
    )
    _offer_start(draft, frame, edited)


def _offer_start(draft: Draft, frame: pd.DataFrame, edited: pd.DataFrame) -> None:
    issues: tuple[Issue, ...] = ()
    roles: Roles | None = None
    try:
        roles = read_roles(frame, edited)
        issues = issues_of(draft, roles)
    except TaskGroupingError as error:
        issues = (Issue("error", None, str(error)),)
    for issue in issues:
        show, icon = LOOK[issue.severity]
        show(plain(issue.message), icon=icon)
    plan = plan_form(None, len(roles.targets) if roles else 2, f"draft_{draft.id}")
    stuck = roles is None or any(issue.severity == "error" for issue in issues)
    with st.container(horizontal=True):
        if (
            st.button("Find the groups", type="primary", disabled=stuck, key="start_draft")
            and roles
        ):
            run = draft.to_run(runs_root(), roles, plan)
            run.start()
            change_view(run=run.id)
            st.rerun()
        if st.button("Discard this upload", key="discard_draft"):
            draft.delete()
            change_view(draft="")
            st.rerun()


def read_roles(frame: pd.DataFrame, edited: pd.DataFrame) -> Roles:
    """The roles that the edited table says.

    Raises:
        TableError: no target, two patient ids, a kind that does not fit its column.
    """
    by_role = {role: list(edited.loc[edited["role"] == role, "column"]) for role in ROLES}
    if not by_role["target"]:
        raise TableError("No column is marked as target yet; mark the outcomes to predict.")
    kinds = edited.loc[(edited["role"] == "target") & (edited["kind"] != "inferred")]
    patient = by_role["patient id"]
    return assign_roles(
        frame,
        targets=by_role["target"],
        ignore=[*by_role["ignore"], *patient[1:]],
        patient_id=patient[0] if patient else None,
        kinds=dict(zip(kinds["column"], kinds["kind"], strict=True)),
    )
