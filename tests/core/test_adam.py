"""Adam against PyTorch's."""

import subprocess
import sys

import pytest
import torch

from core.adam import Adam


@pytest.mark.parametrize("rate", [1e-3, 0.3])
def test_steps_are_those_of_pytorchs_adam(rate):
    generator = torch.Generator().manual_seed(0)
    drawn = [torch.randn(shape, generator=generator) for shape in ((3, 4), (5,), (1, 2, 2))]
    ours, theirs = ([one.clone().requires_grad_() for one in drawn] for _ in range(2))
    searches = Adam(ours, rate), torch.optim.Adam(theirs, lr=rate)
    for _ in range(30):
        for tensors, search in zip((ours, theirs), searches, strict=True):
            search.zero_grad()
            sum(((one - 1) ** 4).sum() + one.sin().sum() for one in tensors).backward()
            search.step()
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-7)


def test_a_tensor_without_a_gradient_stays():
    moved, left = (torch.ones(2, requires_grad=True) for _ in range(2))
    search = Adam([moved, left], 0.1)
    moved.sum().backward()
    search.step()
    assert (left == 1).all()
    torch.testing.assert_close(moved.detach(), torch.full((2,), 0.9))


def test_it_does_not_read_pytorchs_compiler():
    program = (
        "import sys, torch\nfrom core.adam import Adam\nx = torch.ones(2, requires_grad=True)\n"
        "search = Adam([x], 0.1)\nx.sum().backward()\nsearch.step()\nsearch.zero_grad()\n"
        "print('torch._dynamo' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "False"
