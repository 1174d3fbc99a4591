"""A module of somebody's own as the trunk of a run: as it is written down, and left as it was."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch
from torch import nn

import core.landscape.trunks
from core import load_table, measure_landscape
from core.data import plant_groups
from core.errors import MethodError
from core.inputs import model_inputs
from core.landscape import OneStep
from tests.core.landscape.modules import Series


def test_the_example_of_the_room_runs_as_it_is_written():
    """Everything indented in the room's docstring is one program."""
    lines = core.landscape.trunks.__doc__.splitlines()
    program = textwrap.dedent(
        "\n".join(line for line in lines if line.startswith("    ") or not line)
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.fixture(scope="module")
def table():
    frame = plant_groups(n_samples=120, group_sizes=(2, 2), n_features=12, missing=0.1).frame
    return load_table(frame, targets="y_*")


def narrow(table, module):
    return nn.Sequential(nn.Linear(model_inputs(table).shape[1], 12), module)


def state_of(module):
    return [
        [part.clone() for part in (*module.parameters(), *module.buffers())],
        [part.training for part in module.modules()],
        [part.requires_grad for part in module.parameters()],
        [part.grad for part in module.parameters()],
        [len(part._forward_hooks) + len(part._forward_pre_hooks) for part in module.modules()],
        [sorted(part.__dict__) for part in module.modules()],
    ]


RESTLESS = {
    "norms and dropout": lambda: nn.Sequential(
        nn.BatchNorm1d(12), nn.Dropout(0.5), nn.Linear(12, 6)
    ),
    "recurrent": lambda: Series(nn.GRU(3, 6, 2, dropout=0.5, batch_first=True)),
    "spectral norm": lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(12, 6)),
}


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("name", RESTLESS)
def test_the_module_is_left_as_it_was(table, name, steps):
    torch.manual_seed(0)
    module = narrow(table, RESTLESS[name]()).train()
    module[1].eval()
    module[0].bias.requires_grad_(False)
    before, chance = state_of(module), torch.get_rng_state()
    plan = OneStep(steps=steps, step_size=0.01, starts=1)
    found = measure_landscape(table, plan, 0, "cpu", trunk=module)
    assert np.isfinite(found.sums.distance).all()
    assert torch.equal(torch.get_rng_state(), chance)
    for one, other in zip(before, state_of(module), strict=True):
        for mine, now in zip(one, other, strict=True):
            assert torch.equal(mine, now) if isinstance(mine, torch.Tensor) else mine == now


class Contrast(nn.Module):
    def forward(self, x):
        return torch.softmax(x, dim=0)


class Among(nn.Module):
    def forward(self, x):
        return torch.softmax(x @ x.T, dim=1) @ x


@pytest.mark.parametrize(
    "module",
    [Contrast(), Among(), nn.BatchNorm1d(12, track_running_stats=False), nn.InstanceNorm1d(12)],
    ids=["softmax over the batch", "attention over the batch", "batch statistics", "one row"],
)
def test_a_trunk_that_couples_samples_is_refused(table, module):
    trunk = narrow(table, module)
    if isinstance(module, nn.InstanceNorm1d):  # over the features of a row alone: let in
        trunk = nn.Sequential(trunk[0], nn.Unflatten(1, (1, 12)), module, nn.Flatten())
        module.num_features = 1
        measure_landscape(table, OneStep(starts=1), 0, "cpu", trunk=trunk)
        return
    with pytest.raises(MethodError, match=r"in company than alone.*LayerNorm|together and one by"):
        measure_landscape(table, OneStep(starts=1), 0, "cpu", trunk=trunk)
