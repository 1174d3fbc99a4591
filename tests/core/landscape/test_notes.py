"""What a note says of the samples that a trunk reads."""

import pytest

from core.landscape.notes import explain_trunk


@pytest.mark.parametrize(
    ("shape", "is_asked"), [((48, 2), False), ((48,), False), ((6, 6), False), ((2, 48), True)]
)
def test_a_series_with_fewer_steps_than_series_is_asked_about(shape, is_asked):
    notes = " ".join(explain_trunk("conv1d", shape, False))
    assert " × ".join(map(str, shape)) in notes
    assert ("swap the last two axes" in notes) == is_asked
