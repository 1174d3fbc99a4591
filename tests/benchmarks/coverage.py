"""Do 95 % intervals of affinities hold the truth? `python -m tests.benchmarks.coverage [case …]`.

Generated cohorts of one law, each measured by itself, training rows only. The truth of a pair is
what such a cohort says in the mean, over 100 others that had no part in any interval. Every cell
tells the percentage of intervals that hold it, over pairs and cohorts, and beside it how wide the
replicates lie as a share of how wide cohorts lie (the median over pairs): 1 is right, less is too
sure. Every cohort is measured from one random start, the same for all: intervals are about the
patients, and a note tells what another start does.

Bar: 90 to 98 in every case that a run does not call too narrow itself.
"""

import sys
import time
from dataclasses import dataclass, replace

import numpy as np

from core.affinity import MEASURES, TAG, measure_affinity
from core.data import load_table, plant_groups
from core.landscape import OneStep, measure_landscape, measure_look_ahead
from core.values import Split, TaskTable

COHORTS, OTHERS = 30, 100
REPLICATES = 200
PROBE = OneStep(heads="probe", width=32, starts=1, max_points=10)
SINGLE = ("abs_cosine", "cosine", "sign", "sca", "sca_relative")


@dataclass(frozen=True)
class Case:
    """Cohorts, how they are measured, and which intervals are looked at."""

    landscape: OneStep
    measures: tuple[str, ...] = (*SINGLE, "mean_gradient")
    own_samples: bool = False
    n_rows: int = 400
    kinds: str = "binary"
    missing: float = 0.0
    own_starts: bool = False
    """Whether every cohort is measured from a start of its own."""


def own(**settings: object) -> Case:
    """Five tasks of 150 rows each, no row with two labels."""
    return Case(replace(PROBE, **settings), own_samples=True, n_rows=750)


SHARED = replace(PROBE, heads="shared")
CASES = {
    "one step": Case(PROBE),
    "one step, several kinds": Case(PROBE, kinds="mixed"),
    "a coreset of 200 rows": Case(replace(PROBE, samples=200)),
    "warm-up": Case(replace(PROBE, start="warmup"), n_rows=300),
    "10 steps": Case(replace(PROBE, steps=10, step_size=0.1)),
    "10 steps, 60 % missing": Case(
        replace(PROBE, steps=10, step_size=0.1), SINGLE[:1], missing=0.6
    ),
    "own samples, energy": own(),
    "own samples, all pairs": own(pairing="all_pairs"),
    "own samples, mean": own(pairing="mean"),
    "own samples, energy, 10 steps": own(steps=10, step_size=0.1),
    "one shared head": Case(SHARED, ("sca", "sca_relative", "label_agreement")),
    "one shared head, 10 steps": Case(replace(SHARED, steps=10, step_size=0.1), SINGLE[-2:]),
    "one shared head, energy": replace(own(heads="shared"), measures=SINGLE[-2:]),
    "another start each time": Case(PROBE, (*SINGLE[:1], "mean_gradient"), own_starts=True),
    "another 3 starts each time": Case(
        replace(PROBE, starts=3), (*SINGLE[:1], "mean_gradient"), own_starts=True
    ),
    "joint run": Case(SHARED, ("tag",)),
}


def main(*names: str) -> None:
    """A line a case, with the processor seconds of one cohort."""
    for name in names or CASES:
        case, started = CASES[name], time.process_time()
        found = coverage(case, COHORTS, OTHERS)
        seconds = (time.process_time() - started) / (COHORTS + OTHERS)
        told = (f"{key} {held:.0%} ({width:.2f})" for key, (held, width) in found.items())
        sys.stdout.write(f"{name:<30}{seconds:6.2f} s  {'  '.join(told)}\n")
        sys.stdout.flush()


def coverage(case: Case, n_cohorts: int, n_others: int) -> dict[str, tuple[float, float]]:
    """By measure: the share of intervals that hold the truth, and claimed ÷ true deviation."""
    cohorts = draw_cohorts(case, n_cohorts + n_others)
    found: dict[str, list] = {key: [] for key in case.measures}
    for number, table in enumerate(cohorts):
        is_other = number >= n_cohorts
        method = replace(case.landscape, refits=0) if is_other else case.landscape
        landscape = measure_landscape(table, method, number * case.own_starts, "cpu")
        if "tag" in case.measures:
            ahead = measure_look_ahead(table, landscape, TAG(steps=60), method, device="cpu")
            landscape = replace(landscape, look_ahead=ahead)
        for key in case.measures:
            measure = MEASURES.methods[key]()
            found[key].append(measure_affinity(landscape, measure, 1 if is_other else REPLICATES))
    return {key: _held(each[:n_cohorts], each[n_cohorts:]) for key, each in found.items()}


def _held(measured, others):
    pairs = np.triu_indices(len(others[0].values), 1)
    values = np.array([one.values[pairs] for one in others])
    truth = values.mean(axis=0)
    held = [(one.low[pairs] <= truth) & (truth <= one.high[pairs]) for one in measured]
    width = np.mean([one.high[pairs] - one.low[pairs] for one in measured], axis=0) / 3.92
    return float(np.mean(held)), float(np.median(width / values.std(axis=0, ddof=1)))


def draw_cohorts(case: Case, n: int) -> list[TaskTable]:
    """Cohorts of one law with new patients each, all of them for training."""
    planted = plant_groups(
        n * case.n_rows, 8, (2, 2, 1), noise=0.3, missing=case.missing, kinds=case.kinds, seed=3
    )
    frame, targets = planted.frame, list(planted.targets)
    if case.own_samples:
        for number, target in enumerate(targets):
            frame.loc[np.arange(len(frame)) % len(targets) != number, target] = np.nan
    table = load_table(frame, targets=targets)
    return [part_of(table, slice(k * case.n_rows, (k + 1) * case.n_rows)) for k in range(n)]


def part_of(table: TaskTable, rows: slice) -> TaskTable:
    features, labels = table.features[rows], table.labels[rows]
    split, patient = np.full(len(labels), Split.TRAIN.code), np.arange(len(labels))
    return replace(table, features=features, labels=labels, split=split, patient=patient)


if __name__ == "__main__":
    main(*sys.argv[1:])
