"""Partitions: labels and groups are two ways to write one thing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evidence.candidate import Candidate, admit, groups_of
from core.evidence.partitions import (
    alone,
    canonical,
    is_proper,
    random_partitions,
    to_labels,
    to_partition,
    together,
)

labelled = st.lists(st.integers(0, 5), min_size=1, max_size=10).map(np.array)


@given(labelled)
def test_labels_and_groups_are_inverse(labels):
    partition = to_partition(labels)
    back = to_labels(partition)
    assert to_partition(back) == partition
    same = labels[:, None] == labels
    assert (same == (back[:, None] == back)).all()


@given(labelled, st.randoms())
def test_the_order_of_groups_and_tasks_is_forgotten(labels, random):
    partition = to_partition(labels)
    mixed = [random.sample(group, len(group)) for group in partition]
    random.shuffle(mixed)
    assert canonical(mixed) == partition


def test_alone_and_together_are_no_proper_groupings():
    assert not is_proper(alone(4))
    assert not is_proper(together(4))
    assert is_proper(((0, 1), (2,), (3,)))


def test_random_partitions_keep_the_sizes_and_leave_the_given_one_out():
    given_ = ((0, 1, 2), (3, 4), (5,))
    drawn = random_partitions(given_, 20, seed=0)
    assert len(drawn) == len(set(drawn)) == 20
    assert given_ not in drawn
    for partition in drawn:
        assert sorted(map(len, partition)) == [1, 2, 3]
    assert drawn == random_partitions(given_, 20, seed=0)
    assert drawn != random_partitions(given_, 20, seed=1)


def test_fewer_random_partitions_where_fewer_exist():
    assert set(random_partitions(((0, 1), (2,)), 20, seed=0)) == {
        ((0,), (1, 2)),
        ((0, 2), (1,)),
    }


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
