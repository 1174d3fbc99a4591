"""Batches that are halved where memory runs out, and always come to an end."""

import numpy as np
import pytest
import torch

from core.landscape import OneStep, measure_landscape, memory
from core.landscape.memory import Batches, numbers_at_a_time
from core.landscape.sums import accumulate
from core.machine.memory import is_out_of_memory
from tests.core.landscape.tables import draw_labels, make_table

CPU = torch.device("cpu")
FAILURES = [
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: not enough memory"),
    RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"),
]


def failing_above(most, error, done):
    def work(start, stop):
        if stop - start > most:
            raise error
        done.append((start, stop))

    return work


@pytest.mark.parametrize("error", FAILURES, ids=lambda e: str(e)[:30])
@pytest.mark.parametrize("n", [1, 7, 100])
def test_every_part_is_done_once_in_order_whatever_fits(error, n):
    done = []
    batches = Batches(64)
    batches.over(n, failing_above(5, error, done))
    assert [start for start, _ in done] == [0, *(stop for _, stop in done[:-1])]
    assert done[-1][1] == n
    assert batches.step <= 5 or n <= 5


def test_the_smaller_step_is_kept_for_the_next_rows():
    batches = Batches(64)
    batches.over(100, failing_above(10, MemoryError(), []))
    tried = []
    batches.over(100, lambda start, stop: tried.append(stop - start))
    assert max(tried) <= 10


def test_it_gives_up_where_a_single_part_does_not_fit():
    with pytest.raises(MemoryError, match="one part"):
        Batches(64).over(10, failing_above(0, MemoryError(), []))


def test_any_other_error_is_not_swallowed():
    assert not is_out_of_memory(RuntimeError("size mismatch"))
    with pytest.raises(RuntimeError, match="size mismatch"):
        Batches(4).over(10, failing_above(0, RuntimeError("size mismatch"), []))


def test_little_free_memory_makes_small_batches(monkeypatch):
    assert numbers_at_a_time(CPU, 2**20) == 2**20
    monkeypatch.setattr(memory, "free_bytes", lambda device: 32_000)
    assert numbers_at_a_time(CPU, 2**20) == 1000
    monkeypatch.setattr(memory, "free_bytes", lambda device: 0)
    assert numbers_at_a_time(CPU, 2**20) == 1


@pytest.mark.parametrize("heads", ["shared", "probe"])
def test_sums_are_the_same_where_memory_ran_out_on_the_way(monkeypatch, heads):
    table = make_table(draw_labels(400, "bbr", missing=0.2), "bbr")
    method = OneStep(heads=heads, starts=1, n_blocks=10, mean_rows=400)
    whole = measure_landscape(table, method, device="cpu").sums
    real, sizes = accumulate.pair_terms, []

    def scarce(trunk, heads, x, value, known, piece, reads):
        sizes.append(len(x) // piece)
        if len(x) > 2 * piece:
            raise torch.OutOfMemoryError("out of memory")
        return real(trunk, heads, x, value, known, piece, reads)

    monkeypatch.setattr(accumulate, "pair_terms", scarce)
    halved = measure_landscape(table, method, device="cpu").sums
    assert max(sizes) > 2 >= sizes[-1]
    for name, values in whole._items():
        if isinstance(values, np.ndarray):
            np.testing.assert_allclose(getattr(halved, name), values, rtol=1e-5, atol=1e-6)
