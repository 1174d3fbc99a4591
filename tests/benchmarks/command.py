"""From process start to result: `python -m tests.benchmarks.command`.

Bars: `taskscape group … --preset quick` on 1,700 rows with 12 tasks under 12 s on two cores,
`taskscape --help` under 0.5 s. Medians of five, a fresh run folder each time.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import SHARED_DATA

CORE = [sys.executable, "-P", "-m", "core"]
RUNS = 5
TABLES = ("mi_complications", "nhanes_adult", "tox21")


def main() -> None:
    print(f"{'--help':<34}{median(lambda _: seconds([*CORE, '--help'])):>7.2f} s")
    print(
        f"{'import core':<34}{median(lambda _: seconds([sys.executable, '-c', 'import core'])):>7.2f} s"
    )
    if not SHARED_DATA.is_dir():
        print("the real tables are not beside the checkout; the rest is left out")
        return
    for name in TABLES:
        data = SHARED_DATA / f"{name}.parquet"
        words = ["group", str(data), "--targets", "y_*", "--ignore", "split", "--preset", "quick"]
        with tempfile.TemporaryDirectory() as folder:
            took = median(
                lambda i, w=words, f=folder: seconds([*CORE, *w, "-o", str(Path(f) / str(i))])
            )
        print(f"{'group ' + name + ' (quick)':<34}{took:>7.2f} s", flush=True)


def median(measure) -> float:
    """The median of some calls, after one that warms the disk."""
    measure("warm")
    return statistics.median(measure(i) for i in range(RUNS))


def seconds(command: list[str]) -> float:
    """Wall time of a command that must succeed."""
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
