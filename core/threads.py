"""How many threads compute: one where arrays are so small that threads only wait for each other."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Every BLAS and OpenMP library that is loaded, PyTorch's included, keeps to one thread inside.

    On the graphs of 12 to 300 tasks two threads are never faster, and ten times slower as soon as
    another process wants the second core (measured: 50 tasks, 200 re-runs).
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


def idle_threads_sleep(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process whose OpenMP threads sleep while they wait for each other,
    unless it says otherwise itself; it must be set before the process starts.

    They would spin, which costs nothing on a machine of our own. As soon as another process wants
    the second core they wait most of their time for one that is not running: a landscape of 10,000
    rows with probe heads took 0.6 s of processor time asleep and 5 s spinning.
    """
    return {"OMP_WAIT_POLICY": "PASSIVE", **environment}
