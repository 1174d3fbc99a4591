"""A recorder inside the loops that people write: what it finds does not depend on their shape."""

import copy
import gc

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from core import load_landscape
from core.errors import MethodError
from core.recording import record_landscape
from tests.core.recording.models import GNN, TASKS, heads, losses_of, mlp

X = torch.randn(12, 6, generator=torch.Generator().manual_seed(1))
LABELS = torch.randn(12, 3, generator=torch.Generator().manual_seed(2))


class Reader(nn.Module):
    """A fused layer of either kind over two steps of 3 numbers."""

    def __init__(self):
        super().__init__()
        self.memory = nn.GRU(3, 4, batch_first=True)
        self.look = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
        self.out = nn.Linear(4, 5)

    def forward(self, x):
        return self.out(self.look(self.memory(x.reshape(-1, 2, 3))[0])[:, -1])


def make(kind=Reader):
    torch.manual_seed(0)
    return kind()


def sums_of(recorder):
    return recorder.landscape().sums


def assert_alike(one, other, rtol=1e-4):
    for name in ("count", "distance", "mass", "cosine", "abs_cosine", "mean_product"):
        want, got = (getattr(sums, name).sum(axis=0) for sums in (one, other))
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol * np.abs(want).max())


@pytest.fixture
def plainly():
    """Of all rows in one pass."""
    trunk = make().eval()
    with record_landscape(trunk, TASKS) as recorder:
        recorder.observe(losses_of(trunk(X), heads(5), LABELS))
    return sums_of(recorder)


def test_parts_of_every_size_are_the_whole(plainly):
    """Micro-batches whose gradients accumulate before a step, the last one a single sample."""
    trunk, head = make().eval(), heads(5)
    with record_landscape(trunk, TASKS) as recorder:
        for part in torch.arange(12).split([5, 4, 2, 1]):
            losses = losses_of(trunk(X[part]), head, LABELS[part])
            recorder.observe(losses)
            (sum(loss.mean() for loss in losses.values()) / 4).backward()
    assert_alike(plainly, sums_of(recorder))


def test_checkpointed_layers_are_computed_again_unseen(plainly):
    trunk = make().eval()

    def forward(x):
        h = checkpoint(trunk.memory, x.reshape(-1, 2, 3), use_reentrant=False)[0]
        return trunk.out(checkpoint(trunk.look, h, use_reentrant=False)[:, -1])

    with record_landscape(trunk, TASKS) as recorder:
        for part in (slice(0, 7), slice(7, 12)):
            losses = losses_of(forward(X[part]), heads(5), LABELS[part])
            recorder.observe(losses)
            sum(loss.mean() for loss in losses.values()).backward()
    assert_alike(plainly, sums_of(recorder))


def test_half_precision_is_the_same_but_for_its_rounding(plainly):
    trunk = make().eval()
    with record_landscape(trunk, TASKS) as recorder, torch.autocast("cpu", dtype=torch.bfloat16):
        recorder.observe(losses_of(trunk(X), heads(5), LABELS))
    assert_alike(plainly, sums_of(recorder), rtol=0.1)


def test_batches_that_are_only_looked_at_are_not_observed(plainly):
    trunk, head = make().eval(), heads(5)
    with record_landscape(trunk, TASKS) as recorder:
        with torch.no_grad():
            trunk(X)
        with torch.inference_mode():
            held_out = losses_of(trunk(X), head, LABELS)
        with pytest.raises(MethodError, match="not connected to the trunk"):
            recorder.observe(held_out)
        trunk(X)  # a pass that nobody takes back
        recorder.observe(losses_of(trunk(X), head, LABELS))
    assert_alike(plainly, sums_of(recorder))


def test_two_recorders_watch_one_trunk_and_a_part_of_it(plainly):
    trunk, head = make().eval(), heads(5)
    with record_landscape(trunk, TASKS) as one, record_landscape(trunk.look, TASKS) as other:
        losses = losses_of(trunk(X), head, LABELS)
        one.observe(losses)
        other.observe(losses)
    assert_alike(plainly, sums_of(one))
    with record_landscape(trunk, TASKS, parameters=["look.*weight", "!look.norm*"]) as alone:
        alone.observe(losses_of(trunk(X), head, LABELS))
    assert_alike(sums_of(alone), sums_of(other))


def test_a_trunk_behind_ddp_is_recorded_by_its_module(plainly, tmp_path):
    from torch import distributed

    rendezvous = f"file://{tmp_path}/meet"
    distributed.init_process_group("gloo", init_method=rendezvous, rank=0, world_size=1)
    try:
        recorder = recorded_behind_ddp()
        gc.collect()  # what still holds the group waits for its threads, and they for it
    finally:
        distributed.destroy_process_group()
    assert_alike(plainly, sums_of(recorder))


def recorded_behind_ddp():
    spread = nn.parallel.DistributedDataParallel(make().eval())
    with record_landscape(spread.module, TASKS) as recorder:
        losses = losses_of(spread(X), heads(5), LABELS)
        recorder.observe(losses)
        sum(loss.mean() for loss in losses.values()).backward()
    assert all(part.grad is not None for part in spread.parameters())
    with pytest.raises(MethodError, match=r"record its \.module"), record_landscape(spread, TASKS):
        pass
    return recorder


def test_training_with_dropout_is_bit_identical_with_a_recorder():
    def train(trunk, recorder=None):
        torch.manual_seed(5)
        head = heads(5)
        optimiser = torch.optim.Adam([*trunk.parameters(), *head.parameters()], lr=0.01)
        for _ in range(4):
            losses = losses_of(trunk(X), head, LABELS)
            if recorder is not None:
                recorder.observe(losses)
            optimiser.zero_grad()
            sum(loss.mean() for loss in losses.values()).backward()
            optimiser.step()
        state = [part.detach() for part in (*trunk.parameters(), *trunk.buffers())]
        return [*state, torch.get_rng_state()]

    class Normed(Reader):
        def __init__(self):
            super().__init__()
            nn.utils.parametrizations.spectral_norm(self.out)

    for kind in (Reader, Normed):
        trunk = make(kind).train()
        twin = copy.deepcopy(trunk)
        alone = train(trunk)
        with record_landscape(twin, TASKS) as recorder:
            watched = train(twin, recorder)
        assert all(torch.equal(a, b) for a, b in zip(alone, watched, strict=True))
        assert recorder.n_rows == 48


def test_an_exception_leaves_the_last_file_as_it_was(tmp_path):
    trunk, path = make(), tmp_path / "m.landscape.npz"
    for steps in (3, 1):
        with record_landscape(trunk, TASKS, path) as recorder:
            for _ in range(steps):
                recorder.observe(losses_of(trunk(X), heads(5), LABELS))
    written = path.read_bytes()
    assert load_landscape(path).n_samples == 12  # the second recording took the place of the first

    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), record_landscape(trunk, TASKS, path):
        stop()
    assert path.read_bytes() == written
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_batch_that_fails_on_its_way_in_spoils_the_recording(monkeypatch):
    trunk = make()
    with record_landscape(trunk, TASKS) as recorder:
        recorder.observe(losses_of(trunk(X), heads(5), LABELS))
        monkeypatch.setattr(recorder._reservoir, "add", lambda *a: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            recorder.observe(losses_of(trunk(X), heads(5), LABELS))
        with pytest.raises(MethodError, match=r"taken in only in part.*record again"):
            recorder.landscape()


COUPLED = {
    "softmax over the batch": lambda z: nn.functional.log_softmax(z, dim=0),
    "contrast within the batch": lambda z: torch.cat([z @ z.T, z], 1),
    "scaled by the batch": lambda z: z / z.norm(),
}


@pytest.mark.parametrize("name", COUPLED)
def test_losses_that_couple_samples_are_refused(name):
    trunk = make(mlp)
    with record_landscape(trunk, TASKS) as recorder:
        z = COUPLED[name](trunk(X))
        with pytest.raises(MethodError, match="samples are coupled"):
            recorder.observe({task: z[:, k] for k, task in enumerate(TASKS)})


def test_losses_of_single_nodes_of_a_graph_are_refused():
    """A node has no gradient of its own where messages reach others; a whole graph has."""
    trunk = make(GNN)
    ring = torch.arange(12)
    edges = torch.stack([ring, (ring + 1) % 12])
    with record_landscape(trunk, TASKS, parameters=["first.lin.weight"]) as recorder:
        z = trunk.second(torch.relu(trunk.first(X, edges)), edges)
        with pytest.raises(MethodError, match="messages between samples"):
            recorder.observe({task: z[:, k] for k, task in enumerate(TASKS)})


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
def test_a_compiled_step_around_the_trunk_is_recorded():
    """Compiled code steps out for the hooks, and the graph can be taken back for every task."""
    trunk, head = make(mlp), heads(5)
    found = []
    for step in (trunk, torch.compile(lambda x: trunk(x), backend="aot_eager")):
        with record_landscape(trunk, TASKS) as recorder:
            recorder.observe(losses_of(step(X), head, LABELS))
        found.append(sums_of(recorder))
    torch._dynamo.reset()
    assert_alike(*found)


def test_a_step_compiled_before_the_recording_is_named():
    trunk, head = make(mlp), heads(5)
    step = torch.compile(lambda x: trunk(x), backend="aot_eager")
    step(X)
    with record_landscape(trunk, TASKS) as recorder:
        losses = losses_of(step(X), head, LABELS)
        with pytest.raises(MethodError, match=r"inside the with block.*not compiled"):
            recorder.observe(losses)
    torch._dynamo.reset()
