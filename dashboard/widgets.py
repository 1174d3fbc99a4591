"""Controls drawn from what a method says about itself."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st

from core.methods import Control, Method, Stage, choose, controls

M = TypeVar("M", bound=Method)
ChoiceT = TypeVar("ChoiceT")
COLUMNS = 4


def pick_one(
    label: str, options: Sequence[ChoiceT], start: ChoiceT | None = None, **settings: Any
) -> ChoiceT:
    """One of a few options, side by side.

    Radio buttons: a selected segment is written in the primary colour, which no dark page can
    show clearly while the buttons write white on it.
    """
    if start is not None:
        settings["index"] = list(options).index(start)
    picked: ChoiceT = st.radio(label, options, horizontal=True, **settings)
    return picked


def method_form(stage: Stage[M], current: M, key: str) -> M:
    """A picker for the methods of a stage and, below it, the controls of the picked one."""
    keys = list(stage.methods)
    method = current
    if len(keys) > 1:
        picked = pick_one(
            stage.name.capitalize(),
            keys,
            stage.key_of(current),
            format_func=lambda name: stage.methods[name].title,
            key=f"{key}_method",
            label_visibility="collapsed",
        )
        method = current if picked == stage.key_of(current) else choose(stage, picked)
    st.caption(type(method).summary)
    return _knobs_form(method, key)


def _knobs_form(method: M, key: str) -> M:
    changes = {}
    for place, control in enumerate(controls(type(method))):
        if place % COLUMNS == 0:
            columns = st.columns(COLUMNS)
        with columns[place % COLUMNS]:
            value = getattr(method, control.name)
            changes[control.name] = _draw(control, value, f"{key}_{control.name}")
    return replace(method, **changes)


def _draw(control: Control, value: Any, key: str) -> Any:
    label = control.name.replace("_", " ").capitalize()
    if control.options:
        options = list(control.options)
        return st.selectbox(label, options, options.index(value), key=key, help=control.help)
    if isinstance(value, bool):
        return st.toggle(label, value, key=key, help=control.help)
    kind = int if isinstance(value, int) else float
    low = None if control.low is None else kind(control.low)
    high = None if control.high is None else kind(control.high)
    if kind is int:
        return st.number_input(label, low, high, value, key=key, help=control.help)
    return st.number_input(
        label, low, high, value, step=_step(value), format="%g", key=key, help=control.help
    )


def _step(value: float) -> float:
    """One in the leading digit: 0.001 for 0.005."""
    return float(10.0 ** math.floor(math.log10(abs(value)))) if value else 0.1
