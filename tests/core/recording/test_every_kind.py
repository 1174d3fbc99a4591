"""Tasks of every kind in one recording, with labels: counted, compared, reported."""

import json

import numpy as np
import torch
from torch import nn

from core import load_landscape, run_landscape, to_document
from core.recording import record_landscape
from core.values import Kind
from tests.cohort import SMALL_PLAN

KINDS = {
    "death": "time_to_event",
    "relapse": "time_to_event",
    "sepsis": "binary",
    "lactate": "regression",
    "cause": "multiclass",
}
N_INTERVALS = 6


class Stay(nn.Module):
    def __init__(self):
        super().__init__()
        self.memory, self.out = nn.GRU(4, 10, batch_first=True), nn.Linear(10, 8)

    def forward(self, x):
        return self.out(self.memory(x)[1][0]).relu()


def draw(n):
    """Five hours of 4 numbers, and labels: signed times, flags, numbers, codes; some missing."""
    x = torch.randn(n, 5, 4)
    risk = 2 * x[:, :, 0].mean(1)
    time = torch.ceil(N_INTERVALS * torch.sigmoid(0.3 * torch.randn(n) - risk))
    labels = {
        "death": time * torch.where(torch.rand(n) < 0.4, 1.0, -1.0),
        "relapse": (7 - time) * torch.where(torch.rand(n) < 0.4, 1.0, -1.0),
        "sepsis": (risk + torch.randn(n) > 0).float(),
        "lactate": risk + torch.randn(n),
        "cause": torch.randint(0, 3, (n,)).float(),
    }
    for label in labels.values():
        label[torch.rand(n) < 0.15] = torch.nan
    return x, labels


def losses_of(logits, labels):
    """One a sample; a discrete-time hazard for times (Singer and Willett 1993)."""
    found = {}
    for name, kind in KINDS.items():
        z, y = logits[name], labels[name].nan_to_num(1.0)
        if kind == "time_to_event":
            place, last = torch.arange(N_INTERVALS), y.abs().long()[:, None] - 1
            event = ((place == last) & (y > 0)[:, None]).float()
            each = nn.functional.binary_cross_entropy_with_logits(z, event, reduction="none")
            found[name] = (each * (place <= last)).sum(1)
        elif kind == "multiclass":
            found[name] = nn.functional.cross_entropy(z, y.long(), reduction="none")
        elif kind == "binary":
            found[name] = nn.functional.binary_cross_entropy_with_logits(
                z[:, 0], y, reduction="none"
            )
        else:
            found[name] = (z[:, 0] - y) ** 2
    return found


def test_a_mixture_of_kinds_is_recorded_grouped_and_reported(tmp_path):
    torch.manual_seed(0)
    trunk, path = Stay(), tmp_path / "stay.landscape.npz"
    widths = {"time_to_event": N_INTERVALS, "multiclass": 3}
    head = nn.ModuleDict({name: nn.Linear(8, widths.get(kind, 1)) for name, kind in KINDS.items()})
    drawn = [draw(40) for _ in range(5)]
    with record_landscape(trunk, KINDS, path, max_points=200) as recorder:
        for x, labels in drawn:
            z = trunk(x)
            losses = losses_of({name: head[name](z) for name in KINDS}, labels)
            known = {name: ~torch.isnan(label) for name, label in labels.items()}
            recorder.observe(losses, mask=known, labels=labels)
    found = load_landscape(path)
    every = {name: torch.cat([labels[name] for _, labels in drawn]) for name in KINDS}
    for task in found.tasks:
        label = every[task.name]
        known = label[~torch.isnan(label)]
        assert task.kind is Kind(KINDS[task.name])
        assert task.n_labelled == len(known)
        if task.kind is Kind.TIME_TO_EVENT:  # the share of events
            assert task.mean == np.float32((known > 0).float().mean())
    report = run_landscape(found, SMALL_PLAN)
    json.dumps(to_document(report), allow_nan=False)
    for affinity in report.affinities:
        assert np.isfinite(affinity.values).all(), affinity.measure
