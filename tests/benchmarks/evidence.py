"""Every shared data set, put to the test: `python -m tests.benchmarks evidence [name …]`.

One line a way to train: alone, together, random partitions (mean of 20), the landscape's own
choice, the best grouping of validate, and the best grouping known from elsewhere; test metric (mean
over the tasks that count), and gains over alone in metric and loss with 95 % intervals.
"""

import json
import sys
import time
from dataclasses import dataclass, replace

import numpy as np

from core import load_table, preset, run
from core.evidence import VALIDATIONS, to_partition
from core.evidence.bootstrap import draw_replicates
from core.evidence.candidate import Candidate, random_like
from core.evidence.counting import counts, too_few
from core.evidence.effects import Reading, RowsUnderTest, contrast, loss_gains, metric_gains
from core.evidence.partitions import alone, together
from core.evidence.pool import Pool
from core.landscape import OneStep
from core.training import METRICS, main_metric, to_examples
from core.validation import validate_grouping
from core.values import Split
from tests.benchmarks.trainer_data import DATA, etth1_by_time

NAMES = (
    "mi_complications",
    "nhanes_adult",
    "icu_physionet2012",
    "tox21",
    "drug_consumption",
    "brfss2015",
    "landmine",
    "etth1",
)
ROWS_OF_A_FIELD = 40
"""Training rows of each landmine field; there the true answer is known."""


@dataclass
class Memory:
    """Keeps trained networks, so that more groupings can be judged by the same ones."""

    parts: list

    def load(self):
        return iter(self.parts)

    def keep(self, part):
        self.parts.append(part)


def main(names=NAMES):
    for name in names or NAMES:
        judge(name)


def judge(name):
    table, known = problem(name)
    start = time.perf_counter()
    report = run(table, replace(preset("quick"), landscape=OneStep(starts=1)))
    mapped = time.perf_counter() - start
    settings, store = VALIDATIONS["standard"], Memory([])
    start = time.perf_counter()
    trained = validate_grouping(table, report, settings, store=store)
    took = time.perf_counter() - start
    evidence = trained.evidence
    pool = Pool(to_examples(table), settings.trainer, store=store)
    n = len(table.tasks)
    ways = {
        "alone": alone(n),
        "together": together(n),
        "landscape's choice": to_partition(report.recommended.grouping.labels),
    }
    if evidence.grouped is not None:
        ways["best grouping trained"] = to_partition(evidence.grouped.labels)
    ways |= {f"known: {key}": partition for key, partition in known.items()}
    pool.train({group for way in ways.values() for group in way}, settings.test_seeds)
    print(
        f"\n{name}: {n} tasks, {len(table.rows(Split.TRAIN)):,} training rows; verdict "
        f"{evidence.verdict}; landscape {mapped:.0f} s, validate {took:.0f} s, "
        f"{evidence.n_networks:,} networks\n  {evidence.reason}"
    )
    show(pool, ways, settings)
    known_random = evidence.random_gains[np.isfinite(evidence.random_gains)]
    if len(known_random):
        print(f"  random, sizes of the best: mean gain {known_random.mean():+.4f}")
    for key, partition in known.items():
        same_sizes = random_like(Candidate(key, partition), 10, 0)
        drawn = [one.partition for one in same_sizes]
        pool.train({group for one in drawn for group in one}, settings.test_seeds)
        rows = RowsUnderTest(pool, settings.test_seeds, None)
        mask = counts(too_few(pool.examples, Split.TEST))
        means = [rows.metrics(one).value[mask].mean() for one in drawn]
        print(f"  random, sizes of {key}: metric {np.mean(means):.4f}")


def show(pool, ways, settings):
    examples, seeds = pool.examples, settings.test_seeds
    replicates = draw_replicates(examples.patient[pool.test_rows], len(seeds), 1000, 0)
    rows = RowsUnderTest(pool, seeds, replicates)
    mask = counts(too_few(examples, Split.TEST))
    base = next(iter(ways.values()))
    titles = {METRICS[main_metric(task.kind)].title for task in examples.tasks}
    print(
        f"  {'':24} groups  {'/'.join(sorted(titles)):>8}  metric gain (95 %)           loss gain (95 %)"
    )
    for name, way in ways.items():
        metric = metric_gains(rows.metrics(way), rows.metrics(base))
        loss = loss_gains(rows.losses(way), rows.losses(base))
        none = Reading(0 * metric.value, 0 * metric.replicates)
        points, share = contrast(metric, none, mask), contrast(loss, none, mask)
        print(
            f"  {name:24} {len(way):6}  {rows.metrics(way).value[mask].mean():8.4f}  "
            f"{points.value:+.4f} ({points.low:+.4f} to {points.high:+.4f})  "
            f"{share.value:+.2%} ({share.low:+.2%} to {share.high:+.2%})"
        )


def problem(name):
    """The table, and what is known of its groups."""
    if name == "etth1":
        return etth1_by_time(), {}
    known = json.loads((DATA / f"{name}.json").read_text()).get("known_groupings") or {}
    if name == "landmine":
        table = few_rows(load_table(DATA / name, targets="y", ignore="split"))
        terrain = (tuple(range(15)), tuple(range(15, 29)))
        return table, {"two terrains": terrain}
    table = load_table(DATA / f"{name}.parquet", targets="y_*", ignore="split")
    names = list(table.task_names)
    return table, {key: as_partition(groups, names) for key, groups in known.items()}


def as_partition(groups, names):
    """Groups of names; a task in several stays in the first, one in none is alone."""
    labels = np.arange(len(names)) + len(groups)
    for number, group in reversed(list(enumerate(groups.values()))):
        labels[[names.index(name) for name in group if name in names]] = number
    return to_partition(labels)


def few_rows(table, seed=0):
    """Every task keeps 40 training rows, with their share of events; the others go to the test."""
    rng, split = np.random.default_rng(seed), table.split.copy()
    for task in range(len(table.tasks)):
        label = table.labels[:, task]
        rows = np.flatnonzero(~np.isnan(label) & (table.split == Split.TRAIN.code))
        drawn = rng.permutation(rows)
        events, others = drawn[label[drawn] == 1], drawn[label[drawn] == 0]
        n_events = max(1, round(ROWS_OF_A_FIELD * len(events) / len(drawn)))
        kept = np.concatenate([events[:n_events], others[: ROWS_OF_A_FIELD - n_events]])
        split[np.setdiff1d(rows, kept)] = Split.TEST.code
    return replace(table, split=split)


if __name__ == "__main__":
    main(sys.argv[1:])
