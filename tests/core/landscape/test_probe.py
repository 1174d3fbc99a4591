"""Probes against scikit-learn's, and against what they must not depend on."""

import numpy as np
import pytest
import torch

from core.landscape.probes.fit import fit_probes
from core.landscape.rows.labels import prepare_labels
from core.landscape.rows.pieces import arrange_rows
from core.landscape.trunks.perceptron import draw_perceptron
from core.values import Kind
from tests.core.landscape.tables import draw_labels, make_table

CPU = torch.device("cpu")
RIDGE = 5.0


def fit(labels, kinds, n=300):
    tasks = make_table(labels, kinds).tasks
    prepared = prepare_labels(tasks, labels)
    x = np.random.default_rng(1).standard_normal((n, 6)).astype(np.float32)
    trunk = draw_perceptron(6, 12, 2, torch.Generator().manual_seed(0), CPU)
    rows = arrange_rows(x, prepared, np.arange(n) // 7, CPU)
    heads = fit_probes(tasks, rows, trunk, RIDGE, lambda share: None)
    features = trunk.forward(torch.from_numpy(x)).features.double().numpy()
    return heads, features, prepared, tasks


def scale_of(features):
    return np.sqrt(features.var(axis=0).mean())


@pytest.mark.parametrize("kind", ["b", "m", "r"])
@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_probes_equal_scikit_learns(kind, missing):
    from sklearn.linear_model import LogisticRegression, Ridge

    labels = draw_labels(300, kind + "b", missing, seed=2)
    heads, features, prepared, tasks = fit(labels, kind + "b")
    known = prepared.known[:, 0]
    scaled, value = features[known] / scale_of(features), prepared.value[known, 0]
    if tasks[0].kind is Kind.REGRESSION:
        oracle = Ridge(alpha=RIDGE).fit(scaled, value)
    else:
        oracle = LogisticRegression(C=1 / RIDGE, tol=1e-9, max_iter=5000).fit(scaled, value)
    expected = np.atleast_2d(
        oracle.decision_function(scaled) if kind != "r" else oracle.predict(scaled)
    )
    expected = expected.T if kind != "m" else expected
    found = heads.logits(torch.from_numpy(features[known]).float())[:, 0].numpy()
    if kind == "m":  # logits are free up to a constant a row
        found, expected = (z - z.mean(1, keepdims=True) for z in (found, expected))
    else:
        found = found[:, :1]
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_a_task_without_labels_gets_an_empty_probe():
    labels = draw_labels(300, "bb")
    labels[:, 1] = np.nan
    labels[0, 1] = 1.0
    tasks = make_table(labels, "bb").tasks
    labels[0, 1] = np.nan
    prepared = prepare_labels(tasks, labels)
    x = np.random.default_rng(1).standard_normal((300, 6)).astype(np.float32)
    trunk = draw_perceptron(6, 12, 2, torch.Generator().manual_seed(0), CPU)
    heads = fit_probes(
        tasks, arrange_rows(x, prepared, np.arange(300) // 7, CPU), trunk, RIDGE, lambda s: None
    )
    assert (heads.weight[1] == 0).all()
    assert (heads.bias[1] == 0).all()
    assert (heads.weight[0] != 0).any()


def test_flipping_a_label_flips_its_probe():
    labels = draw_labels(300, "b")
    heads, *_ = fit(np.concatenate([labels, 1 - labels], axis=1), "bb")
    torch.testing.assert_close(heads.weight[0], -heads.weight[1], rtol=1e-4, atol=1e-5)


def test_the_probe_of_a_time_to_event_has_no_gradient_left():
    labels = draw_labels(300, "tb", missing=0.2, seed=3)
    heads, features, prepared, _ = fit(labels, "tb")
    scaled = torch.from_numpy(features).float()
    value = torch.from_numpy(prepared.value).float()
    residual = heads.residuals(heads.logits(scaled), value)[:, 0].double().numpy()
    known = prepared.known[:, 0]
    scale, n = scale_of(features), known.sum()
    weight = heads.weight[0].double().numpy()
    gradient = features[known].T @ residual[known] / n + RIDGE * scale**2 * weight / n
    assert np.abs(gradient / scale).max() < 1e-4
    assert np.abs(residual[known].sum(axis=0) / n).max() < 1e-4
