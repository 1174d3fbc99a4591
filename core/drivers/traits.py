"""What sets the patients who drive a group apart from all others."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from core.summary import Trait
from core.values import Kind, TaskTable

FEWEST = 11
"""Patients on each side of a comparison, and with each answer on each side, if any."""
MOST = 8
"""Traits kept of a group."""


class Traits(NamedTuple):
    """Columns that patients may be told apart by: features that may be named, then labels."""

    names: tuple[str, ...]
    task: Int[np.ndarray, " column"]
    """The task whose label it is; −1 for a feature."""
    values: Float[np.ndarray, "row column"]


def list_features(table: TaskTable, nameable: Int[np.ndarray, " feature"]) -> Traits:
    """The features of a table that may be named, one row a patient."""
    names = tuple(table.feature_names[feature] for feature in nameable)
    values = table.features[:, nameable].astype(np.float64)
    return Traits(names, np.full(len(names), -1), values)


def list_labels(table: TaskTable) -> Traits:
    """The labels of a table as traits, but for those of several classes: the name of a class may
    be a rare text."""
    told = [k for k, task in enumerate(table.tasks) if task.kind is not Kind.MULTICLASS]
    values = table.labels[:, told].astype(np.float64)
    for column, number in zip(values.T, told, strict=True):
        if table.tasks[number].kind is Kind.TIME_TO_EVENT:
            column[:] = np.where(np.isnan(column), np.nan, column > 0)
    return Traits(tuple(table.tasks[k].name for k in told), np.array(told, dtype=int), values)


def join_traits(features: Traits, labels: Traits) -> Traits:
    """The ones, then the others."""
    task = np.concatenate([features.task, labels.task])
    values = np.concatenate([features.values, labels.values], axis=1)
    return Traits((*features.names, *labels.names), task, values)


class Scaled(NamedTuple):
    """Traits made ready: in standard deviations from their mean, 0 where not known."""

    z: Float[np.ndarray, "row column"]
    known: Float[np.ndarray, "row column"]


def scale_traits(traits: Traits) -> Scaled:
    """Standardise over the known values; a column without spread is 0."""
    known = ~np.isnan(traits.values)
    size = np.abs(np.where(known, traits.values, 0.0)).max(axis=0, initial=0.0)
    values = np.where(known, traits.values / np.where(size > 0, size, 1.0), 0.0)
    count = np.maximum(known.sum(axis=0), 1)
    values = np.where(known, values - values.sum(axis=0) / count, 0.0)
    spread = np.sqrt((values**2).sum(axis=0) / count)
    return Scaled(values / np.where(spread > 1e-12, spread, np.inf), known.astype(np.float64))


def effects(
    scaled: Scaled, driving: Bool[np.ndarray, "row group"]
) -> tuple[Float[np.ndarray, "group column"], Float[np.ndarray, "group column"]]:
    """Mean of the driving patients less that of the others, in standard deviations, 0 where a side
    is too small; and what a random set of as many would reach, one standard error."""
    inside = driving.astype(np.float64).T
    n_in = inside @ scaled.known
    n_out = scaled.known.sum(axis=0) - n_in
    total = inside @ scaled.z
    rest = scaled.z.sum(axis=0) - total
    enough = (n_in >= FEWEST) & (n_out >= FEWEST)
    n_in, n_out = np.maximum(n_in, 1), np.maximum(n_out, 1)
    return np.where(enough, total / n_in - rest / n_out, 0.0), np.sqrt(1 / n_in + 1 / n_out)


def tell_traits(
    traits: Traits,
    effect: Float[np.ndarray, " column"],
    is_real: Bool[np.ndarray, " column"],
    driving: Bool[np.ndarray, " row"],
) -> tuple[Trait, ...]:
    """The traits above chance that may be told, the strongest first."""
    order = np.argsort(-np.abs(effect), kind="stable")
    told = (_tell(traits, int(column), effect, driving) for column in order if is_real[column])
    return tuple([one for one in told if one is not None][:MOST])


def _tell(
    traits: Traits, column: int, effect: Float[np.ndarray, " column"], driving: np.ndarray
) -> Trait | None:
    values = traits.values[:, column]
    known = ~np.isnan(values)
    inside, outside = values[known & driving], values[known & ~driving]
    if not (_is_many(inside) and _is_many(outside)):
        return None
    return Trait(
        name=traits.names[column],
        task=int(traits.task[column]),
        is_share=bool(np.isin(values[known], (0.0, 1.0)).all()),
        inside=float(inside.mean()),
        outside=float(outside.mean()),
        effect=float(effect[column]),
    )


def _is_many(side: Float[np.ndarray, " row"]) -> bool:
    """Whether a mean tells of no few: at least 11 patients, and at least 11 or none whose value is
    not the most frequent one."""
    if len(side) < FEWEST:
        return False
    others = len(side) - int(np.unique(side, return_counts=True)[1].max())
    return others == 0 or others >= FEWEST
