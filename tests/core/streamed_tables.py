"""Frames with every kind of column, and the Parquet files they are streamed from."""

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

KINDS = {"y_time": "time_to_event:died", "y_score": "regression"}


def make_frame(n: int = 3000, seed: int = 0, rare: float = 0.02) -> pd.DataFrame:
    """Numbers with holes, text, dates and true / false as features; five tasks with holes."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, 4))
    frame = pd.DataFrame(
        {
            "a": np.where(rng.random(n) < 0.1, np.nan, 100 + 15 * z[:, 0]),
            "b": z[:, 1],
            "big": 1e10 * z[:, 2],
            "small": 1e-10 * z[:, 3],
            "ward": rng.choice(["north", "south", "west"], n),
            "smoker": pd.array(rng.random(n) < 0.3, dtype="boolean"),
            "seen": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
            "person": rng.integers(0, n // 2, n),
        }
    )
    frame["y_sick"] = np.where(rng.random(n) < 0.2, np.nan, z[:, 0] + rng.normal(size=n) > 0)
    frame["y_rare"] = (rng.random(n) < rare).astype(int)
    frame["y_class"] = rng.choice(["mild", "moderate", "severe"], n).astype(object)
    frame.loc[rng.random(n) < 0.1, "y_class"] = None
    frame["y_score"] = np.where(rng.random(n) < 0.1, np.nan, np.round(50 + 9 * z[:, 1], 1))
    frame["y_time"] = np.round(rng.exponential(50, n) + 0.1, 2)
    frame["died"] = np.where(rng.random(n) < 0.5, "dead", "alive").astype(object)
    return frame


def save(frame: pd.DataFrame, path, row_group: int = 700):
    """Write a frame in several row groups."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    parquet.write_table(table, path, row_group_size=row_group)
    return path
