"""What was recorded, as a Landscape like that of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from core.errors import MethodError
from core.landscape.rows.label_sums import sum_labels
from core.values import Kind, LabelSums, Landscape, PairSums, Points, Task

HEADS = "recorded"
"""Whose heads they are: those of the user's own model."""
CLASSES = ("0", "1")


@dataclass(frozen=True, eq=False)
class Recorded:
    """Everything that `observe` took in."""

    tasks: tuple[Task, ...]
    n_rows: int
    sums: PairSums
    points: Points
    labels: Float[np.ndarray, "sample task"]
    block: Int[np.ndarray, " sample"]
    """Of every sample, as in `sums`."""
    n_weights: int
    n_layers: int
    n_versions: int
    """How many states of the weights were observed."""
    means_share: float
    """Share of the outputs of a layer that the mean displacements rest on."""
    has_ids: bool


def as_tasks(tasks: Sequence[str | Task] | Mapping[str, str]) -> tuple[Task, ...]:
    """Tasks from names, names with kinds, or tasks.

    Raises:
        MethodError: fewer than two, a name twice, or an unknown kind.
    """
    given = list(tasks.items()) if isinstance(tasks, Mapping) else [(one, None) for one in tasks]
    found = tuple(one if isinstance(one, Task) else _named(str(one), kind) for one, kind in given)
    names = [task.name for task in found]
    if len(found) < 2:
        raise MethodError(f"{len(found)} task was given; a landscape compares two or more.")
    if twice := [name for name in names if names.count(name) > 1]:
        raise MethodError(f"Two tasks are called {twice[0]!r}; rename one.")
    return found


def as_landscape(recorded: Recorded) -> Landscape:
    """The value that the other stages take."""
    labels = recorded.labels.astype(float)
    n_labelled = np.diagonal(recorded.sums.count.sum(axis=0))
    tasks = tuple(
        replace(task, n_labelled=int(count), mean=_mean(task, labels[:, number]))
        for number, (task, count) in enumerate(zip(recorded.tasks, n_labelled, strict=True))
    )
    label_sums = _label_sums(tasks, labels, recorded.block, recorded.sums.n_blocks)
    return Landscape(
        tasks=tasks,
        heads=HEADS,
        n_samples=recorded.n_rows,
        sums=recorded.sums,
        label_sums=label_sums,
        points=recorded.points,
        notes=_notes(recorded),
    )


def _named(name: str, kind: str | None) -> Task:
    known = [str(one) for one in Kind]
    if kind is not None and kind not in known:
        raise MethodError(f"Unknown kind {kind!r} of {name!r}; choose one of {', '.join(known)}.")
    chosen = Kind(kind) if kind else Kind.UNKNOWN
    return Task(name, chosen, 0, float("nan"), CLASSES if chosen is Kind.BINARY else ())


def _mean(task: Task, label: Float[np.ndarray, " sample"]) -> float:
    known = label[~np.isnan(label)]
    if not len(known) or task.kind in (Kind.MULTICLASS, Kind.UNKNOWN):
        return float("nan")
    return float((known > 0).mean() if task.kind is Kind.TIME_TO_EVENT else known.mean())


def _label_sums(
    tasks: tuple[Task, ...],
    labels: Float[np.ndarray, "sample task"],
    block: Int[np.ndarray, " sample"],
    n_blocks: int,
) -> LabelSums:
    """Labels whose kind nobody said are read as numbers; without any label the sums are empty."""
    told = tuple(_with_classes(task, labels[:, k]) for k, task in enumerate(tasks))
    return sum_labels(told, ((labels, block),), labels, n_blocks)


def _with_classes(task: Task, label: Float[np.ndarray, " sample"]) -> Task:
    known = label[~np.isnan(label)]
    if task.kind is Kind.UNKNOWN:
        is_binary = len(known) and np.isin(known, (0.0, 1.0)).all()
        return replace(task, kind=Kind.BINARY if is_binary else Kind.REGRESSION)
    if task.kind is Kind.MULTICLASS and not task.classes:
        n_classes = int(known.max(initial=0)) + 1
        return replace(task, classes=tuple(str(code) for code in range(n_classes)))
    return task


def _notes(recorded: Recorded) -> tuple[str, ...]:
    notes = [
        f"Recorded in a model of the user's own: {recorded.n_weights:,} weights of "
        f"{recorded.n_layers} modules, {recorded.n_rows:,} samples, one step."
    ]
    if recorded.n_versions > 1:
        notes.append(
            "The weights changed while the landscape was recorded: it is an average over "
            f"{recorded.n_versions} states of the model."
        )
    if not recorded.has_ids:
        notes.append(
            "No ids were given, so every row counts as a sample of its own; if samples came more "
            "than once the intervals are too narrow."
        )
    if recorded.means_share < 1:
        notes.append(
            f"Mean gradients rest on {recorded.means_share:.2%} of the outputs of every layer, "
            "drawn at random."
        )
    return tuple(notes)
