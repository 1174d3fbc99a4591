import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.grouping.cut import cut_trees
from core.grouping.matching import match_labels
from core.grouping.score import renumber
from core.grouping.silhouette import silhouette, silhouette_nulls, silhouettes
from core.grouping.stability import adjusted_rand, co_assign, stability
from tests.core.graph.affinities import planted, structureless

LABELS = st.lists(st.integers(0, 4), min_size=4, max_size=12).map(np.array)


@given(labels=LABELS, seed=st.integers(0, 20))
def test_silhouette_equals_scikit_learn(labels, seed):
    from sklearn.metrics import silhouette_score

    similarity = structureless(len(labels), seed=seed).similarity
    if 1 < len(np.unique(labels)) < len(labels):
        expected = silhouette_score(1 - similarity, labels, metric="precomputed")
        assert silhouette(similarity, labels) == pytest.approx(expected, abs=1e-10)
    else:
        assert np.isnan(silhouette(similarity, labels))


def test_silhouettes_of_any_partitions_are_those_of_each():
    from sklearn.metrics import silhouette_score

    rng = np.random.default_rng(3)
    similarity = structureless(14, seed=3).similarity
    crossing = rng.integers(0, 5, (6, 14))
    cuts = cut_trees(similarity[None], tuple(range(1, 15)))[0]
    found = silhouettes(similarity, np.concatenate([crossing, cuts]))
    assert np.isnan(found[[6, -1]]).all()
    for labels, value in zip([*crossing, *cuts[1:-1]], np.delete(found, [6, -1]), strict=True):
        expected = silhouette_score(1 - similarity, labels, metric="precomputed")
        assert value == pytest.approx(expected, abs=1e-12)


def test_cut_trees_equal_scipy():
    from scipy.cluster.hierarchy import fcluster, linkage

    replicates = structureless(11).replicates
    found = cut_trees(replicates, tuple(range(1, 12)))
    upper = np.triu_indices(11, 1)
    for labels, similarity in zip(found, replicates, strict=True):
        tree = linkage((1 - similarity)[upper], "average")
        for n_groups, cut in enumerate(labels, start=1):
            assert cut.max() + 1 == n_groups
            assert adjusted_rand(cut, fcluster(tree, n_groups, "maxclust") - 1) == 1


def test_shuffled_blocks_look_far_worse_than_blocks():
    affinity, labels = planted([4, 4, 4])
    null = silhouette_nulls(affinity.similarity, (1, 3, 12), seed=0)
    assert silhouette(affinity.similarity, labels) > null[3] + 0.2
    assert np.isnan(null[1])
    assert np.isnan(null[12])


def test_one_in_twenty_shuffles_exceeds_the_null():
    similarity = structureless(10).similarity
    one, other = (silhouette_nulls(similarity, (3,), seed, n_shuffles=1000)[3] for seed in (0, 1))
    assert one == pytest.approx(other, abs=0.02)
    more = silhouette_nulls(structureless(10, seed=5).similarity, (3,), 0)[3]
    assert more == pytest.approx(one, abs=0.1)


def test_co_assignment_is_the_share_of_replicates_with_one_group():
    labels = np.array([[0, 0, 1], [0, 1, 1], [0, 0, 1], [1, 1, 1]])
    expected = np.array([[1, 0.75, 0.25], [0.75, 1, 0.5], [0.25, 0.5, 1]])
    np.testing.assert_allclose(co_assign(labels), expected)
    assert stability(np.array([0, 0, 1]), expected) == 0.75


def test_stability_of_the_two_extremes_is_undefined():
    assert np.isnan(stability(np.arange(3), np.eye(3)))
    assert np.isnan(stability(np.zeros(3, dtype=int), np.ones((3, 3))))


@given(one=LABELS, seed=st.integers(0, 20))
def test_adjusted_rand_equals_scikit_learn(one, seed):
    from sklearn.metrics import adjusted_rand_score

    other = np.random.default_rng(seed).integers(0, 3, len(one))
    expected = adjusted_rand_score(one, other)
    assert adjusted_rand(one, other) == pytest.approx(expected, abs=1e-10)


@given(labels=LABELS)
def test_groups_are_numbered_by_their_first_task(labels):
    new, old = renumber(labels)
    first = [int(np.argmax(new == group)) for group in range(len(old))]
    assert first == sorted(first)
    np.testing.assert_array_equal(old[new], labels)


@given(labels=LABELS, seed=st.integers(0, 20))
def test_renamed_groups_get_their_old_numbers_back(labels, seed):
    renamed = np.random.default_rng(seed).permutation(5)[labels]
    np.testing.assert_array_equal(match_labels(labels, renamed), labels)


@given(previous=LABELS, seed=st.integers(0, 20))
def test_matching_keeps_the_partition(previous, seed):
    current = np.random.default_rng(seed).integers(0, 5, len(previous))
    assert adjusted_rand(match_labels(previous, current), current) == 1


def test_a_split_group_keeps_its_number_in_the_larger_part_and_adds_a_fresh_one():
    previous = np.array([0, 0, 0, 1, 1])
    np.testing.assert_array_equal(
        match_labels(previous, np.array([1, 2, 2, 0, 0])), [2, 0, 0, 1, 1]
    )
