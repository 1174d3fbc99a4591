"""Trunks without a closed form, and several steps: `python -m tests.benchmarks.trunks`.

Bar: the landscape of the 8 alphabets of `omniglot_small` (their own samples, energy pairing) on a
CNN holds at most a tenth of the memory that `vmap` takes which stores the gradient of every training
image, for the same inner products of the tasks' mean displacements. Each runs in a process of its
own; memory is the highest resident set less the one before the work began.

Several steps (K = 10, 20 binary tasks, one shared head, an MLP of 64-128-128): one walk for every
sample and task with a copy of the weights, as before, against one for every distinct target without.
Processor time of one thread, as others use the machine; medians of 5.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from core.data import load_table
from core.landscape import NOTHING, OneStep, measure_landscape
from core.landscape.drawn_heads import draw_shared_head
from core.landscape.rows.material import from_table
from core.landscape.start import generator_of
from core.landscape.start_trunk import draw_trunk
from core.landscape.walks.copies import follow_copies
from core.landscape.walks.targets import find_targets
from core.landscape.walks.walked import _terms, sum_walked
from core.values import TaskTable
from tests.benchmarks.closed_form import Problem

OMNIGLOT = Path(__file__).resolve().parents[3] / "shared" / "data" / "omniglot_small"
METHOD = OneStep(trunk="cnn", starts=1, max_points=10)
TIMES = 5


def omniglot() -> TaskTable:
    """Eight alphabets, a folder of tables with 784 pixels a row."""
    return load_table(OMNIGLOT, targets="y", ignore=["split"])


def ours(table: TaskTable) -> np.ndarray:
    """Inner products of the mean displacements; with them come all sums of the landscape."""
    sums = measure_landscape(table, METHOD, device="cpu").sums
    assert sums.pairing == "energy"
    return sums.mean_product.sum(axis=0)


def stored(table: TaskTable) -> np.ndarray:
    """The same from the gradient of every training image, all kept."""
    material, generator = from_table(table, 50, 0), generator_of(0, 0)
    tasks, labels = material.own_tasks, material.own_labels
    trunk = draw_trunk(METHOD, NOTHING, material.layout, generator, torch.device("cpu"))
    heads = draw_shared_head(tasks, labels, trunk.width, "prior", generator, torch.device("cpu"))
    row, task = np.nonzero(labels.known)
    value = torch.from_numpy(labels.value[row, task]).float()
    own = heads.of(torch.from_numpy(task))
    parts = (own.weight, own.bias, own.used)

    def loss(theta, x, value, weight, bias, used):
        logits = trunk.at(theta, x[None])[0] @ weight + bias
        logs = torch.log_softmax(logits.masked_fill(~used, -torch.inf), 0)
        return -logs.gather(0, value.long()[None])[0]

    gradient = torch.func.vmap(torch.func.grad(loss), (None, 0, 0, 0, 0, 0))
    x = torch.from_numpy(material.at_hand.x[row])
    kept = torch.empty(len(x), len(trunk.start))
    for start in range(0, len(x), 64):
        part = slice(start, start + 64)
        kept[part] = gradient(trunk.start, x[part], value[part], *(each[part] for each in parts))
    means = torch.stack([kept[task == k].sum(0) for k in range(len(tasks))]).double()
    return (means @ means.T).numpy()


def in_a_process(what: str) -> dict:
    """Memory in MB, seconds and the inner products, of `ours` or `stored` in a fresh process."""
    code = f"from tests.benchmarks.trunks import report; report({what!r})"
    command = [sys.executable, "-c", code]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}  # others use the machine
    found = subprocess.run(command, capture_output=True, text=True, check=True, env=alone)
    return json.loads(found.stdout)


def report(what: str) -> None:
    """Print what a process took, as JSON."""
    table = omniglot()
    measure_landscape(
        table, replace(METHOD, mean_rows=8, pair_samples=2), device="cpu"
    )  # loads all
    with Path("/proc/self/clear_refs").open("w") as file:
        file.write("5")  # the highest resident set starts anew
    before, started = _status("VmRSS"), time.perf_counter()
    found = {"ours": ours, "stored": stored}[what](table)
    seconds = time.perf_counter() - started
    told = {"mb": (_status("VmHWM") - before) / 1024, "s": seconds, "products": found.tolist()}
    sys.stdout.write(json.dumps(told))


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def memory_lines() -> list[str]:
    """The bar."""
    if not OMNIGLOT.is_dir():
        return ["omniglot_small is not beside the checkout: skipped"]
    runs = {
        what: [in_a_process(what) for _ in range(n)] for what, n in (("ours", TIMES), ("stored", 1))
    }
    mb = {what: statistics.median(run["mb"] for run in found) for what, found in runs.items()}
    seconds = {what: statistics.median(run["s"] for run in found) for what, found in runs.items()}
    one, other = (np.array(runs[what][0]["products"]) for what in ("ours", "stored"))
    table = omniglot()
    return [
        f"CNN, 28 × 28, {len(table.tasks)} alphabets, {(table.split == 0).sum()} training images",
        f"gradients all stored {mb['stored']:9.0f} MB {seconds['stored']:7.1f} s",
        f"ours                 {mb['ours']:9.0f} MB {seconds['ours']:7.1f} s   (median of {TIMES})",
        f"memory, ours ÷ stored {mb['ours'] / mb['stored']:8.3f}      (bar 0.1)",
        f"difference           {np.abs(one - other).max() / np.abs(other).max():9.1e}",
    ]


def copied(problem: Problem, heads, n_rows: int) -> np.ndarray:
    """Distances after 10 steps, by a copy of the weights for every sample and task."""
    rows, n_tasks = problem.rows, problem.rows.value.shape[1]
    place = rows.real.nonzero()[:, 0]
    total = torch.zeros(n_tasks, n_tasks, dtype=torch.float64)
    for part in place.split(8):
        x, value, known = rows.x[part], rows.value[part], rows.known[part]
        targets = find_targets(torch.arange(n_tasks), value, known)  # no two tasks alike
        walk = x[targets.row], value[targets.row, targets.task], targets.task
        walks = follow_copies(problem.trunk, heads, *walk, 10, 0.01)
        total += _terms(walks, targets, known).distance.double().sum(0)
    return total.numpy()


def seconds_of(work) -> tuple[float, np.ndarray]:
    """Median processor time, after one to warm up."""
    found, taken = work(), []
    for _ in range(TIMES):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return statistics.median(taken), found


def steps_lines(n_rows: int = 100) -> list[str]:
    """Several steps, before and after."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    problem, lines = (
        Problem(n_rows),
        [f"K = 10 steps, {n_rows} samples, 20 binary tasks, one shared head"],
    )
    zero = replace(problem.heads, bias=torch.zeros_like(problem.heads.bias))
    for name, heads in (("no bias", zero), ("base rates as bias", problem.heads)):

        def after(heads=heads):
            told = (10, 0.01, n_rows, 1, lambda share: None)
            return sum_walked(problem.rows, problem.trunk, heads, *told).sums.distance.sum(axis=0)

        old, expected = seconds_of(lambda heads=heads: copied(problem, heads, n_rows))
        new, found = seconds_of(after)
        error = np.abs(found - expected).max() / expected.max()
        lines.append(
            f"{name:<20} copies {old:6.2f} s   ours {new:6.2f} s   {old / new:5.1f} x   difference {error:.0e}"
        )
    torch.set_num_threads(threads)
    return lines


def main() -> None:
    """Print both."""
    sys.stdout.write("\n".join([*memory_lines(), *steps_lines()]) + "\n")


if __name__ == "__main__":
    main()
