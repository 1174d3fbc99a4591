"""Do the groups survive the bootstrap?"""

import numpy as np
from jaxtyping import Float, Int


def co_assign(
    labels: Int[np.ndarray, "replicate task"],
) -> Float[np.ndarray, "task task"]:
    """The share of the replicates in which two tasks had one group; 1 on the diagonal."""
    n_replicates, n_tasks = labels.shape
    total = np.zeros((n_tasks, n_tasks))
    for replicate in labels:  # one at a time: all at once is replicate × task × task in memory
        total += replicate[:, None] == replicate[None, :]
    return np.asarray(total / max(n_replicates, 1))


def stability(
    labels: Int[np.ndarray, " task"], co_assignment: Float[np.ndarray, "task task"]
) -> float:
    """Mean co-assignment over the pairs inside groups; NaN when every task is alone, because no
    pair could be torn apart, and for one group, because none would be."""
    if len(np.unique(labels)) == 1:
        return float("nan")
    inside = np.triu(labels[:, None] == labels[None, :], 1)
    return float(co_assignment[inside].mean()) if inside.any() else float("nan")


def adjusted_rand(one: Int[np.ndarray, " task"], other: Int[np.ndarray, " task"]) -> float:
    """Agreement of two partitions (Hubert & Arabie 1985): 1 when equal, about 0 by chance."""
    table = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(table, (one, other), 1)
    together = _pairs(table).sum()
    rows, columns = _pairs(table.sum(axis=1)).sum(), _pairs(table.sum(axis=0)).sum()
    expected = rows * columns / max(_pairs(np.array(float(len(one)))), 1.0)
    ceiling = (rows + columns) / 2
    return 1.0 if ceiling == expected else float((together - expected) / (ceiling - expected))


def _pairs(count: np.ndarray) -> np.ndarray:
    return np.asarray(count * (count - 1) / 2)
