"""Controls drawn from what a method says about itself."""

from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st

from core.methods import Control, Method, Stage, choose, controls

M = TypeVar("M", bound=Method)


def method_form(stage: Stage[M], current: M, key: str) -> M:
    """A picker for the methods of a stage and, below it, the controls of the picked one."""
    keys = list(stage.methods)
    picked = st.selectbox(
        stage.name.capitalize(),
        keys,
        index=keys.index(stage.key_of(current)),
        format_func=lambda name: stage.methods[name].title,
        key=f"{key}_method",
        help=stage.methods[stage.key_of(current)].summary,
    )
    method = current if picked == stage.key_of(current) else choose(stage, picked)
    st.caption(type(method).summary)
    return knobs_form(method, key)


def knobs_form(method: M, key: str) -> M:
    """The controls of one method; returns the method with what the visitor set."""
    changes = {
        control.name: _draw(control, getattr(method, control.name), f"{key}_{control.name}")
        for control in controls(type(method))
    }
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
    return st.number_input(label, low, high, value, key=key, help=control.help)
