"""Which measure on which heads finds planted groups, and which is only label agreement?

`python -m tests.benchmarks.landscape_measures [cohorts]`. Every row is a measure on a landscape:
the adjusted Rand index of average linkage on its similarity, cut at the planted number of groups
(one random start, so that the table shows what one start is worth), and the rank correlation of
its similarity with label agreement on real tables, over three random starts.
"""

import sys
from dataclasses import replace

import numpy as np

from core.affinity import MEASURES, TAG, measure_affinity
from core.affinity.compare import rank_correlation
from core.data import load_table, plant_groups
from core.grouping import adjusted_rand
from core.landscape import OneStep, measure_landscape, measure_look_ahead
from tests.conftest import SHARED_DATA

LANDSCAPES = {
    "shared": OneStep(starts=1, max_points=10),
    "probe": OneStep(starts=1, max_points=10, heads="probe"),
}
COHORTS = {
    "equal": {"prevalence": (0.3, 0.3)},
    "unequal": {"prevalence": (0.05, 0.5)},
    "noisy": {"prevalence": (0.2, 0.5), "noise": 0.3},
    "rare": {"prevalence": (0.05, 0.15)},
    "missing": {"prevalence": (0.05, 0.5), "missing": 0.3},
    "mixed": {"kinds": "mixed"},
    "flipped": {"prevalence": (0.2, 0.5)},
    "own": {"prevalence": (0.2, 0.5), "n_samples": 4800},
}
TABLES = ("mi_complications", "nhanes_adult", "tox21")
ROWS = 3000
STARTS = 3


def main(cohorts: int = 4) -> None:
    planted = {name: recovered(name, settings, cohorts) for name, settings in COHORTS.items()}
    tables = [name for name in TABLES if SHARED_DATA.is_dir()]
    agreement = {name: agreements(name) for name in tables}
    print(f"\nmean adjusted Rand over {cohorts} cohorts (smallest of them)")
    show(
        {
            name: {key: f"{np.mean(v):.2f} ({np.min(v):.2f})" for key, v in found.items()}
            for name, found in planted.items()
        }
    )
    print(f"\nrank correlation with label agreement, mean ± range over {STARTS} starts")
    show(
        {
            name: {key: f"{np.mean(v):.2f} ±{np.ptp(v) / 2:.2f}" for key, v in found.items()}
            for name, found in agreement.items()
        }
    )


def show(columns: dict[str, dict[tuple[str, str], str]]) -> None:
    """One line a measure and heads, one column a cohort or table."""
    if not columns:
        return
    print(f"{'measure':<17}{'heads':<8}" + "".join(f"{name[:13]:>14}" for name in columns))
    for measure, heads in next(iter(columns.values())):
        cells = "".join(f"{found[measure, heads]:>14}" for found in columns.values())
        print(f"{measure:<17}{heads:<8}{cells}", flush=True)


def affinities(table, seed):
    """Every measure on both kinds of heads, from one start; TAG has heads of its own."""
    for heads, method in LANDSCAPES.items():
        landscape = measure_landscape(table, method, seed, "cpu")
        ahead = measure_look_ahead(table, landscape, TAG(), method, seed, "cpu")
        landscape = replace(landscape, look_ahead=ahead)
        for key, measure in MEASURES.methods.items():
            yield (key, heads), measure_affinity(landscape, measure(), 2, seed)


def recovered(name, settings, cohorts):
    """Adjusted Rand indices by measure and heads."""
    found: dict[tuple[str, str], list[float]] = {}
    for seed in range(cohorts):
        planted = plant_groups(seed=seed, **settings)
        frame = planted.frame.copy()
        if name == "flipped":
            for target in planted.targets[::2]:
                frame[target] = 1 - frame[target]
        if name == "own":  # every row is labelled for one task only
            for number, target in enumerate(planted.targets):
                frame.loc[np.arange(len(frame)) % len(planted.targets) != number, target] = np.nan
        table = load_table(frame, targets=planted.targets)
        for key, affinity in affinities(table, seed):
            labels = linkage_of(affinity, len(planted.groups))
            found.setdefault(key, []).append(adjusted_rand(labels, planted.labels))
    return found


def linkage_of(affinity, n_groups):
    """Average linkage on 1 − similarity, cut at the number of groups."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    apart = 1 - np.nan_to_num(affinity.similarity, nan=0.0)
    apart = (apart + apart.T) / 2 * (1 - np.eye(len(apart)))
    return fcluster(linkage(squareform(apart, checks=False), "average"), n_groups, "maxclust")


def agreements(name):
    """Rank correlations with label agreement by measure and heads."""
    import pandas as pd

    frame = pd.read_parquet(SHARED_DATA / f"{name}.parquet")
    if len(frame) > ROWS:
        frame = frame.sample(ROWS, random_state=0)
    table = load_table(frame, targets="y_*", ignore="split")
    found: dict[tuple[str, str], list[float]] = {}
    for seed in range(STARTS):
        own = dict(affinities(table, seed))
        for (key, heads), affinity in own.items():
            plain = own["label_agreement", heads]
            found.setdefault((key, heads), []).append(rank_correlation(affinity, plain))
    return found


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
