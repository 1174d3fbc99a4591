"""What is said before a run against what it takes: `python -m tests.benchmarks estimate`.

Bar: time and memory within a factor of 2 on three real tables and a generated one of 100,000 rows
with 50 features. Each run is a worker process; the pace of the machine is read off the runs before
it, as the page Data does. One run each, as the figures of one run are what a visitor compares.
"""

import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

from core.data import assign_roles
from core.estimate import estimate_run, size_of
from core.plan import preset
from core.runs import Run
from core.runs.pace import pace_here
from dashboard.example import start_example
from tests.conftest import SHARED_DATA

TABLES = ("mi_complications", "nhanes_adult", "tox21", "generated")
PRESETS = ("quick", "standard")


def main(tables: tuple[str, ...] = TABLES) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        watch(start_example(root))
        print(
            f"{'table':<18}{'preset':<10}{'pace':>6}{'said':>9}{'took':>9}{'GB said':>9}{'GB':>6}"
        )
        for name in tables:
            if name != "generated" and not SHARED_DATA.is_dir():
                print(f"{name:<18}is not beside the checkout")
                continue
            for key in PRESETS:
                compare(root, name, key)


def compare(root: Path, name: str, key: str) -> None:
    frame = generated() if name == "generated" else pd.read_parquet(SHARED_DATA / f"{name}.parquet")
    roles = assign_roles(frame, targets="y_*", ignore="split" if "split" in frame else "")
    pace = pace_here(root)
    needs = estimate_run(size_of(frame, roles), preset(key), pace)
    run = Run.create(root / f"{name}-{key}", frame, roles, preset(key), name, "0" * 64)
    run.start()
    seconds, peak = watch(run)
    print(
        f"{name:<18}{key:<10}{pace:>6.2f}{needs.seconds:>8.1f}s{seconds:>8.1f}s"
        f"{needs.memory / 1e9:>9.2f}{peak / 1e9:>6.2f}",
        flush=True,
    )


def watch(run: Run) -> tuple[float, float]:
    """Seconds until a run has ended, and bytes of memory at the peak of its worker."""
    start, peak = time.perf_counter(), 0.0
    while (status := run.status()) and status.state.is_live:
        if status.worker and psutil.pid_exists(status.worker[0]):
            peak = max(peak, psutil.Process(status.worker[0]).memory_info().rss)
        time.sleep(0.05)
    return time.perf_counter() - start, peak


def generated() -> pd.DataFrame:
    """100,000 rows, 50 features, 12 outcomes in three groups."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100_000, 50))
    weights = rng.normal(size=(50, 3)) / 50**0.5
    y = x @ np.repeat(weights, 4, axis=1) + rng.normal(size=(100_000, 12)) > 0.5
    names = [*(f"x{k}" for k in range(50)), *(f"y_{k}" for k in range(12))]
    return pd.DataFrame(np.concatenate([x, y], axis=1), columns=names)


if __name__ == "__main__":
    main()
