"""What training showed, in words: the verdict, its reason, who won and what it cost."""

import numpy as np
import streamlit as st

from core.trials import Evidence, Trial, Verdict
from core.values import Decision, Report
from dashboard.charts.mean_gains import amount
from dashboard.group_cards import show_cards
from dashboard.words import plain, sentence

HEADLINES = {
    Verdict.ALONE: ("Train each task alone", ":material/call_split:"),
    Verdict.TOGETHER: ("Train all tasks together", ":material/merge:"),
    Verdict.GROUPED: ("Train these tasks in groups", ":material/workspaces:"),
    Verdict.UNDECIDED: ("No detectable difference", ":material/balance:"),
}
WITHIN_RULES = {
    Verdict.ALONE: "Alone would be better: within your rules, train these groups",
    Verdict.TOGETHER: "Together would be better: within your rules, train these groups",
}
"""Headlines where the verdict breaks the rules that were asked for."""
MOST_CARDS = 8


def show_verdict(evidence: Evidence, report: Report, marked: np.ndarray) -> None:
    """The answer and why, the groups where there are groups, and what was left out; the `marked`
    tasks carry a sign."""
    headline, icon = HEADLINES[evidence.verdict]
    is_grouped = report.recommended.decision is Decision.GROUPED
    if is_grouped:
        headline = WITHIN_RULES.get(evidence.verdict, headline)
    with st.container(border=True):
        st.markdown(f"#### {icon} {headline}")
        st.markdown(sentence(report.recommended.reason))
        grouping = report.recommended.grouping
        if is_grouped and grouping.n_groups <= MOST_CARDS:
            told = _gains_of_groups(evidence, grouping.labels)
            show_cards(grouping, grouping.labels, report.task_names, 0, marked, told)
        st.caption(_budget(evidence))
    left_out = [
        f"{plain(task)} does not count in the means: {plain(why)}."
        for task, why in zip(evidence.task_names, evidence.excluded, strict=True)
        if why
    ]
    if left_out:
        with st.expander(f"{len(left_out)} of {len(evidence.task_names)} tasks do not count"):
            st.markdown("\n".join(f"- {line}" for line in left_out))
    for note in evidence.notes:
        st.warning(plain(note), icon=":material/warning:")


def _gains_of_groups(evidence: Evidence, labels: np.ndarray) -> dict[int, str]:
    """What the tasks of each advised group gain on average, those that count."""
    gains = evidence.gains(evidence.advised).value
    counts = np.array([not why for why in evidence.excluded])
    told = {}
    for number in map(int, np.unique(labels)):
        here = labels == number
        helpers = evidence.helpers[int(evidence.labels[here][0])]
        n = int((here & counts).sum())
        if here.sum() < 2 and not helpers:
            told[number] = "On its own."
        elif not n:
            told[number] = "Too few test events to judge these tasks."
        else:
            gain = amount(float(gains[here & counts].mean()), evidence.judge)
            whom = f"mean of the {n} tasks that count" if n > 1 else "the one task that counts"
            told[number] = f"{gain} over alone on test rows ({whom})."
        if helpers:
            told[number] += f" Its network also learns {plain(', '.join(helpers))}."
    return told


def show_counts(evidence: Evidence) -> None:
    """Wins, ties and losses of every way to train, against training alone."""
    ways = {"All together": evidence.together, "Best grouping": evidence.grouped}
    for name, trial in ways.items():
        if trial is not None:
            st.metric(
                f"{name}: wins – ties – losses",
                _score(evidence, trial),
                help="Tasks that are better or worse off than alone beyond doubt: Holm-adjusted "
                "p below 0.05, paired bootstrap over test rows and seeds. A task that does not "
                "count in the means is none of the three.",
            )


def _score(evidence: Evidence, trial: Trial) -> str:
    gains = evidence.gains(trial)
    won, lost = int(gains.wins.sum()), int(gains.losses.sum())
    return f"{won} – {evidence.excluded.count('') - won - lost} – {lost}"


def _budget(evidence: Evidence) -> str:
    n_tasks = len(evidence.task_names)
    grouped = f", the best grouping {evidence.grouped.n_groups}" if evidence.grouped else ""
    return (
        f"{evidence.n_networks:,} networks were trained for this ({evidence.n_measured:,} groups, "
        f"{evidence.n_seeds} seeds of each that was tested). Every network has the same layers, "
        f"batches and steps at most: alone takes {n_tasks} of them, together 1{grouped}. Chosen on "
        "validation rows, reported on test rows."
    )
