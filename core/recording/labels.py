"""Labels and ids of a batch, checked by the kinds of the tasks while there is still time."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, UInt64

from core.data.kinds import MOST_CLASSES
from core.errors import MethodError
from core.recording.batch import Batch, check_names
from core.values import Kind, Task


def read_labels(
    tasks: Sequence[Task], labels: "Mapping[str, Any] | None", batch: Batch
) -> Float[np.ndarray, "sample task"]:
    """Labels of a batch, NaN where none were given and where the loss of the task is not known:
    what stands there, often −1 or −100, is no label.

    Raises:
        MethodError: an unknown task, not one label a sample, or labels that are none of the kind.
    """
    n_samples = batch.n_samples
    found = np.full((n_samples, len(tasks)), np.nan)
    check_names([task.name for task in tasks], labels or {})
    for number, task in enumerate(tasks):
        if labels and task.name in labels:
            column = _as_numbers(labels[task.name])
            if column.shape != (n_samples,):
                raise MethodError(
                    f"The labels of {task.name!r} have the shape {column.shape}; give one a "
                    f"sample, [{n_samples}]."
                )
            if number in batch.tasks:
                column = np.where(batch.known[:, number].cpu().numpy(), column, np.nan)
            _check_kind(task, column)
            found[:, number] = column
    return found


def _check_kind(task: Task, column: Float[np.ndarray, " sample"]) -> None:
    known = column[~np.isnan(column)]
    odd, rule = _odd(task, known)
    if odd.any():
        raise MethodError(
            f"The labels of {task.name!r} {rule}, but {known[odd][0]:g} is among them; give NaN "
            "where a label is missing."
        )


def _odd(task: Task, known: Float[np.ndarray, " known"]) -> tuple[Bool[np.ndarray, " known"], str]:
    """Which labels cannot be, and the rule that they break."""
    if task.kind is Kind.BINARY:
        return ~np.isin(known, (0.0, 1.0)), "are 0 or 1, as the task is binary"
    if task.kind is Kind.MULTICLASS:
        last = (len(task.classes) or MOST_CLASSES) - 1
        is_code = (known >= 0) & (known <= last) & (known == np.floor(known))
        return ~is_code, f"are class codes from 0 to {last} at most"
    if task.kind is Kind.TIME_TO_EVENT:
        is_time = np.isfinite(known) & (known != 0)
        return ~is_time, "are times, below 0 where they were cut off, and never 0"
    return np.isinf(known), "are finite"


def as_keys(sample: Any, n_samples: int, start: int = 0) -> UInt64[np.ndarray, " sample"]:
    """A word for every id (numbers or text); rows with one id are one patient, and a row without
    (None, NaN) is a patient of its own.

    Args:
        sample: the ids.
        n_samples: how many there must be.
        start: samples that were observed before.

    Raises:
        MethodError: not one id a sample.
    """
    import pandas as pd

    ids = sample.detach().cpu().numpy() if hasattr(sample, "detach") else np.asarray(sample)
    if ids.shape != (n_samples,):
        raise MethodError(f"sample has the shape {ids.shape}; give one id a sample, [{n_samples}].")
    lacks, texts = pd.isna(ids), map(_as_text, ids.tolist())
    own = (f"\0{start + number}" for number in range(n_samples))
    named = (one if bare else text for bare, one, text in zip(lacks, own, texts, strict=True))
    words = [blake2b(text.encode(), digest_size=8).digest() for text in named]
    return np.frombuffer(b"".join(words), dtype=np.uint64)


def _as_text(one: object) -> str:
    """The same for 7 and 7.0: whole numbers with a hole among them are floats."""
    return str(int(one)) if isinstance(one, float) and one.is_integer() else str(one)


def _as_numbers(values: Any) -> Float[np.ndarray, " sample"]:
    """Numbers of a tensor or a sequence."""
    plain = values.detach().double().cpu().numpy() if hasattr(values, "detach") else values
    return np.asarray(plain, dtype=float)
