"""What a million rows cost: a landscape streamed from Parquet, each size in a process of its own.

    python -m tests.benchmarks.streaming             peak memory and processor time by rows
    python -m tests.benchmarks.streaming probe       the same with a head for each task
    python -m tests.benchmarks.streaming group       `taskscape group` on a million rows
    python -m tests.benchmarks.streaming csv         a text of a million rows written anew as Parquet

The files are real Parquet with d = 50 features (5 % missing) and T = 20 binary tasks (20 % of the
labels missing), in row groups of 100,000. Peak memory is the largest resident set of the process,
libraries included; time is processor time, as the machine may be shared.
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
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
    print(opened - start, time.process_time() - opened, peak())


def peak(pid="self"):
    """Of a process, in MB. `ru_maxrss` begins at what its parent held, so it tells nothing here."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def in_a_process(path, heads):
    return run_one("one", path, heads)


def run_one(*words):
    """A part of this file in a process of its own, with the environment of a worker."""
    from core.machine.threads import idle_threads_sleep

    command = [sys.executable, "-m", "tests.benchmarks.streaming", *map(str, words)]
    environment = idle_threads_sleep(os.environ)
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
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


def group(n_rows=1_000_000, *options):
    """The whole command on a large file: its front process and its worker."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.parquet"
        write_file(path, int(n_rows))
        start = time.perf_counter()
        command = [sys.executable, "-m", "core", "group", str(path), "--targets", "y_*"]
        options = options or ("--preset", "quick")
        spent = watch([*command, "-o", str(Path(folder) / "run"), *options])
        print(f"{int(n_rows):,} rows: {time.perf_counter() - start:.0f} s on the clock")
        for name, (seconds, most) in spent.items():
            print(f"{name}: {seconds:.0f} s of processor time, peak {most:.0f} MB")


def watch(command):
    """Processor seconds and peak memory (MB) of a command and of the worker that it starts."""
    import psutil

    front = psutil.Popen(command)
    spent = {}
    while front.poll() is None:
        for name, process in (("front", front), *(("worker", one) for one in front.children())):
            with suppress(psutil.Error, OSError, IndexError):  # it has ended
                times = process.cpu_times()
                spent[name] = (times.user + times.system, peak(process.pid))
        time.sleep(0.2)
    if front.returncode:
        raise SystemExit(front.returncode)
    return spent


def text(n_rows=1_000_000):
    """A CSV of a million rows: a process that rewrites it, and what it takes."""
    from pyarrow import csv, parquet

    with tempfile.TemporaryDirectory() as folder:
        rows, path = Path(folder) / "rows.parquet", Path(folder) / "large.csv"
        write_file(rows, n_rows)
        with csv.CSVWriter(path, parquet.read_schema(rows)) as writer:
            for batch in parquet.ParquetFile(rows).iter_batches(batch_size=ROW_GROUP):
                writer.write_batch(batch)
        rows.unlink()
        seconds, most = run_one("rewrite", path, rows)
        print(
            f"{n_rows:,} rows, {path.stat().st_size / 1e6:.0f} MB of text: written anew in "
            f"{seconds:.0f} s of processor time, peak {most:.0f} MB"
        )


def rewrite(path, target):
    """In a process of its own."""
    from core.data.streamed.delimited import rewrite_text

    rewrite_text(Path(path), Path(target))
    print(time.process_time(), peak())


if __name__ == "__main__":
    words = sys.argv[1:]
    parts = {"one": measure_one, "group": group, "csv": text, "rewrite": rewrite}
    if words[:1] and words[0] in parts:
        parts[words[0]](*words[1:])
    else:
        main(*words)
