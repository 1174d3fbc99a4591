"""What was recorded, as a Landscape like that of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int, UInt64

from core.data.pair_counts import pairs_of_rows
from core.errors import MethodError
from core.fewest import FEWEST_SHOWN
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
    known: Bool[np.ndarray, "sample task"]
    """Where a sample has a loss."""
    patient: UInt64[np.ndarray, " sample"] | None
    """Whose each sample is; None where ids were not given, or not always."""


def as_tasks(tasks: Sequence[str | Task] | Mapping[str, str]) -> tuple[Task, ...]:
    """Tasks from names, names with kinds, or tasks.

    Raises:
        MethodError: fewer than two, no name or one twice, or an unknown kind.
    """
    given = list(tasks.items()) if isinstance(tasks, Mapping) else [(one, None) for one in tasks]
    found = tuple(one if isinstance(one, Task) else _named(str(one), kind) for one, kind in given)
    names = [task.name for task in found]
    if not all(name.strip() for name in names):
        raise MethodError("A task has no name; give one that says what it predicts.")
    if len(found) < 2:
        raise MethodError(f"{len(found)} task was given; a landscape compares two or more.")
    if twice := [name for name in names if names.count(name) > 1]:
        raise MethodError(f"Two tasks are called {twice[0]!r}; rename one.")
    return found


def as_landscape(recorded: Recorded) -> Landscape:
    """The value that the other stages take. Samples of one patient count as one."""
    labels = recorded.labels.astype(float)
    whose = _number_patients(recorded)
    tasks = tuple(
        replace(
            task,
            n_labelled=len(np.unique(whose[recorded.known[:, number]])),
            mean=_mean(task, labels[:, number], whose),
        )
        for number, task in enumerate(recorded.tasks)
    )
    told = tuple(_with_classes(task, labels[:, k]) for k, task in enumerate(tasks))
    label_sums = sum_labels(told, ((labels, recorded.block),), labels, recorded.sums.n_blocks)
    few = pairs_of_rows(told, labels, whose).tell_of_few
    return Landscape(
        tasks=tasks,
        heads=HEADS,
        n_samples=len(np.unique(whose)),
        sums=recorded.sums,
        label_sums=without_pairs(label_sums, few),
        points=recorded.points,
        notes=(*_notes(recorded), *_about_few(few)),
    )


def _named(name: str, kind: str | None) -> Task:
    known = [str(one) for one in Kind]
    if kind is not None and kind not in known:
        raise MethodError(f"Unknown kind {kind!r} of {name!r}; choose one of {', '.join(known)}.")
    chosen = Kind(kind) if kind else Kind.UNKNOWN
    return Task(name, chosen, 0, float("nan"), CLASSES if chosen is Kind.BINARY else ())


def _number_patients(recorded: Recorded) -> Int[np.ndarray, " sample"]:
    """Of every sample; each is a patient of its own where ids are lacking."""
    if recorded.patient is None:
        return np.arange(recorded.n_rows)
    return np.asarray(np.unique(recorded.patient, return_inverse=True)[1])


def _mean(
    task: Task, label: Float[np.ndarray, " sample"], whose: Int[np.ndarray, " sample"]
) -> float:
    """The mean of a regression; of events the share of the patients who had one."""
    is_known = ~np.isnan(label)
    if not is_known.any() or task.kind in (Kind.MULTICLASS, Kind.UNKNOWN):
        return float("nan")
    if task.kind is Kind.REGRESSION:
        return float(label[is_known].mean())
    return len(np.unique(whose[label > 0])) / len(np.unique(whose[is_known]))


def without_pairs(sums: LabelSums, few: Bool[np.ndarray, "source target"]) -> LabelSums:
    """The same but for the labels of these pairs of tasks, which nothing is told of.

    With the counts of events their agreement would tell how many patients have both. A table keeps
    its rows, so there a report hides them; a recording is all that is left of the labels.
    """
    kept = ~few[np.ix_(sums.task, sums.task)]
    parts = {name: getattr(sums, name) * kept for name in ("count", "total", "square", "product")}
    return replace(sums, **parts)


def _about_few(few: Bool[np.ndarray, "source target"]) -> tuple[str, ...]:
    n_pairs = int(np.triu(few).sum())
    if not n_pairs:
        return ()
    pairs = "1 pair of tasks is" if n_pairs == 1 else f"{n_pairs} pairs of tasks are"
    return (
        f"The label agreement of {pairs} left out: labels of both meet in 1 to "
        f"{FEWEST_SHOWN - 1} patients.",
    )


def _with_classes(task: Task, label: Float[np.ndarray, " sample"]) -> Task:
    """With the classes that its labels have; labels whose kind nobody said are read as numbers."""
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
        f"{recorded.n_layers} modules, {recorded.n_rows:,} samples{_of_patients(recorded)}, one "
        "step."
    ]
    if recorded.n_versions > 1:
        notes.append(
            "The weights changed while the landscape was recorded: it is an average over "
            f"{recorded.n_versions} states of the model."
        )
    if recorded.patient is None:
        notes.append(
            "No ids were given, or not with every batch, so every row counts as a sample of its "
            "own; if samples came more than once the intervals are too narrow."
        )
    if recorded.means_share < 1:
        notes.append(
            f"Mean gradients rest on {recorded.means_share:.2%} of the outputs of every layer, "
            "drawn at random."
        )
    return tuple(notes)


def _of_patients(recorded: Recorded) -> str:
    """Whose the samples are, where that is known; few are not counted."""
    if recorded.patient is None:
        return ""
    n_patients = len(np.unique(recorded.patient))
    return f" of {n_patients:,} patients" if n_patients >= FEWEST_SHOWN else " of few patients"
