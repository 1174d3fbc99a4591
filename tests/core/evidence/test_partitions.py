"""Partitions: labels and groups are two ways to write one thing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.evidence.partitions import (
    alone,
    canonical,
    is_proper,
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
