"""How many threads compute: one where arrays are so small that threads only wait for each other."""

from collections.abc import Iterator
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
