"""The agreement of groups by patient and by column, each beside what chance reaches."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from core.data.summarise import nameable_features
from core.drivers.chance import Found, find_driving, mean_of, tell_groups
from core.drivers.sources import find_columns
from core.drivers.traits import list_traits
from core.inputs import fit_scale
from core.landscape import NOTHING, Agreement, Brought, OneStep, measure_agreement
from core.null import draw_patients, label_keys, permute_labels
from core.progress import OnProgress, silent
from core.summary import Drivers
from core.threads import one_thread
from core.values import TaskTable

MOST_PATIENTS = 2000
"""Patients looked at, about: more give the same names (ours)."""
FEWEST_PATIENTS = 300
MOST_PAIRS = 60_000
"""Pairs of a patient and a task, so that hundreds of tasks take fewer patients."""
N_STARTS = 3
N_PERMUTATIONS = 19
"""The largest of 19 is the 5 % level (`core.null`)."""
DRIVING = 0.1
"""Share of the patients that count as driving a group (ours)."""
FEWEST_DRIVING = 11


def measure_drivers(
    table: TaskTable,
    groups: Int[np.ndarray, " task"],
    method: OneStep | None = None,
    seed: int = 0,
    device: str = "auto",
    on_progress: OnProgress = silent,
    brought: Brought = NOTHING,
) -> Drivers:
    """Which patients and columns make the tasks of each group pull a model alike (ours).

    The landscape is measured again on one training row of at most 2,000 patients, from three
    random starts, and 19 times with the labels of every task permuted among its own labelled rows
    (`core.null`): what the groups reach there is chance. A tenth of the patients, those who add
    most to the agreement of a group, are said to drive it and are compared to all others.

    Args:
        table: only its training rows are looked at.
        groups: the group of each task, numbered 0, 1, …
        method: the settings of the landscape; steps after the first are not taken.
        seed: of the patients drawn, the random starts and the permutations.
        device: as for the landscape.
        on_progress: told the finished share; may raise Cancelled.
        brought: the trunk or weights that the landscape was measured with, if any.
    """
    nothing = Drivers(groups, (), 0, 0, False)
    if np.bincount(groups).max() < 2:
        return nothing
    if table.has_own_samples:
        return replace(nothing, reason="own samples")
    n_tasks = len(table.tasks)
    most = min(MOST_PATIENTS, max(FEWEST_PATIENTS, MOST_PAIRS // n_tasks))
    small = draw_patients(table, seed, most)
    n_driving = max(FEWEST_DRIVING, round(DRIVING * len(small.labels)))
    if len(small.labels) < n_driving + FEWEST_DRIVING:
        return replace(nothing, reason="few patients")
    if brought.is_trained and not _same_inputs(table, small):
        return replace(nothing, reason="other inputs")
    method = method or OneStep()
    is_drawn = not brought.is_trained or method.start == "warmup"
    setting = _Setting(groups, method, seed, device, brought, N_STARTS if is_drawn else 1)
    with one_thread():
        return _compare(table, small, setting, n_driving, on_progress) or replace(
            nothing, reason="too large"
        )


def _same_inputs(table: TaskTable, small: TaskTable) -> bool:
    """Whether the patients drawn give a model the inputs that the whole table gives it."""
    one, other = fit_scale(table), fit_scale(small)
    same = np.array_equal(one.varies, other.varies)
    return same and np.array_equal(one.flagged, other.flagged)


class _Setting(NamedTuple):
    groups: Int[np.ndarray, " task"]
    method: OneStep
    seed: int
    device: str
    brought: Brought
    n_starts: int

    def measure(self, table: TaskTable, number: int) -> Agreement | None:
        start = number % self.n_starts
        return measure_agreement(
            table, self.groups, self.method, self.seed, start, self.device, self.brought
        )


def _compare(
    table: TaskTable, small: TaskTable, setting: _Setting, n_driving: int, on_progress: OnProgress
) -> Drivers | None:
    """The data beside chance; None where the trunk is too large."""
    n_all = setting.n_starts + N_PERMUTATIONS
    nameable, keys = nameable_features(table), label_keys(small.labels)
    columns = find_columns(table, fit_scale(small), nameable)
    real: list[Agreement] = []
    chance: list[Found] = []
    for number in range(n_all):
        on_progress(number / n_all, "what drives the groups")
        is_real = number < setting.n_starts
        shown = small
        if not is_real:
            labels = permute_labels(small.labels, keys, [setting.seed, number])
            shown = replace(small, labels=labels)
        agreement = setting.measure(shown, number)
        if agreement is None:
            return None
        if is_real:
            real.append(agreement)
        else:
            chance.append(find_driving(agreement, shown, columns, nameable, n_driving))
    whole = mean_of(real)
    found = find_driving(whole, small, columns, nameable, n_driving)
    return Drivers(
        labels=setting.groups,
        groups=tell_groups(found, chance, columns, list_traits(small, nameable)),
        n_patients=len(small.labels),
        n_driving=n_driving,
        has_columns=whole.by_input is not None and not table.feature_shape,
    )
