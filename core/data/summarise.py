"""The aggregates of a table that its report is told with."""

import numpy as np
from jaxtyping import Float, Int

from core.data.pair_counts import count_pairs
from core.fewest import FEWEST_SHOWN, is_of_few
from core.inputs import fit_scale
from core.machine.threads import one_thread
from core.summary import Summary
from core.values import Kind, Split, TaskTable

MAX_ROWS = 10_000
"""Training rows that pulls are taken from, at most (ours), each of another patient."""
MAX_CELLS = 20_000_000
"""Numbers in the features that they are taken from, at most (80 MB): wide tables get fewer rows."""
N_PERMUTATIONS = 8
QUANTILE = 0.95


def summarise_table(table: TaskTable, seed: int) -> Summary:
    """Count the records and labels of a table, and what its features have to do with its tasks.

    The pull of a task on a feature is the correlation of label and feature: for a linear model
    that starts at the base rates it is, feature by feature, where the first step of training goes
    (METHODS §1 with a linear trunk). It is one number that a physician can read.
    """
    rng = np.random.default_rng(seed)
    named = nameable_features(table)
    rows = _draw_rows(table, len(named), rng)
    features = _centred(_standardised(table, rows, named))
    labels = _ordered_labels(table)[rows]
    used, pairs = (~np.isnan(table.labels)).any(axis=1), count_pairs(table)
    with one_thread():
        pull, chance = _correlation(labels, features), _chance(labels, features, rng)
    return Summary(
        n_records=len(table.features),
        n_used=int(used.sum()),
        n_patients=len(np.unique(table.patient)),
        splits=np.array([len(table.rows(split)) for split in Split]),
        labels=_count_labels(table),
        feature_names=tuple(table.feature_names[place] for place in named),
        is_flag=np.array([_is_flag(table.features[rows, place]) for place in named], dtype=bool),
        pull=pull,
        chance=chance,
        pairs=pairs.counts,
        patients=np.array([_n_patients(table, table.rows(split)) for split in Split]),
        used=np.array([_n_patients(table, np.flatnonzero(part)) for part in (used, ~used)]),
        few_pairs=pairs.few,
        few_classes=pairs.few_classes,
        few_means=np.array([_is_mean_of_few(table, place) for place in range(len(table.tasks))]),
    )


def _is_mean_of_few(table: TaskTable, place: int) -> bool:
    is_number = table.tasks[place].kind is Kind.REGRESSION
    return is_number and is_of_few(table.labels[:, place], table.patient)


def _draw_rows(
    table: TaskTable, n_features: int, rng: np.random.Generator
) -> Int[np.ndarray, " row"]:
    """The training rows, one a patient, or as many of them as need be: the rows of a patient are
    alike, so permuted one by one they would make chance too small."""
    rows = table.rows(Split.TRAIN)
    if len(np.unique(table.patient[rows])) < len(rows):
        rows = rng.permutation(rows)
        rows = np.sort(rows[np.unique(table.patient[rows], return_index=True)[1]])
    most = min(MAX_ROWS, MAX_CELLS // max(1, n_features))
    return rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))


def _ordered_labels(table: TaskTable) -> Float[np.ndarray, "sample task"]:
    """Labels that more or less of can be said: whether an event happened, whenever; NaN for a task
    of several classes."""
    labels = table.labels.copy()
    for number, task in enumerate(table.tasks):
        column = labels[:, number]
        if task.kind is Kind.MULTICLASS:
            column[:] = np.nan
        elif task.kind is Kind.TIME_TO_EVENT:
            column[:] = np.where(np.isnan(column), np.nan, column > 0)
    return labels


def _count_labels(table: TaskTable) -> Int[np.ndarray, "task split 2"]:
    counts = np.zeros((len(table.tasks), len(Split), 2), dtype=np.int64)
    for number, task in enumerate(table.tasks):
        has_event = task.kind in (Kind.BINARY, Kind.TIME_TO_EVENT)
        for split in Split:
            rows = table.rows(split)
            column = table.labels[rows, number]
            events = _n_patients(table, rows[column > 0]) if has_event else 0
            known = _n_patients(table, rows[~np.isnan(column)])
            counts[number, split.code] = events, known - events
    return counts


def _n_patients(table: TaskTable, rows: Int[np.ndarray, " row"]) -> int:
    """How many patients these rows are of."""
    is_there = np.zeros(int(table.patient.max(initial=-1)) + 1, dtype=bool)
    is_there[table.patient[rows]] = True
    return int(is_there.sum())


def nameable_features(table: TaskTable) -> Int[np.ndarray, " feature"]:
    """Features that vary over the training rows, yes-or-no ones only where at least 11 patients
    have either: others must not be named."""
    if table.feature_shape:
        return np.zeros(0, dtype=np.int64)  # a pixel says nothing to anybody
    rows = table.rows(Split.TRAIN)
    varies = np.flatnonzero(fit_scale(table).varies)
    shown = [place for place in varies if _has_many_of_both(table, rows, int(place))]
    return np.array(shown, dtype=np.int64)


def _has_many_of_both(table: TaskTable, rows: Int[np.ndarray, " row"], feature: int) -> bool:
    rows = rows[~np.isnan(table.features[rows, feature])]
    column = table.features[rows, feature]
    if not _is_flag(column):
        return True
    is_first = column == column[0]
    return all(_n_patients(table, rows[part]) >= FEWEST_SHOWN for part in (is_first, ~is_first))


def _is_flag(column: Float[np.ndarray, " row"]) -> bool:
    """Whether a feature takes two values only."""
    column = column[~np.isnan(column)]
    rest = column[column != column[:1]]
    return bool(len(column)) and not (rest != rest[:1]).any()


def _standardised(
    table: TaskTable, rows: Int[np.ndarray, " row"], named: Int[np.ndarray, " feature"]
) -> Float[np.ndarray, "row feature"]:
    """The features in units that do not overflow, their mean where missing."""
    scale = fit_scale(table)
    values = table.features[np.ix_(rows, named)] / scale.unit[named]
    values = (values - scale.mean[named]) / scale.spread[named]
    return np.where(np.isnan(values), 0.0, np.clip(values, -10, 10)).astype(np.float32)


def _centred(values: Float[np.ndarray, "row column"]) -> Float[np.ndarray, "row column"]:
    return values - values.mean(axis=0) if len(values) else values


def _correlation(
    labels: Float[np.ndarray, "row task"], features: Float[np.ndarray, "row feature"]
) -> Float[np.ndarray, "task feature"]:
    """Pearson's r over the labelled rows of each task; NaN for a task without spread."""
    known = ~np.isnan(labels)
    count = np.maximum(known.sum(axis=0), 1)
    y = np.where(known, labels, 0.0)
    y = np.where(known, y - y.sum(axis=0) / count, 0.0)
    size = np.sqrt((y**2).sum(axis=0))
    y = (y / np.where(size > 0, size, 1.0)).astype(np.float32)
    share = (known / count).astype(np.float32)
    square = share.T @ features**2 - (share.T @ features) ** 2
    spread = np.sqrt(np.maximum(square, 0) * count[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.where((spread > 1e-3) & (size[:, None] > 0), (y.T @ features) / spread, np.nan)
    return np.asarray(found, dtype=np.float64)


def _chance(
    labels: Float[np.ndarray, "row task"],
    features: Float[np.ndarray, "row feature"],
    rng: np.random.Generator,
) -> float:
    """The level that the strongest pull of an unrelated task stays below, as a rule."""
    if not features.size or not labels.size:
        return float("nan")
    strongest = []
    for _ in range(N_PERMUTATIONS):
        pull = np.abs(_correlation(labels[rng.permutation(len(labels))], features))
        strongest.append(np.where(np.isnan(pull), -1.0, pull).max(axis=1))
    pooled = np.concatenate(strongest)
    pooled = pooled[pooled >= 0]
    return float(np.quantile(pooled, QUANTILE)) if len(pooled) else float("nan")
