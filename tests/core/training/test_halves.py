"""A chunk that does not fit into memory is trained in halves, with the same networks in the end."""

import dataclasses

import numpy as np
import pytest
import torch

from core.training import Trainer, trainer
from core.training.chunk import train_chunk
from tests.core.training.tables import make_examples

GROUPS = [(0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2), (0, 2)]
SMALL = Trainer(width=8, max_steps=40, evaluate_every=10, precision="float64", optimizer="sgd")
FAILURES = [
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: not enough memory"),
]


@pytest.fixture(scope="module")
def examples():
    return make_examples("bbr", n=200)


def fail_above(most, error, sizes):
    def train(recipe, groups, on_progress):
        sizes.append(len(groups))
        if len(groups) > most:
            raise error
        return train_chunk(recipe, groups, on_progress)

    return train


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: str(error)[:30])
@pytest.mark.parametrize("most", [1, 2, 5])
def test_halves_give_the_networks_of_the_whole(examples, monkeypatch, error, most):
    whole = SMALL(examples, GROUPS, [0, 1])
    sizes, kept, heard = [], [], []
    monkeypatch.setattr(trainer, "train_chunk", fail_above(most, error, sizes))
    one = dataclasses.replace(SMALL, models_at_once=100)
    halved = one(
        examples,
        GROUPS,
        [0, 1],
        on_progress=lambda share, _: heard.append(share),
        on_chunk=kept.append,
    )
    assert max(sizes) > most or most == 5
    for group in GROUPS:
        here, there = whole.place(group), halved.place(group)
        np.testing.assert_allclose(whole.trunk[here], halved.trunk[there], atol=1e-9)
        np.testing.assert_allclose(
            whole.validation_loss[here], halved.validation_loss[there], atol=1e-9
        )
    assert sorted(group for part in kept for group in part.groups) == sorted(GROUPS)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_a_single_group_that_does_not_fit_is_an_error(examples, monkeypatch):
    monkeypatch.setattr(trainer, "train_chunk", fail_above(0, MemoryError(), []))
    with pytest.raises(MemoryError, match="one group"):
        SMALL(examples, GROUPS, [0])


def test_another_error_is_no_reason_to_try_again(examples, monkeypatch):
    sizes = []
    monkeypatch.setattr(trainer, "train_chunk", fail_above(0, RuntimeError("shapes"), sizes))
    with pytest.raises(RuntimeError, match="shapes"):
        SMALL(examples, GROUPS[:2], [0])
    assert len(sizes) <= 2
