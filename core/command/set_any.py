"""`--set STAGE.NAME=VALUE`: any setting that a stage declares, by the names that notes use."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite

from core.errors import MethodError
from core.plan import STAGES, Plan


def set_any(plan: Plan, pairs: Sequence[str]) -> Plan:
    """The plan with `landscape.steps=10` and the like done, one after the other.

    Raises:
        MethodError: no such stage or setting (the known ones are listed), a value that it
            cannot have, or values that exclude each other.
    """
    for pair in pairs:
        plan = _set(plan, pair)
    plan.landscape.pairing_of(has_own_samples=False)  # before a folder is made
    return plan


def _set(plan: Plan, pair: str) -> Plan:
    from core.methods import controls

    path, _, text = pair.partition("=")
    stage, _, name = path.partition(".")
    if not text or stage not in STAGES:
        raise MethodError(
            f"--set {pair!r} is not STAGE.NAME=VALUE, for example landscape.steps=10; the stages "
            f"are {', '.join(STAGES)}."
        )
    method = getattr(plan, stage)
    known = {control.name: control.default for control in controls(type(method))}
    if name not in known:
        raise MethodError(
            f"--set {pair!r}: {stage} has no setting {name!r}; it has: "
            f"{', '.join(known) or 'none'}."
        )
    try:
        value = type(known[name])(text)
        if isinstance(value, float) and not isfinite(value):
            raise ValueError
    except ValueError:
        kind = "whole number" if isinstance(known[name], int) else "number"
        raise MethodError(f"--set {pair!r}: {text!r} is no {kind}.") from None
    try:
        return replace(plan, **{stage: replace(method, **{name: value})})
    except MethodError as error:
        raise MethodError(f"--set {pair!r}: {error}") from None
