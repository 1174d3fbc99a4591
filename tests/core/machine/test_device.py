"""Distances are never taken from products that are rounded inside."""

import pytest
import torch

from core.machine.device import full_precision

SETTINGS = (
    torch.backends.cuda.matmul,
    torch.backends.cudnn.conv,
    torch.backends.mkldnn.matmul,
    torch.backends.mkldnn.conv,
)


@pytest.fixture
def caller_rounds():
    before = torch.backends.mkldnn.matmul.fp32_precision
    torch.backends.mkldnn.matmul.fp32_precision = "bf16"
    yield
    torch.backends.mkldnn.matmul.fp32_precision = before


def precisions():
    return [setting.fp32_precision for setting in SETTINGS]


def test_products_are_exact_inside_and_as_the_caller_set_them_afterwards(caller_rounds):
    before = precisions()
    with full_precision():
        assert precisions() == ["ieee"] * len(SETTINGS)
    assert precisions() == before
    assert "bf16" in before


def test_a_rounding_that_the_caller_allows_does_not_reach_a_distance(caller_rounds):
    left = torch.rand(512, 512, generator=torch.Generator().manual_seed(0))
    exact = left.double() @ left.double()
    with full_precision():
        found = left @ left
    assert ((found - exact).abs() / exact).max() < 1e-6
