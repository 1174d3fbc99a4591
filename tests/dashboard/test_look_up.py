"""What the components slider looks up, beside the pages that show it."""

import pytest

from dashboard.look_up import MOST_STEPS, Shown
from tests.dashboard.charts.values import grouping_of


def shown_of(most, size, n_tasks=60):
    choices = {n: grouping_of(n_tasks, n_components=n) for n in range(1, most + 1)}
    choices[n_tasks] = grouping_of(n_tasks, n_components=n_tasks, method="alone")
    return Shown("diag", size, choices, {n: one.labels for n, one in choices.items()})


@pytest.mark.parametrize(
    ("most", "size", "expected"),
    [
        (10, 3, range(1, 11)),
        (6, 6, range(1, 7)),
        (35, 12, range(7, 17)),
        (35, 2, range(1, 11)),
        (35, 34, range(26, 36)),
        (35, 60, range(26, 36)),
    ],
    ids=str,
)
def test_steps_are_the_groupings_around_the_one_on_show(most, size, expected):
    shown = shown_of(most, size)
    assert list(shown.steps()) == list(expected)
    assert len(shown.steps()) <= MOST_STEPS
    assert shown.grouping.n_components == size
    assert shown.is_alone == (size == 60)
