"""A recorder in somebody's loop: `python -m tests.benchmarks.recording`.

For models of four kinds, batches of 64: bytes of tensors alive at most while rows are recorded over
those of the same training alone, what the recorder adds for 512 rows and for 2,048, beside the
n · T · P numbers of all gradients; and the processor time of twenty steps over that of the same
steps alone where every step is observed and where every tenth is (medians of five). One process,
one thread.
"""

import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

from core.recording import Recorder, record_landscape
from tests.core.recording.memory import PeakBytes
from tests.core.recording.models import LoRA, Transformer

BATCH, N_BATCHES, REPEATS, STEPS = 64, 8, 5, 20


class Series(nn.Module):
    """Forty-eight hours of 16 numbers: two recurrent layers, then attention."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = nn.GRU(16, 64, 2, batch_first=True)
        self.look = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.look(self.memory(x)[0])
        return found[:, -1]


class Case:
    """A trunk, heads and the batches that are trained on."""

    def __init__(
        self, trunk: nn.Module, width: int, n_tasks: int, batch: Callable[[], torch.Tensor]
    ) -> None:
        self.trunk, self.head = trunk, nn.Linear(width, n_tasks)
        self.names = [f"t{k}" for k in range(n_tasks)]
        self.batch = batch
        self.n_weights = sum(
            part.numel() for part in trunk.parameters() if part.requires_grad and part.dim() > 1
        )

    def step(self, recorder: Recorder | None = None) -> None:
        features = self.trunk(self.batch())
        losses = (self.head(features) - 1) ** 2
        if recorder is not None:
            recorder.observe({name: losses[:, k] for k, name in enumerate(self.names)})
        losses.mean().backward()
        self.trunk.zero_grad()


def cases() -> dict[str, Case]:
    torch.manual_seed(0)
    mlp = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU())
    cnn = nn.Sequential(
        nn.Conv2d(1, 32, 3, stride=2, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(32, 64, 3, stride=2, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(64, 64, 3, stride=2, padding=1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, 64),
    )
    words = Transformer(lambda layer: LoRA(layer, 8), width=128, freeze=True)
    return {
        "MLP 64-128-128, 8 tasks": Case(mlp, 128, 8, lambda: torch.randn(BATCH, 64)),
        "CNN on 28 x 28, 8 tasks": Case(cnn, 64, 8, lambda: torch.randn(BATCH, 1, 28, 28)),
        "GRU and attention, 48 steps, 8 tasks": Case(
            Series(), 64, 8, lambda: torch.randn(BATCH, 48, 16)
        ),
        "transformer, LoRA of rank 8, 32 tokens, 6 tasks": Case(
            words, 128, 6, lambda: torch.randint(0, 11, (BATCH, 32))
        ),
    }


def peak(case: Case, recorded: bool, n_batches: int = N_BATCHES) -> int:
    """Bytes alive at most over some steps."""
    with (
        record_landscape(case.trunk, case.names, max_points=500) as recorder,
        PeakBytes() as bytes_,
    ):
        for _ in range(n_batches):
            case.step(recorder if recorded else None)
        return bytes_.peak


def seconds(case: Case, every: int) -> float:
    """Of some steps of which every so many are observed; none where it is 0."""
    with record_landscape(case.trunk, case.names, max_points=500) as recorder:
        case.step(recorder)  # proves the model, which a later step need not
        begun = time.process_time()
        for step in range(STEPS):
            case.step(recorder if every and step % every == 0 else None)
        return time.process_time() - begun


def main() -> None:
    torch.set_num_threads(1)
    print(
        "model | weights | MB added | ÷ training alone | at 4 times the rows | "
        "all gradients of 10,000 rows, MB | time, every step | every tenth"
    )
    for name, case in cases().items():
        alone = peak(case, False)
        held = peak(case, True) - alone
        more = peak(case, True, 4 * N_BATCHES) - alone
        everything = 4 * 10_000 * len(case.names) * case.n_weights
        times = [[seconds(case, every) for every in (1, 10, 0)] for _ in range(REPEATS)]
        always = statistics.median(one / none for one, _, none in times)
        sometimes = statistics.median(tenth / none for _, tenth, none in times)
        print(
            f"{name} | {case.n_weights:,} | {held / 1e6:.0f} | {(alone + held) / alone:.1f} | "
            f"x {more / held:.2f} | {everything / 1e6:,.0f} | x {always:.1f} | x {sometimes:.1f}"
        )


if __name__ == "__main__":
    main()
