"""The form that starts the training: how thoroughly, judged by what, and groupings of one's own."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from core.errors import TaskGroupingError
from core.evidence import MOST_TASKS, VALIDATIONS, Validation, with_seeds
from core.machine.gpu import devices_here
from core.report.letters import letter
from core.runs import EVIDENCE, Asked, Run
from core.trials import Judge
from core.validation import estimate_cost
from core.values import Report
from dashboard.charts.text import clean
from dashboard.jobs import start_job
from dashboard.needs import pace_on, say_range
from dashboard.pins_form import ask_networks, ask_pins
from dashboard.session import address
from dashboard.widgets import pick_one
from dashboard.words import show_error

_JUDGES = {
    Judge.METRIC: "their own metrics",
    Judge.LOSS: "their losses",
}
_SEARCHES = {
    "surrogate": "searched for",
    "pairs": "from all pairs",
    "exhaustive": "every one",
    "none": "none",
}
PINS = "Say how many networks there may be, and who must or must not share one"
OWN = "Train a grouping of my own as well"


def ask_for_training(run: Run, report: Report) -> None:
    """Say what will be trained and how long that takes; start it on a click."""
    if run.plan.device not in devices_here():
        _say_no_gpu(run)
        return
    st.markdown(
        "Affinities only propose. Here the proposals are **trained**: every task alone, all "
        "together, and every grouping of this run, many times over with different seeds. The best "
        "is chosen on validation rows and judged once on test rows, beside random groupings."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        preset = pick_one("How thoroughly", list(VALIDATIONS), "standard", key="effort")
        seeds = st.number_input("Seeds", 2, 50, VALIDATIONS[preset].n_seeds, key=f"seeds_{preset}")
        judge = st.selectbox(
            "Tasks judged by",
            list(Judge),
            format_func=_JUDGES.__getitem__,
            key="judge",
            help="AUROC, balanced accuracy, R² or Harrell's C; or the loss that was trained.",
        )
        search = _pick_search(VALIDATIONS[preset].search, len(report.tasks), key=f"search_{preset}")
    settings = with_seeds(VALIDATIONS[preset], int(seeds), judge, search)
    if st.checkbox(PINS, key="pins"):
        together, apart = ask_pins(report.task_names, f"pins_{run.id}")
        networks = ask_networks(len(report.tasks), f"pins_{run.id}")
        settings = replace(settings, together=together, apart=apart, networks=networks)
    hand_made = _own_grouping(report) if st.checkbox(OWN, key="own") else ()
    try:
        cost = estimate_cost(report, settings, hand_made)
    except TaskGroupingError as error:  # rules that contradict each other
        show_error(error)
        return
    takes = say_range(pace_on(run.plan.device) * cost.seconds)
    st.caption(
        f"Some {cost.n_networks:,} networks of {cost.n_groups:,} groups, {takes} on this machine. "
        "It can be cancelled: what is trained is kept."
    )
    st.button(
        "Train the candidates",
        type="primary",
        icon=":material/play_arrow:",
        on_click=_start,
        args=(run, settings, hand_made),
        key="train",
    )


def _say_no_gpu(run: Run) -> None:
    """Networks train where the landscape was measured, which may be another machine."""
    st.warning(
        f"This run asks for the device {run.plan.device}, but no GPU is usable here; compute it "
        "again on the cpu first.",
        icon=":material/memory:",
    )
    st.page_link(
        "app_pages/data.py",
        label="To the settings of the run",
        icon=":material/tune:",
        query_params=address(),
    )


def _pick_search(usual: str, n_tasks: int, key: str) -> str:
    """How further groups are looked for; every group only where there are few tasks."""
    open_ = [one for one in _SEARCHES if one != "exhaustive" or n_tasks <= MOST_TASKS]
    return st.selectbox(
        "Further groups",
        open_,
        open_.index(usual),
        format_func=_SEARCHES.__getitem__,
        key=key,
        help="Beside what was proposed: the groups that a model of the gains so far expects most "
        "of, those that all pairs speak for, every group there can be, or none.",
    )


def _own_grouping(report: Report) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """A letter for every task; tasks with one letter share a network."""
    labels = report.recommended.grouping.labels
    rows = pd.DataFrame(
        {
            "task": [clean(name) for name in report.task_names],
            "group": [letter(int(label)) for label in labels],
        }
    )
    letters = [letter(number) for number in range(len(report.task_names))]
    edited = st.data_editor(
        rows,
        hide_index=True,
        disabled=["task"],
        column_config={"group": st.column_config.SelectboxColumn(options=letters, required=True)},
        key=f"own_{len(rows)}",
    )
    groups: dict[str, list[str]] = {}
    for name, group in zip(report.task_names, edited["group"], strict=True):
        groups.setdefault(str(group), []).append(name)
    return (tuple(tuple(group) for group in groups.values()),)


def _start(
    run: Run, settings: Validation, hand_made: tuple[tuple[tuple[str, ...], ...], ...]
) -> None:
    try:
        run.ask_validation(Asked(settings, hand_made))
        start_job(run, EVIDENCE)
    except TaskGroupingError as error:
        show_error(error)
