"""The closed form against a plain loop over samples and tasks: `python -m tests.benchmarks.closed_form`.

Bars: the same distances to 1e-5 and at least 1000 times faster at n = 1000, T = 20; and at n = 10000
what the landscape of all tasks costs beside one ordinary forward and backward pass: one shared head
(at most 1), a head for each task (at most T / 2), 500 tasks beside 20 (at most 3). The mean
displacements are timed apart. Processor time of one thread, as others use the machine.
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import torch

from core.landscape.accumulate import accumulate
from core.landscape.blocks import assign_blocks
from core.landscape.heads import Heads, draw_own_heads, draw_shared_head
from core.landscape.labels import Labels
from core.landscape.mean_pull import sum_mean_products
from core.landscape.one_step import FEWEST_BLOCKS, MAX_SUMS
from core.landscape.perceptron import draw_perceptron
from core.landscape.rows import arrange_rows
from core.landscape.trunk import Trunk
from core.values import Kind, Task

N_INPUTS, WIDTH, DEPTH, N_TASKS = 64, 128, 2, 20
BATCH = 4096


class Problem:
    """Random rows, binary labels, a trunk of about 25 k weights and one shared head."""

    def __init__(self, n_rows: int, n_tasks: int = N_TASKS, own_heads: bool = False) -> None:
        rng = np.random.default_rng(0)
        generator, device = torch.Generator().manual_seed(0), torch.device("cpu")
        self.tasks = [Task(f"y_{k}", Kind.BINARY, n_rows, 0.5) for k in range(n_tasks)]
        x = rng.standard_normal((n_rows, N_INPUTS)).astype(np.float32)
        value = (rng.random((n_rows, n_tasks)) < rng.uniform(0.1, 0.5, n_tasks)).astype(float)
        labels = Labels(value, np.ones(value.shape, dtype=bool))
        self.trunk: Trunk = draw_perceptron(N_INPUTS, WIDTH, DEPTH, generator, device)
        draw = draw_own_heads if own_heads else draw_shared_head
        self.heads: Heads = draw(self.tasks, labels, WIDTH, "prior", generator, device)
        n_blocks = min(50, max(FEWEST_BLOCKS, MAX_SUMS // n_tasks**2))
        block = assign_blocks(np.arange(n_rows), n_blocks, 0)
        self.rows = arrange_rows(x, labels, block, device, one_output=not own_heads)

    def closed_form(self) -> np.ndarray:
        """Σ over samples of ‖Δ_s − Δ_t‖₁, by the engine."""
        sums = accumulate(self.rows, self.trunk, self.heads, BATCH, 1, lambda share: None)
        return sums.distance.sum(axis=0)

    def means(self) -> np.ndarray:
        """Inner products of the mean displacements of 5000 rows."""
        return sum_mean_products(self.rows, self.trunk, self.heads, 5000)

    def plain_loop(self) -> np.ndarray:
        """The same by one backward pass a sample and task, with the gradients stored."""
        real = self.rows.real
        weights = [weight.clone().requires_grad_() for weight in self.trunk.weights]
        column, bias = self.heads.weight[0, :, 0], self.heads.bias[:, 0]
        total = torch.zeros(N_TASKS, N_TASKS, dtype=torch.float64)
        for x, value in zip(self.rows.x[real], self.rows.value[real], strict=True):
            gradients = []
            for task in range(N_TASKS):
                h = x
                for weight in weights:
                    h = torch.relu(weight @ h)
                loss = torch.nn.functional.binary_cross_entropy_with_logits(
                    h @ column + bias[task], value[task]
                )
                found = torch.autograd.grad(loss, weights)
                gradients.append(torch.cat([g.flatten() for g in found]))
            stacked = torch.stack(gradients)
            for task in range(N_TASKS):
                total[task] += (stacked - stacked[task]).abs().sum(dim=1).double()
        return total.numpy()

    def ordinary_pass(self) -> None:
        """Forward and backward of the joint loss of all tasks, as one training step does it."""
        weights = [weight.clone().requires_grad_() for weight in self.trunk.weights]
        for x, value in zip(self.rows.x.split(BATCH), self.rows.value.split(BATCH), strict=True):
            h = x
            for weight in weights:
                h = torch.relu(h @ weight.T)
            logits = (h @ self.heads.weight[0, :, 0]).unsqueeze(1) + self.heads.bias[:, 0]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, value)
            torch.autograd.grad(loss, weights)


def median_seconds(run: Callable[[], object], times: int = 9) -> float:
    """Median wall time of a call, after one to warm up."""
    run()
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def against_the_loop(n_rows: int, timed_rows: int) -> list[str]:
    """Equality on `timed_rows` rows, and the speed-up at `n_rows`."""
    whole = Problem(n_rows)
    ours = median_seconds(whole.closed_form)
    part = Problem(timed_rows)
    started = time.perf_counter()
    expected = part.plain_loop()
    loop = (time.perf_counter() - started) * n_rows / timed_rows
    error = np.abs(part.closed_form() - expected).max() / expected.max()
    timed = "timed whole" if timed_rows == n_rows else f"{timed_rows} rows timed, scaled up"
    return [
        f"n = {n_rows}, T = {N_TASKS}, {sum(w.numel() for w in whole.trunk.weights)} weights, "
        f"{torch.get_num_threads()} threads",
        f"plain loop    {loop:10.2f} s   ({timed})",
        f"closed form   {ours:10.5f} s   (median of 9)",
        f"speed-up      {loop / ours:10.0f} x  (bar 1000)",
        f"difference    {error:10.1e}    (bar 1e-5, largest over pairs, relative)",
    ]


def processor_seconds(run: Callable[[], object], times: int = 5) -> float:
    """Median processor time of a call, after one to warm up."""
    run()
    seconds = []
    for _ in range(times):
        started = time.process_time()
        run()
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)


def against_a_pass(n_rows: int) -> list[str]:
    """The cost of a landscape in ordinary passes over the same rows."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    shared, own = Problem(n_rows), Problem(n_rows, own_heads=True)
    ordinary = processor_seconds(shared.ordinary_pass)
    base = processor_seconds(shared.closed_form)
    works = {
        "one shared head, bar 1": base,
        f"a head for each task, bar {N_TASKS / 2:.0f}": processor_seconds(own.closed_form),
        "mean displacements, shared head": processor_seconds(shared.means),
        "mean displacements, own heads": processor_seconds(own.means),
    }
    many = processor_seconds(Problem(n_rows, 500).closed_form, 3)
    torch.set_num_threads(threads)
    return [
        f"n = {n_rows}, T = {N_TASKS}, in ordinary passes of {ordinary:.4f} s",
        *(f"{name:<38}{seconds / ordinary:8.2f}" for name, seconds in works.items()),
        f"{'T = 500 beside T = 20, bar 3':<38}{many / base:8.1f}",
    ]


def main(timed_rows: int = 1000) -> None:
    """Print both comparisons; fewer timed rows make the loop shorter."""
    lines = [*against_the_loop(1000, timed_rows), *against_a_pass(10_000)]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
