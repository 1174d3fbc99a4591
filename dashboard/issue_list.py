"""What there is to know about an upload, and what one click does about it.

A mend is kept beside the upload's own table: nothing is changed before the run is made, and all
mends can be taken back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.data import Issue, Mends
from core.data.issues.issue import IGNORE, PATIENT
from core.data.mend_words import join_mends
from core.runs import Draft
from dashboard.charts.text import listed
from dashboard.results import column_rows
from dashboard.session import keep, kept, widget_value
from dashboard.words import plain, sentence

MOST_ISSUES = 4
SHORT = 12
"""Letters of a text that a button can name."""
LOOK = {
    "error": (st.error, ":material/error:"),
    "warning": (st.warning, ":material/warning:"),
    "notice": (st.info, ":material/info:"),
}
_OPTION = re.compile(r"--mend '.*' reads")


@dataclass(frozen=True)
class Mended:
    """What was done to the columns of an upload by clicks; `step` counts them."""

    read: Mends = ()
    ignored: tuple[str, ...] = ()
    by_hand: tuple[tuple[str, str, str], ...] = ()
    """Column, role and kind of those whose role the visitor had marked in the table before."""
    step: int = 0

    def rows(self, rows: pd.DataFrame) -> pd.DataFrame:
        """One row a column with its role, as it is after the clicks."""
        rows = rows.set_index("column", drop=False)
        for column, role, kind in self.by_hand:
            rows.loc[column, ["role", "kind"]] = role, kind
        rows.loc[list(self.ignored), "role"] = "ignore"
        return rows.reset_index(drop=True)


def mended_of(draft: Draft) -> Mended:
    """What was done to an upload so far."""
    found: Mended | None = kept(f"mended_{draft.id}")
    return found or Mended()


def show_issues(draft: Draft, issues: Sequence[Issue], edited: pd.DataFrame) -> None:
    """Every issue, the worst first, each with the button that mends it; and what was mended."""
    for place, issue in enumerate(issues[:MOST_ISSUES]):
        _show_issue(draft, issue, edited, place)
    if more := issues[MOST_ISSUES:]:
        with st.expander(f"{len(more)} more things to know about this table"):
            for place, issue in enumerate(more, start=MOST_ISSUES):
                _show_issue(draft, issue, edited, place)
    if said := _say_mended(mended := mended_of(draft)):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(said)
            nothing = Mended(by_hand=mended.by_hand, step=mended.step + 1)
            st.button(
                "Take the mends back",
                on_click=keep,
                args=(f"mended_{draft.id}", nothing),
                key="unmend",
            )


def _show_issue(draft: Draft, issue: Issue, edited: pd.DataFrame, place: int) -> None:
    show, icon = LOOK[issue.severity]
    message = _OPTION.sub("the button reads", issue.message)
    if not issue.mends:
        show(sentence(message), icon=icon)
        return
    left, right = st.columns([5, 1], vertical_alignment="center")
    with left:
        show(sentence(message), icon=icon)
    right.button(
        _label(issue.mends),
        on_click=_mend,
        args=(draft, issue.mends, edited),
        key=f"mend_{place}_{issue.mends[0][0]}",
        width="stretch",
    )


def _label(mends: Mends) -> str:
    """What the button does, in three words."""
    kind, _, value = mends[0][1].partition(":")
    is_one = len(mends) == 1
    words = {
        IGNORE: "Ignore it" if is_one else f"Ignore {len(mends)} columns",
        PATIENT: "It names patients",
        "missing": f"{value} is missing" if is_one and len(value) < SHORT else "Read as missing",
        "numbers_but": "Read as numbers",
        "lower_case": "Read alike",
        "thousands": "Read as numbers",
    }
    return words.get(kind, "Read as dates")


def _mend(draft: Draft, mends: Mends, edited: pd.DataFrame) -> None:
    """Keep what a click does, and what was marked by hand before it."""
    old, now = mended_of(draft), edited.set_index("column")
    targets, ignore = (widget_value(f"{field}_{draft.id}") for field in ("targets", "ignore"))
    shown = old.rows(column_rows(draft, targets, ignore, old.read)).set_index("column")
    marked = now.index[(now[["role", "kind"]] != shown[["role", "kind"]]).any(axis=1)]
    by_hand = {name: (role, kind) for name, role, kind in old.by_hand}
    by_hand |= {name: (now.at[name, "role"], now.at[name, "kind"]) for name in marked}
    by_hand |= {name: (PATIENT, "inferred") for name, how in mends if how == PATIENT}
    ignored = [name for name in old.ignored if now.at[name, "role"] == "ignore"]
    ignored += [name for name, how in mends if how == IGNORE]
    read = dict(old.read)
    for name, how in mends:
        if how not in (IGNORE, PATIENT):
            read[name] = join_mends(read.get(name, ""), how) or how
    new = Mended(
        read=tuple(read.items()),
        ignored=tuple(ignored),
        by_hand=tuple((name, *asked) for name, asked in by_hand.items()),
        step=old.step + 1,
    )
    keep(f"mended_{draft.id}", new)


def _say_mended(mended: Mended) -> str:
    """What the clicks did, in a sentence; empty where nothing was clicked."""
    read = [f"{plain(name)} ({plain(how)})" for name, how in mended.read]
    ignored = [plain(name) for name in mended.ignored]
    said = [f"read otherwise: {listed(read)}"] if read else []
    said += [f"ignored: {listed(ignored)}"] if ignored else []
    return f"Mended by you: {'; '.join(said)}." if said else ""
