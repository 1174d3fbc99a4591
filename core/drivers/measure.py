"""The agreement of groups by patient and by column, each beside what chance reaches."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from core.data.summarise import nameable_features
from core.drivers.chance import Found, find_driving, mean_of, tell_groups
from core.drivers.sources import find_columns
from core.drivers.traits import join_traits, list_features, list_labels, scale_traits
from core.inputs import fit_scale
from core.landscape import (
    NOTHING,
    Agreement,
    Brought,
    Inputs,
    OneStep,
    measure_agreement,
    most_at_once,
    prepare_inputs,
)
from core.machine.device import full_precision
from core.machine.threads import side_by_side
from core.null.unrelated import draw_patients, label_keys, permute_labels
from core.progress import OnProgress, silent
from core.summary import Drivers
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
    (`core.null`): what the groups reach there is chance. A tenth of the patients, those who
    add most to the agreement of a group, are said to drive it and are compared to all others.

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
    n_starts, inputs = N_STARTS if is_drawn else 1, prepare_inputs(small)
    setting = _Setting(groups, method, seed, device, brought, n_starts, inputs)
    try:
        return _compare(table, small, setting, n_driving, on_progress)
    except _TooLarge:
        return replace(nothing, reason="too large")


def _same_inputs(table: TaskTable, small: TaskTable) -> bool:
    """Whether the patients drawn give a model the inputs that the whole table gives it."""
    one, other = fit_scale(table), fit_scale(small)
    same = np.array_equal(one.varies, other.varies)
    return same and np.array_equal(one.flagged, other.flagged)


class _TooLarge(Exception):
    """The mean displacements of the trunk take too much memory."""


class _Setting(NamedTuple):
    groups: Int[np.ndarray, " task"]
    method: OneStep
    seed: int
    device: str
    brought: Brought
    n_starts: int
    inputs: Inputs

    def measure(self, table: TaskTable, number: int) -> Agreement:
        start, method = number % self.n_starts, self.method
        asked = (table, self.groups, method, self.seed, start, self.device, self.brought)
        found = measure_agreement(*asked, self.inputs)
        if found is None:
            raise _TooLarge
        return found


def _compare(
    table: TaskTable, small: TaskTable, setting: _Setting, n_driving: int, on_progress: OnProgress
) -> Drivers:
    """The data beside chance; _TooLarge where the trunk is."""
    n_starts, n_all = setting.n_starts, setting.n_starts + N_PERMUTATIONS
    nameable, keys = nameable_features(table), label_keys(small.labels)
    columns = find_columns(table, setting.inputs.scale, nameable)
    features, labels = list_features(small, nameable), list_labels(small)
    scaled = scale_traits(features)

    def measure_once(number: int) -> Agreement | Found:
        if number < n_starts:
            return setting.measure(small, number)
        permuted = permute_labels(small.labels, keys, [setting.seed, number])
        shown = replace(small, labels=permuted)
        traits = (scaled, scale_traits(list_labels(shown)))
        return find_driving(setting.measure(shown, number), columns, traits, n_driving)

    def told(share: float) -> None:
        on_progress(share, "what drives the groups")

    most = most_at_once(small, setting.method, setting.brought, setting.device)
    with full_precision():
        made = side_by_side(measure_once, n_all, told, most)
    whole = mean_of([one for one in made if isinstance(one, Agreement)])
    chance = [one for one in made if isinstance(one, Found)]
    found = find_driving(whole, columns, (scaled, scale_traits(labels)), n_driving)
    return Drivers(
        labels=setting.groups,
        groups=tell_groups(found, chance, columns, join_traits(features, labels)),
        n_patients=len(small.labels),
        n_driving=n_driving,
        has_columns=whole.by_input is not None and not table.feature_shape,
    )
