"""Which measure tells beforehand what training a pair of tasks together will gain?

`python -m tests.benchmarks which_measure [table …]`. On every table all pairs of tasks are trained,
and all tasks alone, with three seeds; the gain of a pair is the mean over its two tasks, on test
rows, in loss and in the tasks' own metric. Every measure, from three random starts each, is then
rank-correlated (Spearman, over the T (T − 1) / 2 pairs) with these gains and with label agreement.

Beside it: the level that 95 % of shuffled pairs stay below, a star where fewer than 5 % of shuffled
task names correlate as strongly (pairs that share a task are not independent, so this level is the
honest one), and how well the gains of one seed foretell those of the others, which no measure that
is blind to the seeds can exceed by much.
"""

import sys
import time
from dataclasses import replace
from itertools import combinations

import numpy as np
from scipy.stats import spearmanr

from core.affinity import MEASURES, measure_affinity
from core.data import load_example, load_table
from core.evidence.pool import Pool
from core.evidence.scoring import score_task
from core.joint_run import JointRun
from core.landscape import OneStep, measure_landscape, measure_look_ahead
from core.machine.threads import one_thread
from core.training import Trainer, to_examples
from tests.benchmarks.evidence import problem
from tests.benchmarks.trainer_data import DATA

TABLES = ("mi_complications", "nhanes_adult", "tox21", "icu_physionet2012", "landmine", "cohort")
SEEDS = (0, 1, 2)
STARTS = 3
TRAINER = Trainer(max_steps=400, patience=4)
BOTH = ("cosine", "sign")
"""Measures without heads of their own, whose answer hangs on the heads."""
SHUFFLES = 2000
ONLY_LABELS = 0.95


def main(names=()):
    found = {}
    for name in names or TABLES:
        if name == "cohort" or DATA.is_dir():
            found[name] = study(name)
    for title, key in (
        ("measured pair gains, in loss", "loss"),
        ("measured pair gains, in the tasks' own metric", "metric"),
        ("label agreement", "labels"),
    ):
        show(title, {name: columns[key] for name, columns in found.items()})


def study(name):
    """Cells by what is correlated with, then by row of the table."""
    start = time.process_time()
    table = table_of(name)
    gains = dict(zip(("loss", "metric"), pair_gains(table), strict=True))
    trained = time.process_time() - start
    views = measured(table)
    labels = views["label_agreement"][0]
    n_tasks = len(table.tasks)
    found = {}
    for key, by_seed in gains.items():
        target = by_seed.mean(axis=0)
        column = {
            row: cell([correlate(view, target) for view in several])
            for row, several in views.items()
        }
        for row, several in views.items():
            column[row] += "*" if stands_out(np.mean(several, axis=0), target) else " "
        others = [
            correlate(by_seed[one], by_seed[other])
            for one, other in combinations(range(len(by_seed)), 2)
        ]
        found[key] = column | {"(one seed, another)": cell(others) + " "}
        found[key]["(95 % of shuffled pairs)"] = f"{shuffled_level(n_tasks):.2f}"
    found["labels"] = {
        row: cell([correlate(view, labels) for view in several]) for row, several in views.items()
    }
    for row, several in views.items():
        if (
            row != "label_agreement"
            and np.mean([correlate(view, labels) for view in several]) > ONLY_LABELS
        ):
            found["labels"][row] += " is labels"
    took = time.process_time() - start
    above = np.triu_indices(n_tasks, 1)
    mean = {key: np.nanmean(by_seed.mean(axis=0)[above]) for key, by_seed in gains.items()}
    print(
        f"{name}: {n_tasks} tasks, {n_tasks * (n_tasks - 1) // 2} pairs; {trained:.0f} s of "
        f"processor time to train, {took - trained:.0f} s to measure; mean gain of a pair "
        f"{mean['loss']:+.4f} in loss, {mean['metric']:+.4f} in metric",
        flush=True,
    )
    return found


def table_of(name):
    if name != "cohort":
        return problem(name)[0]
    frame, targets = load_example("cohort")
    return load_table(frame, targets=targets)


def pair_gains(table):
    """Mean gain of both tasks of every pair over training alone, [seed, task, task], twice."""
    n_tasks, pool = len(table.tasks), Pool(to_examples(table), TRAINER, "cpu")
    pairs = list(combinations(range(n_tasks), 2))
    pool.train([*((task,) for task in range(n_tasks)), *pairs], SEEDS)
    alone = [
        np.concatenate(part, axis=1)
        for part in zip(*(read(pool, (k,)) for k in range(n_tasks)), strict=True)
    ]
    loss, metric = np.zeros((2, len(SEEDS), n_tasks, n_tasks))
    for pair in pairs:
        own, score = read(pool, pair)
        gain = ((alone[0][:, pair] - own) / alone[0][:, pair], score - alone[1][:, pair])
        for kind, part in zip((loss, metric), gain, strict=True):
            kind[:, pair[0], pair[1]] = kind[:, pair[1], pair[0]] = part.mean(axis=1)
    return loss, metric


def read(pool, group):
    """Test loss and main metric of the members, [seed, member] each."""
    losses = np.nanmean(pool.test_losses(group, SEEDS), axis=1)
    predicted = pool.test_predictions(group, SEEDS)
    scores = [
        [
            score_task(pool.examples, task, pool.test_rows, one[:, member])[0]
            for member, task in enumerate(group)
        ]
        for one in predicted
    ]
    return losses, np.array(scores)


def measured(table):
    """Likeness of all tasks by row of the table, once a start; larger is more alike."""
    found = {}
    with one_thread():
        for seed in range(STARTS):
            landscapes = {
                heads: measure_landscape(
                    table, OneStep(heads=heads, starts=1, max_points=10), seed, "cpu"
                )
                for heads in ("shared", "probe")
            }
            for key, known in MEASURES.methods.items():
                measure = known()
                kinds = (
                    (measure.heads,)
                    if measure.heads
                    else ("shared", "probe")
                    if key in BOTH
                    else ("shared",)
                )
                for heads in kinds:
                    landscape = landscapes[heads]
                    if isinstance(measure, JointRun):
                        ahead = measure_look_ahead(table, landscape, measure, None, seed, "cpu")
                        landscape = replace(landscape, look_ahead=ahead)
                    affinity = measure_affinity(landscape, measure, 2, seed)
                    row = f"{key}, {heads}" if key not in ("tag", "label_agreement") else key
                    found.setdefault(row, []).append(likeness(affinity))
    return found


def likeness(affinity):
    """Both directions averaged, as the authors of TAG do to select networks."""
    values = -affinity.values if affinity.is_distance else affinity.values
    return (values + values.T) / 2


def correlate(one, other):
    """Spearman over the pairs above the diagonal that both know."""
    above = np.triu_indices(len(one), 1)
    first, second = one[above], other[above]
    known = np.isfinite(first) & np.isfinite(second)
    if known.sum() < 3 or np.ptp(first[known]) == 0:
        return float("nan")
    return float(spearmanr(first[known], second[known]).statistic)


def cell(values):
    if not np.isfinite(values).any():
        return "  none    "
    return f"{np.nanmean(values):+.2f} ±{np.ptp(values) / 2:.2f}"


def stands_out(view, gains):
    """Whether fewer than 5 % of shuffled task names correlate as strongly."""
    own = abs(correlate(view, gains))
    if np.isnan(own):
        return False
    rng = np.random.default_rng(0)
    orders = (rng.permutation(len(view)) for _ in range(SHUFFLES // 4))
    drawn = [abs(correlate(view[order][:, order], gains)) for order in orders]
    return np.mean(np.array(drawn) >= own) < 0.05


def shuffled_level(n_tasks):
    """Below it lie 95 % of the absolute correlations of shuffled pairs."""
    rng, n_pairs = np.random.default_rng(0), n_tasks * (n_tasks - 1) // 2
    drawn = [
        spearmanr(np.arange(n_pairs), rng.permutation(n_pairs)).statistic for _ in range(SHUFFLES)
    ]
    return float(np.quantile(np.abs(drawn), 0.95))


def show(title, columns):
    """One line a measure, one column a table."""
    if not columns:
        return
    print(f"\nrank correlation with {title}: mean ± half the range over {STARTS} starts")
    print(f"{'':<26}" + "".join(f"{name[:15]:>17}" for name in columns))
    for row in next(iter(columns.values())):
        print(
            f"{row:<26}" + "".join(f"{column[row]:>17}" for column in columns.values()), flush=True
        )


if __name__ == "__main__":
    main(sys.argv[1:])
