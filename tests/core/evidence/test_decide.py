"""The four answers, and what each asks for."""

import numpy as np
import pytest

from core.evidence.decide import beats_random, decide
from core.trials import Contrast, Judge, Verdict

UP = Contrast(0.05, 0.02, 0.08)
FLAT = Contrast(0.005, -0.02, 0.03)
DOWN = Contrast(-0.05, -0.08, -0.02)
NONE = Contrast(np.nan, np.nan, np.nan)
WORSE = np.linspace(-0.05, 0.03, 20)


def verdict(
    over_alone=UP, over_together=UP, together=FLAT, random=WORSE, n_groups=3, judge=Judge.METRIC
):
    return decide(n_groups, over_alone, over_together, together, random, judge)


def test_grouped_needs_all_three():
    answer = verdict()
    assert answer.verdict is Verdict.GROUPED
    assert "20 of 20 random groupings do worse" in answer.reason


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"over_alone": FLAT}, "not detectably better than alone"),
        ({"over_alone": DOWN}, "worse than alone"),
        ({"over_together": FLAT}, "not detectably better than together"),
        ({"random": np.full(20, 0.06)}, "no better than random groups"),
        ({"n_groups": 0, "over_alone": NONE, "over_together": NONE}, "no other grouping"),
    ],
)
def test_without_one_of_them_it_is_not_grouped(change, why):
    answer = verdict(**change)
    assert answer.verdict is Verdict.UNDECIDED
    assert why in answer.reason


def test_together_and_alone_follow_from_their_own_interval():
    assert verdict(over_alone=FLAT, together=UP).verdict is Verdict.TOGETHER
    assert verdict(over_alone=FLAT, together=DOWN).verdict is Verdict.ALONE
    assert "0.050 (0.020 to 0.080) higher" in verdict(over_alone=FLAT, together=DOWN).reason
    in_loss = verdict(over_alone=FLAT, together=DOWN, judge=Judge.LOSS).reason
    assert "5.0\u00a0% (2.0\u00a0% to 8.0\u00a0%) lower than together" in in_loss


def test_without_a_task_to_judge_by_there_is_no_verdict():
    assert verdict(together=NONE).verdict is Verdict.UNDECIDED


def test_one_random_grouping_as_good_is_enough_to_doubt():
    assert beats_random(0.05, np.full(20, 0.01))
    assert not beats_random(0.05, np.array([*[0.01] * 19, 0.05]))


def test_few_other_partitions_cannot_speak_against_a_gain():
    assert beats_random(0.05, np.array([0.2, 0.3]))


def test_random_groups_that_diverged_do_not_count():
    assert not beats_random(0.05, np.array([*[0.06] * 19, np.nan]))
