"""A bounded number of networks, in which tasks may help that another network predicts."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from core.errors import MethodError
from core.evidence import Candidate, validate_grouping
from core.evidence.candidate import HELPED
from core.evidence.effects import RowsUnderTest
from core.evidence.gains import partition_gain, validation_gain
from core.evidence.pins import keeps, least_sharing
from core.evidence.pool import Pool
from core.evidence.search.rules import Rules
from core.trials import Judge, Verdict
from tests.core.evidence.test_validate import PLANTED, SMALL, examples_of

HELPED_WAY = ((0, 1), (2,), (3,)), ((0, 1), (1, 2), (0, 1, 3))
TWO = replace(SMALL, search="exhaustive", networks=2, first_seeds=1)


@pytest.fixture(scope="module")
def examples():
    return examples_of()


@pytest.fixture(scope="module")
def pool(examples):
    pool = Pool(examples, SMALL.trainer, "cpu")
    pool.train([(task,) for task in range(4)], SMALL.seeds)
    pool.train(HELPED_WAY[1], SMALL.seeds)
    return pool


@pytest.fixture(scope="module")
def evidence(examples):
    return validate_grouping(examples, [Candidate("planted", PLANTED)], TWO)


def test_a_task_is_judged_in_the_network_that_predicts_it(pool, examples):
    rows = RowsUnderTest(pool, SMALL.seeds, None)
    metrics = rows.metrics(*HELPED_WAY).value
    test = pool.test_rows
    for task, learned in enumerate([(0, 1), (0, 1), (1, 2), (0, 1, 3)]):
        known = examples.known[test, task]
        by_seed = pool.test_predictions(learned, SMALL.seeds)[:, :, learned.index(task), 0]
        expected = [
            roc_auc_score(examples.labels[test, task][known], one[known]) for one in by_seed
        ]
        assert metrics[task] == pytest.approx(np.mean(expected), abs=1e-6)
    losses = rows.losses(*HELPED_WAY).value
    assert losses[2] == pytest.approx(np.nanmean(pool.test_losses((1, 2), SMALL.seeds)[:, :, 1]))


def test_what_helpers_reach_counts_where_they_are_predicted_only(pool):
    counted = np.ones(4, dtype=bool)
    served, learned = HELPED_WAY
    gain = partition_gain(pool, served, SMALL.seeds, counted, Judge.LOSS, learned)
    own = [(0, 1), (0, 1), (1, 2), (0, 1, 3)]
    expected = [
        validation_gain(pool, group, SMALL.seeds, Judge.LOSS)[task]
        for task, group in enumerate(own)
    ]
    assert gain == pytest.approx(np.mean(expected))


def test_no_grouping_takes_more_networks_than_there_may_be(evidence):
    plain = {1, 4}  # all together, each task alone: to compare with
    assert {trial.n_groups for trial in evidence.trials} <= {2} | plain
    assert evidence.grouped.n_groups == 2
    assert evidence.advised.n_groups <= 2
    assert any(
        "Each task alone takes 4 networks, and you allow 2" in note for note in evidence.notes
    )


def test_the_search_weighs_every_pair_of_networks_and_who_predicts_whom(examples, evidence):
    found = next(one for one in evidence.trials if one.origin.endswith(f"as measured, {HELPED}"))
    pool = Pool(examples, TWO.trainer, "cpu")
    groups = [group for n in range(1, 5) for group in combinations(range(4), n)]
    seeds = TWO.first(4)
    pool.train(groups, seeds)
    gains = np.array([validation_gain(pool, one, seeds, TWO.judge) for one in groups])
    gains[: len(examples.tasks)] = np.where(np.isfinite(gains[:4]), 0.0, np.nan)
    best = max(
        np.fmax(gains[one], gains[other]).mean()
        for one, other in combinations(range(len(groups)), 2)
        if set(groups[one]) | set(groups[other]) == {0, 1, 2, 3}
    )
    reached = [
        validation_gain(pool, found.learned[found.labels[task]], seeds, TWO.judge)[task]
        for task in range(4)
    ]
    assert np.mean(reached) == pytest.approx(best)


def test_what_cannot_be_served_by_so_few_networks_is_no_candidate(examples, monkeypatch):
    """All pairs are there, and the only group that serves every task alone diverged."""
    monkeypatch.setattr(Pool, "diverged", lambda self, group, seeds: seeds[: len(group) == 4])
    evidence = validate_grouping(examples, (), replace(TWO, search="pairs", networks=1))
    assert evidence.verdict is Verdict.UNDECIDED
    assert evidence.grouped is None


def test_helpers_are_named_beside_who_is_predicted(evidence):
    trial = next(one for one in evidence.trials if one.learned)
    names = evidence.task_names
    for group, helpers, learned in zip(
        trial.groups(names), trial.helpers(names), trial.learned, strict=True
    ):
        assert {*group, *helpers} == {names[task] for task in learned}
        assert not set(group) & set(helpers)
    assert sorted(name for group in trial.groups(names) for name in group) == sorted(names)
    assert evidence.together.helpers(names) == ((),)


def test_alone_that_takes_too_many_networks_is_not_advised(examples, monkeypatch):
    from core.evidence import conclude

    answer = conclude.Answer(Verdict.ALONE, "Train each task alone.")
    monkeypatch.setattr(conclude, "decide", lambda *_: answer)
    evidence = validate_grouping(
        examples, [Candidate("planted", PLANTED)], replace(TWO, search="none")
    )
    assert evidence.advised.n_groups <= 2
    assert "Each task alone takes 4 networks, and you allow 2" in evidence.reason
    kept = [one for one in evidence.trials if one.n_groups <= 2 and one.was_tested]
    assert evidence.advised is max(kept, key=lambda one: one.validation_gain)


def test_the_fewest_networks_hold_whoever_may_share_one():
    rules = Rules(networks=2, overlap=True, apart=((0, 1),))
    least = least_sharing(rules, 4)
    assert least.partition == ((0, 2, 3), (1,))
    assert keeps(rules, least)
    assert least_sharing(Rules(), 3).partition == ((0,), (1,), (2,))


def test_rules_that_need_more_networks_are_refused_before_anything_is_trained(examples):
    names = [task.name for task in examples.tasks]
    with pytest.raises(MethodError, match="are all kept apart and need 3 networks, but only 2"):
        validate_grouping(examples, [], replace(TWO, apart=(tuple(names[:3]),)))
    with pytest.raises(MethodError, match="networks=0 is outside 1"):
        replace(TWO, networks=0)
