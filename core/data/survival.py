"""A time and whether the event happened become one signed time."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from core.data.columns import Holds, as_levels, as_numbers, what_holds
from core.data.names import listed, quoted
from core.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

HAPPENED = (
    *("yes", "y", "ja", "true", "t", "positive", "pos", "case", "present", "abnormal", "event"),
    *("dead", "died", "death", "deceased", "happened", "observed", "failed", "relapse", "relapsed"),
)
"""Words that say that the event happened, in an event column and in a target of two texts."""


def signed_times(
    name: str,
    times: "pd.Series",
    event_name: str,
    events: "pd.Series",
    texts: tuple[str, ...] = (),
) -> Float[np.ndarray, " sample"]:
    """+t where the event happened at t, −t where the sample was censored at t, NaN where the time
    or the event is missing. `texts` are the two of the event column where these are only a part of
    its rows (`event_levels`).

    Raises:
        TableError: times that are no positive numbers, or events that are not 1 and 0 (true and
            false, or two texts of which one clearly is the event).
    """
    if what_holds(times) is not Holds.NUMBERS:
        raise TableError(
            f"Column {quoted(name)} holds {what_holds(times)}, so it cannot be a time to an event. "
            "Give the time since the start as a number."
        )
    values = as_numbers(times)
    wrong = values[(values <= 0) | np.isinf(values)]
    if len(wrong):
        raise TableError(
            f"Column {quoted(name)} has {len(wrong)} time{'s'[: len(wrong) != 1]} that cannot be "
            f"(first {wrong[0]:g}): a time to an event is above 0 and finite. Mend or clear them."
        )
    happened = _happened(event_name, events, name, texts)
    return np.where(happened == 1, values, -values) + 0.0 * happened


def event_levels(events: "pd.Series") -> tuple[str, ...]:
    """The texts of an event column; none where it holds numbers."""
    return () if what_holds(events) is Holds.NUMBERS else as_levels(events)[1]


def _happened(
    event_name: str, events: "pd.Series", name: str, texts: tuple[str, ...]
) -> Float[np.ndarray, " sample"]:
    """1 where the event happened, 0 where it did not, NaN where that is missing."""
    if what_holds(events) is Holds.NUMBERS:
        values = as_numbers(events)
        found = np.unique(values[~np.isnan(values)])
        if not set(found) <= {0.0, 1.0}:
            raise _unclear(event_name, name, [f"{value:g}" for value in found])
        return values
    codes, named = as_levels(events)
    levels = texts or named
    is_event = [level.lower() in HAPPENED for level in levels]
    unclear = what_holds(events) is Holds.DATES or not set(named) <= set(levels)
    if unclear or len(levels) > 2 or sum(is_event) != 1:
        raise _unclear(event_name, name, list(dict.fromkeys((*levels, *named))))
    event = levels[is_event.index(True)]
    return np.asarray(np.array([float(level == event) for level in named] + [np.nan])[codes])


def _unclear(event_name: str, name: str, found: list[str]) -> TableError:
    return TableError(
        f"Column {quoted(event_name)} must tell whether the event of {quoted(name)} happened "
        f"(1) or was censored (0), but holds {listed(found, 4)}. Code it as 1 and 0."
    )
