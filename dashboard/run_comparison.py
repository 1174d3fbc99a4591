"""Two runs side by side, in words and tables."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.errors import TaskGroupingError
from core.runs import Comparison, Run, compare_runs
from core.runs.compare import Outcome
from core.trials import Contrast, Judge
from dashboard.charts.mean_gains import with_interval
from dashboard.charts.measure import measure_title
from dashboard.charts.text import clean, listed, number
from dashboard.results import report_of
from dashboard.words import plain, show_error

MOST_ROWS = 12


def offer_comparison(runs: Sequence[Run]) -> None:
    """Pick two finished runs and see what changed from the first to the second."""
    with_report = {run.id: run for run in runs if _has_report(run)}
    if len(with_report) < 2:
        return
    folded = st.expander(
        "Compare two runs", icon=":material/compare_arrows:", key="compare", on_change="rerun"
    )
    if not folded.open:
        return
    ids = list(with_report)
    with folded:
        left, right = st.columns(2)
        say = {run.id: f"{clean(run.spec.name)} ({run.id[:12]})" for run in with_report.values()}
        first = left.selectbox("From", ids, 1, format_func=say.__getitem__, key="compare_first")
        second = right.selectbox("To", ids, 0, format_func=say.__getitem__, key="compare_second")
        if first == second:
            st.info("Pick two different runs.")
            return
        pair = with_report[first], with_report[second]
        try:
            plans = (pair[0].spec.plan, pair[1].spec.plan)
            found = compare_runs(report_of(pair[0]), report_of(pair[1]), plans)
        except TaskGroupingError as error:
            show_error(error)
            return
        _show(found)


def _show(found: Comparison) -> None:
    same = "The same data." if found.same_data else "**Other data**: expect all numbers to differ."
    st.markdown(f"{same} {_about_tasks(found)}")
    st.dataframe(_outcome_rows(found), hide_index=True, alt="What each of the two runs says")
    left, right = st.columns(2)
    with left:
        st.markdown("**Groups**")
        st.markdown(_about_groups(found))
        if found.moves:
            st.dataframe(_move_rows(found), hide_index=True, alt="Tasks that changed their group")
        st.markdown("**Settings that differ**")
        if found.settings:
            columns = ["setting", "from", "to"]
            rows = pd.DataFrame(found.settings, columns=columns)
            st.dataframe(rows, hide_index=True, alt="Settings that differ")
        else:
            st.caption("None.")
    with right:
        st.markdown("**Affinity**")
        rows = _pair_rows(found)
        moved = "No pair moved." if rows.empty else "The pairs that moved most among all pairs:"
        st.caption(
            f"Rank correlation of the similarities {number(found.rank_correlation, 2)}. {moved}"
        )
        if not rows.empty:
            st.dataframe(rows, hide_index=True, alt="Pairs of tasks that moved most")


def _about_tasks(found: Comparison) -> str:
    parts = [f"{len(found.tasks)} tasks are in both."]
    for which, names in (("first", found.only_first), ("second", found.only_second)):
        if names:
            parts.append(f"Only in the {which}: {plain(listed(list(names)))}.")
    return " ".join(parts)


def _about_groups(found: Comparison) -> str:
    if not found.moves:
        return "Every task that both have stays in its group."
    return (
        f"{len(found.moves)} of {len(found.tasks)} tasks are in another group; adjusted Rand index "
        f"{number(found.agreement, 2)} (1: the same groups, 0: as by chance)."
    )


def _outcome_rows(found: Comparison) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "run": which,
                "measure": measure_title(outcome.measure),
                "decision": outcome.decision,
                "groups": outcome.n_groups,
                "verdict of training": outcome.verdict or "not trained",
                "best grouping over alone": _gain(outcome, outcome.grouped),
                "together over alone": _gain(outcome, outcome.together),
            }
            for which, outcome in zip(("from", "to"), found.outcomes, strict=True)
        ]
    )


def _gain(outcome: Outcome, contrast: Contrast | None) -> str:
    if contrast is None or number(contrast.value) == "–":
        return "–"
    return with_interval(contrast, Judge(outcome.judge))


def _move_rows(found: Comparison) -> pd.DataFrame:
    return pd.DataFrame(
        [{"task": clean(move.task), "from": move.first, "to": move.second} for move in found.moves]
    )


def _pair_rows(found: Comparison) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "task": clean(pair.source),
                "other task": clean(pair.target),
                "from": round(pair.first, 3),
                "to": round(pair.second, 3),
                "moved": f"{pair.moved:+.0%}",
            }
            for pair in found.pairs[:MOST_ROWS]
            if pair.moved
        ]
    )


def _has_report(run: Run) -> bool:
    return (run.path / "stages" / "report.npz").is_file()
