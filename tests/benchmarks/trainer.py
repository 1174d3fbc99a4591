"""The batched trainer against a plain PyTorch loop: `python -m tests.benchmarks trainer`.

All 127 subsets of the 7 forecasts of etth1 x 2 seeds x 600 steps, 32 units. Bar: at least 8 times
faster than one model after the other on 2 cores (50 on a GPU). The loop is what anybody would
write: an `nn.Sequential`, `torch.optim.AdamW`, the same batches; SAMPLED of its 254 models are
timed, of all sizes, each between two rounds of ours, so that a busy machine slows both down. The
loop keeps to one thread, which is its best: products this small gain nothing from a second one,
and lose tenfold on a busy machine.
"""

import itertools
import time
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from core.machine.threads import lone_threads
from core.training import Examples, Trainer
from core.training.draws import draw_batches
from core.values import Split
from tests.benchmarks.trainer_data import etth1, shared_table

STEPS = 600
SEEDS = (0, 1)
ROUNDS = 3
SAMPLED = 7
"""Models of the plain loop timed in each round: one of every group size."""
ENDLESS = replace(Trainer(), max_steps=STEPS, patience=10_000, evaluate_every=STEPS)


def main() -> None:
    examples = etth1()
    sizes = range(1, len(examples.tasks) + 1)
    groups = [g for n in sizes for g in itertools.combinations(range(len(examples.tasks)), n)]
    print(f"{len(groups)} groups x {len(SEEDS)} seeds x {STEPS} steps, {examples.inputs.shape[1]}")
    print(f"inputs, {ENDLESS.width} units, batches of {ENDLESS.batch_size}")
    print(f"{torch.get_num_threads()} threads; median of {ROUNDS} rounds, seconds")
    if torch.cuda.is_available():
        on_gpu(examples, groups)
    compare(examples, groups)
    many_groups()


def compare(examples: Examples, groups: list[tuple[int, ...]]) -> None:
    """Ours and the loop's, round by round, and the product's ceiling beside what was reached."""
    ENDLESS(examples, groups[:4], SEEDS, device="cpu")
    with lone_threads():
        sequential(examples, [groups[-1]], steps=50)
    rounds = []
    for shift in range(ROUNDS):
        by_size = [[g for g in groups if len(g) == n] for n in range(1, 8)]
        sampled = [same[shift % len(same)] for same in by_size]
        counts = np.array([len(same) * len(SEEDS) for same in by_size])
        with lone_threads():
            loop, loop_cpu = counts @ sequential(examples, sampled, STEPS)
        start, used = time.perf_counter(), time.process_time()
        ENDLESS(examples, groups, SEEDS, device="cpu")
        ours, cpu = time.perf_counter() - start, time.process_time() - used
        print(
            f"  loop {loop:.1f} (of a core {loop_cpu:.1f}), ours {ours:.1f} (of a core {cpu:.1f})"
        )
        rounds.append((loop, loop_cpu, ours, cpu, *ceiling(n_workers=2)))
    loop, loop_cpu, ours, cpu, wall, core = np.median(rounds, axis=0)
    flops = step_flops(examples, groups)
    ratios = [row[0] / row[2] for row in rounds]
    told = ", ".join(f"{ratio:.1f}" for ratio in ratios)
    print(f"plain loop {loop:.1f} ({SAMPLED} of 254 models timed a round), ours {ours:.1f}")
    print(f"ratio {np.median(ratios):.1f} (rounds: {told}), bar 8")
    print(f"ratio of the time of one core {loop_cpu / cpu:.1f}, whatever else the machine does")
    print(f"products: {flops / 1e9:.0f} GFLOP, {flops / ours / 1e9:.0f} GFLOP/s where the product")
    print(
        f"of the first layer alone reaches {wall / 1e9:.0f} on two workers; in the time of a core"
    )
    print(
        f"{flops / cpu / 1e9:.0f} of {core / 1e9:.0f}. The rest is Adam, which is bound by memory,"
    )
    print("the products of 32 x 32 weights, and the calls themselves.")


def sequential(examples: Examples, groups: list[tuple[int, ...]], steps: int) -> np.ndarray:
    """Seconds, and seconds of one core, of a plain model of each group: [group, 2]."""
    train = examples.rows(Split.TRAIN)
    inputs = torch.tensor(examples.inputs[train])
    labels = torch.tensor(examples.labels[train], dtype=torch.float32)
    scale = torch.tensor(examples.constant_loss, dtype=torch.float32)
    batches = torch.tensor(draw_batches(examples, [0], steps, ENDLESS.batch_size)[:, 0])
    seconds = []
    for group in groups:
        start, used = time.perf_counter(), time.process_time()
        model = nn.Sequential(
            nn.Linear(inputs.shape[1], ENDLESS.width),
            nn.ReLU(),
            nn.Linear(ENDLESS.width, ENDLESS.width),
            nn.ReLU(),
            nn.Linear(ENDLESS.width, len(group)),
        )
        optimiser = torch.optim.AdamW(model.parameters(), lr=ENDLESS.learning_rate)
        own, unit = labels[:, list(group)], scale[list(group)]
        for rows in batches:
            loss = ((model(inputs[rows]) - own[rows]).square().mean(0) / 2 / unit).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        seconds.append((time.perf_counter() - start, time.process_time() - used))
    return np.array(seconds)


def step_flops(examples: Examples, groups: list[tuple[int, ...]]) -> float:
    """Operations of the matrix products of all steps of our training."""
    n_inputs, width = examples.inputs.shape[1], ENDLESS.width
    heads = sum(map(len, groups)) * width
    forward_and_weights = 2 * len(groups) * n_inputs * width
    whole = 3 * (len(groups) * width**2 + heads)
    return 2.0 * len(SEEDS) * STEPS * ENDLESS.batch_size * (forward_and_weights + whole)


def ceiling(n_workers: int) -> tuple[float, float]:
    """Operations a second, and a second of one core, of the first layer's product alone."""
    from concurrent.futures import ThreadPoolExecutor

    n_models, n_inputs, n_calls = ENDLESS.models_at_once // len(SEEDS), 168, 300
    weights = [torch.randn(n_models * ENDLESS.width, n_inputs) for _ in range(n_workers)]
    batch = torch.randn(n_inputs, ENDLESS.batch_size)

    def repeat(weight: torch.Tensor) -> None:
        for _ in range(n_calls):
            torch.mm(weight, batch)

    with lone_threads(), ThreadPoolExecutor(n_workers) as pool:
        list(pool.map(repeat, weights))
        start, used = time.perf_counter(), time.process_time()
        list(pool.map(repeat, weights))
        seconds, cpu = time.perf_counter() - start, time.process_time() - used
    flops = 2.0 * n_workers * n_calls * weights[0].numel() * ENDLESS.batch_size
    return flops / seconds, flops / cpu


def on_gpu(examples: Examples, groups: list[tuple[int, ...]]) -> None:
    """The same on a GPU, where one chunk can hold every model."""
    trainer = replace(ENDLESS, models_at_once=1000)
    trainer(examples, groups[:4], SEEDS, device="cuda")
    start = time.perf_counter()
    trainer(examples, groups, SEEDS, device="cuda")
    print(f"ours on the GPU {time.perf_counter() - start:.2f}")


def many_groups(n_groups: int = 200, n_seeds: int = 5) -> None:
    """How long a search takes: groups of about 4 of the 12 outcomes after an infarction."""
    examples = shared_table("mi_complications")
    rng = np.random.default_rng(0)
    groups: set[tuple[int, ...]] = set()
    while len(groups) < n_groups:
        size = int(rng.integers(3, 6))
        groups.add(tuple(sorted(rng.choice(12, size, replace=False).tolist())))
    start, used = time.perf_counter(), time.process_time()
    trained = Trainer()(examples, sorted(groups), range(n_seeds), device="cpu")
    seconds, cpu = time.perf_counter() - start, time.process_time() - used
    print(f"mi_complications ({examples.inputs.shape[1]} inputs): {n_groups} groups x {n_seeds}")
    print(f"seeds in {seconds:.1f} ({cpu:.1f} of a core),", end=" ")
    print(f"{trained.last_step.mean():.0f} steps each on average")


if __name__ == "__main__":
    main()
