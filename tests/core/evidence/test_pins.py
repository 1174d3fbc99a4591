"""Partitions that keep the rules, unit by unit."""

from dataclasses import replace

import numpy as np
import pytest

from core.evidence import Candidate, Validation, validate_grouping
from core.evidence.pins import climb, from_units, keeps
from core.evidence.search.rules import Rules
from core.training import Trainer, to_examples
from core.trials import Verdict
from tests.core.training.tables import make_table

RULES = Rules(together=((0, 3), (1, 4)), apart=((0, 1), (2, 5)))
FRIENDS = np.kron(np.eye(2), np.ones((3, 3)))


def friendly(groups):
    """0, 1, 2 help each other, and so do 3, 4, 5; every stranger harms."""
    gains = np.full((len(groups), 6), np.nan)
    for row, group in enumerate(groups):
        inside = FRIENDS[np.ix_(group, group)]
        gains[row, list(group)] = inside.sum(axis=1) - 1 - 2 * (1 - inside).sum(axis=1)
    return gains


@pytest.mark.parametrize("seed", range(10))
def test_any_draw_of_units_keeps_the_rules(seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, len(RULES.units(6)))
    partition = from_units(RULES, labels, 6)
    assert keeps(RULES, Candidate("", partition))
    assert sorted(task for group in partition for task in group) == list(range(6))


@pytest.mark.parametrize("seed", range(5))
def test_a_climb_keeps_the_rules_and_never_falls(seed):
    rng = np.random.default_rng(seed)
    start = from_units(RULES, rng.integers(0, 3, len(RULES.units(6))), 6)
    top = climb(RULES, start, friendly)
    assert keeps(RULES, Candidate("", top))
    assert np.nansum(friendly(top)) >= np.nansum(friendly(start))


def test_without_rules_a_climb_finds_the_friends():
    assert climb(Rules(), tuple((task,) for task in range(6)), friendly) == ((0, 1, 2), (3, 4, 5))


UNRULY = {
    "pinned": ({"together": (("y0", "y1"),)}, [0, 0, 1]),
    "kept apart": ({"apart": (("y0", "y1"),)}, [0, 1, 2]),
    "all pinned": ({"together": (("y0", "y1", "y2"),)}, [0, 0, 0]),
    "both": ({"together": (("y0", "y1"),), "apart": (("y1", "y2"),)}, [0, 0, 1]),
}
"""Rules, and the least that they ask for."""


@pytest.mark.parametrize("search", ["surrogate", "none"])
@pytest.mark.parametrize("case", UNRULY)
def test_what_is_advised_keeps_the_rules_whatever_the_verdict_is(case, search):
    """Labels without any signal: nothing is detectable, and alone may break the pins."""
    rules, least = UNRULY[case]
    table = make_table("bbb", n=200)
    labels = np.random.default_rng(0).integers(0, 2, table.labels.shape).astype(float)
    trainer = Trainer(width=4, max_steps=20)
    asked = Validation(trainer, n_seeds=2, n_replicates=100, n_random=2, search=search, **rules)
    evidence = validate_grouping(to_examples(replace(table, labels=labels)), [], asked)
    assert evidence.verdict in (Verdict.UNDECIDED, Verdict.ALONE)
    assert evidence.labels.tolist() == least
    said = "Each task alone breaks your rules" in evidence.reason
    said |= "All tasks together breaks your rules" in evidence.reason
    assert said == (least != [0, 1, 2])
    advised = next(one for one in evidence.trials if (one.labels == evidence.labels).all())
    assert advised.n_seeds == 2
    assert advised.was_tested
