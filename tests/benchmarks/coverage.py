"""Do 95 % intervals of affinities hold the truth? `python -m tests.benchmarks.coverage [case …]`.

Generated cohorts of one law, each measured by itself, training rows only. The truth of a pair is
what such a cohort says in the mean, over others that had no part in any interval. Every cell tells the percentage of intervals that hold it, over pairs and cohorts, and beside it how wide the
replicates lie as a share of how wide cohorts lie (the median over pairs): 1 is right, less is too
sure. Every cohort is measured from one random start, the same for all: intervals are about the
patients, and a note tells what another start does.

Bar: 90 to 98 in every case that a run does not call too narrow itself.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.affinity import MEASURES, TAG, measure_affinity
from core.data import load_table, plant_groups
from core.data.streamed import open_table
from core.estimate.size import TRAIN
from core.landscape import OneStep, measure_landscape, measure_look_ahead
from core.streamed import StreamedTable
from core.values import Split, TaskTable

REPLICATES = 200
PROBE = OneStep(heads="probe", width=32, starts=1, max_points=10)
SIZES = (900, 3_000, 8_000, 24_000)
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
    n_features: int = 8
    groups: tuple[int, ...] = (2, 2, 1)
    n_cohorts: int = 30
    n_others: int = 100
    streamed: bool = False
    """Whether every cohort stays in a file, which has more rows beside those for training."""


def own(**settings: object) -> Case:
    """Five tasks of 150 rows each, no row with two labels."""
    return Case(replace(PROBE, **settings), own_samples=True, n_rows=750)


def large(n_rows: int, **settings: object) -> Case:
    """As many columns, tasks and units as tables have; fewer cohorts."""
    few = (8, 24) if n_rows > 5000 else (30, 100)
    told = dict(zip(("n_cohorts", "n_others"), few, strict=True))
    size = {"n_rows": n_rows, "n_features": 24, "groups": (3, 3, 2)}
    return Case(replace(PROBE, width=128), SINGLE, **size, **told, **settings)


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
    **{f"{n:,} rows": large(n) for n in SIZES},
    **{f"{n:,} rows, regressions": large(n, kinds="regression") for n in SIZES},
    "24,000 rows, several kinds": large(24_000, kinds="mixed"),
    "24,000 rows, streamed": large(24_000, streamed=True),
    "24,000 rows, regressions, streamed": large(24_000, kinds="regression", streamed=True),
}


def main(*names: str) -> None:
    """A line a case, with the processor seconds of one cohort."""
    for name in names or CASES:
        case, started = CASES[name], time.process_time()
        found = coverage(case)
        seconds = (time.process_time() - started) / (case.n_cohorts + case.n_others)
        told = (f"{key} {held:.0%} ({width:.2f})" for key, (held, width) in found.items())
        sys.stdout.write(f"{name:<36}{seconds:6.2f} s  {'  '.join(told)}\n")
        sys.stdout.flush()


def coverage(case: Case) -> dict[str, tuple[float, float]]:
    """By measure: the share of intervals that hold the truth, and claimed ÷ true deviation."""
    found: dict[str, list] = {key: [] for key in case.measures}
    for number, table in enumerate(draw_cohorts(case)):
        is_other = number >= case.n_cohorts
        method = replace(case.landscape, refits=0) if is_other else case.landscape
        landscape = measure_landscape(table, method, number * case.own_starts, "cpu")
        if "tag" in case.measures:
            ahead = measure_look_ahead(table, landscape, TAG(steps=60), method, device="cpu")
            landscape = replace(landscape, look_ahead=ahead)
        for key in case.measures:
            measure = MEASURES.methods[key]()
            found[key].append(measure_affinity(landscape, measure, 1 if is_other else REPLICATES))
    n = case.n_cohorts
    return {key: _held(each[:n], each[n:]) for key, each in found.items()}


def _held(measured, others):
    pairs = np.triu_indices(len(others[0].values), 1)
    values = np.array([one.values[pairs] for one in others])
    truth = values.mean(axis=0)
    held = [(one.low[pairs] <= truth) & (truth <= one.high[pairs]) for one in measured]
    width = np.mean([one.high[pairs] - one.low[pairs] for one in measured], axis=0) / 3.92
    return float(np.mean(held)), float(np.median(width / values.std(axis=0, ddof=1)))


def draw_cohorts(case: Case) -> Iterator[TaskTable | StreamedTable]:
    """Cohorts of one law with new patients each, all of them for training unless in a file."""
    n, size = case.n_cohorts + case.n_others, case.n_rows
    if case.streamed:
        size = round(size / TRAIN)
    law = {"noise": 0.3, "missing": case.missing, "kinds": case.kinds, "seed": 3}
    planted = plant_groups(n * size, case.n_features, case.groups, **law)
    frame, targets = planted.frame, list(planted.targets)
    if case.streamed:
        yield from _in_files(frame, targets, size)
        return
    if case.own_samples:
        for number, target in enumerate(targets):
            frame.loc[np.arange(len(frame)) % len(targets) != number, target] = np.nan
    table = load_table(frame, targets=targets)
    yield from (part_of(table, slice(k * size, (k + 1) * size)) for k in range(n))


def _in_files(frame, targets, size):
    with tempfile.TemporaryDirectory() as folder:
        for number in range(len(frame) // size):
            path = Path(folder) / f"{number}.parquet"
            rows = slice(number * size, (number + 1) * size)
            frame.iloc[rows].reset_index(drop=True).to_parquet(path)
            yield open_table(path, targets)
            path.unlink()


def part_of(table: TaskTable, rows: slice) -> TaskTable:
    features, labels = table.features[rows], table.labels[rows]
    split, patient = np.full(len(labels), Split.TRAIN.code), np.arange(len(labels))
    return replace(table, features=features, labels=labels, split=split, patient=patient)


if __name__ == "__main__":
    main(*sys.argv[1:])
