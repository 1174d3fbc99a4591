"""Can every task be learned: does it have labels, classes, and enough of each?"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int

from core.data.coding import CodedTable
from core.data.issues.issue import IGNORE, Issue
from core.data.names import listed, quoted
from core.values import Kind, Task

FEWEST = 10
"""Labels a task needs, positives and negatives of a binary task, rows of a class."""
FEW = 50
"""Below this many patients with labels, positives or negatives a result is uncertain."""

LARGEST = 1e150
"""Squares of labels up to this can be summed over any table."""
FAR = 0.9
"""A label that makes up a larger share of a variance is far from all others (ours)."""

BINARY_CODES = ((1, "positive label"), (0, "negative label"))
EVENT_CODES = ((1, "event"),)
"""The codes (signs, for times) that a task needs enough of, and what they are called."""

_DROP = "Drop it with --ignore or add labels."


def target_issues(coded: CodedTable) -> Iterator[Issue]:
    """What is wrong with each target alone, then targets that are copies of each other."""
    for task, labels in zip(coded.tasks, coded.labels.T, strict=True):
        sentence, drop = _error(task, labels, coded.patient), ((task.name, IGNORE),)
        if sentence:
            yield Issue("error", task.name, f"Column {quoted(task.name)} {sentence}", drop)
            continue
        sentence = _warning(task, labels, coded.patient)
        if sentence:
            yield Issue("warning", task.name, f"Column {quoted(task.name)} {sentence}", drop)
    yield from _copies(coded)


def _error(
    task: Task, labels: Float[np.ndarray, " sample"], patient: Int[np.ndarray, " sample"]
) -> str:
    known = labels[~np.isnan(labels)]
    infinite = int(np.isinf(known).sum())
    if not len(known):
        return f"has no labels. {_DROP}"
    if infinite:
        return (
            f"has {_count(infinite, 'infinite label')}. Replace them with numbers or empty cells."
        )
    if len(known) < FEWEST:
        return f"has {_count(len(known), 'label')}; at least {FEWEST} are needed. {_DROP}"
    if task.kind is Kind.TIME_TO_EVENT:
        few = _too_few_events(np.sign(labels), patient, EVENT_CODES)
        if few:
            return few
    if task.kind is Kind.REGRESSION and (size := float(np.abs(known).max())) > LARGEST:
        return (
            f"has labels as large as {size:.1e}, whose squares no number can hold, so no "
            "prediction of them can be judged. Divide the column, or drop it with --ignore."
        )
    if known.min() == known.max():
        only = task.classes[int(known[0])] if task.classes else f"{known[0]:g}"
        return f"is constant: every label is {only}; two values are needed. {_DROP}"
    if task.kind is Kind.BINARY:
        return _too_few_events(labels, patient, BINARY_CODES)
    if task.kind is Kind.MULTICLASS:
        large = np.bincount(known.astype(int)) >= FEWEST
        if large.sum() < 2:
            return f"has no two classes with at least {FEWEST} labels each. {_DROP}"
    return ""


def _too_few_events(
    labels: Float[np.ndarray, " sample"],
    patient: Int[np.ndarray, " sample"],
    codes: tuple[tuple[int, str], ...],
) -> str:
    for code, word in codes:
        events = labels == code
        n_patients = int(np.count_nonzero(np.bincount(patient[events])))
        if events.sum() < FEWEST:
            found = _count(int(events.sum()), word)
            return f"has {found}; at least {FEWEST} are needed. {_DROP}"
        if n_patients < FEWEST // 2:
            return (
                f"has {word}s of {_count(n_patients, 'patient')} only; at least "
                f"{FEWEST // 2} patients are needed to split them. {_DROP}"
            )
    return ""


def _warning(
    task: Task, labels: Float[np.ndarray, " sample"], patient: Int[np.ndarray, " sample"]
) -> str:
    if task.kind is Kind.REGRESSION and (share := _share_of_one(labels)) > FAR:
        return (
            f"has one label so far from the others that it makes up {share:.0%} of the variance, "
            "so the others look all alike. Correct it, or empty its cell."
        )
    codes = {Kind.BINARY: BINARY_CODES, Kind.TIME_TO_EVENT: EVENT_CODES}.get(task.kind, ())
    sign = labels if task.kind is Kind.BINARY else np.sign(labels)
    parts = [(~np.isnan(labels), "label"), *((sign == code, word) for code, word in codes)]
    for rows, word in parts:
        if few := _too_few_to_be_sure(patient[rows], word):
            return few
    if task.kind is Kind.MULTICLASS:
        small = [name for k, name in enumerate(task.classes) if (labels == k).sum() < FEWEST]
        if small:
            return f"has classes with fewer than {FEWEST} labels: {listed(small)}. Merge them."
    return ""


def _too_few_to_be_sure(patient: Int[np.ndarray, " row"], word: str) -> str:
    """Rows of one patient tell hardly more than one of them does."""
    few, n_patients = f"fewer than {FEW} make results uncertain.", len(np.unique(patient))
    if n_patients >= FEW:
        return ""
    if n_patients == len(patient):
        return f"has {_count(n_patients, word)}; {few}"
    return f"has {word}s of {_count(n_patients, 'patient')}; {few}"


def _share_of_one(labels: Float[np.ndarray, " sample"]) -> float:
    """The largest share of the variance that one label makes up."""
    known = labels[np.isfinite(labels)]
    scaled = known / np.abs(known).max()  # squares of 1e200 stay finite
    squares = (scaled - scaled.mean()) ** 2
    return float(squares.max() / squares.sum())


def _copies(coded: CodedTable) -> Iterator[Issue]:
    first: dict[bytes, str] = {}
    for task, labels in zip(coded.tasks, coded.labels.T, strict=True):
        if not task.n_labelled:
            continue
        plain = np.where(np.isnan(labels), np.nan, labels + 0.0)
        flipped = np.where(np.isnan(labels), np.nan, 1 - labels)
        if (same := first.get(plain.tobytes())) is not None:
            words = "hold the same labels: they must end in one group"
        elif task.kind is Kind.BINARY and (same := first.get(flipped.tobytes())) is not None:
            words = "hold opposite labels: they could share everything"
        else:
            first[plain.tobytes()] = task.name
            continue
        yield Issue(
            "warning",
            task.name,
            f"Columns {quoted(same)} and {quoted(task.name)} {words}. "
            "Drop one with --ignore if that is not meant.",
            ((task.name, IGNORE),),
        )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s'[: number != 1]}"
