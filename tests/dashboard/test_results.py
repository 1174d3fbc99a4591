"""What runs hold is read once, and anew where it is another."""

from dataclasses import replace

import numpy as np

from dashboard.results import looked_at_of, table_of


def test_another_seed_is_another_split_of_the_same_rows(untrained):
    first = table_of(untrained)
    assert table_of(untrained) is first, "read once"
    untrained.set_plan(replace(untrained.plan, seed=untrained.plan.seed + 1))
    found = table_of(untrained)
    assert found == untrained.table()
    assert not np.array_equal(found.split, first.split)
    np.testing.assert_array_equal(looked_at_of(untrained).split, found.split)
