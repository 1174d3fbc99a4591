"""The card that is not there behaves as a real one where code could go wrong on it."""

import gc

import numpy as np
import pytest
import torch

from core.landscape.memory import free_bytes
from core.machine.device import pick_device, send
from tests.card import Card

CUDA = torch.device("cuda")


def test_it_is_there_inside_alone():
    with Card():
        assert pick_device("auto").type == "cuda"
        assert torch.ones(2).to(CUDA).device == torch.device("cuda:0")
        assert torch.ones(2).to(CUDA).is_cuda
    assert not torch.cuda.is_available()


def test_what_it_works_out_is_what_the_cpu_does():
    x = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))

    def work(device):
        layer = torch.nn.Linear(4, 3).to(device)
        torch.nn.init.constant_(layer.weight, 0.5)
        here = x.to(device)
        layer(here).square().sum().backward()
        each = torch.func.vmap(torch.func.grad(lambda w, row: (w @ row).tanh().sum()), (None, 0))
        found = layer.weight.grad, each(layer.weight.detach(), here)
        return [part.cpu() for part in found]

    torch.manual_seed(1)
    expected = work(torch.device("cpu"))
    torch.manual_seed(1)
    with Card():
        found = work(CUDA)
    torch.testing.assert_close(found, expected, rtol=0, atol=0)


@pytest.mark.parametrize(
    "mix",
    [
        lambda there, here: there + here,
        lambda there, here: here @ there,
        lambda there, here: torch.cat([there, here]),
        lambda there, here: torch.where(there > 0, there, here),
        lambda there, here: here[torch.zeros(1, dtype=torch.long).to(CUDA)],
    ],
    ids=["sum", "product", "joined", "chosen", "a place named from there"],
)
def test_tensors_here_and_there_do_not_mix(mix):
    with Card(), pytest.raises(RuntimeError, match="device"):
        mix(torch.ones(3, 3).to(CUDA), torch.ones(3, 3))


def test_one_number_may_come_from_here():
    with Card():
        assert (torch.ones(3).to(CUDA) * torch.tensor(2.0)).tolist() == [2.0] * 3


@pytest.mark.parametrize(
    ("n_waits", "ask"),
    [
        (1, lambda x: float(x.sum())),
        (1, lambda x: bool((x > 0).any())),
        (1, lambda x: x.cpu()),
        (1, lambda x: x.tolist()),
        (1, lambda x: x.nonzero()),
        (1, lambda x: x[x > 0]),
        (1, lambda x: torch.unique(x)),
        (1, lambda x: x[np.array([0, 1])]),
        (1, lambda x: x.copy_(torch.zeros(3))),
        (1, lambda x: torch.tensor([1.0], device=x.device)),
        (0, lambda x: x.copy_(torch.zeros(3), non_blocking=True)),
        (0, lambda x: send(np.zeros(3), x.device, torch.float32)),
        (0, lambda x: x[1:] * 2 + x.new_zeros(2)),
        (0, lambda x: x.index_select(0, torch.arange(2, device=x.device))),
    ],
)
def test_what_the_host_waits_for_is_counted(n_waits, ask):
    with Card() as card:
        there = send(np.array([1.0, 0.0, 2.0]), CUDA)
        before = len(card.waits)
        ask(there)
        assert len(card.waits) - before == n_waits


def test_numpy_cannot_read_it():
    with Card():
        there = torch.ones(3).to(CUDA)
        with pytest.raises(TypeError, match="numpy"):
            there.numpy()
        with pytest.raises(TypeError, match="numpy"):
            np.asarray(there)


def test_whole_numbers_are_not_multiplied_as_matrices():
    with Card():
        there = torch.ones(3, 3, dtype=torch.int8).to(CUDA)
        with pytest.raises(RuntimeError, match="not implemented"):
            there @ there


def test_its_random_numbers_are_its_own():
    with Card():
        torch.manual_seed(3)
        before = torch.get_rng_state()
        first = torch.rand(3, device=CUDA)
        assert torch.equal(torch.get_rng_state(), before)
        assert not torch.equal(torch.rand(3, device=CUDA).cpu(), first.cpu())
        with pytest.raises(RuntimeError, match="generator"):
            torch.rand(3, device=CUDA, generator=torch.Generator())


def test_it_has_room_for_what_is_held_and_no_more():
    with Card(capacity=10_000) as card:
        held = torch.zeros(2000, device=CUDA)
        with pytest.raises(torch.OutOfMemoryError):
            torch.zeros(1000, device=CUDA)
        view = held[:10]
        del held
        with pytest.raises(torch.OutOfMemoryError):  # a view keeps all of it
            torch.zeros(1000, device=CUDA)
        del view
        gc.collect()
        torch.zeros(1000, device=CUDA)
    assert card.refusals == 2
    assert card.peak == 8000


def test_what_pytorch_keeps_for_later_is_free_to_us():
    with Card(capacity=10_000):
        torch.zeros(2000, device=CUDA)  # used, given up, and kept by the allocator
        gc.collect()
        assert torch.cuda.mem_get_info()[0] == 2000
        assert free_bytes(CUDA) == 10_000


def test_a_product_of_rounded_numbers_is_noted(lax):
    with Card() as card:
        x = torch.ones(3, 3).to(CUDA)
        x @ x
        x.double() @ x.double()
    assert [name for name, _ in card.rounded] == ["mm"]
