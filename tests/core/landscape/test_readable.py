"""Modules that cannot be looked into, or not at once: said in one line, or measured all the same."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import MethodError
from core.landscape import OneStep, measure_landscape
from tests.core.landscape.tables import draw_labels, make_table

SMALL = OneStep(heads="shared", starts=1, step_size=0.1)
TABLE = make_table(draw_labels(60, "bb"), "bb", n_features=6)


class Plain(nn.Module):
    """A linear map with whatever is done to its inputs before, and to its outputs after."""

    def __init__(self, before=None, after=None, n_inputs=6):
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(n_inputs, 4)
        self.before, self.after = before, after

    def forward(self, x):
        out = self.layer(self.before(x) if self.before else x)
        return self.after(out) if self.after else out


class RowByRow(Plain):
    """Calls its layer with one row at a time, which has no axis of rows."""

    def forward(self, x):
        return torch.stack([self.layer(row) for row in x])


class Hidden(Plain):
    """Weights that are no parameters of it."""

    def __init__(self):
        super().__init__(n_inputs=5)
        self.kept = [nn.Linear(6, 5)]

    def forward(self, x):
        return self.layer(torch.relu(self.kept[0](x)))


class Complex(Plain):
    def __init__(self):
        super().__init__()
        self.turn = nn.Parameter(torch.ones(4, 4, dtype=torch.complex64))

    def forward(self, x):
        return (self.layer(x).to(torch.complex64) @ self.turn).abs()


REFUSED = {
    "double": (lambda: Plain(torch.Tensor.double).double(), "layer.weight as float64"),
    "half features": (lambda: Plain(after=torch.Tensor.half), "features of type float16"),
    "whole numbers": (lambda: Plain(after=torch.Tensor.long), "features of type int64"),
    "complex": (Complex, "turn as complex64"),
    "no shape yet": (lambda: nn.Sequential(nn.LazyLinear(4)), "no shape yet for 0.weight"),
    "in place": (lambda: Plain(lambda x: x.mul_(2)), "changes the rows that it is given in place"),
}


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize(("make", "said"), REFUSED.values(), ids=REFUSED)
def test_a_module_that_cannot_be_measured_says_why_in_one_line(make, said, steps):
    with pytest.raises(MethodError) as told:
        measure_landscape(TABLE, replace(SMALL, steps=steps), trunk=make())
    assert said in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_torchscript_is_refused():
    with pytest.raises(MethodError, match="is TorchScript"):
        measure_landscape(TABLE, SMALL, trunk=torch.jit.script(nn.Sequential(nn.Linear(6, 4))))


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("wrap", [torch.compile, lambda plain: RowByRow()], ids=["compiled", "row"])
def test_a_module_in_another_dress_is_measured_as_the_plain_one(wrap, steps):
    method = replace(SMALL, steps=steps)
    expected = measure_landscape(TABLE, method, trunk=Plain()).sums
    found = measure_landscape(TABLE, method, trunk=wrap(Plain())).sums
    for name in ("distance", "cosine", "mean_product"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-5)


def test_weights_that_are_no_parameters_may_take_part_in_several_steps():
    method = replace(SMALL, steps=3)
    hidden = Hidden()
    seen = nn.Sequential(hidden.kept[0], nn.ReLU(), hidden.layer)
    expected = measure_landscape(TABLE, method, trunk=seen, parameters=["2.weight"]).sums
    found = measure_landscape(TABLE, method, trunk=hidden).sums
    np.testing.assert_allclose(found.distance, expected.distance, rtol=1e-5)
