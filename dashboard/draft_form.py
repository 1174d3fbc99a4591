"""An uploaded table: give every column its role, read what is wrong, start."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from core.data import Issue, Mends, Roles, assign_roles
from core.data.issues.issue import PATIENT
from core.data.kinds import KINDS as TABLE_KINDS
from core.errors import TableError, TaskGroupingError
from core.estimate import size_of
from core.runs import Draft
from core.values import Kind
from dashboard.event_form import ask_events, say_which
from dashboard.issue_list import Mended, mended_of, show_issues
from dashboard.jobs import start_job
from dashboard.needs import say_needs
from dashboard.on_show import runs_root
from dashboard.plan_form import plan_form
from dashboard.results import column_rows, draft_frame, issues_of
from dashboard.session import address, change_view, view
from dashboard.words import FIELDS, plain, sentence, show_error

ROLES = {
    "target": "Targets",
    "feature": "Features",
    PATIENT: "Patient ids",
    "origin": "Origins",
    "ignore": "Ignored",
}
ORIGIN = (
    "An *origin* says where a row comes from, as a site or a ward: points are coloured and rows "
    "are selected by it, and no model sees it. What is ignored is not copied into the run."
)
KINDS = ["inferred", *TABLE_KINDS]
USUAL_TARGETS = "y_*"
MARK_FIRST = Issue(
    "notice", None, "No column is a target yet; mark the outcomes to predict, two or more."
)


def show_draft() -> None:
    """The page of an upload that has no run yet."""
    try:
        draft = Draft(runs_root(), view().draft)
    except TaskGroupingError:
        change_view(draft="")
        raise
    spec = draft.spec
    mended = mended_of(draft)
    frame = draft_frame(draft, mended.read)
    n_rows = spec.large.n_rows if spec.large else len(frame)
    st.subheader(f"{plain(spec.name)}: {n_rows:,} rows, {frame.shape[1]:,} columns")
    for notice in spec.notices:
        st.info(sentence(notice), icon=":material/info:")
    st.dataframe(frame.head(100), height=220, alt="100 rows of the upload")
    edited, targets = _ask_roles(draft, mended)
    events = ask_events(draft, edited)
    _offer_start(draft, frame, edited, targets, events)


def _ask_roles(draft: Draft, mended: Mended) -> tuple[pd.DataFrame, str]:
    st.markdown("**What is each column?** Mark the outcomes to predict as *target*.")
    left, right = st.columns(2)
    targets = left.text_input(
        FIELDS["targets"],
        first_pattern(draft),
        key=f"targets_{draft.id}",
        help="For example y_* or died,icu_*; what you mark below overrules it.",
    )
    ignore = right.text_input(
        FIELDS["ignore"], "", key=f"ignore_{draft.id}", help="For example id,*_date"
    )
    edited = st.data_editor(
        mended.rows(column_rows(draft, targets, ignore, mended.read)),
        hide_index=True,
        key=f"roles_{draft.id}_{targets}_{ignore}_{mended.step}",
        disabled=["column", "holds", "missing", "distinct"],
        column_config={
            "role": st.column_config.SelectboxColumn(
                "role", options=list(ROLES), required=True, help=ORIGIN
            ),
            "kind": st.column_config.SelectboxColumn("kind", options=KINDS, required=True),
        },
        alt="The role of every column",
    )
    return edited, targets


def _offer_start(
    draft: Draft,
    frame: pd.DataFrame,
    edited: pd.DataFrame,
    targets: str,
    events: Mapping[str, str | None],
) -> None:
    roles, issues = _judge(draft, frame, edited, targets, events)
    counts = edited["role"].where(~edited["column"].isin(list(events.values())), "event")
    shown = ROLES | ({"event": "Event columns"} if any(events.values()) else {})
    st.caption(" · ".join(f"{text}: {(counts == role).sum():,}" for role, text in shown.items()))
    show_issues(draft, issues, edited)
    plan = plan_form(None, len(roles.targets) if roles else 2, f"draft_{draft.id}")
    stuck = roles is None or any(issue.severity == "error" for issue in issues)
    if roles and not stuck:
        size, large = size_of(frame, roles), draft.spec.large
        say_needs(replace(size, n_rows=large.n_rows, n_held=size.n_rows) if large else size, plan)
    with st.container(horizontal=True):
        start = st.button("Find the groups", type="primary", disabled=stuck, key="start_draft")
        if start and roles:
            try:
                run = draft.to_run(runs_root(), roles, plan)
            except TaskGroupingError as error:
                show_error(error)
                return
            start_job(run)
            change_view(run=run.id)
            st.switch_page("app_pages/groups.py", query_params=address())  # how it goes, on top
        if st.button("Discard this upload", key="discard_draft"):
            draft.delete()
            change_view(draft="")
            st.rerun()


def _judge(
    draft: Draft,
    frame: pd.DataFrame,
    edited: pd.DataFrame,
    targets: str,
    events: Mapping[str, str | None],
) -> tuple[Roles | None, tuple[Issue, ...]]:
    """The roles, None while something is missing, and what there is to say about them."""
    if open_targets := [name for name, event in events.items() if event is None]:
        return None, (Issue("notice", open_targets[0], say_which(open_targets)),)
    chosen = {name: event for name, event in events.items() if event is not None}
    try:
        roles = read_roles(frame, edited, targets, chosen, mended_of(draft).read)
        return roles, (issues_of(draft, roles) if roles else (MARK_FIRST,))
    except TaskGroupingError as error:
        return None, (Issue("error", None, str(error)),)


def first_pattern(draft: Draft) -> str:
    """What the pattern of the targets begins with: nothing where no column has the usual name."""
    if named := draft.spec.targets:
        return ",".join(named)
    found = column_rows(draft, USUAL_TARGETS, "")["role"] == "target"
    return USUAL_TARGETS if found.any() else ""


def read_roles(
    frame: pd.DataFrame,
    edited: pd.DataFrame,
    targets: str,
    events: Mapping[str, str] | None = None,
    read: Mends = (),
) -> Roles | None:
    """The roles that the edited table says, None before any target was named.

    Args:
        frame: the table.
        edited: one row a column with its role and kind.
        targets: the pattern that `edited` was made from.
        events: of each target that is a time to an event, the column that says if it happened.
        read: the columns of `frame` that were read otherwise, and how.

    Raises:
        TableError: a pattern without a match, two patient ids, a kind that does not fit its column.
    """
    by_role = {role: list(edited.loc[edited["role"] == role, "column"]) for role in ROLES}
    if not by_role["target"]:
        if targets:
            assign_roles(frame, targets, ignore=by_role["ignore"])  # says why it gave none
        return None
    if len(by_role[PATIENT]) > 1:
        raise TableError(
            f"{len(by_role[PATIENT])} columns are marked as patient id; mark only one."
        )
    timed = events or {}
    is_asked = (edited["role"] == "target") & (edited["kind"] != "inferred")
    kinds = edited.loc[is_asked & ~edited["column"].isin(list(timed.values()))]
    return assign_roles(
        frame,
        targets=by_role["target"],
        ignore=by_role["ignore"],
        patient_id=next(iter(by_role[PATIENT]), None),
        kinds=dict(zip(kinds["column"], kinds["kind"], strict=True))
        | {name: f"{Kind.TIME_TO_EVENT}:{event}" for name, event in timed.items()},
        mends=dict(read),
        origins=by_role["origin"],
        learn_from=by_role["feature"],
    )
