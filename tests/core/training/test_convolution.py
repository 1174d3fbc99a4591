"""Images and series are trained by convolutions, as one plain module after the other would be."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from core.convolutions import build_convolution, outline
from core.errors import MethodError
from core.training import Trainer, predict, to_examples
from core.training.convolution import make_factory
from core.training.trainer import SLOWER
from core.values import Split
from tests.core.training.tables import make_table
from tests.core.training.test_same_as_sequential import EXACT, SEEDS, assert_same, changed

GROUPS = [(0,), (1, 3), (0, 1, 2, 3, 4)]


def shaped(shape, given=None, missing=0.2):
    table = make_table("bbmmr", n=150, n_inputs=int(np.prod(shape)), missing=missing)
    features = np.array(table.features)
    features[:, 3] = 1.5  # a pixel that never varies is no input and keeps its place
    features[:, 4] *= 20
    given = shape if given is None else given
    return to_examples(replace(table, features=features, feature_shape=given))


SHAPES = [(6, 6), (2, 5, 4), (5, 4, 3), (9, 2)]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_networks_are_those_of_one_module_after_the_other(shape):
    examples = shaped(shape)
    plan = EXACT.outline(shape, examples.n_features)
    assert plan.kind == ("conv1d" if shape == (9, 2) else "cnn")
    factory = make_factory(examples.layout, plan)
    by_hand = assert_same(changed(EXACT, trunk="mlp"), examples, GROUPS, trunk=factory)
    own = EXACT(examples, GROUPS, SEEDS, device="cpu")
    assert own.module == plan.kind
    np.testing.assert_array_equal(own.trunk, by_hand.trunk)
    rows = examples.rows(Split.TEST)
    for group in GROUPS:
        np.testing.assert_array_equal(
            predict(own, examples, rows, group), predict(by_hand, examples, rows, group, factory)
        )


def test_neighbours_stand_beside_each_other():
    """Shifted to another place, a pattern gives the layers the same numbers at that place."""
    examples = shaped((8, 8))
    plan = Trainer().outline((8, 8), 64)
    trunk = make_factory(examples.layout, plan)(0)
    first = trunk.net[0]
    varies = np.flatnonzero(examples.layout.scale.varies).tolist()
    seen = []
    for row, column in ((2, 2), (4, 4)):
        inputs = torch.zeros(1, examples.inputs.shape[1])
        inputs[0, varies.index(8 * row + column)] = 1.0
        trunk.net[0].register_forward_hook(lambda m, x, y: seen.append(x[0]))
        trunk(inputs)
        assert torch.nonzero(seen[-1][0, 0]).tolist() == [[row, column]]
    assert first.weight.shape[1:] == (1, 3, 3)


def test_a_table_of_pixels_is_a_square_image_where_that_is_asked_for():
    pixels = shaped((6, 6), given=())
    assert EXACT(pixels, [(0,)], [0]).module == ""
    asked = changed(EXACT, trunk="cnn")
    flat, placed = asked(pixels, [(0,)], [0]), EXACT(shaped((6, 6)), [(0,)], [0])
    np.testing.assert_array_equal(flat.trunk, placed.trunk)
    with pytest.raises(MethodError, match="reads images"):
        asked(shaped((5, 7), given=()), [(0,)], [0])


@pytest.mark.parametrize("shape", [(1, 6, 6), (3, 30, 17), (2, 40), (1, 5)])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_cost_of_a_trunk_is_what_torch_counts(shape, depth):
    plan = outline("cnn" if len(shape) == 3 else "conv1d", shape, width=16, depth=depth)
    net = build_convolution(plan)
    assert plan.n_weights == sum(weight.numel() for weight in net.parameters())
    numbers = []
    for layer in net:
        layer.register_forward_hook(lambda m, x, y: numbers.append((type(m).__name__, y.numel())))
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        assert net(torch.zeros(1, *shape)).shape == (1, 16)
    assert counter.get_total_flops() == 2 * plan.n_products
    made = sum(n for name, n in numbers if name.startswith(("Conv", "Flatten", "Linear")))
    assert plan.n_numbers == made


def test_an_estimate_counts_the_layers_of_a_convolution():
    plain = Trainer().estimate(64, 1000, [1, 2], 3)
    placed = Trainer().estimate(64, 1000, [1, 2], 3, (8, 8))
    plan = Trainer().outline((8, 8), 64)
    assert placed.n_models == plain.n_models == 6
    heads, layers = 3 * 32, 2 * (64 * 32 + 32 * 32)
    assert placed.flops / plain.flops == pytest.approx(
        (2 * SLOWER * plan.n_products + heads) / (layers + heads)
    )
