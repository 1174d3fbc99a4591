"""The best networks in a table of measured groups, and what stands beside them; asks the engine."""

import json
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from core.command.select import ALL, to_document
from core.errors import TableError
from core.evidence.search import GainTable, Rules, Selection
from core.evidence.search.chance import random_selections
from core.evidence.search.curve import gain_by_budget
from core.evidence.search.select import MAX_SUBSETS
from core.evidence.search.strategy import finish, select_measured
from dashboard.session import keep, kept


@dataclass(frozen=True)
class Choice:
    """A selection and what to compare it with; gains are relative to training alone."""

    selection: Selection
    together: float
    """Mean gain of all tasks in one network; NaN where the table does not list it."""
    random: Float[np.ndarray, " selection"]
    """Mean gains of random selections at the cost of this one, under the same rules."""


def choose_networks(table: GainTable, rules: Rules) -> Choice:
    """The best selection in the table, computed once for every table and its rules.

    Raises:
        MethodError: no selection keeps the rules.
    """
    key = (table.fingerprint, rules.fingerprint)
    last = kept("measured_choice")
    if last is None or last[0] != key:
        measured = table.measured()
        selection = select_measured(measured, rules)
        bound = rules.networks or selection.cost
        random = random_selections(measured, replace(rules, networks=bound))
        last = (key, Choice(selection, _together(table), random))
        keep("measured_choice", last)
    choice: Choice = last[1]
    return choice


def gain_curve(table: GainTable, rules: Rules) -> Float[np.ndarray, " budget"]:
    """The best mean gain at 1, 2, … T networks, computed once for every table and its rules."""
    key, free = _curve_key(table, rules)
    last = kept("measured_curve")
    if last is None or last[0] != key:
        last = (key, gain_by_budget(table.measured(), free))
        keep("measured_curve", last)
    curve: Float[np.ndarray, " budget"] = last[1]
    return curve


def is_curve_near(table: GainTable, rules: Rules) -> bool:
    """Whether the curve is there already or takes a moment, not minutes."""
    last = kept("measured_curve")
    is_known = last is not None and last[0] == _curve_key(table, rules)[0]
    return is_known or len(table.task_names) <= MAX_SUBSETS


def _curve_key(table: GainTable, rules: Rules) -> tuple[tuple[str, str], Rules]:
    """What the curve depends on: the table and the rules but for their budget."""
    free = replace(rules, networks=float(len(table.task_names)))
    return (table.fingerprint, free.fingerprint), free


def to_json(table: GainTable, selection: Selection) -> str:
    """The same document that `taskscape select --json` prints."""
    result = finish(selection, table.measured(), [selection.mean_gain])
    return json.dumps(to_document(table, result, ALL), indent=1)


def _together(table: GainTable) -> float:
    try:
        return float(np.mean(list(table.gain(table.task_names).values())))
    except TableError:
        return float("nan")
