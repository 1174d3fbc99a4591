"""Every setting of a run as a form, drawn from what the methods say about themselves."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.machine.gpu import devices_here
from core.methods import Method
from core.plan import PRESETS, STAGES, Plan
from dashboard.session import keep, kept
from dashboard.widgets import method_form, pick_one

AFTER_LANDSCAPE = ("measure", "graph", "encoder", "grouping")
"""The stages of a run on a recorded landscape."""
AFTER_AFFINITY = ("graph", "encoder", "grouping")
"""The stages of a run on a matrix."""


def plan_form(
    start: Plan | None, n_tasks: int, key: str, stages: Sequence[str] = tuple(STAGES)
) -> Plan:
    """A preset to begin with and, folded away, every stage's own controls.

    Args:
        start: the plan to begin with; a preset is offered when None.
        n_tasks: how many tasks there are to group.
        key: prefix of the widget keys.
        stages: those with a say in this run.
    """
    if start is None:
        name = pick_one(
            "Preset",
            list(PRESETS),
            "quick",
            key=f"{key}_preset",
            help="Quick takes seconds; standard and thorough use more random starts and re-runs.",
        )
        start, key = PRESETS[name], f"{key}_{name}"
    return _every_setting(_on_this_machine(start), n_tasks, key, stages)


def _on_this_machine(plan: Plan) -> Plan:
    """The plan as it can run here: what was asked for where there was a GPU, on the CPU."""
    if plan.device in devices_here():
        return plan
    st.warning(
        f"These settings ask for the device {plan.device}, but no GPU is usable on this machine; "
        "cpu is chosen in its place.",
        icon=":material/memory:",
    )
    return replace(plan, device="cpu")


def _every_setting(start: Plan, n_tasks: int, key: str, stages: Sequence[str]) -> Plan:
    """The settings, drawn while they are unfolded; folded away they stay as they were left."""
    folded = st.expander(
        "Settings of every stage", icon=":material/tune:", key=f"{key}_settings", on_change="rerun"
    )
    last = kept(key)
    plan: Plan = last[1] if last and last[0] == start else start
    if not folded.open:
        return plan
    with folded:
        tabs = st.tabs([STAGES[field].name.capitalize() for field in stages])
        for tab, field in zip(tabs, stages, strict=True):
            with tab:
                stage = STAGES[field]
                current: Method = getattr(plan, field)
                settings: Any = {field: method_form(stage, current, f"{key}_{field}")}
                plan = replace(plan, **settings)
        st.divider()
        plan = _run_settings(plan, n_tasks, key)
    keep(key, (start, plan))
    return plan


def _run_settings(plan: Plan, n_tasks: int, key: str) -> Plan:
    groups, replicates, seed, device = st.columns(4)
    open_ = devices_here()
    asked = groups.number_input(
        "Number of groups (0 = let the scores choose)",
        0,
        n_tasks,
        plan.n_groups or 0,
        key=f"{key}_k",
    )
    return replace(
        plan,
        n_groups=asked or None,
        n_replicates=replicates.number_input(
            "Bootstrap re-runs", 2, 10_000, plan.n_replicates, key=f"{key}_replicates"
        ),
        seed=seed.number_input("Seed", 0, 2**31 - 1, plan.seed, key=f"{key}_seed"),
        device=device.selectbox("Device", open_, open_.index(plan.device), key=f"{key}_device"),
    )
