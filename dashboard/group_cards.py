"""One card a group: its tasks, and how often they stayed together."""

import numpy as np
import streamlit as st

from core.values import Grouping, Report
from dashboard.theme import group_mark
from dashboard.words import in_100, likelihood

COLUMNS = 4


def show_cards(grouping: Grouping, labels: np.ndarray, report: Report) -> None:
    """Cards of the groups of one grouping, lettered and coloured by `labels`."""
    n_replicates = len(report.affinity.replicates)
    numbers = list(dict.fromkeys(int(label) for label in labels))
    for start in range(0, len(numbers), COLUMNS):
        row = numbers[start : start + COLUMNS]
        for column, number in zip(st.columns(min(COLUMNS, len(numbers))), row, strict=False):
            members = np.flatnonzero(labels == number)
            with column.container(border=True, height="stretch"):
                mark = group_mark(number)
                st.markdown(f"##### Group {mark.letter} {mark.dot}")
                st.text("\n".join(report.task_names[task] for task in members))
                st.caption(_sureness(grouping, members, n_replicates))


def _sureness(grouping: Grouping, members: np.ndarray, n_replicates: int) -> str:
    if len(members) < 2:
        return "On its own."
    together = grouping.co_assignment[np.ix_(members, members)]
    share = float(together[np.triu_indices(len(members), 1)].mean())
    return (
        f"In {in_100(share)} re-runs on resampled data ({n_replicates} were made), two of these "
        f"tasks stayed together: {likelihood(share)}."
    )
