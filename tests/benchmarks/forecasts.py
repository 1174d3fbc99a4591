"""How near the chosen groups come to the best there are: `python -m tests.benchmarks forecasts`.

The seven forecasts of etth1: all 127 groups are trained, so the best of all 877 partitions is known
by hindsight. Bar: 80 % of the way from random to it, for what `validate` chooses by itself.

score = 100 · (chosen − random) / (best − random), in mean test gain over alone; random is the mean
over all partitions with the group sizes of the chosen one, best the largest of all. `validation`
is what the validation rows like best among all partitions: what no choice on them can beat by
skill. All are judged by the same 40 networks a group, which had no part in any choice; each line
chooses by ten seeds of its own. `to itself` is how far the partition that is best by the first 20
of these networks comes by the others: what luck of the networks takes even from hindsight.
"""

import sys
from dataclasses import replace

import numpy as np

from core import preset, run
from core.evidence import VALIDATIONS, to_partition
from core.evidence.effects import RowsUnderTest
from core.evidence.gains import partition_gain, relative_gain
from core.evidence.partitions import canonical
from core.evidence.pool import Pool
from core.landscape import OneStep
from core.training import to_examples
from core.trials import Judge
from core.validation import validate_grouping
from tests.benchmarks.evidence import Memory
from tests.benchmarks.trainer_data import etth1_by_time

JUDGES = tuple(range(1000, 1040))


def main(n_repeats: int = 3, presets: str = "standard") -> None:
    table = etth1_by_time()
    report = run(table, replace(preset("quick"), landscape=OneStep(starts=1)))
    examples, ways = to_examples(table), partitions(len(table.tasks))
    truth = Pool(examples, VALIDATIONS["standard"].trainer)
    truth.train({group for way in ways for group in way}, JUDGES)
    for judge in Judge:
        test, first, second = (
            dict(zip(ways, test_gains(truth, ways, judge, seeds), strict=True))
            for seeds in (JUDGES, JUDGES[::2], JUDGES[1::2])
        )
        again, random = second[max(first, key=first.get)], np.mean(list(second.values()))
        itself = 100 * (again - random) / (max(second.values()) - random)
        print(f"{judge}: best {max(test.values()):+.4f}; to itself {itself:.0f}", flush=True)
        for key in presets.split(","):
            scores = [chosen(table, report, key, judge, n, test) for n in range(n_repeats)]
            print(f"{key}, {judge}: mean score {np.mean(scores):.0f}", flush=True)


def chosen(table, report, key, judge, number, test):
    """Print and return the score of one validation; other numbers use other seeds."""
    usual = VALIDATIONS[key]
    settings = replace(usual, judge=judge, seed=number * 2 * usual.n_seeds, n_replicates=200)
    store = Memory([])
    evidence = validate_grouping(table, report, settings, store=store).evidence
    pool = Pool(to_examples(table), settings.trainer, store=store)
    counted = np.ones(len(table.tasks), dtype=bool)
    pool.train({group for way in test for group in way}, settings.seeds)
    seen = {way: partition_gain(pool, way, settings.seeds, counted, judge) for way in test}
    ours = to_partition(evidence.grouped.labels)
    like = [gain for way, gain in test.items() if sorted(map(len, way)) == sorted(map(len, ours))]
    random, best = np.mean(like), max(test.values())
    score = 100 * (test[ours] - random) / (best - random)
    agree = np.corrcoef([seen[way] for way in test], list(test.values()))[0, 1]
    by_validation = test[max(seen, key=seen.get)]
    print(
        f"  {key}, {judge}, seeds {settings.seeds[0]}–{settings.seeds[-1]}: {evidence.verdict}; "
        f"chosen {test[ours]:+.4f} ({len(ours)} groups), random {random:+.4f}, "
        f"validation's {by_validation:+.4f}; validation and test agree by {agree:.2f}; "
        f"score {score:.0f}; {evidence.n_networks} networks",
        flush=True,
    )
    return score


def test_gains(pool, ways, judge, seeds):
    """Mean test gain over alone of every partition."""
    rows = RowsUnderTest(pool, seeds, None)
    read = rows.metrics if judge is Judge.METRIC else rows.losses
    base = read(canonical((task,) for task in range(len(pool.examples.tasks)))).value
    for way in ways:
        value = read(way).value
        gain = value - base if judge is Judge.METRIC else relative_gain(base, value)
        yield float(gain.mean())


test_gains.__test__ = False


def partitions(n_tasks):
    """Every partition of the tasks."""
    found = [((0,),)]
    for task in range(1, n_tasks):
        grown = []
        for way in found:
            grown.append((*way, (task,)))
            grown += [
                (*way[:place], (*group, task), *way[place + 1 :]) for place, group in enumerate(way)
            ]
        found = grown
    return [canonical(way) for way in found]


if __name__ == "__main__":
    main(*(kind(text) for kind, text in zip((int, str), sys.argv[1:], strict=False)))
