"""Metrics equal scikit-learn's and SciPy's, over weightings of the rows at once."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk

from core.data.kinds import KINDS
from core.training import METRICS, main_metric
from core.values import Kind

SEEDS = st.integers(0, 10_000)


def draw(kind, seed, n=60, levels=8):
    """Labels, predictions with ties, and bootstrap multiplicities of 5 replicates."""
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=5).astype(float)
    tied = np.round(rng.random((n, 1)) * levels) / levels
    if kind == "binary":
        labels = (rng.random(n) < rng.uniform(0.1, 0.9)).astype(float)
        return labels, tied, weights
    if kind == "multiclass":
        return rng.integers(0, 4, n).astype(float), rng.dirichlet(np.ones(4), n), weights
    return rng.normal(5, 3, n).round(1), tied * 10, weights


def oracle(function, labels, prediction, weights):
    """The metric of scikit-learn, one replicate after the other; NaN where it has none."""
    found = []
    for weight in weights:
        drawn = weight > 0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found.append(function(labels[drawn], prediction[drawn], weight[drawn]))
            except ValueError:
                found.append(np.nan)
    return np.array(found, dtype=float)


def average_precision(labels, prediction, weight):
    one_class = len(np.unique(labels)) < 2
    return (
        np.nan
        if one_class
        else sk.average_precision_score(labels, prediction, sample_weight=weight)
    )


def balanced(labels, named, weight):
    one_class = len(np.unique(labels)) < 2
    return np.nan if one_class else sk.balanced_accuracy_score(labels, named, sample_weight=weight)


BINARY = {
    "auroc": lambda y, p, w: sk.roc_auc_score(y, p, sample_weight=w),
    "auprc": average_precision,
    "brier": lambda y, p, w: sk.brier_score_loss(y, p, sample_weight=w, pos_label=1),
    "balanced_accuracy": lambda y, p, w: balanced(y, (p > 0.5).astype(float), w),
}
REGRESSION = {
    "rmse": lambda y, p, w: sk.root_mean_squared_error(y, p, sample_weight=w),
    "mae": lambda y, p, w: sk.mean_absolute_error(y, p, sample_weight=w),
    "r2": lambda y, p, w: sk.r2_score(y, p, sample_weight=w),
}


@pytest.mark.parametrize("key", BINARY)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_binary_metrics_equal_scikit_learn(key, seed):
    labels, prediction, weights = draw("binary", seed)
    found = METRICS[key].score(labels, prediction, weights)
    np.testing.assert_allclose(
        found, oracle(BINARY[key], labels, prediction[:, 0], weights), atol=1e-12
    )


@pytest.mark.parametrize("key", REGRESSION)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_regression_metrics_equal_scikit_learn(key, seed):
    labels, prediction, weights = draw("regression", seed)
    found = METRICS[key].score(labels, prediction, weights)
    np.testing.assert_allclose(
        found, oracle(REGRESSION[key], labels, prediction[:, 0], weights), rtol=1e-9
    )


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_balanced_accuracy_of_several_classes_equals_scikit_learn(seed):
    labels, prediction, weights = draw("multiclass", seed, n=12)
    found = METRICS["balanced_accuracy"].score(labels, prediction, weights)
    named = prediction.argmax(axis=1).astype(float)
    np.testing.assert_allclose(found, oracle(balanced, labels, named, weights), atol=1e-12)


def concordance(labels, risk, weight):
    """Harrell's C pair by pair."""
    won = pairs = 0.0
    time, event = np.abs(labels), labels > 0
    for i in np.flatnonzero(event):
        for j in range(len(labels)):
            if time[i] < time[j] or (time[i] == time[j] and not event[j]):
                pairs += weight[i] * weight[j]
                won += weight[i] * weight[j] * (risk[i] > risk[j]) + 0.5 * weight[i] * weight[j] * (
                    risk[i] == risk[j]
                )
    return won / pairs


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_harrells_c_equals_the_count_of_pairs(seed):
    rng = np.random.default_rng(seed)
    time = rng.integers(1, 15, 40) * np.where(rng.random(40) < 0.4, -1.0, 1.0)
    _, risk, weights = draw("binary", seed, n=40)
    found = METRICS["c_index"].score(time, risk, weights)
    expected = [concordance(time, risk[:, 0], weight) for weight in weights]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_harrells_c_without_censoring_or_ties_is_kendalls_tau():
    rng = np.random.default_rng(0)
    time, risk = rng.random(50) + 1, rng.random(50)
    tau = stats.kendalltau(time, -risk).statistic
    assert METRICS["c_index"].score(time, risk[:, None])[0] == pytest.approx((tau + 1) / 2)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("order", ["C", "F"])
def test_auroc_of_every_replicate_is_scikit_learns_whichever_class_is_rare(share, order):
    rng = np.random.default_rng(3)
    labels = (rng.random(200) < share).astype(float)
    prediction = rng.integers(0, 30, (200, 1)) / 30  # many ties
    weights = np.asarray(rng.integers(0, 4, (6, 200)), dtype=float, order=order)
    found = METRICS["auroc"].score(labels, prediction, weights)
    wanted = [sk.roc_auc_score(labels, prediction, sample_weight=one) for one in weights]
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12)


def test_auroc_is_the_mann_whitney_statistic():
    labels, prediction, _ = draw("binary", 1)
    groups = prediction[labels == 1, 0], prediction[labels == 0, 0]
    u = stats.mannwhitneyu(*groups).statistic / (len(groups[0]) * len(groups[1]))
    assert METRICS["auroc"].score(labels, prediction)[0] == pytest.approx(u)


ONE_CLASS = np.ones(34)


@pytest.mark.parametrize(
    ("key", "labels", "reason"),
    [
        ("auroc", ONE_CLASS, "only one class among the 34 test labels"),
        ("auprc", 0 * ONE_CLASS, "only one class among the 34 test labels"),
        ("balanced_accuracy", ONE_CLASS, "only one class among the 34 test labels"),
        ("r2", 7.3 * ONE_CLASS, "all of the 34 test labels are equal"),
        ("c_index", -ONE_CLASS, "no two of the 34 test labels have a known order"),
        ("brier", np.nan * ONE_CLASS, "no test label"),
        ("r2", np.array([3.0]), "all of the 1 test label are equal"),
    ],
)
def test_an_undefined_metric_is_nan_and_says_why(key, labels, reason):
    prediction = np.random.default_rng(0).random((len(labels), 1))
    assert np.isnan(METRICS[key].score(labels, prediction)).all()
    assert METRICS[key].why_undefined(labels) == reason


@pytest.mark.parametrize("key", METRICS)
def test_a_defined_metric_has_no_reason_and_a_replicate_without_rows_is_nan(key):
    kind = "regression" if Kind.REGRESSION in METRICS[key].kinds else "binary"
    labels, prediction, weights = draw(kind, 3)
    labels = labels if key != "c_index" else labels + 1
    assert METRICS[key].why_undefined(labels) == ""
    assert np.isnan(METRICS[key].score(labels, prediction, 0 * weights)).all()
    assert np.isfinite(METRICS[key].score(labels, prediction)).all()


@pytest.mark.parametrize("key", METRICS)
def test_rows_without_a_label_do_not_count_and_a_missing_prediction_is_nan(key):
    kind = "regression" if Kind.REGRESSION in METRICS[key].kinds else "binary"
    labels, prediction, weights = draw(kind, 4)
    labels = labels if key != "c_index" else labels + 1
    hidden = np.where(np.arange(60) % 3 == 0, np.nan, labels)
    seen = ~np.isnan(hidden)
    np.testing.assert_allclose(
        METRICS[key].score(hidden, prediction, weights),
        METRICS[key].score(labels[seen], prediction[seen], weights[:, seen]),
    )
    assert np.isnan(METRICS[key].score(labels, prediction * np.nan, weights)).all()


@pytest.mark.parametrize(
    "key", ["auroc", "auprc", "brier", "balanced_accuracy", "rmse", "mae", "r2"]
)
def test_chance_is_what_a_constant_prediction_scores(key):
    kind = "regression" if Kind.REGRESSION in METRICS[key].kinds else "binary"
    labels, prediction, _ = draw(kind, 5)
    middle = np.median(labels) if key == "mae" else labels.mean()
    constant = np.full_like(prediction, middle)
    assert METRICS[key].score(labels, constant)[0] == pytest.approx(METRICS[key].chance(labels))


def test_every_kind_has_a_metric_that_judges_it():
    for kind in KINDS:
        assert kind in METRICS[main_metric(kind)].kinds
