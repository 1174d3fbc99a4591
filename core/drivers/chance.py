"""The agreement of groups beside what chance reaches: what is above it, and how much."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from core.drivers.sources import Columns
from core.drivers.traits import Scaled, Traits, effects, tell_traits
from core.landscape import Agreement
from core.summary import ColumnShare, GroupDrivers

MOST_COLUMNS = 5
"""Columns kept of a group."""


@dataclass(frozen=True, eq=False)
class Found:
    """What one table says of the groups: the data's own, or one with permuted labels."""

    whole: Float[np.ndarray, " group"]
    by_column: Float[np.ndarray, "column group"] | None
    driving: Bool[np.ndarray, "row group"]
    carried: Float[np.ndarray, " group"]
    effect: Float[np.ndarray, "group trait"]
    error: Float[np.ndarray, "group trait"]
    """Of the effect for patients drawn by lot."""


def mean_of(starts: Sequence[Agreement]) -> Agreement:
    """The agreement averaged over random starts."""
    whole, by_row, by_input = zip(*starts, strict=True)
    mean_input = None if by_input[0] is None else np.mean(by_input, axis=0)
    return Agreement(np.mean(whole, axis=0), np.mean(by_row, axis=0), mean_input)


def find_driving(
    agreement: Agreement, columns: Columns, traits: Sequence[Scaled], n_driving: int
) -> Found:
    """Who adds most to the agreement of each group, and how they differ from the others.

    Args:
        agreement: one row a patient.
        columns: behind the inputs.
        traits: of the same patients, that are compared; the features, then the labels.
        n_driving: how many patients count as driving.
    """
    by_row = np.nan_to_num(agreement.by_row)
    order = np.argsort(-by_row, axis=0, kind="stable")
    driving = np.zeros(by_row.shape, dtype=bool)
    np.put_along_axis(driving, order[:n_driving], True, axis=0)
    effect, error = zip(*(effects(part, driving) for part in traits), strict=True)
    by_input = agreement.by_input
    return Found(
        whole=agreement.whole,
        by_column=None if by_input is None else columns.add_up(by_input),
        driving=driving,
        carried=_share((by_row * driving).sum(axis=0, where=by_row > 0), by_row),
        effect=np.concatenate(effect, axis=1),
        error=np.concatenate(error, axis=1),
    )


def tell_groups(
    found: Found, chance: Sequence[Found], columns: Columns, traits: Traits
) -> tuple[GroupDrivers, ...]:
    """Every group of the data beside tables with permuted labels."""
    return tuple(
        _tell(number, found, chance, columns, traits) for number in range(len(found.whole))
    )


def _tell(
    group: int, found: Found, chance: Sequence[Found], columns: Columns, traits: Traits
) -> GroupDrivers:
    whole, by_lot = float(found.whole[group]), max(float(one.whole[group]) for one in chance)
    nan = float("nan")
    if not whole > by_lot:
        return GroupDrivers(whole, by_lot, (), nan, nan, nan, ())
    shares, column_chance = _columns(group, found, chance, columns)
    return GroupDrivers(
        agreement=whole,
        agreement_chance=by_lot,
        columns=shares,
        column_chance=column_chance,
        carried=float(found.carried[group]),
        carried_chance=max(float(one.carried[group]) for one in chance),
        traits=tell_traits(
            traits, found.effect[group], _stands_out(group, found, chance), found.driving[:, group]
        ),
    )


def _columns(
    group: int, found: Found, chance: Sequence[Found], columns: Columns
) -> tuple[tuple[ColumnShare, ...], float]:
    """The columns above the strongest of any table with permuted labels, and that level, both as
    shares of all that speaks for the group."""
    if found.by_column is None:
        return (), float("nan")
    own = found.by_column[:, group]
    level = max(float(one.by_column[:, group].max()) for one in chance if one.by_column is not None)
    total = float(own[own > 0].sum())
    if not total:
        return (), float("nan")
    named = [
        ColumnShare(column.name, float(own[place]) / total, column.is_recording)
        for place in np.argsort(-own, kind="stable")
        if own[place] > level and (column := columns.columns[place]).is_shown
    ]
    return tuple(named[:MOST_COLUMNS]), level / total


def _stands_out(group: int, found: Found, chance: Sequence[Found]) -> Bool[np.ndarray, " trait"]:
    """Which traits differ more than any trait of any table with permuted labels, each measured by
    what chance makes of it: labels permuted, or patients drawn by lot, whichever is more."""
    by_lot = np.stack([one.effect[group] for one in chance])
    scale = np.maximum(np.sqrt((by_lot**2).mean(axis=0)), found.error[group])
    level = np.abs(by_lot / scale).max(initial=0.0)
    stands: np.ndarray = np.abs(found.effect[group] / scale) > level
    return stands


def _share(
    part: Float[np.ndarray, " group"], by_row: Float[np.ndarray, "row group"]
) -> Float[np.ndarray, " group"]:
    """Of all pulls towards the agreement."""
    whole = by_row.sum(axis=0, where=by_row > 0)
    return np.asarray(np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0))
