"""Every setting that a method declares can be set by a pair of words."""

import pytest

from core.affinity import TAG
from core.command.set_any import set_any
from core.errors import MethodError
from core.landscape import OneStep
from core.plan import Plan


def test_pairs_set_numbers_and_words_of_any_stage():
    plan = set_any(
        Plan(measure=TAG()),
        ["landscape.steps=10", "landscape.pairing=energy", "measure.learning_rate=1e-2"],
    )
    assert plan.landscape == OneStep(steps=10, pairing="energy")
    assert plan.measure == TAG(learning_rate=0.01)
    assert set_any(Plan(), []) == Plan()


def test_settings_that_exclude_each_other_are_refused():
    with pytest.raises(MethodError, match="mean displacements are those of the first step"):
        set_any(Plan(), ["landscape.pairing=mean", "landscape.steps=3"])


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("steps=10", "the stages are landscape, measure, graph, encoder, grouping"),
        ("landscape.steps", "is not STAGE.NAME=VALUE"),
        ("landscape.stride=1", "no setting 'stride'; it has: heads, head_bias"),
        ("landscape.steps=1.5", "'1.5' is no whole number"),
        ("landscape.step_size=nan", "'nan' is no number"),
        ("landscape.pairing=near", "choose one of 'auto', 'matched'"),
        ("landscape.starts=0", "starts=0 is below 1"),
    ],
)
def test_a_pair_that_sets_nothing_is_refused_in_one_line(pair, said):
    with pytest.raises(MethodError) as told:
        set_any(Plan(), [pair])
    assert said in str(told.value)
    assert pair in str(told.value)
    assert "\n" not in str(told.value)
