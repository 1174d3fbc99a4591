"""Chunks side by side: a worker thread a core, each computing with one thread of its own.

The matrices of a chunk are too small to be split among threads: OpenMP's threads then wait for
each other, and with another process on the second core everything took ten times longer (measured
on 254 models of 168 × 32 × 32 units). Two chunks at once never wait.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event
from typing import NamedTuple

from core.errors import Cancelled
from core.progress import OnProgress
from core.training.trained import Group, Trained

Chunk = tuple[Group, ...]
TrainOne = Callable[[Chunk, OnProgress], Trained]
OnChunk = Callable[[Trained], None]
"""Called with the networks of some groups as soon as all their seeds are trained."""


_PATIENCE = 0.1
"""Seconds after which a worker that waits to be heard looks whether it should stop (ours)."""


class _News(NamedTuple):
    """What a worker says of its chunk: how far it is (it waits until that was `heard`), or what
    came of it."""

    place: int
    fraction: float
    heard: Event
    message: str = ""
    trained: Trained | None = None
    error: BaseException | None = None


def train_chunks(
    train: TrainOne,
    chunks: Sequence[Chunk],
    n_workers: int,
    on_progress: OnProgress,
    on_chunk: OnChunk,
) -> list[Trained]:
    """The chunks' networks in their order; both callbacks are called by the calling thread.

    When `on_progress` raises, every worker stops at its next evaluation, and the chunks that were
    finished by then are still handed to `on_chunk`.
    """
    news: SimpleQueue[_News] = SimpleQueue()
    stop = Event()
    found: dict[int, Trained] = {}

    def work(place: int) -> None:
        def report(fraction: float, message: str) -> None:
            heard = Event()
            news.put(_News(place, fraction, heard, message))
            while not (stop.is_set() or heard.wait(_PATIENCE)):
                pass
            if stop.is_set():
                raise Cancelled("The training was asked to stop.")

        try:
            news.put(_News(place, 1.0, Event(), trained=train(chunks[place], report)))
        except BaseException as error:  # noqa: BLE001, it is raised again by the calling thread
            news.put(_News(place, 0.0, Event(), error=error))

    def take(item: _News) -> None:
        if item.trained is not None:
            found[item.place] = item.trained
            on_chunk(item.trained)

    pool = ThreadPoolExecutor(n_workers)
    try:
        for place in range(len(chunks)):
            pool.submit(work, place)
        _follow(news, len(chunks), take, on_progress)
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
        while not news.empty():
            take(news.get())
    return [found[place] for place in range(len(chunks))]


def _follow(
    news: "SimpleQueue[_News]",
    n_chunks: int,
    take: Callable[[_News], None],
    on_progress: OnProgress,
) -> None:
    """Pass on what the workers say until every chunk is trained, or one of them failed."""
    share, n_done = [0.0] * n_chunks, 0
    while n_done < n_chunks:
        item = news.get()
        if item.error is not None:
            raise item.error
        take(item)
        n_done += item.trained is not None
        share[item.place] = item.fraction
        done = f"{n_done} of {n_chunks} parts trained"
        on_progress(sum(share) / n_chunks, f"{done}; {item.message}" if item.message else done)
        item.heard.set()
