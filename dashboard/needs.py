"""What a run will take, said before it starts: a range of time, and memory beside what is free."""

import streamlit as st

from core.estimate import Size, estimate_run
from core.machine.gpu import device_here
from core.machine.memory import free_memory
from core.plan import Plan
from core.runs.pace import pace_here
from dashboard.on_show import runs_root

SPREAD = 1.6
"""How far the truth may lie from an estimate, either way."""


def say_needs(size: Size, plan: Plan, at_most: bool = False) -> None:
    """Time and memory of the first run on a table, which is the most that a later one takes; a
    warning where memory may not suffice."""
    needs, free = estimate_run(size, plan, pace_on(plan.device)), free_memory()
    said = (
        f"This takes {'at most ' * at_most}{say_range(needs.seconds)} and about "
        f"{needs.memory / 1e9:.1f} GB of memory on this machine; {free / 1e9:.1f} GB are free. It "
        "can be cancelled."
    )
    if needs.memory > free:
        st.warning(
            f"{said} It may not fit: keep fewer columns, or choose the preset quick.",
            icon=":material/memory:",
        )
    else:
        st.caption(said)


def pace_on(device: str) -> float:
    """What a clock shows on this machine for a second of an estimate, on the device asked for."""
    return pace_here(runs_root(), device_here(device))


def say_range(seconds: float) -> str:
    """From the shortest to the longest time that an estimate stands for, as people say it."""
    low, high = seconds / SPREAD, seconds * SPREAD
    for unit, name in ((1.0, "seconds"), (60.0, "minutes"), (3600.0, "hours")):
        if high < 100 * unit or name == "hours":
            step = 5 if high > 20 * unit else 1
            first = max(step, round(low / unit / step) * step)
            last = max(first + step, round(high / unit / step) * step)
            return f"{first} to {last} {name}"
    raise AssertionError
