"""Tables whose groups are driven by one column each, which is known."""

import numpy as np
import pandas as pd

from core.data import load_table

GROUPS = np.array([0, 0, 0, 1, 1, 1])


def driven_frame(n=1500, noise=1.0, seed=0, has_cause=True, text=False):
    """Three outcomes go with `cause_a`, three with `cause_b`; ten columns have no part in it."""
    rng = np.random.default_rng(seed)
    columns = {f"other_{k}": rng.standard_normal(n) for k in range(10)}
    causes = {name: rng.standard_normal(n) for name in ("a", "b")}
    if text:
        level = rng.integers(0, 3, n)
        columns["ward"] = np.array(["icu", "medicine", "surgery"])[level]
        causes["a"] = np.array([1.5, 0.0, -1.5])[level]
    else:
        columns["cause_a"] = causes["a"]
    columns["cause_b"] = causes["b"]
    for name, cause in causes.items():
        for k in range(3):
            score = has_cause * cause + noise * rng.standard_normal(n)
            columns[f"y_{name}{k}"] = (score > np.quantile(score, 0.75)).astype(float)
    return pd.DataFrame(columns)


def driven_table(**settings):
    return load_table(driven_frame(**settings), targets="y_*")
