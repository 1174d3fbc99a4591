"""Small examples of every kind of task, with the adversities that training must stand."""

import numpy as np

from core.training import to_examples
from core.values import Kind, Split, Task, TaskTable

KINDS = {"b": Kind.BINARY, "r": Kind.REGRESSION, "m": Kind.MULTICLASS, "t": Kind.TIME_TO_EVENT}


def make_table(kinds="bbmmr", n=300, n_inputs=7, missing=0.2, seed=0, labels=None):
    """Tasks that depend on the features: `m` has 3, 4, … classes in turn; 60 / 20 / 20 rows."""
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((n, n_inputs))
    columns, tasks = [], []
    for place, letter in enumerate(kinds):
        score = features @ rng.standard_normal(n_inputs) + rng.standard_normal(n)
        n_classes = {"b": 2, "r": 0, "t": 0, "m": 3 + kinds[:place].count("m")}[letter]
        cuts = np.quantile(score, np.linspace(0, 1, n_classes + 1)[1:-1]) if n_classes else []
        column = np.searchsorted(cuts, score).astype(float) if n_classes else 50 + 10 * score
        if letter == "t":
            column = np.exp(score / 2) * np.where(rng.random(n) < 0.3, -1, 1)  # − is censored
        column[rng.random(n) < missing] = np.nan
        columns.append(column)
        classes = tuple("abcdefgh"[:n_classes])
        tasks.append(Task(f"y{place}", KINDS[letter], n, float(np.nanmean(column)), classes))
    return TaskTable(
        feature_names=tuple(f"x{k}" for k in range(n_inputs)),
        features=features,
        tasks=tuple(tasks),
        labels=np.stack(columns, axis=1) if labels is None else labels,
        split=np.array([Split.TRAIN.code] * 3 + [Split.VALIDATION.code, Split.TEST.code])[
            np.arange(n) % 5
        ],
        patient=np.arange(n),
    )


def make_examples(*args, **settings):
    return to_examples(make_table(*args, **settings))


def stack_tables(n_tasks=4, n_each=60, n_inputs=6, seed=0):
    """Tasks with their own samples: row i is labelled for one task only; sizes differ."""
    table = make_table("b" * n_tasks, n_tasks * n_each, n_inputs, 0.0, seed)
    rng = np.random.default_rng(seed)
    owner = rng.permutation(np.repeat(np.arange(n_tasks), n_each))
    owner[rng.random(len(owner)) < 0.3] = 0
    mine = owner[:, None] == np.arange(n_tasks)
    return make_table(
        "b" * n_tasks, len(owner), n_inputs, 0.0, seed, np.where(mine, table.labels, np.nan)
    )
