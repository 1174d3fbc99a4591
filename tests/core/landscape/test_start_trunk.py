"""Which trunk a landscape starts from: by the samples, by the settings, or brought by the user."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from core import preset, run
from core.convolutions.canvas import Layout
from core.errors import MethodError
from core.inputs import apply_scale, fit_scale
from core.landscape import OneStep, measure_landscape
from core.landscape.ground import Ground
from core.landscape.rows.labels import prepare_labels
from core.landscape.rows.pieces import arrange_rows
from core.landscape.start import generator_of
from core.landscape.start_trunk import draw_trunk, start_trunk
from core.landscape.trunks.brought import NOTHING, Brought, bring, load_weights
from core.landscape.trunks.module import ModuleTrunk
from core.landscape.trunks.perceptron import Perceptron
from core.landscape.warmup import warm_up
from tests.core.landscape.tables import draw_labels, make_table

CPU = torch.device("cpu")
SMALL = OneStep(width=16, starts=1, max_points=50)


def shaped_table(shape, kinds="bbr", n=90, missing=0.0):
    """A table whose features are the pixels of images or the steps of series, one of them flat."""
    n_features = int(np.prod(shape)) if shape else 9
    table = make_table(draw_labels(n, kinds, missing), kinds, n_features=n_features)
    features = np.array(table.features)
    features[:, 0] = 3.0
    features[:, 1] *= 5.0
    return replace(table, features=features, feature_shape=shape)


def layout_of(table):
    scale = fit_scale(table)
    x = apply_scale(scale, table.features)
    return Layout(scale, table.feature_shape, x.shape[1]), x


def ground_of(table, labels, rows, layout):
    return Ground(table.tasks, labels, rows, layout, NOTHING, "matched", None, frozenset())


def drawn(table, brought=NOTHING, **settings):
    method = replace(SMALL, **settings)
    return draw_trunk(method, brought, layout_of(table)[0], generator_of(0), CPU)


@pytest.mark.parametrize(
    ("shape", "asked", "kind"),
    [
        ((), "auto", "mlp"),
        ((6, 6), "auto", "cnn"),
        ((3, 6, 6), "auto", "cnn"),
        ((6, 7, 3), "auto", "cnn"),
        ((12, 3), "auto", "conv1d"),
        ((6, 6), "conv1d", "conv1d"),
        ((12, 3), "cnn", "cnn"),
        ((6, 6), "mlp", "mlp"),
        ((6, 6), "linear", "linear"),
    ],
)
def test_samples_choose_their_trunk_unless_one_is_named(shape, asked, kind):
    trunk = drawn(shaped_table(shape), trunk=asked)
    assert isinstance(trunk, ModuleTrunk) == (kind in ("cnn", "conv1d"))
    if isinstance(trunk, Perceptron):
        assert trunk.rectified == (kind == "mlp")
        assert len(trunk.weights) == (2 if kind == "mlp" else 1)
    else:
        convolution = {"cnn": nn.Conv2d, "conv1d": nn.Conv1d}[kind]
        assert isinstance(trunk.module[0], convolution)
        assert not trunk.others  # every layer of ours has a form
    assert trunk.width == 16


def test_a_linear_trunk_is_linear():
    trunk = drawn(shaped_table(()), trunk="linear")
    x = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(trunk.features(2 * x), 2 * trunk.features(x))
    torch.testing.assert_close(trunk.features(-x), -trunk.features(x))


def test_an_image_is_seen_as_it_was():
    table = shaped_table((4, 5, 3))
    layout, x = layout_of(table)
    assert x.shape[1] == 59  # one pixel never varies
    seen = layout.canvas((4, 5, 3), (2, 0, 1), CPU)(torch.from_numpy(x))
    assert seen.shape == (90, 3, 4, 5)
    pixels = table.features.reshape(90, 4, 5, 3).transpose(0, 3, 1, 2)
    pixels = pixels - pixels[table.split == 0].mean(0)
    ratio = seen.numpy()[:, :, 1:] / pixels[:, :, 1:]
    np.testing.assert_allclose(ratio, ratio.flat[0], rtol=1e-4)  # one scale for all
    assert (seen.numpy()[:, 0, 0, 0] == 0).all()


@pytest.mark.parametrize(
    ("shape", "asked", "words"),
    [
        ((), "cnn", r"--trunk cnn reads images.*height, width.*--trunk mlp"),
        ((), "conv1d", r"--trunk conv1d reads series.*step, series"),
        ((3, 6, 6), "conv1d", r"a sample has the shape \(3, 6, 6\)"),
    ],
)
def test_samples_that_a_trunk_cannot_read_are_told(shape, asked, words):
    table = shaped_table(shape)
    if not shape:
        table = make_table(draw_labels(60, "bb"), n_features=10)
    with pytest.raises(MethodError, match=words):
        measure_landscape(table, replace(SMALL, trunk=asked))


def test_pixels_of_a_table_are_an_image_when_a_cnn_is_asked_for():
    landscape = measure_landscape(shaped_table(()), replace(SMALL, trunk="cnn"))
    assert any("an image of 3 × 3" in note for note in landscape.notes)


@pytest.mark.parametrize("heads", ["shared", "probe"])
@pytest.mark.parametrize("shape", [(6, 6), (3, 6, 6), (12, 3)])
def test_images_and_series_are_measured(shape, heads):
    landscape = measure_landscape(shaped_table(shape, missing=0.2), replace(SMALL, heads=heads))
    for values in (landscape.sums.distance, landscape.sums.mean_product, landscape.points.sketch):
        assert np.isfinite(values).all()
    assert landscape.sums.distance.sum(0)[0, 1] > 0
    assert any("convolutional" in note for note in landscape.notes)


def test_the_last_layers_are_a_part_of_all():
    table = shaped_table(())
    layout, x = layout_of(table)
    rows = torch.from_numpy(x)
    gradient = torch.randn(2, len(x), 16, generator=torch.Generator().manual_seed(0))
    whole = list(drawn(table, depth=3).forward(rows).pulls(gradient))
    for last in (1, 2):
        method = replace(SMALL, depth=3)
        trunk = draw_trunk(method, NOTHING, layout, generator_of(0), CPU, last_layers=last)
        part = list(trunk.forward(rows).pulls(gradient))
        assert trunk.shapes == [(16, 16)] * last
        for one, other in zip(part, whole[-last:], strict=True):
            torch.testing.assert_close(one.deltas, other.deltas)
            torch.testing.assert_close(one.inputs, other.inputs)
    first = draw_trunk(
        replace(SMALL, depth=3), NOTHING, layout, generator_of(0), CPU, parameters=("0.weight",)
    )
    (one,) = first.forward(rows).pulls(gradient)
    torch.testing.assert_close(one.deltas, whole[0].deltas)
    torch.testing.assert_close(first.at(first.start, rows), first.features(rows))


def test_a_linear_module_is_measured_as_the_trunk_with_a_closed_form():
    table = make_table(draw_labels(120, "bbr", missing=0.2), "bbr")
    mlp = drawn(table)
    net = nn.Sequential(
        nn.Linear(5, 16, bias=False), nn.ReLU(), nn.Linear(16, 16, bias=False), nn.ReLU()
    )
    net.load_state_dict({"0.weight": mlp.weights[0], "2.weight": mlp.weights[1]})
    method = replace(SMALL, heads="probe")
    ours = measure_landscape(table, method, weights=net.state_dict())
    theirs = measure_landscape(table, method, trunk=net)
    for name, values in theirs.sums._items():
        if isinstance(values, np.ndarray):
            expected = getattr(ours.sums, name)
            atol = 1e-4 * np.abs(expected).max()
            np.testing.assert_allclose(values, expected, rtol=1e-3, atol=atol)
    assert any("user's own" in note for note in theirs.notes)
    assert any("weights that were given" in note for note in ours.notes)


def test_a_brought_module_sees_samples_in_their_shape_and_draws_nothing():
    table = shaped_table((4, 6))

    class Sides(nn.Module):
        def __init__(self):
            super().__init__()
            self.map = nn.Linear(6, 3)

        def forward(self, x):
            assert x.shape[1:] == (4, 6)
            return self.map(x).flatten(1)

    landscape = measure_landscape(table, replace(SMALL, heads="probe", starts=3), trunk=Sides())
    assert not any("random start" in note for note in landscape.notes)


def test_weights_come_from_a_file_of_numbers(tmp_path):
    table = make_table(draw_labels(60, "bb"))
    trunk = drawn(table)
    path = tmp_path / "trunk.safetensors"
    save_file({"0.weight": trunk.weights[0], "2.weight": trunk.weights[1]}, path)
    found = drawn(table, bring(weights=path))
    assert torch.equal(found.weights[1], trunk.weights[1])
    with pytest.raises(MethodError, match=r"do not fit the trunk.*set width and depth"):
        drawn(table, bring(weights=path), width=8)
    with pytest.raises(MethodError, match="no file"):
        load_weights(tmp_path / "none.safetensors")
    (tmp_path / "bad.pt").write_bytes(b"\x80\x04pickle")
    with pytest.raises(MethodError, match=r"bad.pt is no safetensors file.*never loaded"):
        load_weights(tmp_path / "bad.pt")
    with pytest.raises(MethodError, match=r"do not fit the trunk: .*Unexpected key"):
        measure_landscape(table, SMALL, trunk=nn.Linear(5, 3), weights={"wrong": torch.zeros(1)})
    with pytest.raises(MethodError, match="trunk is a str"):
        measure_landscape(table, SMALL, trunk="mlp")


def test_what_is_brought_has_a_fingerprint_of_its_numbers():
    one, other = nn.Linear(3, 2), nn.Linear(3, 2)
    assert Brought(one).fingerprint == Brought(one).fingerprint
    assert Brought(one).fingerprint != Brought(other).fingerprint
    assert Brought(one).fingerprint != Brought(one, parameters=("bias",)).fingerprint


@pytest.mark.parametrize("shape", [(), (6, 6)])
def test_a_warm_start_has_learned_something_and_depends_on_its_seed(shape):
    rng = np.random.default_rng(0)
    table = shaped_table(shape, "bb", n=300)
    labels = (table.features[:, 1:3] > 0).astype(float)
    labels[rng.random(labels.shape) < 0.2] = np.nan
    table = replace(table, labels=labels)
    layout, x = layout_of(table)
    prepared = prepare_labels(table.tasks, table.labels)
    rows = arrange_rows(x, prepared, np.arange(300) // 100, CPU)
    method = replace(SMALL, start="warmup", warmup_steps=60)
    ground = ground_of(table, prepared, rows, layout)

    def warm(seed):
        told = []
        trunk = start_trunk(method, ground, generator_of(seed), told.append)
        assert len(told) == 60
        return trunk

    def separation(trunk):
        """How well a linear map of the features tells the first task's labels apart."""
        features = np.c_[trunk.features(torch.from_numpy(x)).numpy(), np.ones(300)]
        known = ~np.isnan(labels[:, 0])
        target = labels[known, 0] - labels[known, 0].mean()
        weight, *_ = np.linalg.lstsq(features[known], target, rcond=1e-4)
        return 1 - ((features[known] @ weight - target) ** 2).mean() / target.var()

    one, same, other = warm(0), warm(0), warm(1)
    assert torch.equal(one.start, same.start)
    assert not torch.equal(one.start, other.start)
    cold = draw_trunk(replace(method, start="random"), NOTHING, layout, generator_of(0), CPU)
    assert separation(one) > separation(cold)


def test_warming_up_trains_every_layer_and_then_the_last_count():
    table = make_table(draw_labels(120, "bb"))
    layout, x = layout_of(table)
    prepared = prepare_labels(table.tasks, table.labels)
    rows = arrange_rows(x, prepared, np.zeros(120, dtype=int), CPU)
    method = replace(SMALL, start="warmup", warmup_steps=5, last_layers=1)
    ground = ground_of(table, prepared, rows, layout)
    trunk = start_trunk(method, ground, generator_of(0), lambda share: None)
    cold = drawn(table)
    assert trunk.shapes == [(16, 16)]
    assert not torch.equal(trunk.weights[0], cold.weights[0])
    assert len(cold.moved(cold.start + 1).weights) == 2
    torch.testing.assert_close(cold.moved(cold.start + 1).start, cold.start + 1)


def test_a_warm_up_can_be_stopped():
    table = make_table(draw_labels(60, "bb"))
    _, x = layout_of(table)
    prepared = prepare_labels(table.tasks, table.labels)
    rows = arrange_rows(x, prepared, np.zeros(60, dtype=int), CPU)

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        warm_up(drawn(table), table.tasks, prepared, rows, 3, generator_of(0), stop)


def test_a_run_goes_through_a_brought_trunk():
    table = make_table(draw_labels(240, "bbbb", seed=3))
    plan = replace(preset("quick"), n_replicates=10)
    net = nn.Sequential(nn.Linear(5, 8), nn.LayerNorm(8), nn.ReLU(), nn.Linear(8, 6))
    report = run(table, plan, brought=bring(trunk=net))
    assert any("user's own" in note for note in report.notes)
