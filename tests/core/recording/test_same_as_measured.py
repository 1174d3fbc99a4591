"""A recording of our own trunk, heads and rows is the landscape that we measure."""

import numpy as np
import pytest
import torch
from torch import nn

import core.landscape.measure
from core.affinity import MEASURES, measure_affinity
from core.data import load_table, plant_groups
from core.inputs import model_inputs
from core.joint_run import JointRun
from core.landscape import OneStep, measure_landscape
from core.landscape.rows.labels import prepare_labels
from core.recording import record_landscape
from core.values import Split

SUMS = ("count", "distance", "mass", "abs_cosine", "cosine", "opposite", "mean_product")


def as_module(trunk):
    layers = []
    for weight in trunk.weights:
        linear = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
        linear.weight.data.copy_(weight)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers)


@pytest.mark.parametrize("heads", ["shared", "probe"])
def test_our_own_trunk_recorded_is_our_own_landscape(heads, monkeypatch):
    frame = plant_groups(n_samples=900, group_sizes=(2, 2), missing=0.2).frame
    table = load_table(frame, targets="y_*")
    starts = []
    measure_start = core.landscape.measure.measure_start

    def kept(*args, **kwargs):
        starts.append(measure_start(*args, **kwargs))
        return starts[-1]

    monkeypatch.setattr(core.landscape.measure, "measure_start", kept)
    measured = measure_landscape(table, OneStep(width=12, heads=heads, starts=1), 0, "cpu")
    rows = table.rows(Split.TRAIN)
    x = torch.from_numpy(model_inputs(table)[rows]).float()
    value, known = (
        torch.from_numpy(part) for part in prepare_labels(table.tasks, table.labels[rows])
    )
    trunk, names = as_module(starts[0].trunk), table.task_names
    with record_landscape(trunk, table.tasks) as recorder:
        for part in torch.arange(len(x)).split(50):
            features = trunk(x[part])
            losses = starts[0].heads.losses(starts[0].heads.logits(features), value[part].float())
            recorder.observe(
                {name: losses[:, k] for k, name in enumerate(names)},
                mask={name: known[part, k] for k, name in enumerate(names)},
                labels={name: table.labels[rows][part.numpy(), k] for k, name in enumerate(names)},
            )
        recorded = recorder.landscape()
    for name in SUMS:
        want, got = (getattr(one.sums, name).sum(axis=0) for one in (measured, recorded))
        np.testing.assert_allclose(
            got, want, rtol=1e-5, atol=1e-5 * np.abs(want).max(), err_msg=name
        )
    assert recorded.n_samples == measured.n_samples
    assert [task.n_labelled for task in recorded.tasks] == known.sum(0).tolist()
    for measure in MEASURES.methods.values():
        if issubclass(measure, JointRun):  # reads a joint run of a table, no landscape
            continue
        want, got = (measure_affinity(one, measure(), 5).values for one in (measured, recorded))
        np.testing.assert_allclose(got, want, atol=1e-4, err_msg=measure.title)
