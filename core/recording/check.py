"""What a recorded landscape must hold, whoever wrote the file: the first fault in a few words."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain

import numpy as np

from core.data.names import quoted
from core.values import LabelSums, Landscape, PairSums, Points, Task

LONGEST = 10_000
"""Characters of a name or a note; more is no name."""
ROOM = 1 + 1e-6
"""Rounding."""


def find_fault(landscape: Landscape) -> str:
    """Empty where nothing is wrong."""
    n_tasks = len(landscape.tasks)
    faults = chain(  # lazily: what comes later trusts what came before
        _of_tasks(landscape.tasks),
        _of_notes(landscape),
        _of_sums(landscape.sums, n_tasks),
        _of_sums(landscape.refits or landscape.sums, n_tasks),
        _of_halves(landscape),
        _of_labels(landscape.label_sums, landscape.sums.n_blocks, n_tasks),
        _of_points(landscape.points, n_tasks),
        _not_numbers("curve", landscape.curve, (len(np.atleast_1d(landscape.curve)), 2)),
    )
    return next(faults, "")


def _of_tasks(tasks: tuple[Task, ...]) -> Iterator[str]:
    names = [task.name for task in tasks]
    if len(names) < 2:
        yield f"it has {len(names)} task, and grouping needs 2 or more"
        return
    for task in tasks:
        if not isinstance(task.name, str) or not task.name.strip():
            yield f"{task.name!r} is no name of a task"
            return
        if len(task.name) > LONGEST:
            yield f"the name {quoted(task.name)} has {len(task.name):,} characters"
        if not isinstance(task.n_labelled, int) or task.n_labelled < 0:
            yield f"task {quoted(task.name)} has {task.n_labelled!r} labels"
        if not isinstance(task.mean, float | int):
            yield f"task {quoted(task.name)} has the mean {task.mean!r}"
        if not all(isinstance(one, str) for one in task.classes):
            yield f"the classes of task {quoted(task.name)} are no names"
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        yield f"{times} tasks are called {quoted(name)}"


def _of_notes(landscape: Landscape) -> Iterator[str]:
    if not isinstance(landscape.n_samples, int) or not 0 < landscape.n_samples < 2**53:
        yield f"it counts {str(landscape.n_samples)[:20]} samples"
    words = (landscape.heads, *landscape.notes)
    if not all(isinstance(one, str) and len(one) <= LONGEST for one in words):
        yield "its notes are no sentences"


def _of_sums(sums: PairSums, n_tasks: int) -> Iterator[str]:
    parts = {name: part for name, part in sums._items() if isinstance(part, np.ndarray)}
    shape = (len(sums.count), n_tasks, n_tasks)
    for name, part in parts.items():
        yield from _not_numbers(f"sums of {name}", part, shape)
    if sums.pairing != "matched" or any(part.shape != shape for part in parts.values()):
        return
    count = sums.count
    if not count.any():
        yield "no sample was counted"
    if (count < 0).any():
        yield "it counts fewer than 0 samples"
    most = {"abs_cosine": count, "cosine": count, "opposite": count, "distance": sums.mass}
    for name, bound in most.items():
        if name not in parts or bound is None:
            continue
        part = parts[name]
        least = -bound if name == "cosine" else 0.0
        tiny = 1e-9 * max(float(np.abs(bound).max(initial=0.0)), 1.0)
        if (part > bound * ROOM + tiny).any() or (part < least * ROOM - tiny).any():
            yield f"its sums of {name} are more than {len(count)} blocks of such samples can have"


def _of_halves(landscape: Landscape) -> Iterator[str]:
    halves, refits = landscape.halves, landscape.refits
    if halves is None:
        return
    shape = (0 if refits is None else len(refits.count), landscape.sums.n_blocks)
    if not isinstance(halves, np.ndarray) or halves.dtype.kind != "b" or halves.shape != shape:
        yield "its halves are not of its blocks"


def _of_labels(labels: LabelSums, n_blocks: int, n_tasks: int) -> Iterator[str]:
    columns = labels.task
    if columns.dtype.kind != "i" or sorted(set(columns.tolist())) != list(range(n_tasks)):
        yield "its columns of labels are not those of its tasks"
    for name in ("count", "total", "square", "product"):
        shape = (n_blocks, len(columns), len(columns))
        yield from _not_numbers(f"label sums of {name}", getattr(labels, name), shape)


def _of_points(points: Points, n_tasks: int) -> Iterator[str]:
    n = len(points.task)
    if {points.task.dtype.kind, points.sample.dtype.kind} != {"i"}:
        yield "its points do not say whose they are"
    elif (points.task < 0).any() or (points.task >= n_tasks).any() or (points.sample < 0).any():
        yield "its points are of tasks or samples that it does not have"
    if points.sketch.ndim != 2:
        yield "its points have no coordinates"
    yield from _not_numbers("points", points.sketch, (n, *points.sketch.shape[1:]))
    for name in ("label", "loss"):
        part = getattr(points, name)
        yield from _not_numbers(f"{name} of the points", part, (n,), may_miss=True)
    if len(points.sample) != n or not isinstance(points.n_total, int) or points.n_total < n:
        yield "its points are not counted"


def _not_numbers(
    what: str, part: np.ndarray, shape: tuple[int, ...], may_miss: bool = False
) -> Iterator[str]:
    if part.dtype != np.float64:
        yield f"its {what} are {part.dtype.name}, not numbers of 64 bits"
    elif part.shape != shape:
        told, wanted = (" × ".join(map(str, one)) or "one" for one in (part.shape, shape))
        yield f"its {what} are {told} numbers where {wanted} belong"
    elif not (np.isfinite(part) | (np.isnan(part) & may_miss)).all():
        yield f"its {what} hold numbers that are not finite"
    elif float(np.abs(part[np.isfinite(part)]).max(initial=0.0)) > 1e150:
        yield f"its {what} hold numbers too large to be multiplied"
