"""Small tables of every kind, and the landscape's rows, for the tests of landscape and affinity."""

import numpy as np

from core.values import Kind, Split, Task, TaskTable

KINDS = {"b": Kind.BINARY, "r": Kind.REGRESSION, "m": Kind.MULTICLASS, "t": Kind.TIME_TO_EVENT}

CLASSES = (Kind.BINARY, Kind.MULTICLASS)


def make_task(name, kind, label):
    seen = label[~np.isnan(label)]
    classes = tuple("abcd"[: int(seen.max()) + 1]) if kind in CLASSES else ()
    mean = float(seen.mean()) if kind is not Kind.MULTICLASS else float("nan")
    return Task(name, kind, len(seen), mean, classes)


def make_table(labels, kinds="", seed=0, patient=None, n_features=5, split=None):
    """A table with these labels (NaN where missing); `kinds` is one letter a task, binary if left
    out; 5 of 6 rows are for training."""
    rng = np.random.default_rng(seed)
    labels = np.asarray(labels, dtype=float)
    n, n_tasks = labels.shape
    letters = kinds or "b" * n_tasks
    return TaskTable(
        feature_names=tuple(f"x{k}" for k in range(n_features)),
        features=rng.standard_normal((n, n_features)),
        tasks=tuple(make_task(f"y{k}", KINDS[letters[k]], labels[:, k]) for k in range(n_tasks)),
        labels=labels,
        split=np.where(np.arange(n) % 6 == 5, Split.TEST.code, 0) if split is None else split,
        patient=np.arange(n) if patient is None else patient,
    )


def draw_labels(n=240, kinds="bbrm", missing=0.0, seed=0):
    """Labels of the given kinds, some missing at random."""
    rng = np.random.default_rng(seed)
    made = {
        "b": lambda: rng.random(n) < rng.uniform(0.2, 0.6),
        "r": lambda: rng.normal(3.0, 2.0, n),
        "m": lambda: rng.integers(0, 3, n),
        "t": lambda: rng.exponential(30.0, n) * rng.choice([1.0, -1.0], n),
    }
    labels = np.stack([np.asarray(made[kind](), dtype=float) for kind in kinds], axis=1)
    labels[rng.random(labels.shape) < missing] = np.nan
    return labels
