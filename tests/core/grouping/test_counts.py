"""How many groups are tried, and what is said where more might fit."""

import pytest

from core.graph import SimilarityRows, build_graph, embed_tasks
from core.grouping import Mixture, adjusted_rand, propose_groupings, recommend
from core.grouping.counts import CHEAP, group_counts
from core.values import Decision
from tests.core.graph.affinities import planted, structureless

QUICK = Mixture(covariance="spherical", n_init=2)


def candidates(affinity, mixture=QUICK):
    graph = build_graph(affinity)
    embedding = embed_tasks(graph, SimilarityRows(), 0)
    return propose_groupings(graph, embedding, mixture, None, 0), embedding


def most(groupings, method):
    return max(one.n_components for one in groupings if one.method == method)


@pytest.mark.parametrize(
    ("n_tasks", "largest"), [(1, 1), (2, 1), (6, 5), (12, 10), (25, 10), (60, 16), (300, 35)]
)
def test_the_more_tasks_the_more_groups_are_tried(n_tasks, largest):
    assert group_counts(n_tasks) == tuple(range(1, largest + 1))


def test_more_than_ten_groups_are_found():
    affinity, labels = planted([5] * 18)
    found = recommend(*candidates(affinity))
    assert found.decision is Decision.GROUPED
    assert adjusted_rand(found.grouping.labels, labels) >= 0.99
    assert "most that were tried" not in found.reason


def test_mixtures_are_fitted_as_far_as_the_tree_finds_structure():
    few, _ = candidates(planted([25] * 4)[0])
    many, _ = candidates(planted([5] * 18)[0])
    none, _ = candidates(structureless(100, n_replicates=5))
    assert most(few, "average_linkage") == most(none, "average_linkage") == 20
    assert most(few, "mixture") == most(none, "mixture") == CHEAP
    assert most(many, "mixture") == 19  # all there are


def test_all_numbers_are_fitted_that_somebody_asks_for():
    found, _ = candidates(planted([25] * 4)[0], Mixture("tied", max_groups=18, n_init=1))
    assert most(found, "mixture") == 18


def test_it_is_said_where_no_more_groups_were_tried():
    affinity, _ = planted([5] * 8)
    found = recommend(*candidates(affinity, Mixture(max_groups=6, n_init=2)))
    assert found.grouping.n_groups == 6
    assert "6 groups, the most that were tried (setting grouping.max_groups), stand" in found.reason
