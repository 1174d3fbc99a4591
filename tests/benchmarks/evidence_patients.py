"""Does the verdict claim groups where there are none, of a table with five rows a patient?

Each task has its own function of the features, or none in every other cohort, and its own effect of
each patient: the rows of a patient are alike in features and labels, and no task tells anything of
another. A bootstrap or a split over rows would take five looks at a patient for five patients.
(Bar: *grouped* in at most 5 %. Fewer seeds and steps than `taskscape validate` takes, so that forty
cohorts take minutes.)

coverage   of the same cohorts, how often the 95 % interval of together over alone, and of the best
           grouping, holds the gain of new seeds on the rows of 2,000 new patients
"""

import os
import time
from dataclasses import replace

import numpy as np
import pandas as pd

from core.data import load_table
from core.evidence import Validation
from core.training import Trainer
from tests.benchmarks.evidence_null import ELSEWHERE, covered, judge

N_COHORTS = int(os.environ.get("COHORTS", "40"))
N_PATIENTS, N_EACH, N_TASKS, N_FEATURES, N_NEW = 300, 5, 8, 12, 2000
WITHIN = 0.8
"""Share of the variance of a feature, and of what is no function of the features, that the rows of
a patient have in common."""
SETTINGS = Validation(
    trainer=Trainer(width=16, max_steps=300),
    n_seeds=4,
    random_seeds=2,
    n_finalists=6,
    groups_per_task=6,
    n_replicates=400,
)


def main():
    false_claims()
    coverage()


def coverage():
    held = []
    for seed in range(N_COHORTS):
        table = load_table(cohort(seed, N_PATIENTS + N_NEW), targets="y_*", patient_id="id")
        is_new = np.arange(len(table.split)) >= N_PATIENTS * N_EACH
        table = replace(table, split=np.where(is_new, ELSEWHERE, table.split))
        held += covered(*judge(table, SETTINGS), SETTINGS)
    print(f"intervals that hold the gain on new patients: {sum(held)} of {len(held)}")


def false_claims():
    start, verdicts = time.process_time(), []
    for seed in range(N_COHORTS):
        evidence = judge(load_table(cohort(seed), targets="y_*", patient_id="id"), SETTINGS)[1]
        verdicts.append(str(evidence.verdict))
        print(seed, verdicts[-1], f"{time.process_time() - start:.0f} s", flush=True)
    counts = {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))}
    print(f"no structure, {N_EACH} rows a patient, {len(verdicts)} cohorts: {counts}")


def cohort(seed, n_patients=N_PATIENTS):
    """Rows of patients whose tasks share nothing."""
    rng = np.random.default_rng([seed, 5])
    of = np.repeat(np.arange(n_patients), N_EACH)

    def alike(n):
        between, own = (rng.standard_normal((size, n)) for size in (n_patients, len(of)))
        return np.sqrt(WITHIN) * between[of] + np.sqrt(1 - WITHIN) * own

    features = alike(N_FEATURES)
    along, bent = rng.standard_normal((2, N_FEATURES, N_TASKS)) / np.sqrt(N_FEATURES)
    own = features @ along + 0.5 * np.abs(features @ bent)
    score = (seed % 2 == 0) * own + alike(N_TASKS)
    share = np.linspace(0.2, 0.5, N_TASKS)
    columns = {f"x_{k}": values for k, values in enumerate(features.T)}
    columns |= {
        f"y_{k}": (values > np.quantile(values, 1 - share[k])).astype(int)
        for k, values in enumerate(score.T)
    }
    return pd.DataFrame({"id": of, **columns})
