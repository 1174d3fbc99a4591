"""Training on a GPU: the networks of the CPU, waited for at evaluations and never at steps."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from core.training import Trainer, to_examples
from core.training.modules import Seeded
from core.training.trained import Trained
from tests.card import Card
from tests.core.training.tables import make_examples, make_table, stack_tables

SHORT = Trainer(max_steps=30, evaluate_every=10, width=8, depth=1)
GROUPS = [(0,), (0, 1), (0, 1, 2, 3)]


def shaped(shape):
    table = make_table("bbmrt", 80, int(np.prod(shape)))
    return to_examples(replace(table, feature_shape=shape))


def module(seed):
    return nn.Sequential(nn.Linear(7, 6), nn.LayerNorm(6), nn.Tanh())


CASES = {
    "plain layers": (SHORT, lambda: make_examples("bbmrt", 150), None),
    "few labels": (SHORT, lambda: make_examples("bbmrt", 150, missing=0.9), None),
    "plain steps": (replace(SHORT, optimizer="sgd"), lambda: make_examples("bbmrt", 150), None),
    "stopped early": (
        replace(SHORT, max_steps=200, patience=1),
        lambda: make_examples("bbmrt", 150),
        None,
    ),
    "own samples": (SHORT, lambda: to_examples(stack_tables()), None),
    "images": (SHORT, lambda: shaped((6, 6)), None),
    "series": (SHORT, lambda: shaped((8, 2)), None),
    "a module": (SHORT, lambda: make_examples("bbmrt", 150), Seeded(module)),
}


def train(case, device, **settings):
    trainer, examples, trunk = CASES[case]
    trainer = replace(trainer, precision="float64", **settings)
    return trainer(examples(), GROUPS, [0, 1], device=device, trunk=trunk)


@pytest.mark.parametrize("case", CASES)
def test_a_card_trains_the_networks_of_the_cpu(case):
    expected = train(case, "cpu")
    with Card() as card:
        found = train(case, "cuda")
    assert card.peak > 0
    for name, values in expected._items():
        if isinstance(values, np.ndarray):
            np.testing.assert_allclose(
                getattr(found, name), values, rtol=1e-6, atol=1e-9, err_msg=name
            )


@pytest.mark.parametrize("case", ["plain layers", "few labels", "images", "a module"])
def test_steps_between_two_evaluations_wait_for_nothing(case):
    def waits(every):
        with Card() as card:
            train(case, "cuda", max_steps=3 * every, evaluate_every=every, patience=100)
        return Counter(card.waits)

    assert waits(2) == waits(9)


def test_a_chunk_that_the_card_has_no_room_for_is_trained_in_halves():
    groups = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2), (0, 3)]
    trainer, examples = replace(SHORT, width=64, max_steps=10), make_examples("bbmrt", 150)

    def work(device) -> Trained:
        return trainer(examples, groups, [0], device=device)

    expected = work("cpu")
    with Card() as whole:
        work("cuda")
    with Card(capacity=whole.peak * 2 // 3) as card:
        found = work("cuda")
    assert card.refusals > 0
    places = [found.groups.index(group) for group in expected.groups]
    np.testing.assert_allclose(
        found.validation_loss[places], expected.validation_loss, rtol=1e-4, equal_nan=True
    )


def test_making_a_module_of_a_seed_leaves_the_random_numbers_of_the_card_alone():
    with Card():
        before = torch.cuda.get_rng_state()
        Seeded(module)(3)
        assert torch.equal(torch.cuda.get_rng_state(), before)
