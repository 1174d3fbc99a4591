"""Rows are split once, before anything is measured: 60 / 20 / 20, whole patients together."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from core.values import Kind, Split, Task

DEAL = (Split.TRAIN, Split.VALIDATION, Split.TRAIN, Split.TEST, Split.TRAIN)
"""The parts that five patients in turn are dealt to."""


def split_rows(
    patient: Int[np.ndarray, " sample"],
    labels: Float[np.ndarray, "sample task"],
    tasks: Sequence[Task],
    seed: int,
) -> Int[np.ndarray, " sample"]:
    """The `Split.code` of every row, the same for the same seed.

    Patients are sorted by the rarest event they carry, shuffled within it, and dealt in turn, so
    that each part gets its share of every rare event; of patients alike the larger come first, so
    that unequal patients still add up to 60 / 20 / 20 rows. Of two events that are equally rare
    the one that the first patients carry counts as rarer: the order of the columns never decides.
    Tasks that share neither samples nor patients are split each by itself.
    """
    owner = _own_task(patient, labels)
    if owner is None:
        return _deal(patient, labels, tasks, seed)
    split = np.empty(len(patient), dtype=np.int64)
    for task in np.unique(owner):
        rows = np.flatnonzero(owner == task)
        own = [task] if task >= 0 else []
        split[rows] = _deal(patient[rows], labels[np.ix_(rows, own)], [tasks[k] for k in own], seed)
    return split


def _own_task(
    patient: Int[np.ndarray, " sample"], labels: Float[np.ndarray, "sample task"]
) -> Int[np.ndarray, " sample"] | None:
    """The only task of each row, −1 where it has none; None where tasks share rows or patients."""
    known = ~np.isnan(labels)
    if labels.shape[1] < 2 or (known.sum(axis=1) > 1).any():
        return None
    owner = np.where(known.any(axis=1), known.argmax(axis=1), -1)
    n_pairs = len(np.unique(np.stack([patient, owner], axis=1), axis=0))
    return owner if n_pairs == len(np.unique(patient)) else None


def _deal(
    patient: Int[np.ndarray, " sample"],
    labels: Float[np.ndarray, "sample task"],
    tasks: Sequence[Task],
    seed: int,
) -> Int[np.ndarray, " sample"]:
    """The split of rows whose tasks share them."""
    numbers, place, n_rows = np.unique(patient, return_inverse=True, return_counts=True)
    has = np.zeros((len(numbers), 0), dtype=bool)
    events = _events(labels, tasks)
    if events.shape[1]:
        has = np.zeros((len(numbers), events.shape[1]), dtype=bool)
        np.logical_or.at(has, place, events)
    rarity = np.lexsort((*~has[::-1], has.sum(axis=0)))
    carries = np.concatenate([has[:, rarity], np.ones((len(numbers), 1), dtype=bool)], axis=1)
    rarest = carries.argmax(axis=1)
    shuffle = np.random.default_rng(seed).random(len(numbers))
    order = np.lexsort((shuffle, -n_rows, rarest))
    part = np.empty(len(numbers), dtype=np.int64)
    deal = np.array([split.code for split in DEAL])
    part[order] = deal[np.arange(len(numbers)) % len(DEAL)]
    return part[place]


def _events(
    labels: Float[np.ndarray, "sample task"], tasks: Sequence[Task]
) -> Bool[np.ndarray, "sample event"]:
    """What every part should get its share of: the rarer class of a binary task, each class of a
    multiclass task but the largest, events or censored rows, whichever are rarer, of a time to
    event, and any label at all of a task that few rows have."""
    events = []
    for task, column in zip(tasks, labels.T, strict=True):
        if task.kind is Kind.TIME_TO_EVENT:
            both = [column > 0, column < 0]
            events.append(min(both, key=np.count_nonzero))
        elif task.kind is not Kind.REGRESSION:
            count = [int((column == code).sum()) for code in range(len(task.classes))]
            largest = int(np.argmax(count)) if count else 0
            events += [column == code for code in range(len(count)) if code != largest]
        if task.n_labelled < len(labels) / 2:
            events.append(np.isfinite(column))
    return np.stack(events, axis=1) if events else np.zeros((len(labels), 0), dtype=bool)
