"""Do two measures agree, and is one of them the labels alone?"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from core.affinity import Cosine, LabelAgreement, measure_affinity
from core.affinity.compare import explain_labels, rank_correlation
from core.landscape import OneStep, measure_landscape
from tests.core.landscape.tables import draw_labels, make_table

METHOD = OneStep(width=16, starts=1, max_points=10, head_bias="zero")


def affinities(labels):
    landscape = measure_landscape(make_table(labels), METHOD)
    return [measure_affinity(landscape, measure, 2) for measure in (Cosine(), LabelAgreement())]


def test_rank_correlation_is_spearmans_over_the_pairs_both_know():
    first, second = affinities(draw_labels(kinds="bbbbb"))
    above = np.triu_indices(5, 1)
    expected = spearmanr(first.similarity[above], second.similarity[above]).statistic
    assert rank_correlation(first, second) == pytest.approx(expected)
    blank = np.full((5, 5), np.nan)
    assert np.isnan(rank_correlation(first, replace(second, similarity=blank)))


def test_a_measure_that_is_only_the_labels_is_called_that():
    rng = np.random.default_rng(0)
    common = rng.random(600) < 0.5  # equal base rates, noisier and noisier copies
    noise = rng.random((600, 5)) < np.array([0.02, 0.05, 0.1, 0.2, 0.4])
    cosine, labels = affinities((common[:, None] ^ noise).astype(float))
    (note,) = explain_labels(cosine, (cosine, labels))
    assert f"{rank_correlation(cosine, labels):.2f}" in note
    assert explain_labels(labels, (cosine, labels)) == ()
    assert explain_labels(cosine, (cosine,)) == ()
    other = replace(cosine, similarity=1 - cosine.similarity)
    assert explain_labels(other, (labels,)) == ()
