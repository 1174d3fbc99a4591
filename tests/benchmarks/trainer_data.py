"""The problems that the trainer is timed and tuned on."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd

from core.data import load_table, plant_groups
from core.training import Examples, to_examples
from core.values import Kind, Split, Task, TaskTable

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CODES = {"train": Split.TRAIN.code, "val": Split.VALIDATION.code, "test": Split.TEST.code}


def etth1(n_windows: int = 1500, lags: int = 24, ahead: int = 24) -> Examples:
    """The table of `etth1_table` as a network takes it."""
    return to_examples(etth1_table(n_windows, lags, ahead))


def etth1_table(n_windows: int = 1500, lags: int = 24, ahead: int = 24) -> TaskTable:
    """Seven forecasts a day ahead from the last day of all seven series; 168 features.

    Windows are evenly spread over the whole series and split in the order of time.
    """
    with gzip.open(DATA / "etth1_raw.csv.gz", "rt") as file:
        frame = pd.read_csv(file)
    names = [name for name in frame.columns if name != "date"]
    values = frame[names].to_numpy()
    last = np.linspace(lags - 1, len(values) - 1 - ahead, n_windows).astype(int)
    features = np.stack([values[last - lag] for lag in range(lags)], axis=1).reshape(n_windows, -1)
    labels = values[last + ahead]
    share = np.arange(n_windows) / n_windows
    tasks = [
        Task(name, Kind.REGRESSION, n_windows, float(column.mean()))
        for name, column in zip(names, labels.T, strict=True)
    ]
    return TaskTable(
        feature_names=tuple(f"{name}_{lag}" for lag in range(lags) for name in names),
        features=features,
        tasks=tuple(tasks),
        labels=labels,
        split=(share >= 0.6).astype(int) + (share >= 0.8),
        patient=np.arange(n_windows),
    )


def etth1_by_time(n_train: int = 1500, lags: int = 24, ahead: int = 24) -> TaskTable:
    """The same forecasts on as many training windows as they were published with, and on every
    later hour.

    The split is in the order of time, as forecasts are used: the first 60 % of the 17,420 hours to
    learn from, the next 20 % to choose on, the last 20 % to judge on. The first window of a part
    starts after the last hour that the part before looked at or foretold, so no hour is in two.
    """
    with gzip.open(DATA / "etth1_raw.csv.gz", "rt") as file:
        frame = pd.read_csv(file)
    names = [name for name in frame.columns if name != "date"]
    values = frame[names].to_numpy()
    last = np.arange(lags - 1, len(values) - ahead)
    first, second = int(0.6 * len(last)), int(0.8 * len(last))
    gap = lags + ahead
    train = np.linspace(0, first - 1, n_train).astype(int)
    parts = (train, np.arange(first + gap, second), np.arange(second + gap, len(last)))
    ends = last[np.concatenate(parts)]
    labels = values[ends + ahead]
    tasks = [
        Task(name, Kind.REGRESSION, len(ends), float(column.mean()))
        for name, column in zip(names, labels.T, strict=True)
    ]
    features = np.stack([values[ends - lag] for lag in range(lags)], axis=1)
    return TaskTable(
        feature_names=tuple(f"{name}_{lag}" for lag in range(lags) for name in names),
        features=features.reshape(len(ends), -1),
        tasks=tuple(tasks),
        labels=labels,
        split=np.repeat([0, 1, 2], [len(part) for part in parts]),
        patient=ends // (24 * 7),
    )


def shared_table(name: str) -> Examples:
    """A real table with the split that comes with it."""
    frame = pd.read_parquet(DATA / f"{name}.parquet")
    split = frame.pop("split").map(CODES).to_numpy()
    table = load_table(frame, targets="y_*")
    return to_examples(
        TaskTable(
            table.feature_names, table.features, table.tasks, table.labels, split, table.patient
        )
    )


def landmine(n_each: int = 40) -> Examples:
    """29 mine fields with their own samples; `n_each` rows of each to train and to stop on.

    Half of them train and half stop; the rest of a field is its test.
    """
    rng = np.random.default_rng(0)
    frames = [pd.read_parquet(path) for path in sorted((DATA / "landmine").glob("*.parquet"))]
    parts, labels, splits = [], [], []
    for task, frame in enumerate(frames):
        y = frame.pop("y").to_numpy(dtype=float)
        frame = frame.drop(columns=[name for name in frame if name == "split"])
        own = np.full((len(y), len(frames)), np.nan)
        own[:, task] = y
        split = np.full(len(y), Split.TEST.code)
        for code in (0, 1):
            rows = rng.permutation(np.flatnonzero(y == code))
            n = round(n_each * len(rows) / len(y))
            split[rows[:n]] = Split.TRAIN.code
            split[rows[n : 2 * n]] = Split.VALIDATION.code
        parts.append(frame.to_numpy(dtype=float))
        labels.append(own)
        splits.append(split)
    features, stacked = np.concatenate(parts), np.concatenate(labels)
    tasks = [
        Task(f"y{t}", Kind.BINARY, len(parts[t]), float(np.nanmean(stacked[:, t])), ("0", "1"))
        for t in range(len(frames))
    ]
    names = tuple(f"x{k}" for k in range(features.shape[1]))
    split = np.concatenate(splits)
    return to_examples(
        TaskTable(names, features, tuple(tasks), stacked, split, np.arange(len(split)))
    )


def cohort(seed: int = 0, **settings) -> Examples:
    """A generated cohort with planted groups."""
    planted = plant_groups(seed=seed, **settings)
    return to_examples(load_table(planted.frame, targets=planted.targets))
