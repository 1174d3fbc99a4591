"""Which tasks have enough held-out labels to be judged by."""

from collections.abc import Sequence

import numpy as np

from core.training import METRICS, Examples, main_metric
from core.values import Kind, Split

FEWEST_EVENTS = {Split.VALIDATION: 3, Split.TEST: 11}
"""Held-out patients of the rarer class (with any label, for a regression) from which a task counts
(ours); a row is a patient where no id was given.

For the test: with fewer events a bootstrap over patients has too few distinct re-runs to be
believed, however many rows they have; and a report hides counts of 1 to 10, so that a task which
counts must not give away a count of 10. For the choice a noisy task is better than none: on eight
splits of 1,700 rows with 12 mostly rare outcomes the validation gain agreed with the test gain by
0.51 (3 events) and 0.45 (10).
"""
_LEAST_EVEN = 11.0
"""Labels of a bell curve that a regression's must be as good as (`_as_good_as`), wherever there are
that many patients (ours). Four of them with all of the variance are as good as 12, and 2 % of all
re-runs draw none of the four; where one has it all, a third do, and R² falls without bound."""


def too_few(examples: Examples, split: Split) -> tuple[str, ...]:
    """Why each task cannot be judged on the rows of a split; empty where it can.

    Enough labels may still not do: where all of them are equal a metric has nothing to tell apart,
    and one such task would leave the mean over all tasks without a value.
    """
    held_out = examples.split == split.code
    found = []
    for number, task in enumerate(examples.tasks):
        rows = held_out & examples.known[:, number]
        labels, patient = examples.labels[rows, number], examples.patient[rows]
        found.append(_reason(task.kind, labels, patient, split))
    return tuple(found)


def _reason(kind: Kind, labels: np.ndarray, patient: np.ndarray, split: Split) -> str:
    if kind is Kind.REGRESSION:
        sides = {"labels": np.ones(len(labels), dtype=bool)}
        even = _as_good_as(labels, patient)
        if len(np.unique(patient)) >= _LEAST_EVEN > even:
            return (
                f"a few outlying values hold the spread of the {len(labels)} {split} labels, as "
                f"good as {even:.0f} even ones; {_LEAST_EVEN:.0f} are needed (a logarithm may help)"
            )
    elif kind is Kind.MULTICLASS:
        classes, sizes = np.unique(labels, return_counts=True)
        if len(classes) < 2:
            return f"only one class among the {len(labels)} {split} labels"
        sides = {"rows outside the largest class": labels != classes[sizes.argmax()]}
    else:
        sides = {"events": labels > 0}
        if kind is Kind.BINARY and (labels > 0).any():
            sides["rows without the event"] = labels <= 0
    of_side = {what: len(np.unique(patient[rows])) for what, rows in sides.items()}
    what, count = min(of_side.items(), key=lambda side: side[1])
    if count >= FEWEST_EVENTS[split]:
        return METRICS[main_metric(kind)].why_undefined(labels, split)
    named = f"patients with {what}" if count < sides[what].sum() else what
    return f"{count} {named} among the {split} rows; {FEWEST_EVENTS[split]} are needed"


def _as_good_as(labels: np.ndarray, patient: np.ndarray) -> float:
    """How many labels of a bell curve spread their variance over as many patients: 3 (ΣS)² / ΣS²
    with S the sum of a patient's squared deviations from the mean, at most all patients (Kish's
    effective number, ours the 3)."""
    square = np.square((labels - labels.mean()) / (np.ptp(labels) or 1.0))
    of_patient = np.bincount(np.unique(patient, return_inverse=True)[1], square)
    fourth = float(np.square(of_patient).sum())
    most = float(len(of_patient))
    return min(3 * float(of_patient.sum()) ** 2 / fourth, most) if fourth else most


def counts(reasons: Sequence[str]) -> np.ndarray:
    """Bool[task]: which tasks can be judged."""
    return np.array([not reason for reason in reasons], dtype=bool)
