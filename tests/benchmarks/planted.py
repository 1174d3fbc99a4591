"""Are planted groups found, and lost when there are none? `python -m tests.benchmarks.planted`.

Bars: mean adjusted Rand at least 0.9 at low noise, at most 0.15 without structure. Every row is a
whole run of the preset quick on its own cohort.
"""

from collections import Counter
from dataclasses import replace

import numpy as np

from core import Plan, load_table, preset, run
from core.affinity import AbsCosine
from core.data import plant_groups
from core.grouping import adjusted_rand

SEEDS = range(10)
QUICK = preset("quick")
PLANS: dict[str, Plan] = {
    "sca, shared head": QUICK,
    "abs_cosine, probe heads": replace(QUICK, measure=AbsCosine()),
}
COHORTS = {
    "low noise (0.1)": {"noise": 0.1},
    "more noise (0.3)": {"noise": 0.3},
    "20 % of labels missing": {"noise": 0.1, "missing": 0.2},
    "rare (5 to 15 %)": {"noise": 0.1, "prevalence": (0.05, 0.15)},
    "no structure": {"structure": False},
    "no structure, 5 to 50 %": {"structure": False, "prevalence": (0.05, 0.5)},
}


def main() -> None:
    print(f"{'cohort':<26}{'measure':<26}{'mean ARI':>9}{'min':>7}{'max':>7}  decisions")
    for cohort, settings in COHORTS.items():
        for name, plan in PLANS.items():
            found = [recover(plan, seed, **settings) for seed in SEEDS]
            scores = np.array([score for score, _ in found])
            decisions = Counter(decision for _, decision in found)
            told = ", ".join(f"{count} {decision}" for decision, count in decisions.items())
            print(
                f"{cohort:<26}{name:<26}{scores.mean():>9.2f}{scores.min():>7.2f}"
                f"{scores.max():>7.2f}  {told}",
                flush=True,
            )


def recover(plan: Plan, seed: int, **settings) -> tuple[float, str]:
    """Adjusted Rand of the recommended groups with the planted ones, and the decision."""
    planted = plant_groups(seed=seed, **settings)
    report = run(load_table(planted.frame, targets=planted.targets), plan)
    best = report.recommended
    return adjusted_rand(best.grouping.labels, planted.labels), str(best.decision)


if __name__ == "__main__":
    main()
