"""A whole validation on small cohorts: what is trained, what is chosen, what is looked at when."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from core.data import load_table
from core.errors import Cancelled, MethodError
from core.evidence import Candidate, Validation, to_partition, validate_grouping
from core.evidence.bootstrap import draw_replicates
from core.evidence.counting import too_few
from core.evidence.effects import RowsUnderTest, contrast, metric_gains
from core.evidence.gains import partition_gain
from core.evidence.partitions import alone, is_proper, together
from core.evidence.pool import Pool
from core.evidence.search.select import select_groups
from core.training import Trainer, to_examples
from core.trials import Judge, Verdict
from core.values import Split
from tests.cohort import small_cohort

SMALL = Validation(
    trainer=Trainer(width=8, max_steps=40),
    n_seeds=2,
    first_seeds=1,
    random_seeds=2,
    n_finalists=2,
    search="none",
    n_random=3,
    n_replicates=100,
)
PLANTED = ((0, 1), (2, 3))


class Memory:
    """A store that keeps parts in a list."""

    def __init__(self):
        self.parts = []

    def load(self):
        return iter(self.parts)

    def keep(self, part):
        self.parts.append(part)


def examples_of(n_tasks=4, **settings):
    planted = small_cohort(**settings)
    return to_examples(load_table(planted.frame, targets=planted.targets[:n_tasks]))


@pytest.fixture(scope="module")
def examples():
    return examples_of()


@pytest.fixture(scope="module")
def outcome(examples):
    """Evidence, the store behind it, and what was told on the way."""
    store, told = Memory(), []
    candidates = [Candidate("planted", PLANTED), Candidate("crossed", ((0, 2), (1, 3)))]
    found = validate_grouping(examples, candidates, SMALL, on_partial=told.append, store=store)
    return found, store, told


def test_alone_together_and_every_candidate_were_trained(outcome):
    evidence = outcome[0]
    partitions = {to_partition(trial.labels) for trial in evidence.trials}
    assert {alone(4), together(4), PLANTED, ((0, 2), (1, 3))} <= partitions
    assert evidence.n_networks == sum(
        len(part.groups) * len(part.seeds) for part in outcome[1].parts
    )


def test_the_best_grouping_is_the_best_proper_one_on_validation_rows(outcome):
    evidence = outcome[0]
    tested = [trial for trial in evidence.trials if trial.was_tested]
    proper = [one for one in tested if is_proper(to_partition(one.labels))]
    assert evidence.grouped.validation_gain == max(one.validation_gain for one in proper)
    assert is_proper(to_partition(evidence.grouped.labels))


def test_nothing_is_looked_at_on_test_rows_before_the_end(outcome):
    told = outcome[2]
    assert len(told) >= 2
    for part in told:
        assert not part.is_final
        assert not any(trial.was_tested for trial in part.trials)
        assert part.verdict is Verdict.UNDECIDED


def test_no_choice_changes_with_the_test_labels(examples, outcome):
    """Permuting every test label changes the test gains and neither the ranking nor the choice."""
    rng = np.random.default_rng(0)
    rows = examples.rows(Split.TEST)
    labels = examples.labels.copy()
    labels[rows] = labels[rng.permutation(rows)]
    candidates = [Candidate("planted", PLANTED), Candidate("crossed", ((0, 2), (1, 3)))]
    other = validate_grouping(replace(examples, labels=labels), candidates, SMALL)
    first = outcome[0]
    assert [one.labels.tolist() for one in other.trials] == [
        one.labels.tolist() for one in first.trials
    ]
    assert [one.validation_gain for one in other.trials] == [
        one.validation_gain for one in first.trials
    ]
    assert other.alone.metric.tolist() != first.alone.metric.tolist()


def test_metrics_equal_scikit_learn_over_the_seeds(examples, outcome):
    evidence, store, _ = outcome
    pool = Pool(examples, SMALL.trainer, store=store)
    rows = examples.rows(Split.TEST)
    for task in range(4):
        scores = [
            roc_auc_score(examples.labels[rows, task], one[:, 0, 0])
            for one in pool.test_predictions((task,), SMALL.test_seeds)
        ]
        assert evidence.alone.metric[task] == pytest.approx(np.mean(scores))


def test_alone_gains_nothing_over_alone(outcome):
    trial = outcome[0].alone
    for gains in (trial.metric_gains, trial.loss_gains):
        for one in (gains.value, gains.low, gains.high):
            np.testing.assert_array_equal(one, 0.0)
    assert not trial.metric_gains.wins.any()
    assert not trial.metric_gains.losses.any()


def test_gains_are_means_of_differences(outcome):
    evidence = outcome[0]
    for trial in (evidence.together, evidence.grouped):
        difference = trial.metric - evidence.alone.metric
        np.testing.assert_allclose(trial.metric_gains.value, difference)
        assert trial.metric_gain.value == pytest.approx(difference.mean())
        assert trial.metric_gain.low <= trial.metric_gain.value <= trial.metric_gain.high


@pytest.mark.parametrize("search", ["surrogate", "exhaustive"])
def test_few_tasks_train_every_group_with_every_seed_and_the_best_of_all_is_found(examples, search):
    settings, store = replace(SMALL, search=search), Memory()
    evidence = validate_grouping(examples, (), settings, store=store)
    assert evidence.n_measured == 2**4 - 1
    chosen_by = [part for part in store.parts if part.seeds == settings.seeds]
    assert {group for part in chosen_by for group in part.groups} == every_group(4)
    pool = Pool(examples, settings.trainer, store=store)
    counted = np.ones(4, dtype=bool)
    gains = [
        partition_gain(pool, one, settings.seeds, counted, settings.judge)
        for one in every_partition(4)
        if is_proper(one)
    ]
    assert evidence.grouped.validation_gain == pytest.approx(max(gains))


def every_group(n_tasks):
    sizes = range(1, n_tasks + 1)
    return {group for size in sizes for group in combinations(range(n_tasks), size)}


def test_networks_that_had_a_part_in_the_choice_are_not_judged(examples, outcome):
    """Their test labels could be anything: other seeds are read."""
    evidence, store, _ = outcome
    assert not set(SMALL.seeds) & set(SMALL.test_seeds)
    judged = Memory()
    judged.parts = [part for part in store.parts if not set(part.seeds) & set(SMALL.seeds)]
    pool = Pool(examples, SMALL.trainer, store=judged)
    replicates = draw_replicates(examples.patient[pool.test_rows], 2, 200, 0)
    for trial in evidence.trials:
        if trial.was_tested:
            partition = to_partition(trial.labels)
            pool.train(partition, SMALL.test_seeds)
            rows = RowsUnderTest(pool, SMALL.test_seeds, replicates)
            np.testing.assert_allclose(rows.metrics(partition).value, trial.metric)


def every_partition(n_tasks):
    """All partitions, by the group number of every task."""
    labels = product(range(n_tasks), repeat=n_tasks)
    return sorted({to_partition(np.array(one)) for one in labels})


def test_pairs_are_trained_and_foretell_a_partition(examples):
    store = Memory()
    evidence = validate_grouping(examples, (), replace(SMALL, search="pairs"), store=store)
    trained = {group for part in store.parts for group in part.groups}
    assert set(combinations(range(4), 2)) <= trained
    assert evidence.grouped is not None
    assert "search" in evidence.grouped.origin


@pytest.mark.parametrize("search", ["surrogate", "pairs", "none"])
def test_pinned_tasks_share_their_network_and_those_kept_apart_never_do(examples, search):
    names = [task.name for task in examples.tasks]
    pins = {"together": ((names[0], names[2]),), "apart": ((names[1], names[3]),)}
    candidates = [Candidate("planted", PLANTED), Candidate("crossed", ((0, 2), (1, 3)))]
    evidence = validate_grouping(examples, candidates, replace(SMALL, search=search, **pins))
    proper = [to_partition(trial.labels) for trial in evidence.trials]
    for partition in filter(is_proper, proper):
        assert any({0, 2} <= set(group) for group in partition)
        assert not any({1, 3} <= set(group) for group in partition)
    assert ((0, 2), (1,), (3,)) in proper
    assert [note.split(" breaks")[0] for note in evidence.notes] == [
        "Each task alone",
        "All together",
    ]


def test_every_group_of_nine_tasks_is_refused():
    with pytest.raises(MethodError, match="at most 8 tasks, and here are 9 with 511 groups"):
        replace(SMALL, search="exhaustive").check_search(9)


def test_what_was_trained_is_not_trained_again(examples, outcome, monkeypatch):
    evidence, store, _ = outcome

    def refuse(*_, **__):
        raise AssertionError("trained again")

    monkeypatch.setattr(Trainer, "__call__", refuse)
    candidates = [Candidate("planted", PLANTED), Candidate("crossed", ((0, 2), (1, 3)))]
    again = validate_grouping(examples, candidates, SMALL, store=store)
    assert again == evidence


def test_cancelling_loses_no_finished_group(examples):
    store = Memory()

    def stop_late(fraction, message):
        if fraction > 0.7:
            raise Cancelled("enough")

    candidates = [Candidate("planted", PLANTED)]
    with pytest.raises(Cancelled):
        validate_grouping(examples, candidates, SMALL, on_progress=stop_late, store=store)
    kept = {group for part in store.parts for group in part.groups}
    assert {(0,), (1,), (2,), (3,), (0, 1), (2, 3), (0, 1, 2, 3)} <= kept
    n_kept = len(store.parts)
    validate_grouping(examples, candidates, SMALL, store=store)
    trained_again = [
        (group, seed)
        for part in store.parts[n_kept:]
        for group in part.groups
        for seed in part.seeds
        if any(group in old.groups and seed in old.seeds for old in store.parts[:n_kept])
    ]
    assert not trained_again


def test_two_tasks_have_no_proper_grouping():
    evidence = validate_grouping(examples_of(2), [], SMALL)
    assert evidence.grouped is None
    assert evidence.best == -1
    assert len(evidence.trials) == 2
    assert np.isnan(evidence.grouped_over_alone.value)
    assert "there is no other grouping to try" in evidence.reason


def test_a_task_with_too_few_test_events_stays_in_the_table_but_not_in_the_mean(examples):
    rows = examples.rows(Split.TEST)
    labels = examples.labels.copy()
    labels[rows, 0] = 0.0
    labels[rows[:4], 0] = 1.0
    few = replace(examples, labels=labels)
    assert "4 events among the test rows" in too_few(few, Split.TEST)[0]
    evidence = validate_grouping(few, [Candidate("planted", PLANTED)], SMALL)
    assert evidence.excluded[0]
    assert not any(evidence.excluded[1:])
    assert np.isfinite(evidence.alone.metric[0])
    counted = evidence.together.metric_gains.value[1:].mean()
    assert evidence.together.metric_gain.value == pytest.approx(counted)


def test_a_test_split_without_a_class_is_a_missing_metric_with_a_reason(examples):
    labels = examples.labels.copy()
    labels[examples.rows(Split.TEST), 1] = 0.0
    evidence = validate_grouping(replace(examples, labels=labels), [], SMALL)
    assert np.isnan(evidence.alone.metric[1])
    assert "0 events" in evidence.excluded[1]
    assert np.isfinite(evidence.together_over_alone.value)


def test_without_any_task_to_judge_by_the_answer_says_so(examples):
    labels = examples.labels.copy()
    labels[examples.rows(Split.TEST)] = 0.0
    evidence = validate_grouping(
        replace(examples, labels=labels), [Candidate("planted", PLANTED)], SMALL
    )
    assert evidence.verdict is Verdict.UNDECIDED
    assert "enough test labels" in evidence.reason


def test_training_that_diverges_is_named_and_the_rest_goes_on(examples):
    """Steps of 99 make the sums of the losses overflow; the verdict says why there is none."""
    wild = Trainer(width=8, max_steps=40, optimizer="sgd", learning_rate=99.0)
    candidates = [Candidate("planted", PLANTED)]
    evidence = validate_grouping(examples, candidates, replace(SMALL, trainer=wild))
    names = [task.name for task in examples.tasks]
    together_ = next(note for note in evidence.notes if all(name in note for name in names))
    assert "(seed 0, 1, 2, 3); the rest went on." in together_
    assert evidence.verdict is Verdict.UNDECIDED
    assert "nothing to compare with" in evidence.reason
    assert evidence.grouped is None
    assert evidence.is_final


def test_a_diverged_group_is_no_finalist_but_the_others_are(examples, outcome):
    """The networks of one group are marked as diverged in the store; its partition is out."""
    store = Memory()
    for part in outcome[1].parts:
        hit = np.array([[group == (0, 1)] * len(part.seeds) for group in part.groups])
        loss = np.where(hit[:, :, None], np.nan, part.validation_loss)
        weights = np.where(hit[:, :, None], np.nan, part.trunk)
        store.keep(replace(part, diverged=part.diverged | hit, validation_loss=loss, trunk=weights))
    candidates = [Candidate("planted", PLANTED), Candidate("crossed", ((0, 2), (1, 3)))]
    evidence = validate_grouping(examples, candidates, SMALL, store=store)
    assert (0, 1) not in to_partition(evidence.grouped.labels)
    dropped = next(one for one in evidence.trials if to_partition(one.labels) == PLANTED)
    assert not dropped.was_tested
    assert np.isfinite(evidence.together_over_alone.value)
    assert "diverged for" in evidence.notes[0]


def test_copies_of_one_task_are_never_called_grouped():
    """All candidates are equal: one column four times, so no partition differs from another."""
    planted = small_cohort()
    frame = planted.frame.drop(columns=list(planted.targets))
    names = [f"y_{place}" for place in range(4)]
    copies = frame.assign(**dict.fromkeys(names, planted.frame[planted.targets[0]]))
    candidates = [Candidate("planted", PLANTED), Candidate("crossed", ((0, 2), (1, 3)))]
    examples = to_examples(load_table(copies, targets=names))
    assert validate_grouping(examples, candidates, SMALL).verdict is not Verdict.GROUPED


def test_the_exhaustive_search_selects_the_best_of_all_partitions(examples):
    store = Memory()
    evidence = validate_grouping(
        examples, [], replace(SMALL, search="exhaustive", judge=Judge.LOSS), store=store
    )
    pool = Pool(examples, SMALL.trainer, store=store)
    pool.train({group for part in store.parts for group in part.groups}, (0,))
    groups = pool.groups
    assert len(groups) == 15
    gains = np.full((15, 4), np.nan)
    for row, group in enumerate(groups):
        single = np.array([pool.validation_loss((task,), (0,)).mean() for task in group])
        gains[row, list(group)] = 1 - pool.validation_loss(group, (0,)).mean(axis=0) / single
    best = select_groups(groups, gains)
    tried = {to_partition(trial.labels) for trial in evidence.trials}
    assert tuple(sorted(best.groups)) in tried


def test_a_paired_contrast_is_narrower_than_an_unpaired_one(examples, outcome):
    _evidence, store, _ = outcome
    pool = Pool(examples, SMALL.trainer, store=store)
    replicates = draw_replicates(examples.patient[pool.test_rows], 2, 200, 0)
    rows = RowsUnderTest(pool, SMALL.seeds, replicates)
    base, better = rows.metrics(alone(4)), rows.metrics(together(4))
    gains = metric_gains(better, base)
    everything = np.ones(4, dtype=bool)
    none = gains._replace(value=0 * gains.value, replicates=0 * gains.replicates)
    paired = contrast(gains, none, everything)
    mixed = gains._replace(replicates=better.replicates - base.replicates[::-1])
    loose = contrast(mixed, none, everything)
    assert paired.high - paired.low < loose.high - loose.low
