"""Which of a binary target's two texts is the event."""

import numpy as np
import pandas as pd
import pytest

from core import load_table


@pytest.mark.parametrize(
    ("event", "other"),
    [
        ("deceased", "survived"),
        ("Death", "discharge"),
        ("relapse", "remission"),
        ("abnormal", "normal"),
        ("ja", "nein"),
        ("died", "alive"),
        ("yes", "no"),
    ],
)
def test_the_event_is_what_its_word_says_whatever_the_alphabet(event, other):
    rows = np.arange(200)
    frame = pd.DataFrame({"age": rows % 37, "y_a": np.where(rows % 4 == 0, event, other)})
    frame["y_b"] = rows % 2
    task = load_table(frame, targets="y_*").tasks[0]
    assert task.classes == (other, event)
    assert task.mean == 0.25
