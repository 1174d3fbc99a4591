"""Keeping the number, and so the colour, of a group from one grouping to the next."""

import numpy as np
from jaxtyping import Int


def match_labels(
    previous: Int[np.ndarray, " task"], current: Int[np.ndarray, " task"]
) -> Int[np.ndarray, " task"]:
    """`current` renumbered so that its groups keep the numbers of `previous` they overlap most.

    The assignment with the largest total overlap (Hungarian method); a group that overlaps none
    left gets the smallest number that neither grouping has in use.
    """
    from scipy.optimize import linear_sum_assignment

    old, old_place = np.unique(previous, return_inverse=True)
    new, new_place = np.unique(current, return_inverse=True)
    overlap = np.zeros((len(new), len(old)))
    np.add.at(overlap, (new_place, old_place), 1)
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    kept = {int(r): int(old[c]) for r, c in zip(rows, columns, strict=True) if overlap[r, c] > 0}
    taken = set(old.tolist())
    number = np.empty(len(new), dtype=np.int64)
    for group in range(len(new)):
        if group in kept:
            number[group] = kept[group]
        else:
            number[group] = next(n for n in range(len(old) + len(new)) if n not in taken)
            taken.add(int(number[group]))
    return number[new_place]
