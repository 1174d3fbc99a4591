"""Features that give the answer away: copies of a target, and near-perfect predictors."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from core.data.coding import CodedTable
from core.data.columns import Holds, what_holds
from core.data.issues.issue import IGNORE, Issue
from core.data.names import listed, quoted
from core.data.roles import Roles
from core.values import Kind, Task

if TYPE_CHECKING:
    import pandas as pd

NEAR_PERFECT = 0.98
"""A single feature with a higher AUROC (concordance for a regression) is suspect."""

FEWEST_EQUAL = 30
"""Labels that must all be equal to a feature before it counts as a copy and not as chance."""

_SCREEN, _CONFIRM = 400, 20_000
_SLACK = 0.03


def leak_issues(frame: "pd.DataFrame", roles: Roles, coded: CodedTable) -> Iterator[Issue]:
    """An error for every feature that is a copy of a target, a warning for near-perfect ones."""
    for name, target in (*_text_copies(frame, roles), *_number_copies(coded)):
        way_out, dropped = "Drop it with --ignore.", name
        if roles.feature_shape:  # a pixel, or a step of a series
            way_out = "A sample is read as a whole, so drop the target with --ignore."
            dropped = target
        yield Issue(
            "error",
            name,
            f"Column {quoted(name)} is a copy of the target {quoted(target)}, so it gives the "
            f"answer away. {way_out}",
            ((dropped, IGNORE),),
        )
    yield from _near_perfect(coded)


def _number_copies(coded: CodedTable) -> Iterator[tuple[str, str]]:
    for task, labels in zip(coded.tasks, coded.labels.T, strict=True):
        known = np.flatnonzero(np.isfinite(labels))
        labels = np.abs(labels) if task.kind is Kind.TIME_TO_EVENT else labels
        if len(known) < FEWEST_EQUAL or labels[known].min() == labels[known].max():
            continue
        some = known[:: max(1, len(known) // 64)]
        for k in np.flatnonzero((coded.features[some] == labels[some, None]).all(axis=0)):
            if (coded.features[known, k] == labels[known]).all():
                yield coded.sources[k], task.name


def _text_copies(frame: "pd.DataFrame", roles: Roles) -> Iterator[tuple[str, str]]:
    targets = [name for name in roles.targets if what_holds(frame[name]) is Holds.TEXT]
    features = roles.features if targets else ()
    texts = [name for name in features if what_holds(frame[name]) is Holds.TEXT]
    for target in targets:
        known = frame[target].notna().to_numpy()
        labels = frame[target][known].astype(str).to_numpy()
        if len(labels) >= FEWEST_EQUAL and len(set(labels)) > 1:
            for name in texts:
                if (frame[name][known].astype(str).to_numpy() == labels).all():
                    yield name, target


def _near_perfect(coded: CodedTable) -> Iterator[Issue]:
    rng = np.random.default_rng(0)
    for task, labels in _ordered_answers(coded):
        known = labels[np.isfinite(labels)]
        if not len(known) or known.min() == known.max():
            continue
        every = np.arange(coded.features.shape[1])
        rough = _concordance(coded.features, labels, every, _SCREEN, rng)
        suspect = np.flatnonzero(np.abs(rough - 0.5) > NEAR_PERFECT - 0.5 - _SLACK)
        share = _concordance(coded.features, labels, suspect, _CONFIRM, rng)
        strength = np.maximum(share, 1 - share)
        order = [k for k in np.argsort(-strength, kind="stable") if strength[k] > NEAR_PERFECT]
        if order:
            names = list(dict.fromkeys(coded.sources[suspect[k]] for k in order))
            yield _near_perfect_issue(task, names, float(strength[order[0]]))


def _ordered_answers(coded: CodedTable) -> Iterator[tuple[Task, Float[np.ndarray, " sample"]]]:
    """What a feature may give away by its order: the label of a task; of a time to event, whether
    the event happened, and when it did."""
    for task, labels in zip(coded.tasks, coded.labels.T, strict=True):
        if task.kind is Kind.TIME_TO_EVENT:
            yield task, np.where(np.isnan(labels), np.nan, labels > 0)
            yield task, np.where(labels > 0, labels, np.nan)
        elif task.kind is not Kind.MULTICLASS:
            yield task, labels


def _near_perfect_issue(task: Task, names: list[str], strength: float) -> Issue:
    word = "AUROC" if task.kind is Kind.BINARY else "concordance"
    also = f", and so do {listed(names[1:])}" if len(names) > 1 else ""
    return Issue(
        "warning",
        names[0],
        f"Column {quoted(names[0])} alone predicts {quoted(task.name)} almost perfectly "
        f"({word} {strength:.3f}){also}. Drop what is only known after the outcome with --ignore.",
        tuple((name, IGNORE) for name in names),
    )


def _concordance(
    features: Float[np.ndarray, "sample feature"],
    labels: Float[np.ndarray, " sample"],
    chosen: Int[np.ndarray, " chosen"],
    n_pairs: int,
    rng: np.random.Generator,
) -> Float[np.ndarray, " chosen"]:
    """Share of random pairs of rows that a feature orders as the labels do (the AUROC of a binary
    task), estimated from `n_pairs` pairs with unequal labels; 0.5 where it is mostly missing."""
    known = np.flatnonzero(np.isfinite(labels))
    first = rng.choice(known, n_pairs)
    second = _partners(labels, known, first, rng)
    up = labels[first] > labels[second]
    high = features[np.where(up, first, second)[:, None], chosen]
    low = features[np.where(up, second, first)[:, None], chosen]
    seen = ~(np.isnan(high) | np.isnan(low))
    ordered = (high > low) + 0.5 * (high == low)
    enough = seen.sum(axis=0) >= n_pairs / 4
    share = (ordered * seen).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    return np.where(enough, share, 0.5)


def _partners(
    labels: Float[np.ndarray, " sample"],
    known: Int[np.ndarray, " labelled"],
    first: Int[np.ndarray, " pair"],
    rng: np.random.Generator,
) -> Int[np.ndarray, " pair"]:
    """For each row of `first` a random labelled row whose label differs."""
    order = known[np.argsort(labels[known], kind="stable")]
    ascending = labels[order]
    start = np.searchsorted(ascending, labels[first], side="left")
    stop = np.searchsorted(ascending, labels[first], side="right")
    drawn = rng.integers(0, len(order) - (stop - start))
    return np.asarray(order[np.where(drawn < start, drawn, drawn + stop - start)])
