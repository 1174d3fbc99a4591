"""Does the verdict claim groups where there are none, and do its intervals hold what they say?

null       cohorts whose tasks share nothing: how often *grouped* (bar: at most 5 %), by the
           settings of `taskscape validate`: its own search, ten seeds, ten finalists
coverage   cohorts with groups: how often the 95 % interval holds the true gain, that of new
           seeds on 15,000 new rows (bar: 90 to 98 %)
"""

import os
import time
from dataclasses import replace

import numpy as np

from core.affinity import MEASURES, measure_affinity
from core.data import load_table, plant_groups
from core.evidence import Candidate, Validation, to_partition, validate_grouping
from core.evidence.effects import RowsUnderTest
from core.evidence.gains import mean_gain
from core.evidence.partitions import alone, together
from core.evidence.pool import Pool
from core.grouping import cut_everywhere
from core.landscape import OneStep, measure_landscape
from core.training import to_examples
from core.values import Split

N_COHORTS = int(os.environ.get("COHORTS", "50"))
N_ROWS, N_NEW = 1500, 15_000
NEW_SEEDS = tuple(range(100, 115))
ELSEWHERE = 99
"""A split that nothing looks at."""


def main():
    false_claims(range(N_COHORTS))
    coverage(range(N_COHORTS))


def false_claims(seeds):
    start, settings = time.perf_counter(), Validation()
    verdicts = [judge(cohort(seed, structure=False), settings)[1].verdict for seed in seeds]
    counts = {str(verdict): verdicts.count(verdict) for verdict in sorted(set(verdicts))}
    took = time.perf_counter() - start
    print(f"no structure, {len(verdicts)} cohorts: {counts}  ({took:.0f} s)")


def coverage(seeds):
    start, settings, held, grouped = time.perf_counter(), Validation(), [], 0
    for seed in seeds:
        table = cohort(1000 + seed, structure=True, noise=(0.1, 0.3, 0.5)[seed % 3])
        pool, evidence = judge(table, settings)
        grouped += evidence.verdict == "grouped"
        held += covered(pool, evidence, settings)
    print(
        f"structure, {len(seeds)} cohorts: the 95 % interval holds the true gain in "
        f"{np.mean(held):.1%} of {len(held)} contrasts; grouped {grouped}  "
        f"({time.perf_counter() - start:.0f} s)"
    )


def cohort(seed, structure, noise=0.3):
    """1,500 rows to work with and 15,000 that nobody looks at but the truth."""
    planted = plant_groups(
        n_samples=N_ROWS + N_NEW, group_sizes=(3, 3, 2), noise=noise, structure=structure, seed=seed
    )
    table = load_table(planted.frame, targets=planted.targets, seed=seed)
    split = table.split.copy()
    split[N_ROWS:] = ELSEWHERE
    return replace(table, split=split)


def judge(table, settings):
    examples = to_examples(table)
    landscape = measure_landscape(table, OneStep(heads="probe", starts=1))
    candidates = [
        Candidate(key, to_partition(labels))
        for key in ("abs_cosine", "label_agreement")
        for labels in cut_everywhere(
            measure_affinity(landscape, MEASURES.methods[key](), n_replicates=2).similarity
        )
    ]
    evidence = validate_grouping(examples, candidates, settings)
    return Pool(examples, settings.trainer), evidence


def covered(pool, evidence, settings):
    """Whether the intervals over alone hold the gain of other seeds on rows nobody saw."""
    n_tasks = len(evidence.task_names)
    ways = [(together(n_tasks), evidence.together_over_alone)]
    if evidence.grouped is not None:
        ways.append((to_partition(evidence.grouped.labels), evidence.grouped_over_alone))
    groups = {group for partition, _ in ways for group in partition} | set(alone(n_tasks))
    pool.train(groups, NEW_SEEDS)
    split = np.where(pool.examples.split == ELSEWHERE, Split.TEST.code, Split.TRAIN.code)
    pool.examples = replace(pool.examples, split=split)
    truth = RowsUnderTest(pool, NEW_SEEDS, None)
    is_counted = np.array([not why for why in evidence.excluded])
    base = truth.metrics(alone(n_tasks)).value
    return [
        bool(one.low <= mean_gain(truth.metrics(partition).value - base, is_counted) <= one.high)
        for partition, one in ways
    ]
