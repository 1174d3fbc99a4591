"""What the closed form costs: `python -m tests.benchmarks.closed_form`.

The sums that SCA reads, n = 10,000 rows, 20 binary tasks, trunk 64-128-128, in one process:

    a plain loop over samples and tasks ÷ ours, same distances to 1e-5                  at least 2000
    ours ÷ one ordinary forward and backward pass of one task: one shared head              at most 1
    the same with a head for each task                                                  at most T / 2
    500 tasks ÷ 20 tasks, one shared head                                                   at most 3

One shared head as the preset `paper` has it (no bias) and at the base rates (prior). Beside the
bars: all sums, what the default measure reads, mean displacements. Medians of ratios to a pass timed
just before, processor time on one thread, wall time on all; what a work must at least multiply and
subtract stands beside the ceilings of this machine, measured in the same call.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterable

import numpy as np
import torch

from core.affinity import SCA, AbsCosine
from core.landscape.drawn_heads import draw_own_heads, draw_shared_head
from core.landscape.heads import Heads
from core.landscape.one_step import FEWEST_BLOCKS, MAX_SUMS
from core.landscape.rows.blocks import assign_blocks
from core.landscape.rows.labels import Labels
from core.landscape.rows.pieces import arrange_rows
from core.landscape.sums.accumulate import accumulate
from core.landscape.sums.byte_products import has_tiles, multiply
from core.landscape.sums.mean_pull import sum_mean_products
from core.landscape.terms import SUMS
from core.landscape.trunks.perceptron import draw_perceptron
from core.landscape.trunks.trunk import Trunk
from core.values import Kind, PairSums, Task

N_INPUTS, WIDTH, DEPTH, N_TASKS = 64, 128, 2, 20
BATCH = 4096
PASS = 2048


class Problem:
    """Random rows, binary labels, a trunk of about 25 k weights and one shared head."""

    def __init__(
        self, n_rows: int, n_tasks: int = N_TASKS, own_heads: bool = False, bias: str = "prior"
    ) -> None:
        rng = np.random.default_rng(0)
        generator, device = torch.Generator().manual_seed(0), torch.device("cpu")
        self.tasks = [Task(f"y_{k}", Kind.BINARY, n_rows, 0.5) for k in range(n_tasks)]
        x = rng.standard_normal((n_rows, N_INPUTS)).astype(np.float32)
        value = (rng.random((n_rows, n_tasks)) < rng.uniform(0.1, 0.5, n_tasks)).astype(float)
        labels = Labels(value, np.ones(value.shape, dtype=bool))
        self.trunk: Trunk = draw_perceptron(N_INPUTS, WIDTH, DEPTH, generator, device)
        draw = draw_own_heads if own_heads else draw_shared_head
        self.heads: Heads = draw(self.tasks, labels, WIDTH, bias, generator, device)
        n_blocks = min(50, max(FEWEST_BLOCKS, MAX_SUMS // n_tasks**2))
        block = assign_blocks(np.arange(n_rows), n_blocks, 0)
        self.rows = arrange_rows(x, labels, block, device, one_output=not own_heads)

    def closed_form(self, reads: Iterable[str] = SCA.reads) -> PairSums:
        """Sums of every block by the engine: those of the distances, or whatever is read."""
        read = frozenset(reads)
        return accumulate(
            self.rows, self.trunk, self.heads, BATCH, 1, lambda share: None, reads=read
        )

    def distances(self) -> np.ndarray:
        """Σ over samples of ‖Δ_s − Δ_t‖₁, by the engine."""
        found = self.closed_form().distance
        assert found is not None
        return np.asarray(found.sum(axis=0))

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
        """Forward and backward of the loss of one task, in the batches that suit it best."""
        weights = [weight.clone().requires_grad_() for weight in self.trunk.weights]
        value = self.rows.value[:, 0].contiguous()
        for x, label in zip(self.rows.x.split(PASS), value.split(PASS), strict=True):
            h = x
            for weight in weights:
                h = torch.relu(h @ weight.T)
            logit = h @ self.heads.weight[0, :, 0] + self.heads.bias[0, 0]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logit, label)
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


def processor_seconds(run: Callable[[], object], times: int = 5) -> float:
    """Median processor time of a call, after one to warm up."""
    run()
    seconds = []
    for _ in range(times):
        started = time.process_time()
        run()
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)


def against_the_loop(n_rows: int, timed_rows: int) -> list[str]:
    """Equality on `timed_rows` rows, and the speed-up at `n_rows`."""
    whole, part = Problem(n_rows), Problem(timed_rows)
    ours = median_seconds(whole.closed_form)
    started = time.perf_counter()
    expected = part.plain_loop()
    loop = (time.perf_counter() - started) * n_rows / timed_rows
    error = np.abs(part.distances() - expected).max() / expected.max()
    return [
        f"n = {n_rows}, T = {N_TASKS}, {torch.get_num_threads()} threads; {timed_rows} rows looped",
        f"plain loop {loop:.2f} s, ours {ours:.5f} s (median of 9), equal to {error:.1e} (bar 1e-5)",
        _line("plain loop ÷ ours", loop / ours, "≥ 2000", loop / ours >= 2000),
    ]


def against_a_pass(n_rows: int, n_threads: int, times: int = 7) -> list[str]:
    """What landscapes cost in ordinary passes over the same rows."""
    threads, clock = torch.get_num_threads(), _clock(n_threads)
    torch.set_num_threads(n_threads)
    paper, prior, own = (
        Problem(n_rows, bias="zero"),
        Problem(n_rows),
        Problem(n_rows, own_heads=True),
    )
    many, many_prior = Problem(n_rows, 500, bias="zero"), Problem(n_rows, 500)
    works: dict[str, Callable[[], object]] = {
        "a pass": paper.ordinary_pass,
        "one shared head, no bias": paper.closed_form,
        "one shared head, prior": prior.closed_form,
        "a head for each task": own.closed_form,
        "500 tasks, no bias": many.closed_form,
        "500 tasks, prior": many_prior.closed_form,
        "one shared head, prior, all sums": lambda: prior.closed_form(SUMS[:-1]),
        "a head for each task, |cosine|": lambda: own.closed_form(AbsCosine.reads),
        "a head for each task, all sums": lambda: own.closed_form(SUMS[:-1]),
        "mean displacements, shared head": prior.means,
        "mean displacements, own heads": own.means,
    }
    seconds = _rounds(works, times, clock)
    least = least_seconds(n_rows, clock)
    torch.set_num_threads(threads)
    passes = {name: _ratio(took, seconds["a pass"]) for name, took in seconds.items()}
    bars = dict.fromkeys(list(works)[1:3], 1.0) | {"a head for each task": N_TASKS / 2}
    lines = [
        f"n = {n_rows}, T = {N_TASKS}, {n_threads} threads; in passes of {_ms(seconds, 'a pass')}"
    ]
    for name in list(works)[1:]:
        bar = bars.get(name)
        told = f"{_ms(seconds, name)}, {least[name]}" if name in least else _ms(seconds, name)
        met = None if bar is None else passes[name] <= bar
        lines.append(_line(name, passes[name], "" if bar is None else f"≤ {bar:.0f}", met, told))
    for kind in ("no bias", "prior"):
        many, few = seconds[f"500 tasks, {kind}"], seconds[f"one shared head, {kind}"]
        ratio, undisturbed = _ratio(many, few), f"{min(many) / min(few):.2f} by the quickest rounds"
        lines.append(_line(f"500 tasks ÷ 20 tasks, {kind}", ratio, "≤ 3", ratio <= 3, undisturbed))
    return lines


def least_seconds(n_rows: int, clock: Callable[[], float]) -> dict[str, str]:
    """The least some works can take, from the ceilings of this machine measured now."""
    square, pair = torch.randn(1024, 1024), torch.randn(2, 2**17)
    product = _rounds({"": lambda: square @ square}, 9, clock)[""]
    l1 = _rounds({"": lambda: torch.nn.functional.pdist(pair, p=1.0)}, 9, clock)[""]
    flops = 2 * 1024**3 / statistics.median(product)
    subtractions = 2**17 / statistics.median(l1)
    sizes = N_INPUTS * WIDTH + WIDTH * WIDTH
    shared = 2 * n_rows * (sizes + WIDTH * WIDTH)
    own = 2 * n_rows * (sizes + N_TASKS * WIDTH * WIDTH)
    compared = n_rows * 2 * WIDTH * N_TASKS * (N_TASKS - 1) / 2
    many = 2 * n_rows * 500**2
    ceiling = f"at {flops / 1e9:.0f} GFLOP/s"
    return {
        "one shared head, no bias": f"products alone {1e3 * shared / flops:.1f} ms {ceiling}",
        "a head for each task": (
            f"products {1e3 * own / flops:.0f} ms + differences "
            f"{1e3 * compared / subtractions:.0f} ms at {subtractions / 1e9:.0f} G/s"
        ),
        "500 tasks, no bias": (
            f"products alone {1e3 * (many + shared) / flops:.0f} ms {ceiling}; {_in_bytes(clock)}"
        ),
    }


def _in_bytes(clock: Callable[[], float]) -> str:
    """The same for the products of 500 label columns with two bytes a weight, and their result."""
    if not has_tiles():
        return "no tiles here"
    n_blocks, sign = FEWEST_BLOCKS, torch.ones(500, 500, dtype=torch.int8)
    into, one = torch.empty(500, 500, dtype=torch.int32), torch.rand(500, 500)
    works: dict[str, Callable[[], object]] = {
        "multiply": lambda: [multiply(sign, sign, into) for _ in range(2 * n_blocks)],
        "write": lambda: [one.clone() for _ in range(n_blocks)],
    }
    least = {name: 1e3 * min(took) for name, took in _rounds(works, 9, clock).items()}
    return f"as bytes {least['multiply']:.0f} ms + {least['write']:.0f} ms to write the sums"


def _clock(n_threads: int) -> Callable[[], float]:
    """Processor time where one thread works, as others use the machine."""
    return time.process_time if n_threads == 1 else time.perf_counter


def _rounds(
    works: dict[str, Callable[[], object]], times: int, clock: Callable[[], float]
) -> dict[str, list[float]]:
    """Seconds of every work, one after the other and again, so that all meet the same machine."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for number in range(times + 1):
        for name, run in works.items():
            started = clock()
            run()
            if number > 0:  # the first round warms up
                seconds[name].append(clock() - started)
    return seconds


def _ratio(took: list[float], base: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(took, base, strict=True))


def _ms(seconds: dict[str, list[float]], name: str) -> str:
    return f"{1e3 * statistics.median(seconds[name]):.1f} ms"


def _line(name: str, value: float, bar: str, met: bool | None = None, told: str = "") -> str:
    verdict = "" if met is None else ("met" if met else "MISSED")
    return f"{name:<34}{value:10.2f}  {bar:<7}{verdict:<8}{told}"


def main(timed_rows: int = 1000) -> None:
    """Print all comparisons; fewer timed rows make the loop shorter."""
    lines = against_the_loop(1000, timed_rows)
    for n_threads in dict.fromkeys((1, torch.get_num_threads())):
        lines += against_a_pass(10_000, n_threads)
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
