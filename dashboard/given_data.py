"""The page Data of a run that was made from a matrix or a recorded landscape."""

import numpy as np
import pandas as pd
import streamlit as st

from core.provenance import Source
from core.runs import Run
from core.values import Report
from dashboard.charts.text import clean, number
from dashboard.jobs import try_report
from dashboard.plan_form import AFTER_AFFINITY, AFTER_LANDSCAPE, plan_form
from dashboard.recompute import offer_recompute
from dashboard.show_tasks import show_tasks
from dashboard.source import show_notes, size_of
from dashboard.words import plain


def show_given(run: Run) -> None:
    """What was brought, task by task, and the settings that still matter."""
    spec, report = run.spec, try_report()
    st.subheader(plain(spec.name))
    st.caption(f"Made from {size_of(spec)}; there is no table behind it.")
    if report is not None:
        show_notes(report)
        show_tasks(given_rows(report), "The tasks, and how many others are known")
    st.subheader("Settings")
    stages = AFTER_AFFINITY if run.source is Source.MATRIX else AFTER_LANDSCAPE
    plan = plan_form(run.plan, len(spec.roles["targets"]), f"plan_{run.id}", stages)
    offer_recompute(run, plan)


def given_rows(report: Report) -> pd.DataFrame:
    """One row a task: its samples where they are known, and what the first affinity says of it."""
    affinity = report.affinity
    others = ~np.eye(len(report.tasks), dtype=bool)
    known = np.isfinite(affinity.values) & others
    rows = []
    for place, task in enumerate(report.tasks):
        likeness = np.where(known[place], affinity.similarity[place], -1.0)
        closest = int(likeness.argmax())
        rows.append(
            {
                "task": clean(task.name),
                "samples": f"{task.n_labelled:,}" if task.n_labelled else "–",
                "other tasks known": f"{int(known[place].sum())} of {len(others) - 1}",
                "closest": clean(report.tasks[closest].name) if known[place].any() else "–",
                "similarity": number(float(likeness[closest])) if known[place].any() else "–",
            }
        )
    return pd.DataFrame(rows)
