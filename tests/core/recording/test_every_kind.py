"""Tasks of every kind in one recording, with labels: counted, compared, reported."""

import json

import numpy as np
import pytest
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


def record_labels(path, labels, kinds, ids=None):
    """A landscape of a linear trunk with these labels, in two batches."""
    torch.manual_seed(0)
    n, trunk = len(next(iter(labels.values()))), nn.Linear(3, 4)
    x = torch.randn(n, 3)
    with record_landscape(trunk, kinds, path) as recorder:
        for part in torch.arange(n).chunk(2):
            z = trunk(x[part])
            losses = {name: z[:, place] ** 2 for place, name in enumerate(kinds)}
            some = {name: label[part] for name, label in labels.items()}
            recorder.observe(losses, labels=some, sample=None if ids is None else ids[part])
    return load_landscape(path)


def two_labels(n, n_both):
    """Two labels that `n_both` of n samples have both of, many one and many none."""
    both, one = torch.zeros(n), torch.zeros(n)
    both[:80], one[80 - n_both : 160 - n_both] = 1, 1
    return both, one


@pytest.mark.parametrize("kind", ["binary", "unknown"])
@pytest.mark.parametrize(("n_both", "is_told"), [(0, True), (1, False), (10, False), (11, True)])
def test_no_agreement_is_recorded_of_labels_that_few_patients_share(
    tmp_path, kind, n_both, is_told
):
    sepsis, shock = two_labels(200, n_both)
    labels = {"sepsis": sepsis, "shock": shock, "lactate": torch.randn(200)}
    kinds = {"sepsis": kind, "shock": kind, "lactate": "regression"}
    found = record_labels(tmp_path / "a.landscape.npz", labels, kinds)
    report = run_landscape(found, SMALL_PLAN)
    agreement = next(one for one in report.affinities if one.measure == "label_agreement")
    phi = np.abs(np.corrcoef(sepsis, shock)[0, 1])
    if is_told:
        assert agreement.values[0, 1] == pytest.approx(phi)
        assert not agreement.gaps
        return
    pair = np.zeros((3, 3), dtype=bool)
    pair[0, 1] = pair[1, 0] = True
    np.testing.assert_array_equal(np.isnan(agreement.values), pair)
    np.testing.assert_array_equal(agreement.gaps[0].where, pair)
    assert "too few patients" in agreement.gaps[0].reason
    assert not found.label_sums.product[:, 0, 1].any()
    assert not found.label_sums.count[:, 1, 0].any()
    assert any("1 pair of tasks is left out" in note for note in found.notes)
    json.dumps(to_document(report), allow_nan=False)


@pytest.mark.parametrize("n_patients", [10, 11])
def test_patients_who_share_labels_are_counted_and_not_their_rows(tmp_path, n_patients):
    sepsis, shock = two_labels(400, 35)
    ids = torch.arange(400)
    ids[45:80] = torch.arange(35) % n_patients + 1000  # who have both
    labels = {"sepsis": sepsis, "shock": shock}
    kinds = dict.fromkeys(labels, "binary")
    found = record_labels(tmp_path / "a.landscape.npz", labels, kinds, ids)
    assert bool(found.label_sums.count[:, 0, 1].any()) == (n_patients == 11)


def test_a_class_that_meets_a_label_in_few_patients_hides_the_pair(tmp_path):
    cause = torch.arange(300) % 3
    labels = {"cause": cause.float(), "sepsis": (cause == 1).float(), "late": torch.ones(300)}
    labels["sepsis"][torch.arange(0, 300, 3)[:4]] = 1
    labels["late"][:300:2] = 0
    kinds = {"cause": "multiclass", "sepsis": "binary", "late": "binary"}
    found = record_labels(tmp_path / "a.landscape.npz", labels, kinds)
    shared = found.label_sums.count.sum(axis=0)
    assert found.label_sums.task.tolist() == [0, 0, 0, 1, 2]
    assert not shared[:3, 3].any()
    assert (shared[:3, 4] == 300).all()
    assert shared[3, 4] == 300
