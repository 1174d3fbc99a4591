"""How long work reports where it is, and how it is stopped."""

from collections.abc import Callable

OnProgress = Callable[[float, str], None]
"""Called with the finished share of the work in [0, 1] and a few words; may raise Cancelled."""


def silent(fraction: float, message: str) -> None:
    """The progress callback that tells nobody."""


def within(on_progress: OnProgress, start: float, stop: float) -> OnProgress:
    """A callback whose [0, 1] fills the part [start, stop] of `on_progress`."""
    return lambda fraction, message: on_progress(start + (stop - start) * fraction, message)
