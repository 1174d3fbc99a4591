"""Outputs of several classes in directions that do not mix."""

import numpy as np
import pytest
import torch

from core.landscape.heads import make_heads
from core.landscape.probes import fit
from core.landscape.probes.turn import find_turn
from core.landscape.quasi_newton import minimise
from core.values import Kind, Task
from tests.core.landscape.test_probe import fit as fit_probe

SHARES = (0.6, 0.3, 0.07, 0.03)


def classes(n_classes):
    names = tuple(map(str, range(n_classes)))
    return Task("y", Kind.MULTICLASS, 10, float("nan"), names)


def turned(tasks, labels):
    n_outputs = max(task.n_outputs for task in tasks)
    zeros = torch.zeros(len(tasks), 3, n_outputs, dtype=torch.float64)
    counts = torch.full(labels.shape, 1 / len(labels), dtype=torch.float64)
    heads = make_heads(tasks, zeros, zeros[:, 0])
    return heads, find_turn(heads, labels, counts)


def draw(n, shares, seed=0):
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.choice(len(shares), n, p=shares).astype(float))[:, None]


def test_directions_are_orthogonal_and_the_common_one_is_among_them():
    tasks = [classes(4), classes(3), Task("b", Kind.BINARY, 10, 0.5, ("0", "1"))]
    labels = torch.cat([draw(500, SHARES), draw(500, (0.5, 0.5, 0.0)), draw(500, (0.7, 0.3))], 1)
    heads, turn = turned(tasks, labels)
    for number, task in enumerate(tasks):
        found = turn.directions[number]
        torch.testing.assert_close(found.T @ found, torch.eye(4, dtype=torch.float64))
        if task.kind is Kind.BINARY:
            assert torch.equal(found, torch.eye(4, dtype=torch.float64))
            continue
        common = heads.used[number].double() / task.n_outputs**0.5
        assert float((found.T @ common).abs().max()) == pytest.approx(1.0)
        assert not found[~heads.used[number]][:, :3].any()


def test_curvature_is_the_diagonal_of_the_turned_hessian():
    labels = draw(40, SHARES)
    heads, turn = turned([classes(4)], labels)
    logits = torch.randn(40, 1, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    found = turn.curvature(heads.residuals(logits, labels), labels)
    for row in range(40):
        own = labels[row : row + 1]
        hessian = torch.autograd.functional.hessian(
            lambda z, own=own: heads.losses(z.view(1, 1, 4), own).sum(), logits[row, 0]
        )
        expected = (turn.directions[0].T @ hessian @ turn.directions[0]).diagonal()
        torch.testing.assert_close(found[row, 0], expected)


@pytest.mark.parametrize("shares", [SHARES, (0.25,) * 4])
def test_rare_classes_take_hardly_more_steps_than_two(shares, monkeypatch):
    n_looks = []

    def counted(slope_at, *args):
        def look(place):
            n_looks.append(1)
            return slope_at(place)

        return minimise(look, *args)

    monkeypatch.setattr(fit, "minimise", counted)
    x = np.random.default_rng(1).standard_normal((3000, 6))  # as `fit` draws them
    risk = x[:, 0] + x[:, 1] + np.random.default_rng(2).standard_normal(3000)
    ends = np.quantile(risk, np.cumsum(shares)[:-1])
    fit_probe(np.searchsorted(ends, risk).astype(float)[:, None], "m", n=3000)
    assert len(n_looks) <= 30
