"""How many threads compute: one where arrays are so small that threads only wait for each other.

Where the same is done again and again on other data, each time alone, a thread a core does so.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

MOST = 4
"""Threads side by side: each needs memory of its own, and more wait for Python itself (ours)."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Every BLAS and OpenMP library that is loaded, PyTorch's included, keeps to one thread inside.

    On the graphs of 12 to 300 tasks two threads are never faster, and ten times slower as soon as
    another process wants the second core (measured: 50 tasks, 200 re-runs).
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


@contextmanager
def lone_threads() -> Iterator[int]:
    """Every thread inside computes alone; yields how many PyTorch would have used together."""
    import torch

    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield n_threads
    finally:
        torch.set_num_threads(n_threads)


def side_by_side(
    work: Callable[[int], T], n: int, on_done: Callable[[float], None], most: int | None = None
) -> list[T]:
    """What `work` makes of 0 … n − 1, a thread a core, each computing alone: the same results on
    any number of threads.

    Args:
        work: changes nothing that another call of it reads, and draws from generators of its own.
        n: how often.
        on_done: told the finished share by the calling thread; where it raises, no more is begun.
        most: threads at most, beside `MOST` and as many as PyTorch computes with.
    """
    with lone_threads() as n_threads, one_thread():
        n_workers = min(n, n_threads, most or MOST, MOST)
        if n_workers <= 1:
            return [_told(work, number, n, on_done) for number in range(n)]
        with ThreadPoolExecutor(n_workers) as pool:
            begun = [pool.submit(work, number) for number in range(n)]
            try:
                return [_told(lambda k: begun[k].result(), k, n, on_done) for k in range(n)]
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


def _told(work: Callable[[int], T], number: int, n: int, on_done: Callable[[float], None]) -> T:
    on_done(number / n)
    return work(number)


def idle_threads_sleep(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process whose OpenMP threads sleep while they wait for each other,
    unless it says otherwise itself; it must be set before the process starts.

    They would spin, which costs nothing on a machine of our own. As soon as another process wants
    the second core they wait most of their time for one that is not running: a landscape of 10,000
    rows with probe heads took 0.6 s of processor time asleep and 5 s spinning.
    """
    return {"OMP_WAIT_POLICY": "PASSIVE", **environment}
