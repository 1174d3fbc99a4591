"""What is put to the test: groups, who predicts whom in them, and others of the same sizes."""

from dataclasses import replace

import numpy as np
import pytest

from core.evidence.candidate import Candidate, admit, groups_of, random_like, serving
from core.evidence.partitions import alone, together

HELPED = Candidate("made", ((0, 1), (2,)), ((0, 1), (1, 2)))


def test_candidates_are_admitted_while_there_is_budget():
    tried = [
        Candidate("first", ((0, 1), (2, 3))),
        Candidate("the same again", ((0, 1), (2, 3))),
        Candidate("too much", ((0, 2), (1, 3))),
        Candidate("one more group", ((0, 1), (2,), (3,))),
    ]
    admitted = admit(tried, 4, most_groups=7)
    assert [one.origin for one in admitted[2:]] == ["first", "one more group"]
    assert len(groups_of(admitted)) == 7
    assert [one.partition for one in admitted[:2]] == [alone(4), together(4)]


@pytest.mark.parametrize("n_tasks", [2, 3, 12])
def test_alone_and_together_are_always_admitted(n_tasks):
    assert len(admit([], n_tasks, most_groups=0)) == 2


def test_the_same_partition_with_helpers_is_another_candidate():
    plain = Candidate("plain", ((0, 1), (2,)))
    admitted = admit([plain, HELPED, HELPED], 3, most_groups=20)
    assert admitted[2:] == (plain, HELPED)
    assert groups_of([HELPED]) == {(0, 1), (1, 2)}
    assert HELPED.is_proper
    assert Candidate("each task by helpers", alone(2), ((0,), (0, 1))).is_proper
    assert not Candidate("", together(2)).is_proper


def test_tasks_are_predicted_by_the_network_they_are_assigned_to():
    found = serving("made", ((1, 2), (0, 1)), np.array([1, 1, 0]))
    assert found == replace(HELPED, origin="made, with helpers")
    assert serving("", ((0, 1), (2,)), np.array([0, 0, 1])).learned == ()


def test_random_ones_keep_the_sizes_and_leave_the_given_one_out():
    given = Candidate("", ((0, 1, 2), (3, 4), (5,)))
    drawn = random_like(given, 20, seed=0)
    assert len({one.partition for one in drawn}) == 20
    for one in drawn:
        assert one.partition != given.partition
        assert sorted(map(len, one.partition)) == [1, 2, 3]
        assert one.learned == ()
    assert drawn == random_like(given, 20, seed=0)
    assert drawn != random_like(given, 20, seed=1)


def test_fewer_random_ones_where_fewer_exist():
    drawn = random_like(Candidate("", ((0, 1), (2,))), 20, seed=0)
    assert {one.partition for one in drawn} == {((0,), (1, 2)), ((0, 2), (1,))}


def test_random_ones_keep_who_helps_whom():
    drawn = random_like(HELPED, 20, seed=0)
    assert len({one.way for one in drawn}) == len(drawn) == 5, "3! orders but one"
    for one in drawn:
        sizes = sorted(
            (len(served), len(learned)) for served, learned in zip(*one.way, strict=True)
        )
        assert sizes == [(1, 2), (2, 2)]
        (alone_in,) = (pair for pair in zip(*one.way, strict=True) if len(pair[0]) == 1)
        assert set(alone_in[0]) < set(alone_in[1])
