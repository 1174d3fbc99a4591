"""Surrogate, acquisition and strategies on oracles with a known answer."""

import time

import numpy as np
import pytest

from core.errors import MethodError, RunError
from core.evidence.search.acquire import propose_groups
from core.evidence.search.exhaustive import Exhaustive
from core.evidence.search.improve import Outlook, improvements
from core.evidence.search.mean import predict_mean
from core.evidence.search.measured import Measured
from core.evidence.search.pairs import Pairs, from_pairs
from core.evidence.search.rules import Rules
from core.evidence.search.search import SEARCHES, search
from core.evidence.search.select import select_groups
from core.evidence.search.surrogate import fit_surrogate
from tests.core.evidence.search.tables import additive_gains, every_group, random_gains

NAMES = ("a", "b", "c", "d", "e", "f")


def oracle(groups, gains, asked=None):
    def gain(names):
        group = tuple(NAMES.index(name) for name in names)
        if asked is not None:
            asked.append(group)
        return {NAMES[task]: gains[groups.index(group), task] for task in group}

    return gain


def measured_part(n_tasks, kept, gains_of, rng):
    groups = [group for group in every_group(n_tasks) if len(group) > 1]
    seen = [groups[row] for row in rng.choice(len(groups), kept, replace=False)]
    names = [f"t{task}" for task in range(n_tasks)]
    return Measured.alone(names).add(seen, gains_of(seen)), [g for g in groups if g not in seen]


def test_additive_pair_gains_are_foretold():
    rng = np.random.default_rng(0)
    pair = rng.normal(0, 0.05, (6, 6))
    measured, unseen = measured_part(6, 30, lambda g: additive_gains(g, pair), rng)
    truth = additive_gains(unseen, pair)
    mean, error = fit_surrogate(measured).predict(unseen)
    inside = np.isfinite(truth)
    explained = 1 - np.var((mean - truth)[inside]) / np.var(truth[inside])
    assert explained > 0.95
    assert (error[inside] > 0).all()


def test_nothing_is_foretold_where_gains_are_noise():
    rng = np.random.default_rng(1)
    measured, unseen = measured_part(6, 30, lambda g: random_gains(g, 6, rng), rng)
    truth = random_gains(unseen, 6, rng)
    mean, error = fit_surrogate(measured).predict(unseen)
    inside = np.isfinite(truth)
    assert np.var((mean - truth)[inside]) > 0.8 * np.var(truth[inside])
    assert np.median(error[inside]) > 0.5


def test_an_affinity_that_tells_the_truth_helps():
    rng = np.random.default_rng(2)
    pair = rng.normal(0, 0.05, (8, 8))
    pair = pair + pair.T
    measured, unseen = measured_part(8, 12, lambda g: from_pairs(pair, g), rng)
    truth = from_pairs(pair, unseen)
    inside = np.isfinite(truth)

    def miss(affinity):
        mean, _ = fit_surrogate(measured, affinity).predict(unseen)
        return np.square((mean - truth)[inside]).mean()

    assert miss(pair) < 0.7 * miss(None)


def test_the_quick_mean_is_the_mean():
    rng = np.random.default_rng(3)
    measured, unseen = measured_part(6, 20, lambda g: random_gains(g, 6, rng), rng)
    surrogate = fit_surrogate(measured, rng.normal(size=(6, 6)))
    np.testing.assert_allclose(predict_mean(surrogate, unseen), surrogate.predict(unseen)[0])


def test_measured_groups_are_known_and_uncertain_ones_are_drawn_in():
    rng = np.random.default_rng(4)
    measured, _ = measured_part(5, 12, lambda g: random_gains(g, 5, rng), rng)
    np.testing.assert_allclose(fit_surrogate(measured).settled(), measured.gains)
    errors = np.where(np.isfinite(measured.gains), 0.7, np.nan)
    unsure = Measured(measured.task_names, measured.groups, measured.gains, errors, measured.costs)
    many = np.isfinite(measured.gains) & (np.array([len(g) > 1 for g in measured.groups])[:, None])
    assert np.var(fit_surrogate(unsure).settled()[many]) < np.var(measured.gains[many])


@pytest.mark.parametrize("networks", [None, 2.0, 3.0])
def test_the_exhaustive_strategy_selects_from_all_that_can_be_measured(networks):
    groups = every_group(6)
    gains = random_gains(groups, 6, np.random.default_rng(7))
    overlap = networks is not None
    result = search(
        oracle(groups, gains), NAMES, networks=networks, overlap=overlap, strategy=Exhaustive()
    )
    best = select_groups(groups, gains, Rules(networks, overlap))
    assert result.selection.groups == best.groups
    assert result.selection.mean_gain == best.mean_gain
    assert result.trained.all()


def test_the_pairs_strategy_is_exact_where_its_approximation_is():
    rng = np.random.default_rng(8)
    pair = rng.normal(0, 0.05, (6, 6))
    groups = every_group(6)
    gains = from_pairs(pair, groups)
    asked = []
    result = search(oracle(groups, gains, asked), NAMES, strategy=Pairs())
    assert sorted(asked) == [group for group in groups if len(group) == 2]
    assert result.selection.mean_gain == pytest.approx(select_groups(groups, gains).mean_gain)


def test_the_surrogate_comes_near_the_best_and_keeps_its_budget():
    rng = np.random.default_rng(9)
    pair = rng.normal(0, 0.05, (6, 6))
    groups = every_group(6)
    gains = additive_gains(groups, pair)
    asked = []
    result = search(oracle(groups, gains, asked), NAMES)
    assert len(asked) == len(set(asked)) == 18
    assert all(len(group) > 1 for group in asked)
    best = select_groups(groups, gains).mean_gain
    chosen = [groups.index(group) for group in result.selection.groups]
    assert np.nanmax(gains[chosen], axis=0).mean() > 0.85 * best
    history = result.history[np.isfinite(result.history)]
    assert (np.diff(history) >= 0).all()


def test_the_same_seed_gives_the_same_search():
    groups = every_group(6)
    gains = random_gains(groups, 6, np.random.default_rng(10))
    one, same = (search(oracle(groups, gains), NAMES, n_measured=11, seed=4) for _ in range(2))
    assert one == same


def test_rules_hold_in_what_is_trained_and_in_what_is_selected():
    groups = every_group(6)
    gains = random_gains(groups, 6, np.random.default_rng(11))
    asked = []
    result = search(
        oracle(groups, gains, asked), NAMES, together=[("a", "b")], apart=[("c", "d", "e")]
    )
    for group in [*asked, *result.selection.groups]:
        assert (0 in group) == (1 in group)
        assert len({2, 3, 4} & set(group)) <= 1


def test_failures_of_the_oracle_go_through():
    def broken(names):
        raise ZeroDivisionError("the trainer stopped")

    with pytest.raises(ZeroDivisionError, match="the trainer stopped"):
        search(broken, NAMES)
    with pytest.raises(RunError, match="leave out"):
        search(lambda names: {names[0]: 0.1}, NAMES)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"n_measured": 3}, "below the 6 single tasks"),
        ({"strategy": Pairs(), "n_measured": 12}, "need 15 measurements"),
        ({"strategy": Exhaustive(most_tasks=5)}, "too many"),
        ({"affinity": np.eye(3)}, "affinity is"),
    ],
)
def test_what_cannot_be_done_is_said(settings, words):
    with pytest.raises(MethodError, match=words):
        search(lambda names: dict.fromkeys(names, 0.0), NAMES, **settings)


@pytest.mark.parametrize("key", SEARCHES.methods)
def test_two_tasks_go_through_every_strategy(key):
    result = search(
        lambda names: dict.fromkeys(names, 0.1), ("a", "b"), strategy=SEARCHES.methods[key]()
    )
    assert result.selection.groups == ((0, 1),)


def test_an_undefined_gain_is_never_selected_in_a_partition():
    def gain(names):
        return {name: np.nan if name == "a" else 1.0 for name in names}

    result = search(gain, NAMES[:4], strategy=Exhaustive())
    assert (0,) in result.selection.groups


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("settings", [{}, {"networks": 2}, {"networks": 2, "overlap": True}])
def test_a_gain_that_is_no_number_is_undefined(bad, settings):
    """Of every second group one member has none; the search ends all the same."""
    rng = np.random.default_rng(12)

    def gain(names):
        found = dict(zip(names, rng.normal(size=len(names)), strict=True))
        return found | ({names[0]: bad} if len(names) % 2 else {})

    result = search(gain, NAMES, **settings)
    assert np.isfinite(result.selection.gains).all()
    assert not np.isinf(result.measured.gains).any()


def test_while_no_selection_is_possible_the_groups_of_the_best_one_are_wanted():
    """Nobody may share with everybody, so that two networks need two groups nobody trained."""
    measured = Measured.alone(NAMES[:4])
    pool = [(0, 1), (2, 3), (0, 2), (1, 3), (0, 1, 2)]
    mean = np.full((5, 4), np.nan)
    for row, (group, level) in enumerate(zip(pool, (0.5, 0.5, 0.1, 0.1, -1.0), strict=True)):
        mean[row, list(group)] = level
    spread = np.array([0.0, 0.0, 0.2, 0.2, 0.0])[:, None] * [-1.0, 1.0]
    drawn = mean[:, :, None] + spread[:, None]
    found = improvements(measured, Outlook(pool, mean, drawn, np.ones(5)), Rules(2))
    best = found.mean(axis=1)
    assert best[0] == best[1] > best[2] == best[3] > best[4] == 0


def test_a_search_ends_where_rules_forbid_every_selection_at_first():
    groups = every_group(6)
    gains = random_gains(groups, 6, np.random.default_rng(13))
    apart = {"networks": 2, "apart": [("c", "d")], "together": [("a", "b")]}
    result = search(oracle(groups, gains), NAMES, **apart)
    assert np.isnan(result.history[0])
    best = search(oracle(groups, gains), NAMES, strategy=Exhaustive(), **apart).selection
    assert result.selection.mean_gain > 0.8 * best.mean_gain


@pytest.mark.parametrize("rules", [Rules(), Rules(4.0, True)], ids=["partition", "overlap"])
def test_a_batch_of_new_groups_is_proposed_in_seconds(rules):
    rng = np.random.default_rng(0)
    measured, _ = measured_part(12, 48, lambda g: random_gains(g, 12, rng), rng)
    started = time.process_time()
    proposed = propose_groups(measured, 12, rules=rules)
    assert time.process_time() - started < 4
    assert len(set(proposed)) == 12
    assert not set(proposed) & set(measured.groups)


@pytest.mark.parametrize("key", SEARCHES.methods)
def test_groups_without_an_answer_are_left_out_and_not_asked_for_again(key):
    """Nothing is known of groups with both a and b; c and d help each other."""
    asked = []

    def gain(names):
        asked.append(names)
        if {"a", "b"} <= set(names):
            return None
        helped = {"c", "d"} <= set(names)
        return {name: 0.2 if helped and name in "cd" else -0.1 for name in names}

    result = search(gain, NAMES[:4], strategy=SEARCHES.methods[key]())
    assert len(set(asked)) == len(asked)
    trained = [
        g
        for g, is_trained in zip(result.selection.groups, result.trained, strict=True)
        if is_trained
    ]
    assert (2, 3) in trained
    assert not any({0, 1} <= set(group) for group in trained)


@pytest.mark.parametrize("key", SEARCHES.methods)
def test_only_listed_groups_are_asked_for_and_selected(key):
    listed = [("a", "b"), ("c", "d"), ("a", "b", "c"), ("d", "e"), ("a", "f")]
    asked = []

    def gain(names):
        asked.append(names)
        return dict.fromkeys(names, 0.1 * len(names))

    result = search(gain, NAMES, listed=listed, strategy=SEARCHES.methods[key]())
    assert set(asked) <= set(listed)
    chosen = [tuple(NAMES[task] for task in group) for group in result.selection.groups]
    assert all(group in listed for group in chosen if len(group) > 1)
    if key != "pairs":
        assert result.selection.groups == ((0, 1, 2), (3, 4), (5,))


def test_many_tasks_with_few_listed_groups_are_searched_among_these():
    names = tuple(f"t{number}" for number in range(20))
    listed = [names[start : start + 4] for start in range(0, 20, 4)]
    result = search(lambda asked: dict.fromkeys(asked, 0.1), names, listed=listed)
    assert result.selection.mean_gain == pytest.approx(0.1)


def over_together(names):
    """Gains over the network of all: every partner but a friend costs, so smaller is better."""
    friends = [{"a", "b"}, {"c", "d"}]
    everyone = {name: -0.1 * (len(NAMES[:4]) - 2) + 0.3 for name in NAMES[:4]}
    gains = {}
    for name in names:
        helped = any(name in pair and pair <= set(names) for pair in friends)
        gains[name] = 0.3 * helped - 0.1 * (len(names) - 1 - helped) - everyone[name]
    return gains


@pytest.mark.parametrize("settings", [{}, {"networks": 2, "overlap": True}])
def test_gains_over_together_need_no_single_task_and_count_every_group(settings):
    """Where gains are not against alone, single tasks are groups like any other."""
    names, asked = NAMES[:4], []

    def gain(group):
        asked.append(group)
        return over_together(group)

    start = Measured.together(names)
    result = search(gain, names, n_measured=10, known=start, **settings)
    assert len(set(asked)) == len(asked) <= 9
    assert tuple(names) not in asked
    assert result.selection.groups == ((0, 1), (2, 3))
    assert len(result.measured.answered) == len(asked) + 1


def test_a_single_task_that_is_best_alone_is_found_where_alone_is_unknown():
    names = NAMES[:3]

    def gain(group):
        return {name: 0.5 if group == ("c",) else 0.1 * (len(group) == 2) for name in group}

    result = search(gain, names, n_measured=7, known=Measured.together(names))
    assert result.selection.groups == ((0, 1), (2,))
    assert result.selection.gains.tolist() == [0.1, 0.1, 0.5]
