"""The landscape of all tasks against one epoch of TAG: `python -m tests.benchmarks.tag`.

Both look at the same 10,000 rows, with the same trunk (64-128-128, 24,576 weights) and 20 binary
tasks. TAG is the published method with nothing skipped: a joint run over the rows once, in batches
of 96 rows as its authors trained Taskonomy, plain SGD, and at every step the trunk looks ahead one
step of every task and reads the losses of all tasks there, on the batch of the step (Fifty et al.
2021). Larger batches, looks ahead every 10 steps as in their code, and `TAG` of this house (batched
over the tasks, losses read on rows held out) stand beside it. It gives one T × T matrix. Ours is the
landscape from one start: the one sum that its measure reads, block by block, and all sums that any
measure reads; with one shared head as published, and with a head for each task (their fit apart).

With hundreds of tasks: seconds and memory of the joint run with its defaults, each in a process of
its own (`python -m tests.benchmarks.tag many`).

Medians of 5, processor time of one thread, all in one process: ratios, as others use the machine.
Bar: TAG at every step takes at least 50 times as long as the landscape with one shared head.
"""

import resource
import subprocess
import sys
import time

import numpy as np
import torch

from core.affinity import TAG
from core.landscape import OneStep, measure_landscape, measure_look_ahead
from core.landscape.look_ahead.joint import run_ahead
from core.landscape.sums.accumulate import accumulate
from core.values import Kind, Split, Task, TaskTable
from tests.benchmarks.closed_form import BATCH as MOST_ROWS
from tests.benchmarks.closed_form import N_INPUTS, N_TASKS, Problem, processor_seconds

N_ROWS = 10_000
BATCH = 96
RATE = 0.1
BAR = 50
SHARED, OWN = "landscape, one shared head", "landscape, a head for each task"
PUBLISHED = "TAG, every step"


class PublishedTAG:
    """One joint run over the rows, looking ahead every so many steps; plain PyTorch."""

    def __init__(self, problem: Problem, every: int = 1, batch: int = BATCH) -> None:
        real = problem.rows.real
        self.x, self.value = problem.rows.x[real], problem.rows.value[real]
        self.start = problem.trunk.weights
        self.every, self.batch = every, batch

    def __call__(self) -> np.ndarray:
        trunk = [weight.clone().requires_grad_() for weight in self.start]
        heads = torch.nn.Linear(len(self.start[-1]), N_TASKS)
        total, n_looks = torch.zeros(N_TASKS, N_TASKS), 0
        batches = zip(self.x.split(self.batch), self.value.split(self.batch), strict=True)
        for number, (x, value) in enumerate(batches):
            losses = losses_of(trunk, heads, x, value)
            if number % self.every == 0:
                total += self.look(trunk, heads, x, value, losses)
                n_looks += 1
            moves = torch.autograd.grad(losses.sum(), [*trunk, *heads.parameters()])
            with torch.no_grad():
                for each, move in zip([*trunk, *heads.parameters()], moves, strict=True):
                    each -= RATE * move
        return (total / n_looks).numpy()

    def look(self, trunk, heads, x, value, losses):
        """Z of every source and target on the batch of the step."""
        gain = []
        for loss in losses:
            moves = torch.autograd.grad(loss, trunk, retain_graph=True)
            with torch.no_grad():
                ahead = [w - RATE * move for w, move in zip(trunk, moves, strict=True)]
                gain.append(1 - losses_of(ahead, heads, x, value) / losses)
        return torch.stack(gain).detach()


def distances(problem: Problem) -> object:
    """The landscape's sums of the distances alone."""
    rows, trunk, heads = problem.rows, problem.trunk, problem.heads
    reads = frozenset({"distance"})
    return accumulate(rows, trunk, heads, MOST_ROWS, 1, lambda share: None, None, reads)


def losses_of(trunk, heads, x, value):
    """Mean loss of every task."""
    for weight in trunk:
        x = torch.relu(x @ weight.T)
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    return loss(heads(x), value, reduction="none").mean(0)


def as_table(problem):
    """The same rows as a table, all for training."""
    real = problem.rows.real
    x, value = problem.rows.x[real].double().numpy(), problem.rows.value[real].double().numpy()
    names = tuple(f"x_{k}" for k in range(N_INPUTS))
    each = range(value.shape[1])
    tasks = tuple(Task(f"y_{k}", Kind.BINARY, N_ROWS, 0.5, ("0", "1")) for k in each)
    train = np.full(N_ROWS, Split.TRAIN.code)
    return TaskTable(names, x, tasks, value, train, np.arange(N_ROWS))


def main() -> None:
    """Print what each takes, and its ratio to the landscape with one shared head."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    shared, own = Problem(N_ROWS), Problem(N_ROWS, own_heads=True)
    table = as_table(shared)
    few = measure_landscape(table, OneStep(starts=1, max_points=10), device="cpu")
    run = TAG(held_out=0.0, batch_size=BATCH, steps=-(-N_ROWS // BATCH), every=1)
    works = {
        SHARED: lambda: distances(shared),
        "landscape, one shared head, all sums": shared.closed_form,
        OWN: lambda: distances(own),
        PUBLISHED: PublishedTAG(shared),
        "TAG, every step, batches of 256": PublishedTAG(shared, batch=256),
        "TAG, every 10 steps": PublishedTAG(shared, every=10),
        "TAG of this house, every step": lambda: measure_look_ahead(table, few, run, device="cpu"),
        "TAG of this house, its defaults": lambda: measure_look_ahead(
            table, few, TAG(), device="cpu"
        ),
        "one ordinary forward and backward": shared.ordinary_pass,
    }
    seconds = {name: processor_seconds(work) for name, work in works.items()}
    torch.set_num_threads(threads)
    base, published = seconds[SHARED], seconds[PUBLISHED]
    lines = [f"n = {N_ROWS}, T = {N_TASKS}, one thread, medians of 5"]
    lines += [f"{name:<38}{spent:9.4f} s{spent / base:9.1f} x" for name, spent in seconds.items()]
    lines.append(
        f"TAG at every step ÷ landscape with one shared head: {published / base:.0f} (bar {BAR})"
    )
    lines.append(
        f"TAG at every step ÷ landscape with a head for each task: {published / seconds[OWN]:.1f}"
    )
    sys.stdout.write("\n".join(lines) + "\n")


def many_tasks(*n_tasks: int) -> None:
    """Print what the joint run of each number of tasks takes."""
    lines = [f"TAG of this house, its defaults, n = {N_ROWS}, one thread"]
    for tasks in n_tasks or (20, 100, 200, 500):
        program = f"from tests.benchmarks.tag import joint_run; joint_run({tasks})"
        told = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE)
        lines.append(f"T = {tasks:<5}{told.stdout.decode()}")
    sys.stdout.write("\n".join(lines) + "\n")


def joint_run(n_tasks: int) -> None:
    """Print processor seconds, and megabytes at the peak beside those before."""
    torch.set_num_threads(1)
    table, n_blocks = as_table(Problem(N_ROWS, n_tasks)), max(20, min(50, 5_000_000 // n_tasks**2))
    before, started = _peak(), time.process_time()
    run_ahead(table, OneStep(), TAG(), n_blocks, 0, "cpu", lambda share, what: None)
    spent = time.process_time() - started
    sys.stdout.write(f"{spent:8.1f} s{before:8.0f} → {_peak():.0f} MB")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["many"]:
        many_tasks(*map(int, sys.argv[2:]))
    else:
        main()
