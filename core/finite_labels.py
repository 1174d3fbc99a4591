"""No loss of an infinite label is finite, so nobody learns from one."""

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float

from core.errors import TableError


def stop_at_infinite(names: Iterable[str], labels: Float[np.ndarray, "row task"]) -> None:
    """Raise TableError for the first task with an infinite label; NaN is a missing one."""
    for name, n_infinite in zip(names, np.isinf(labels).sum(axis=0).tolist(), strict=True):
        if n_infinite:
            raise TableError(
                f"Task {name!r} has {n_infinite} infinite label{'s'[: n_infinite > 1]}, so its "
                "loss is not finite; clear them or drop the task with --ignore."
            )
