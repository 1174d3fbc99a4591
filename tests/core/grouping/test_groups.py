from dataclasses import replace

import numpy as np
import pytest

from core.errors import MethodError
from core.graph import GATv2, SimilarityRows, build_graph, embed_tasks
from core.grouping import (
    GROUPERS,
    Alone,
    AverageLinkage,
    Mixture,
    Together,
    adjusted_rand,
    group_tasks,
    propose_groupings,
    rank_groupings,
    recommend,
)
from core.values import Decision, Null
from tests.core.graph.affinities import (
    affinity_of,
    constant,
    noisy,
    permuted,
    planted,
    structureless,
    with_copy,
)

GAT = GATv2(seeds=2, steps=80)
ROWS = SimilarityRows()
QUICK = Mixture(n_init=5)


def candidates(affinity, encoder=ROWS, mixture=QUICK, seed=0, n_groups=None):
    graph = build_graph(affinity)
    embedding = embed_tasks(graph, encoder, seed)
    return propose_groupings(graph, embedding, mixture, n_groups, seed), embedding


def advice(affinity, encoder=ROWS, seed=0, n_groups=None):
    return recommend(*candidates(affinity, encoder, seed=seed), n_groups)


@pytest.mark.parametrize("encoder", [ROWS, GAT])
@pytest.mark.parametrize("seed", range(3))
def test_planted_groups_are_recovered(encoder, seed):
    affinity, labels = planted([4, 4, 4], seed=seed)
    found = advice(affinity, encoder, seed)
    assert found.decision is Decision.GROUPED
    assert found.grouping.n_groups == 3
    assert adjusted_rand(found.grouping.labels, labels) >= 0.9


@pytest.mark.parametrize("sizes", [[3, 3], [6, 3, 2, 1], [10] * 4])
def test_planted_groups_of_other_sizes_are_recovered(sizes):
    affinity, labels = planted(sizes)
    assert adjusted_rand(advice(affinity).grouping.labels, labels) >= 0.9


def test_groups_are_lost_without_structure():
    truth = np.repeat([0, 1, 2], 4)
    found = [advice(structureless(12, seed=seed), GAT, seed) for seed in range(5)]
    assert np.mean([adjusted_rand(each.grouping.labels, truth) for each in found]) <= 0.15
    assert sum(each.decision is Decision.GROUPED for each in found) <= 1


@pytest.mark.parametrize("n_tasks", [4, 6, 20])
def test_structureless_similarities_are_rarely_grouped(n_tasks):
    found = [advice(structureless(n_tasks, seed=seed), seed=seed) for seed in range(6)]
    assert sum(each.decision is Decision.GROUPED for each in found) <= 1


@pytest.mark.parametrize("encoder", [ROWS, GAT])
def test_permuting_tasks_permutes_the_groups(encoder):
    affinity = noisy(np.full((9, 9), 0.5), 0.2, 10, seed=3)
    order = np.random.default_rng(1).permutation(9)
    here, _ = candidates(affinity, encoder)
    there, _ = candidates(permuted(affinity, order), encoder)
    for one, other in zip(here, there, strict=True):
        assert adjusted_rand(one.labels[order], other.labels) == 1
        assert one.stability == pytest.approx(other.stability, nan_ok=True)
        assert one.silhouette_null == pytest.approx(other.silhouette_null, nan_ok=True)


def test_the_same_seed_gives_the_same_fingerprints():
    affinity = structureless(8)
    one, other = (candidates(affinity, GAT, seed=5)[0] for _ in range(2))
    assert [each.fingerprint for each in one] == [each.fingerprint for each in other]


@pytest.mark.parametrize("encoder", [ROWS, GAT])
@pytest.mark.parametrize("n_groups", [None, 8])
def test_copies_share_a_group_in_every_grouping(encoder, n_groups):
    affinity = with_copy(with_copy(structureless(6, n_replicates=10), 1), 1)
    found, _ = candidates(affinity, encoder, n_groups=n_groups)
    assert max(grouping.n_groups for grouping in found) == 6
    for grouping in found:
        assert grouping.labels[1] == grouping.labels[6] == grouping.labels[7]
        assert grouping.co_assignment[1, 6] == pytest.approx(1, abs=0.1)


def test_alone_keeps_exact_copies_together():
    advised = advice(with_copy(structureless(6), 1))
    assert advised.decision is Decision.ALONE
    assert advised.grouping.n_groups == 6
    assert advised.grouping.labels[1] == advised.grouping.labels[6]
    assert "alone but for copies" in advised.reason


def test_a_proposal_holds_every_count_every_covariance_and_both_extremes():
    found, _ = candidates(structureless(7))
    asked = {(each.method, each.covariance, each.n_components) for each in found}
    kinds = ("diag", "spherical", "tied", "full")
    assert asked == {
        *(("mixture", kind, k) for kind in kinds for k in range(1, 7)),
        *(("average_linkage", "", k) for k in range(1, 7)),
        ("together", "", 1),
        ("alone", "", 7),
    }


@pytest.mark.parametrize("encoder", [ROWS, GAT])
def test_memberships_sum_to_one_over_groups_that_hold_a_task(encoder):
    for grouping in candidates(structureless(8), encoder)[0]:
        assert grouping.membership.shape == (8, grouping.n_groups)
        np.testing.assert_allclose(grouping.membership.sum(axis=1), 1)
        assert set(grouping.labels) == set(range(grouping.n_groups))
        assert grouping.n_groups <= grouping.n_components


def test_the_extremes_have_no_stability():
    found, _ = candidates(structureless(5))
    together, alone = found[-2:]
    assert (together.n_groups, alone.n_groups) == (1, 5)
    assert np.isnan(together.stability)
    assert np.isnan(alone.stability)


def test_stability_falls_with_the_noise_between_replicates():
    steady = noisy(np.full((8, 8), 0.5), 0.1, 30, seed=0, replicate_noise=0.01)
    shaken = noisy(np.full((8, 8), 0.5), 0.1, 30, seed=0, replicate_noise=0.2)

    def of(affinity):
        graph = build_graph(affinity)
        found = group_tasks(graph, embed_tasks(graph, ROWS), Mixture("diag", n_init=5))
        return np.mean([grouping.stability for grouping in found if grouping.n_groups > 1])

    assert of(steady) > of(shaken) + 0.1


def test_structureless_mixtures_are_not_stable():
    graph = build_graph(structureless(12))
    found = group_tasks(graph, embed_tasks(graph, ROWS), Mixture(n_init=5))
    assert np.median([grouping.stability for grouping in found if grouping.n_groups > 2]) < 0.6


@pytest.mark.parametrize(
    ("method", "n_candidates"),
    [
        (Mixture(n_init=2), 20),
        (Mixture("full", n_init=2), 5),
        (AverageLinkage(3), 3),
        (Alone(), 1),
        (Together(), 1),
    ],
)
def test_each_method_groups_on_its_own(method, n_candidates):
    graph = build_graph(structureless(6))
    found = group_tasks(graph, embed_tasks(graph, ROWS), method)
    assert len(found) == n_candidates
    assert {grouping.method for grouping in found} == {GROUPERS.key_of(method)}


@pytest.mark.parametrize("n_tasks", [2, 3, 60])
def test_few_and_many_tasks_are_grouped(n_tasks):
    found, embedding = candidates(structureless(n_tasks, n_replicates=5))
    assert {1, n_tasks} <= {grouping.n_groups for grouping in found}
    assert len(recommend(found, embedding).reason) > 20


def test_more_groups_than_tasks_name_both_numbers():
    graph = build_graph(structureless(4))
    embedding = embed_tasks(graph, ROWS)
    with pytest.raises(MethodError, match=r"max_groups=9.*4 tasks"):
        group_tasks(graph, embedding, Mixture(max_groups=9))
    with pytest.raises(MethodError, match=r"n_groups=9.*4 tasks"):
        propose_groupings(graph, embedding, n_groups=9)
    with pytest.raises(MethodError, match=r"n_groups=-1"):
        propose_groupings(graph, embedding, n_groups=-1)


def test_as_many_groups_as_asked_for_are_recommended():
    affinity, _ = planted([4, 4, 4])
    for n_groups in (1, 2, 5, 12):
        found = advice(affinity, n_groups=n_groups)
        assert found.grouping.n_groups == n_groups
    assert advice(affinity, n_groups=5).grouping.method == "mixture"
    assert advice(affinity, n_groups=1).decision is Decision.TOGETHER
    assert advice(affinity, n_groups=12).decision is Decision.ALONE


def test_a_number_no_candidate_has_lists_those_there_are():
    found, embedding = candidates(with_copy(structureless(3), 0))
    with pytest.raises(MethodError, match=r"n_groups=7.*1, 2, 3"):
        recommend(found, embedding, n_groups=7)


def test_a_pair_without_shared_samples_is_grouped():
    affinity, labels = planted([4, 4])
    similarity = affinity.similarity.copy()
    replicates = affinity.replicates.copy()
    for array in (similarity, *replicates):
        array[0, 5] = array[5, 0] = np.nan
    found = advice(affinity_of(similarity, replicates))
    assert adjusted_rand(found.grouping.labels, labels) == 1


def independent(affinity, level, n=19):
    """A null in which every pair is `level` alike, give or take."""
    n_tasks = len(affinity.task_names)
    values = np.stack(
        [noisy(np.full((n_tasks,) * 2, level), 0.02, 0, s).similarity for s in range(n)]
    )
    return Null(values, values)


@pytest.mark.parametrize(
    ("level", "expected", "decision"),
    [(0.9, 0.2, Decision.TOGETHER), (0.9, 0.88, Decision.ALONE), (0.4, 0.4, Decision.ALONE)],
)
def test_together_means_far_more_alike_than_independent_tasks(level, expected, decision):
    affinity = constant(6, level)
    graph = build_graph(affinity)
    embedding = embed_tasks(graph, GAT)
    null = independent(affinity, expected)
    found = propose_groupings(graph, embedding, QUICK, null=null)
    advised = recommend(found, embedding, affinity=affinity, null=null)
    assert advised.decision is decision
    assert "not yet tested by training" in advised.reason


def test_planted_groups_stand_out_from_independent_tasks():
    affinity, labels = planted([4, 4, 4])
    graph = build_graph(affinity)
    embedding = embed_tasks(graph, ROWS)
    null = independent(affinity, 0.3)
    found = propose_groupings(graph, embedding, QUICK, null=null)
    advised = recommend(found, embedding, affinity=affinity, null=null)
    assert adjusted_rand(advised.grouping.labels, labels) == 1


def test_groups_that_independent_tasks_have_too_do_not_stand_out():
    affinity, _ = planted([4, 4, 4])
    graph = build_graph(affinity)
    embedding = embed_tasks(graph, ROWS)
    null = Null(affinity.replicates[:19], affinity.replicates[:19])
    found = propose_groupings(graph, embedding, QUICK, null=null)
    advised = recommend(found, embedding, affinity=affinity, null=null)
    assert advised.decision is Decision.ALONE


def test_a_reason_is_one_sentence_with_its_numbers():
    reason = advice(planted([4, 4, 4])[0]).reason
    assert "3 groups" in reason
    assert "silhouette 0." in reason
    assert "not yet tested by training" in reason
    assert "\n" not in reason
    declined = advice(structureless(12)).reason
    assert "no grouping stands out from chance" in declined
    assert "a silhouette above it and stability 0.6 are needed" in declined
    assert "not yet tested by training" in declined


def test_a_reason_does_not_speak_of_a_chance_level_that_nobody_knows():
    found, embedding = candidates(structureless(12))
    unknown = [replace(grouping, silhouette_null=np.nan) for grouping in found]
    reason = recommend(unknown, embedding).reason
    assert "what chance reaches is not known" in reason
    assert "a silhouette above it" not in reason


def test_ranked_groupings_are_distinct_and_the_planted_one_is_first():
    affinity, labels = planted([4, 4, 4])
    ranked = rank_groupings(candidates(affinity)[0])
    assert len({grouping.labels.tobytes() for grouping in ranked}) == len(ranked)
    assert adjusted_rand(ranked[0].labels, labels) == 1


def test_without_replicates_nothing_is_called_stable():
    affinity = noisy(np.full((5, 5), 0.5), 0.1, 0, seed=0)
    found, embedding = candidates(affinity)
    assert all(np.isnan(grouping.stability) for grouping in found)
    assert recommend(found, embedding).decision is Decision.ALONE
