"""The search on made-up problems: `python -m tests.benchmarks.gold_synthetic [T] [seeds]`.

Every strategy sees noisy gains of at most 3 T groups (single tasks included) and is judged by the
true ones: score = 100 · (selected - random) / (best - random). `random groups` measures as many
groups drawn at random; `all pairs` measures T (T + 1) / 2; `every group` sees all noisy gains.
"""

import sys

import numpy as np

from core.evidence.search.measured import as_groups
from core.evidence.search.pairs import Pairs
from core.evidence.search.rules import Rules
from core.evidence.search.search import search
from core.evidence.search.select import select_groups
from tests.benchmarks.gold_problems import FAMILIES, make_problem

SIZES = (5, 8, 12)
RULES = (Rules(), Rules(3.0, True))
N_RANDOM = 4000


def random_mean(groups, problem, rules, rng):
    """The mean true gain of random selections (uniform labels, or networks drawn uniformly)."""
    row, n_tasks = {group: i for i, group in enumerate(groups)}, problem.true.shape[1]
    found = []
    while len(found) < N_RANDOM:
        if rules.overlap:
            rows = rng.choice(len(groups), int(rules.networks), replace=False)
            if not problem.member[rows].any(axis=0).all():
                continue
        else:
            labels = rng.integers(0, rng.integers(1, n_tasks + 1), n_tasks)
            blocks = [tuple(np.flatnonzero(labels == k).tolist()) for k in np.unique(labels)]
            rows = [row[block] for block in blocks]
        found.append(np.nanmax(problem.true[rows], axis=0).mean())
    return float(np.mean(found))


def selections(groups, problem, rules, seed):
    """The networks each strategy ends with, by its name."""
    n_tasks = problem.true.shape[1]
    names = tuple(f"t{task}" for task in range(n_tasks))
    row = {group: i for i, group in enumerate(groups)}

    def gain(asked):
        group = tuple(int(name[1:]) for name in asked)
        return {name: problem.measured[row[group], int(name[1:])] for name in asked}

    settings = {"networks": rules.networks, "overlap": rules.overlap, "seed": seed}
    rng = np.random.default_rng(seed)
    whole = [i for i, group in enumerate(groups) if len(group) in (1, n_tasks)]
    drawn = rng.choice(len(groups), 3 * n_tasks - len(whole), replace=False)
    rows = sorted({*whole, *drawn.tolist()})
    some = [groups[i] for i in rows]
    yield "random groups", select_groups(some, problem.measured[rows], rules).groups
    yield "all pairs", search(gain, names, strategy=Pairs(), **settings).selection.groups
    yield "surrogate", search(gain, names, n_measured=3 * n_tasks, **settings).selection.groups
    yield "every group", select_groups(groups, problem.measured, rules).groups


def main(n_tasks: int = 0, n_seeds: int = 3) -> None:
    for size in (n_tasks,) if n_tasks else SIZES:
        scores: dict[tuple[str, str], list[float]] = {}
        for family in FAMILIES:
            for seed in range(1000, 1000 + n_seeds):
                problem = make_problem(family, size, seed)
                groups = as_groups(problem.member)
                row = {group: i for i, group in enumerate(groups)}
                for rules in RULES:
                    random = random_mean(groups, problem, rules, np.random.default_rng(seed))
                    best = select_groups(groups, problem.true, rules).mean_gain
                    for name, chosen in selections(groups, problem, rules, seed):
                        found = np.nanmax(problem.true[[row[g] for g in chosen]], axis=0).mean()
                        score = 100 * (found - random) / (best - random)
                        scores.setdefault((name, "all"), []).append(score)
                        scores.setdefault((name, family), []).append(score)
        keys = list(dict.fromkeys(key for _, key in scores))
        print(f"T = {size}, {n_seeds * len(FAMILIES)} problems, partition and 3 networks")
        print(f"{'':<14}" + "".join(f"{key:>14}" for key in keys))
        for name in dict.fromkeys(name for name, _ in scores):
            cells = (scores[name, key] for key in keys)
            text = "".join(f"{np.mean(cell):>8.1f} ±{np.std(cell):5.1f}" for cell in cells)
            print(f"{name:<14}{text}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
