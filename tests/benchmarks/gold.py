"""The search on published tables of measured groups: `python -m tests.benchmarks.gold [seeds]`.

Searches and selects on the validation table, judges on the test table (and on validation itself).
What counts among the 3 T groups can be read three ways, and all are measured: groups asked for
(gains are over training alone, so a single task gains 0 by definition and nobody asks for it); the
same with the T single tasks counted, which somebody had to train for these gains; and every
trained network counted, with gains over the network of all tasks instead, so that single tasks are
trained only where the search asks for them. Reported for full-size networks only, and with
the half-size single networks at half the cost (known from the start, like the full-size ones).

score = 100 · (selected - random) / (best - random); random is the mean over all selections that
serve every task within the budget, best the exhaustive optimum, both on the table that judges.
"""

import sys
from itertools import combinations

import numpy as np

from core.evidence.search.measured import Measured
from core.evidence.search.search import search
from core.evidence.search.table import GainTable, read_measured
from tests.conftest import SHARED_DATA

GOLD = SHARED_DATA.parent / "gold" / "standley"
SETTINGS = ("setting1", "setting2")
BUDGETS = (2, 3, 4)


def full_size(table):
    """The table without half-size networks."""
    rows = [row for row, cost in enumerate(table.costs) if cost == 1]
    groups = tuple(table.groups[row] for row in rows)
    return GainTable(table.name, table.task_names, groups, table.losses[rows], table.costs[rows])


def every_selection(table, budget):
    """Mean gains of all sets of networks within the budget that serve every task."""
    gains = np.where(np.isfinite(table.gains()), table.gains(), -np.inf)
    found = []
    for size in range(1, len(table.groups) + 1):
        if np.sort(table.costs)[:size].sum() > budget:
            break
        rows = np.array(list(combinations(range(len(table.groups)), size)))
        rows = rows[table.costs[rows].sum(axis=1) <= budget]
        for part in np.array_split(rows, max(1, len(rows) // 50_000)):
            mean = gains[part].max(axis=1).mean(axis=1)
            found.append(mean[np.isfinite(mean)])
    return np.concatenate(found)


def judge(table, selection):
    """The mean gain of the selected networks on another table; each task picks its best there."""
    listed = list(zip(table.groups, table.costs.tolist(), strict=True))
    keys = zip(selection.groups, selection.costs.tolist(), strict=True)
    return float(np.nanmax(table.gains()[[listed.index(key) for key in keys]], axis=0).mean())


def found_by_search(table, budget, seed, n_measured):
    """The selection of a search that may know so many groups of the table."""
    result = search(
        table.gain,
        table.task_names,
        n_measured=n_measured,
        networks=budget,
        overlap=True,
        known=table.singles(),
        seed=seed,
    )
    assert len(set(result.measured.groups)) <= n_measured
    return result.selection


def found_without_singles(table, budget, seed, n_measured):
    """The same, where every network that was trained counts: gains are over the network of all
    tasks, which counts as one, and a single task is trained only where the search asks for it."""
    names = table.task_names
    reference = table.losses[table.groups.index(tuple(range(len(names))))]

    def gain(group):
        losses = table.losses[table.groups.index(tuple(names.index(name) for name in group))]
        return {
            name: (reference[task] - losses[task]) / abs(reference[task])
            for task, name in enumerate(names)
            if name in group
        }

    start = Measured.together(names)
    settings = {"n_measured": n_measured, "networks": budget, "overlap": True}
    result = search(gain, names, known=start, seed=seed, **settings)
    assert len(result.measured.answered) <= n_measured
    return result.selection


def scores(seen, judged, seeds, n_measured, find=found_by_search):
    """score[seed, budget] of a search on one table, judged on another, and (random, best)."""
    ends = []
    for budget in BUDGETS:
        everything = every_selection(judged, budget)
        ends.append((everything.mean(), everything.max()))
    found = np.array(
        [[judge(judged, find(seen, b, seed, n_measured)) for b in BUDGETS] for seed in seeds]
    )
    random, best = np.array(ends).T
    return 100 * (found - random) / (best - random), ends


def main(n_seeds: int = 5) -> None:
    if not GOLD.is_dir():
        print("the published tables are not beside the checkout")
        return
    sizes = ((full_size, "full-size networks"), (lambda t: t, "with half-size singles"))
    for kept, what in sizes:
        for reading, (times, find) in READINGS.items():
            if find is found_without_singles and kept is not full_size:
                continue
            found = [
                report(kept, setting, f"{what}, {reading}", times, n_seeds, find)
                for setting in SETTINGS
            ]
            print(f"{what}, {reading}: mean of both settings {np.mean(found):.1f}", flush=True)


READINGS = {
    "3 T beside the singles": (4, found_by_search),
    "3 T with the singles": (3, found_by_search),
    "3 T networks in all, over together": (3, found_without_singles),
}
"""How many groups may be known, in tasks, and the search that knows them."""


def report(kept, setting, what, times, n_seeds, find):
    """Print the scores of one setting; the mean of those chosen on validation, judged on test."""
    tables = {part: kept(read_measured(GOLD / f"{setting}_{part}.csv")) for part in ("val", "test")}
    n_measured = times * len(tables["val"].task_names)
    means = {}
    for seen, judged in (("val", "test"), ("val", "val"), ("test", "test")):
        score, ends = scores(tables[seen], tables[judged], range(n_seeds), n_measured, find)
        by_budget = "  ".join(
            f"b={b}: {s:5.1f} (random {r:+.3f}, best {t:+.3f})"
            for b, s, (r, t) in zip(BUDGETS, score.mean(axis=0), ends, strict=True)
        )
        each = score.mean(axis=1)
        means[seen, judged] = score.mean()
        print(
            f"{setting} {what} {seen:>4} → {judged:<4} {score.mean():6.1f} "
            f"(seeds {each.min():.1f} … {each.max():.1f})   {by_budget}",
            flush=True,
        )
    return means["val", "test"]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
