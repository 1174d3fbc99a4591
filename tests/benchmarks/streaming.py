"""What a million rows cost: a landscape streamed from Parquet, each size in a process of its own.

    python -m tests.benchmarks.streaming             peak memory and processor time by rows
    python -m tests.benchmarks.streaming group       `taskscape group` on a million rows

The files are real Parquet with d = 50 features (5 % missing) and T = 20 binary tasks (20 % of the
labels missing), in row groups of 100,000. Peak memory is the largest resident set of the process,
libraries included; time is processor time, as the machine may be shared.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SIZES = (10_000, 100_000, 1_000_000)
D, T, GROUPS = 50, 20, 5
ROW_GROUP = 100_000


def write_file(path, n_rows, seed=0):
    """Five planted groups of tasks, written a row group at a time."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    rng = np.random.default_rng(seed)
    direction = rng.normal(size=(D, GROUPS)) / D**0.5
    writer = None
    for start in range(0, n_rows, ROW_GROUP):
        m = min(ROW_GROUP, n_rows - start)
        x = rng.normal(size=(m, D))
        score = (x @ direction)[:, np.arange(T) % GROUPS] + 0.7 * rng.normal(size=(m, T))
        y = (score > np.where(np.arange(T) % 4 == 3, 1.0, 0.0)).astype(float)
        x[rng.random(x.shape) < 0.05] = np.nan
        y[rng.random(y.shape) < 0.2] = np.nan
        columns = {f"x{k}": pa.array(x[:, k], from_pandas=True) for k in range(D)}
        columns |= {f"y_{k}": pa.array(y[:, k], from_pandas=True) for k in range(T)}
        table = pa.table(columns)
        writer = writer or ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()


def measure_one(path, heads):
    """In a process of its own: look through the file, one landscape from one start."""
    from core.data.streamed import open_table
    from core.landscape import OneStep, measure_landscape

    start = time.process_time()
    table = open_table(path, "y_*")
    opened = time.process_time()
    measure_landscape(table, OneStep(heads=heads, starts=1), device="cpu")
    done = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(opened - start, done - opened, peak)


def in_a_process(path, heads):
    command = [sys.executable, "-m", "tests.benchmarks.streaming", "one", str(path), heads]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return np.array([float(part) for part in done.stdout.split()])


def main(heads="shared", sizes=SIZES):
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for n_rows in sizes:
            path = Path(folder) / f"{n_rows}.parquet"
            write_file(path, n_rows)
            found[n_rows] = in_a_process(path, heads)
            path.unlink()
            opened, landscape, peak = found[n_rows]
            print(
                f"{n_rows:>9,} rows, {heads} heads: look through {opened:.1f} s, landscape "
                f"{landscape:.1f} s of processor time, peak {peak:.0f} MB",
                flush=True,
            )
    few, some, many = (found[n_rows] for n_rows in sizes)
    print(f"peak memory {sizes[2]:,} ÷ {sizes[0]:,}: {many[2] / few[2]:.2f} (bar 1.2)")
    print(f"time {sizes[2]:,} ÷ {sizes[1]:,}: {many[:2].sum() / some[:2].sum():.1f} (bar 11)")


def group(n_rows=1_000_000):
    """The whole command on a large file: its front process and its worker."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.parquet"
        write_file(path, n_rows)
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "core", "group", str(path), "--targets", "y_*"]
        options = ["--preset", "quick", "-o", str(Path(folder) / "run"), *sys.argv[2:]]
        subprocess.run([*command, *options], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"{n_rows:,} rows: {time.perf_counter() - start:.0f} s on the clock")
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"front process: {spent:.0f} s, peak {after.ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["one"]:
        measure_one(*words[1:])
    elif words[:1] == ["group"]:
        group()
    else:
        main(*words)
