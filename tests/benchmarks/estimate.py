"""What is said before a run or a validation against what it takes: `python -m tests.benchmarks estimate`.

Bar: the seconds that processors are at work within a factor of 2 for most plans, the memory within
1.3. Each is a worker process of its own, so that its libraries are counted; its processor time is
looked at, which others on the machine hardly change. On a machine of another speed every ratio is
off by the same factor: `core.runs.pace` reads it off finished runs, and so it is told below.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from core.affinity import TAG
from core.data import Roles, assign_roles, read_source
from core.estimate import estimate_run, size_of
from core.evidence import VALIDATIONS
from core.machine.threads import idle_threads_sleep
from core.plan import Plan, preset
from core.runs import EVIDENCE, MAIN, Asked, Run, State
from core.validation import estimate_cost
from tests.conftest import SHARED_DATA

Table = Callable[[], tuple[pd.DataFrame, Roles]]


def shared(name: str) -> Table:
    """A table that lies beside the checkout, or a folder of them."""

    def read() -> tuple[pd.DataFrame, Roles]:
        path = SHARED_DATA / name
        if path.is_dir():
            source = read_source(path, "y")
            frame, targets = source.frame, source.targets
        else:
            frame, targets = pd.read_parquet(path.with_suffix(".parquet")), "y_*"
        ignore = ["split"] if "split" in frame else []
        return frame, assign_roles(frame, targets=targets, ignore=ignore)

    return read


def generated(n_rows: int, n_inputs: int, n_tasks: int, own: bool = False) -> Table:
    """Outcomes in three groups, each on samples of its own where asked for."""

    def make() -> tuple[pd.DataFrame, Roles]:
        rng = np.random.default_rng(0)
        x = rng.normal(size=(n_rows, n_inputs))
        weights = rng.normal(size=(n_inputs, 3)) / n_inputs**0.5
        noise = rng.normal(size=(n_rows, n_tasks))
        y = (x @ weights[:, np.arange(n_tasks) % 3] + noise > 0.5).astype(float)
        if own:
            y[np.arange(n_tasks) != rng.integers(0, n_tasks, n_rows)[:, None]] = np.nan
        names = [*(f"x{k}" for k in range(n_inputs)), *(f"y_{k}" for k in range(n_tasks))]
        frame = pd.DataFrame(np.concatenate([x, y], axis=1), columns=names)
        return frame, assign_roles(frame, targets="y_*")

    return make


def plan(key: str, **landscape: Any) -> Plan:
    """A preset with other settings of the landscape."""
    usual = preset(key)
    return replace(usual, landscape=replace(usual.landscape, **landscape))


RUNS: dict[str, tuple[Table, Plan]] = {
    "mi_complications, quick": (shared("mi_complications"), plan("quick")),
    "mi_complications, thorough": (shared("mi_complications"), plan("thorough")),
    "drug_consumption, paper": (shared("drug_consumption"), plan("paper")),
    "nhanes_adult, standard": (shared("nhanes_adult"), plan("standard")),
    "icu_physionet2012, thorough": (shared("icu_physionet2012"), plan("thorough")),
    "tox21, standard": (shared("tox21"), plan("standard")),
    "brfss2015, standard": (shared("brfss2015"), plan("standard")),
    "landmine, own samples, quick": (shared("landmine"), plan("quick")),
    "landmine, own samples, standard": (shared("landmine"), plan("standard")),
    "mi_complications, 10 steps, standard": (
        shared("mi_complications"),
        plan("standard", steps=10),
    ),
    "mi_complications, 10 steps, paper": (shared("mi_complications"), plan("paper", steps=10)),
    "mi_complications, TAG, quick": (
        shared("mi_complications"),
        replace(plan("quick"), measure=TAG()),
    ),
    "400 rows, 4 tasks, quick": (generated(400, 10, 4), plan("quick")),
    "100,000 rows, standard": (generated(100_000, 50, 12), plan("standard")),
    "120 tasks, standard": (generated(2000, 20, 120), plan("standard")),
    "40 tasks, 10 steps, quick": (generated(2000, 20, 40), plan("quick", steps=10)),
    "400 inputs, 10 steps, quick": (generated(1500, 400, 12), plan("quick", steps=10)),
    "width 512, depth 4, quick": (generated(1500, 20, 12), plan("quick", width=512, depth=4)),
    "40 tasks, width 256, depth 4, quick": (
        generated(1500, 20, 40),
        plan("quick", width=256, depth=4),
    ),
    "width 32, depth 5, quick": (generated(8000, 40, 12), plan("quick", width=32, depth=5)),
    "width 1,024, standard": (generated(1000, 50, 8), plan("standard", width=1024)),
    "images of 16 × 16, cnn, quick": (generated(1500, 256, 4), plan("quick", trunk="cnn")),
    "6 own images, cnn, quick": (generated(2400, 256, 6, own=True), plan("quick", trunk="cnn")),
    "omniglot_small, own samples, quick": (shared("omniglot_small"), plan("quick")),
}
TESTS: dict[str, tuple[Table, str]] = {
    "mi_complications, quick": (shared("mi_complications"), "quick"),
    "mi_complications, standard": (shared("mi_complications"), "standard"),
    "nhanes_adult, quick": (shared("nhanes_adult"), "quick"),
    "landmine, quick": (shared("landmine"), "quick"),
    "400 rows, 4 tasks, standard": (generated(400, 10, 4), "standard"),
    "40 tasks, quick": (generated(2000, 20, 40), "quick"),
}


class Took(NamedTuple):
    """Processor seconds and bytes at the peak of a worker."""

    seconds: float
    memory: float


def main() -> None:
    """Both tables."""
    with tempfile.TemporaryDirectory() as folder:
        ratios = [
            compare_run(Path(folder) / f"run-{number}", name, *case)
            for number, (name, case) in enumerate(RUNS.items())
        ]
        summarise([ratio for ratio in ratios if ratio])
        ratios = [
            compare_validation(Path(folder) / f"test-{number}", name, *case)
            for number, (name, case) in enumerate(TESTS.items())
        ]
        summarise([ratio for ratio in ratios if ratio])


def compare_run(path: Path, name: str, table: Table, asked: Plan) -> float | None:
    """Said ÷ taken of a run; None where its table is not here."""
    run = make_run(path, name, table, asked)
    if run is None:
        return None
    needs, took = estimate_run(size_of(*table()), asked), work(run, MAIN)
    memory = f"{needs.memory / 1e9:6.2f}{took.memory / 1e9:6.2f}"
    return tell(f"run: {name}", needs.seconds, took.seconds, memory)


def compare_validation(path: Path, name: str, table: Table, key: str) -> float | None:
    """The same of a validation of a quick run."""
    run = make_run(path, name, table, plan("quick", refits=0))
    if run is None:
        return None
    work(run, MAIN)
    settings = VALIDATIONS[key]
    run.ask_validation(Asked(settings, ()))
    said = estimate_cost(run.report(), settings)
    took = work(run, EVIDENCE)
    evidence = run.report().evidence
    assert evidence is not None
    networks = f"   {said.n_networks:,} networks said, {evidence.n_networks:,} trained"
    return tell(f"validation: {name}", said.work, took.seconds, networks)


def make_run(path: Path, name: str, table: Table, asked: Plan) -> Run | None:
    try:
        frame, roles = table()
    except FileNotFoundError:
        print(f"{name:<44}is not beside the checkout")
        return None
    return Run.create(path, frame, roles, asked, name, "0" * 64)


def work(run: Run, job: str) -> Took:
    """A worker of its own does a job."""
    command = [sys.executable, "-P", "-m", "core", "work", str(run.path), "--job", job]
    worker = subprocess.Popen(command, env=idle_threads_sleep(os.environ))
    _, code, used = os.wait4(worker.pid, 0)
    worker.returncode = os.waitstatus_to_exitcode(code)
    status = run.status(job)
    assert status is not None
    assert status.state is State.DONE, status.error
    return Took(used.ru_utime + used.ru_stime, 1024.0 * used.ru_maxrss)


def tell(name: str, said: float, took: float, more: str) -> float:
    print(f"{name:<48}{said:>7.1f} s said{took:>7.1f} s taken{said / took:>6.2f}{more}", flush=True)
    return said / took


def summarise(ratios: list[float]) -> None:
    """How many were within a factor of 2, as they are and at this machine's pace."""
    middle = statistics.median(ratios)
    near = [sum(0.5 <= ratio / by <= 2 for ratio in ratios) for by in (1.0, middle)]
    print(
        f"within a factor of 2: {near[0]} of {len(ratios)}; the middle ratio is {middle:.2f}, and "
        f"where that is the pace {near[1]} are\n",
        flush=True,
    )


if __name__ == "__main__":
    main()
