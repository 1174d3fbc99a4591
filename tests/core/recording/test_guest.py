"""A recorder is a guest: training ends bit for bit where it would have without it."""

import copy
import gc

import numpy as np
import pytest
import torch
from torch import nn

from core import load_landscape, run_landscape
from core.errors import MethodError
from core.recording import record_landscape
from core.report import to_document
from core.values import Kind
from tests.cohort import SMALL_PLAN
from tests.core.recording.memory import PeakBytes
from tests.core.recording.models import CNN, TASKS, Transformer, heads, losses_of, mlp


def train(trunk, recorder=None, steps=6):
    """Six steps of Adam with dropout in the heads' way; returns everything a run leaves behind."""
    torch.manual_seed(11)
    head, drop = heads(5), nn.Dropout(0.3)
    optimiser = torch.optim.Adam([*trunk.parameters(), *head.parameters()], lr=0.01)
    shape = (2, 8, 8) if isinstance(trunk, CNN) else (6,)
    for _ in range(steps):
        x, labels = torch.randn(7, *shape), torch.randn(7, 3)
        losses = losses_of(drop(trunk(x)), head, labels)
        if recorder is not None:
            recorder.observe(losses)
        optimiser.zero_grad()
        sum(loss.mean() for loss in losses.values()).backward()
        optimiser.step()
    grads = [weight.grad for weight in trunk.parameters()]
    return [*(weight.detach() for weight in trunk.parameters()), *grads, torch.get_rng_state()]


@pytest.mark.parametrize("make", [mlp, CNN])
def test_training_is_bit_identical_with_and_without_a_recorder(make):
    torch.manual_seed(0)
    trunk = make()
    twin = copy.deepcopy(trunk)
    alone = train(trunk)
    with record_landscape(twin, TASKS) as recorder:
        watched = train(twin, recorder)
    assert all(torch.equal(one, other) for one, other in zip(alone, watched, strict=True))
    found = recorder.landscape()
    assert found.n_samples == 42
    assert any("average over 6 states" in note for note in found.notes)


def test_no_gradient_is_left_and_no_mode_changed():
    trunk, head = mlp(), heads(5)
    trunk.train()
    trunk[1].eval()
    modes = [module.training for module in trunk.modules()]
    with record_landscape(trunk, TASKS) as recorder:
        recorder.observe(losses_of(trunk(torch.randn(4, 6)), head, torch.randn(4, 3)))
    assert all(weight.grad is None for weight in trunk.parameters())
    assert [module.training for module in trunk.modules()] == modes


def test_hooks_go_after_the_block_and_after_an_exception(tmp_path):
    trunk, path = mlp(), tmp_path / "m.landscape.npz"

    def hooks():
        return sum(len(module._forward_hooks) for module in trunk.modules())

    with record_landscape(trunk, TASKS) as recorder:
        recorder.observe(losses_of(trunk(torch.randn(4, 6)), heads(5), torch.randn(4, 3)))
        assert hooks() == 2  # those around the layers were only for the proof
    assert hooks() == 0
    with pytest.raises(ZeroDivisionError), record_landscape(trunk, TASKS, path):
        trunk(torch.randn(4 // 0, 6))
    assert hooks() == 0
    assert not path.exists()
    with (
        pytest.raises(MethodError, match="Nothing was observed"),
        record_landscape(trunk, TASKS, path),
    ):
        pass
    assert hooks() == 0


def test_passes_that_nobody_observes_leave_nothing_behind():
    """Marks live on the user's graph: a pass without observe, or with gradients off, is free."""
    trunk = mlp()

    def held():
        gc.collect()
        return sum(type(one) is torch.Tensor for one in gc.get_objects())

    with record_landscape(trunk, TASKS) as recorder:
        features = trunk(torch.randn(4, 6))
        before = held()
        for _ in range(20):
            trunk(torch.randn(4, 6))
            with torch.no_grad():
                trunk(torch.randn(4, 6))
        assert held() <= before
        recorder.observe(losses_of(features, heads(5), torch.randn(4, 3)))
        assert recorder.n_rows == 4


def test_memory_does_not_grow_with_the_samples_and_stays_far_below_all_gradients():
    """2,048 samples × 8 tasks × 32,768 weights would be 2.1 GB."""
    torch.manual_seed(0)
    trunk = nn.Sequential(nn.Linear(64, 256, bias=False), nn.ReLU(), nn.Linear(256, 64, bias=False))
    names, head = [f"t{k}" for k in range(8)], nn.Linear(64, 8)

    def peak(n_batches):
        with record_landscape(trunk, names, max_points=400) as recorder, PeakBytes() as held:
            for _ in range(n_batches):
                z = head(trunk(torch.randn(32, 64)))
                recorder.observe({name: z[:, k] ** 2 for k, name in enumerate(names)})
        return held.peak

    few, many = peak(16), peak(64)
    assert many <= 1.1 * few
    assert many < 2048 * 8 * 32_768 * 4 / 20


def test_half_precision_layers_are_summed_in_single():
    torch.manual_seed(0)
    trunk, head = mlp(), heads(5)
    x, labels = torch.randn(40, 6), torch.randn(40, 3)
    found = []
    for enabled in (False, True):
        with record_landscape(trunk, TASKS) as recorder:
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled):
                losses = losses_of(trunk(x), head, labels)
            recorder.observe(losses)
            found.append(recorder.landscape().sums)
    plain, half = found
    np.testing.assert_allclose(half.distance.sum(0), plain.distance.sum(0), rtol=0.05)
    np.testing.assert_allclose(half.cosine.sum(0), plain.cosine.sum(0), atol=0.05 * 40)


def test_a_file_is_written_read_back_and_grouped(tmp_path):
    torch.manual_seed(0)
    trunk, path = mlp(), tmp_path / "m.landscape.npz"
    head = heads(5)
    with record_landscape(trunk, TASKS, path, max_points=60) as recorder:
        for _ in range(5):
            x, labels = torch.randn(30, 6), torch.randn(30, 3)
            recorder.observe(losses_of(trunk(x), head, labels))
    found = load_landscape(path)
    assert found == recorder.landscape()
    assert found.points.n_total == 450
    assert np.bincount(found.points.task).tolist() == [20, 20, 20]
    assert all(task.kind is Kind.UNKNOWN for task in found.tasks)
    report = run_landscape(found, SMALL_PLAN)
    agreement = next(one for one in report.affinities if one.measure == "label_agreement")
    assert np.isnan(agreement.values).all()
    assert [gap.reason for gap in agreement.gaps] == ["no labels were given"]
    assert any("no labels were given" in note for note in report.notes)
    assert any("easier to beat" in note for note in report.notes)
    assert np.isfinite(report.affinity.low).all()  # blocks give intervals
    assert report.provenance["data"]["source"] == "landscape"


def test_rows_of_one_id_share_a_block_and_labels_are_summed():
    trunk, head = mlp(), heads(5)
    x, labels = torch.randn(60, 6), torch.randn(60, 3)
    ids = np.repeat([f"p{k}" for k in range(20)], 3)
    kinds = {"a": "regression", "b": "regression", "c": "binary"}
    with record_landscape(trunk, kinds) as recorder:
        told = {"a": labels[:, 0], "b": -labels[:, 0], "c": (labels[:, 2] > 0).float()}
        recorder.observe(losses_of(trunk(x), head, labels), sample=ids, labels=told)
        found = recorder.landscape()
    assert found.sums.n_blocks <= 20
    sizes = found.sums.count[:, 0, 0]
    assert (sizes % 3 == 0).all()
    assert not any("No ids" in note for note in found.notes)
    labels_alone = run_landscape(found, SMALL_PLAN).affinities
    agreement = next(one for one in labels_alone if one.measure == "label_agreement").values
    assert agreement[0, 1] == pytest.approx(1.0)
    by_patient = (labels[:, 2] > 0).reshape(20, 3).any(dim=1).float()
    assert found.tasks[2].mean == pytest.approx(float(by_patient.mean()))
    assert np.isfinite(found.points.label).all()


def recorded(ids, n_epochs=2):
    """60 samples seen in every epoch; of task b a third has a loss."""
    torch.manual_seed(0)
    trunk, head = mlp(), heads(5)
    x, labels = torch.randn(60, 6), torch.randn(60, 3)
    mask = {"b": torch.arange(60) % 3 == 0}
    events = (torch.arange(60) < 9).float()
    with record_landscape(trunk, {"a": "binary", "b": "regression", "c": "binary"}) as recorder:
        for _ in range(n_epochs):
            losses = losses_of(trunk(x), head, labels)
            recorder.observe(losses, mask=mask, sample=ids, labels={"a": events, "b": labels[:, 0]})
        return recorder.landscape()


def test_patients_are_counted_and_not_their_samples():
    """Twelve patients of five samples, seen twice; the first two of them have the nine events."""
    found = recorded(np.repeat([f"p{k}" for k in range(12)], 5))
    assert found.n_samples == 12
    assert [task.n_labelled for task in found.tasks] == [12, 12, 12]
    assert found.tasks[0].mean == pytest.approx(2 / 12)
    assert "120 samples of 12 patients" in found.notes[0]
    document = to_document(run_landscape(found, SMALL_PLAN))
    first = document["tasks"][0]
    assert first["n_labelled"] == 12
    assert first["prevalence"] is None, "two patients have the event"
    assert document["provenance"]["data"]["n_samples"] == 12


def test_few_patients_with_many_samples_are_few():
    found = recorded(np.repeat(["one", "two", "three", "four"], 15))
    document = to_document(run_landscape(found, SMALL_PLAN))
    assert [task["n_labelled"] for task in document["tasks"]] == ["≤ 10"] * 3
    assert document["provenance"]["data"]["n_samples"] == "≤ 10"
    assert "of few patients" in found.notes[0]


def test_without_ids_every_sample_counts():
    found = recorded(None, n_epochs=1)
    assert found.n_samples == 60
    assert [task.n_labelled for task in found.tasks] == [60, 20, 60]
    assert found.tasks[0].mean == pytest.approx(9 / 60)


def test_a_task_may_be_left_out_of_a_batch():
    trunk, head = mlp(), heads(5)
    with record_landscape(trunk, TASKS) as recorder:
        for left_out in TASKS:
            losses = losses_of(trunk(torch.randn(5, 6)), head, torch.randn(5, 3))
            del losses[left_out]
            recorder.observe(losses)
        count = recorder.landscape().sums.count.sum(axis=0)
    np.testing.assert_array_equal(count, np.full((3, 3), 5) + 5 * np.eye(3))


def test_many_weights_keep_some_outputs_for_the_mean_gradient(monkeypatch):
    torch.manual_seed(0)
    trunk, head = nn.Linear(6, 400, bias=False), heads(400)
    x, labels = torch.randn(50, 6), torch.randn(50, 3)
    found = []
    for most in (2**25, 50 * 3 * 1200):
        monkeypatch.setattr("core.recording.sums.MAX_MEANS", most)
        with record_landscape(trunk, TASKS) as recorder:
            recorder.observe(losses_of(trunk(x), head, labels))
            found.append(recorder.landscape())
    whole, part = (one.sums.mean_product.sum(axis=0) for one in found)
    size = np.sqrt(np.diagonal(whole))
    np.testing.assert_allclose(part, whole, atol=0.25 * np.outer(size, size).max())
    np.testing.assert_allclose(np.diagonal(part), np.diagonal(whole), rtol=0.25)
    assert any("50.00%" in note for note in found[1].notes)
    assert not any("of the outputs" in note for note in found[0].notes)


def test_a_second_recorder_beside_the_first_sees_the_same():
    trunk, head = Transformer(), heads(6)
    tokens, labels = torch.randint(0, 11, (6, 5)), torch.randn(6, 3)
    with record_landscape(trunk, TASKS) as one, record_landscape(trunk, TASKS) as other:
        losses = losses_of(trunk(tokens), head, labels)
        one.observe(losses)
        other.observe(losses)
        np.testing.assert_array_equal(
            one.landscape().sums.distance, other.landscape().sums.distance
        )
