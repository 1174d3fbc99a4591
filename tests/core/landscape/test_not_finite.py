"""A loss that is not finite: which task, which rows, what to try; in one line."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from core.data import load_table
from core.errors import MethodError, TableError
from core.inputs import model_inputs
from core.landscape import OneStep, bring, measure_landscape
from core.values import Split
from tests.core.landscape.tables import draw_labels, make_table
from tests.inputs import good_frame

SMALL = OneStep(heads="shared", width=8, starts=1, refits=5)
TABLE = make_table(draw_labels(300, "bb"), "bb", n_features=5)
WAYS = {
    "one step": {},
    "several steps": {"steps": 3},
    "energy": {"pairing": "energy", "pair_samples": 400},
    "means": {"pairing": "mean"},
}


class Broken(nn.Module):
    """No finite features where the first input is above a level."""

    def __init__(self, level=1.6):
        super().__init__()
        self.layer, self.level = nn.Linear(5, 6), level

    def forward(self, x):
        return self.layer(x) / (x[:, :1] < self.level).to(x.dtype)


class Rooted(nn.Module):
    """Finite features, whose gradients are not where the first input is negative."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(5, 6)

    def forward(self, x):
        return (torch.relu(self.layer(x)) ** 2 * (x[:, :1] > -1.5)).sqrt()


def odd_rows(table, is_odd):
    """Numbers of the training rows whose first input is odd."""
    rows = table.rows(Split.TRAIN)
    return rows[is_odd(model_inputs(table)[rows, 0])]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("heads", ["shared", "probe", "own"])
def test_features_that_are_not_finite_name_their_rows(heads, way):
    expected = odd_rows(TABLE, lambda first: first >= 1.6)
    assert len(expected) > 3
    with pytest.raises(TableError) as told:
        measure_landscape(TABLE, replace(SMALL, heads=heads, **way), trunk=Broken())
    named = ", ".join(map(str, expected[:3]))
    message = str(told.value)
    assert f"{len(expected)} training rows (number {named} and {len(expected) - 3} more" in message
    assert "\n" not in message
    assert "the shared layers give no finite features" in message


def test_a_gradient_that_is_not_finite_names_its_task_and_the_layers():
    with pytest.raises(TableError, match=r"Task 'y0' has a loss whose gradient .* look for a root"):
        measure_landscape(TABLE, SMALL, trunk=Rooted())


def test_rows_are_numbered_as_in_the_table():
    frame = good_frame().sample(frac=1.0, random_state=1)
    table = load_table(frame, targets="y_*")
    expected = odd_rows(table, lambda first: first >= 1.6)
    wide = nn.Sequential(nn.Linear(4, 5, bias=False), Broken(1.6))
    wide[0].weight.data = torch.eye(5, 4)
    with pytest.raises(TableError, match=rf"number {expected[0]}, {expected[1]}, {expected[2]} "):
        measure_landscape(table, SMALL, trunk=wide)
    highest = np.sort(frame["a"].to_numpy()[table.rows(Split.TRAIN)])[-len(expected)]
    assert (frame["a"].to_numpy()[expected] >= highest).all()


def test_weights_that_are_not_finite_are_refused_before_anything_is_measured():
    weights = {"0.weight": torch.full((8, 5), torch.nan)}
    with pytest.raises(MethodError, match=r"'0\.weight' holds numbers that are not finite"):
        bring(weights=weights)
