"""The button that asks for another plan of a run."""

import streamlit as st

from core.errors import TaskGroupingError
from core.estimate import size_of_table
from core.landscape import check_start
from core.plan import Plan
from core.runs import Run
from core.values import TaskTable
from dashboard.jobs import is_at_work, start_job
from dashboard.needs import say_needs
from dashboard.session import change_view
from dashboard.words import show_error


def offer_recompute(run: Run, plan: Plan, table: TaskTable | None = None) -> None:
    """Compute what follows the settings that changed; of a table, how long at most."""
    if plan != run.plan:
        st.caption("The answer above stays until you compute again; only what follows a change is.")
        if table is not None:
            say_needs(size_of_table(table, run.spec.n_rows), plan, at_most=True)
    if st.button("Compute again", disabled=plan == run.plan or is_at_work(run), key="recompute"):
        try:
            if table is not None:
                check_start(table, plan.landscape)
        except TaskGroupingError as error:
            show_error(error)
            return
        run.set_plan(plan)
        start_job(run)
        change_view(n_components=0, way="", measure="")
        st.rerun()
