"""What drives the groups, beside the landscape and its null: `python -m tests.benchmarks.drivers`.

Process time of one thread, medians of five after a first call, all in one process. The drivers are
a stage of their own: the landscape itself does no more than before.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

from core.affinity import AbsCosine
from core.data import load_table, plant_groups
from core.drivers import measure_drivers
from core.landscape import OneStep, measure_landscape
from core.machine.threads import one_thread
from core.null import measure_null
from core.values import TaskTable

RUNS = 5
SIZES = ((1700, 12, 24), (10_000, 60, 50))


def main() -> None:
    print(f"{'rows':>7}{'tasks':>7}{'landscape':>11}{'null':>9}{'drivers':>9}{'÷ null':>8}")
    for n_rows, n_tasks, n_features in SIZES:
        cohort = plant_groups(n_rows, n_features, (n_tasks // 4,) * 4)
        table = load_table(cohort.frame, targets=list(cohort.targets))
        with one_thread():
            landscape, null, drivers = seconds_of(table, cohort.labels)
        print(
            f"{n_rows:>7}{n_tasks:>7}{landscape:>9.2f} s{null:>7.2f} s{drivers:>7.2f} s"
            f"{drivers / null:>8.2f}",
            flush=True,
        )


def seconds_of(table: TaskTable, groups: np.ndarray) -> tuple[float, float, float]:
    """One landscape with probe heads, its null, and the drivers of these groups."""
    method = OneStep(heads="probe")
    return (
        seconds(lambda: measure_landscape(table, method, reads=("abs_cosine",))),
        seconds(lambda: measure_null(table, method, AbsCosine())),
        seconds(lambda: measure_drivers(table, groups, method)),
    )


def seconds(work: Callable[[], object]) -> float:
    """Process time of a call, the median of some."""
    times = []
    for _ in range(1 + RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times[1:])


if __name__ == "__main__":
    main()
