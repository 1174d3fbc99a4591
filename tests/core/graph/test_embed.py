import numpy as np
import pytest

from core.errors import MethodError
from core.graph import ENCODERS, GATv2, SimilarityRows, build_graph, embed_tasks
from core.graph.features import scale_of, standardised_rows
from core.graph.guards import flat_points
from core.methods import choose
from tests.core.graph.affinities import (
    affinity_of,
    constant,
    noisy,
    permuted,
    planted,
    structureless,
    with_copy,
)

FAST = GATv2(seeds=2, steps=60)
ENCODER_CASES = [FAST, SimilarityRows()]


def test_a_graph_without_a_known_similarity_says_so():
    nothing = np.where(np.eye(4, dtype=bool), 1.0, np.nan)
    unknown = affinity_of(nothing, np.stack([nothing] * 3))
    embedding = embed_tasks(build_graph(unknown), FAST)
    assert not embedding.has_structure
    assert "no pair of tasks has a known similarity" in embedding.notes[0]


def contrast(values, labels):
    """Mean cosine inside the planted groups minus the mean cosine between them."""
    points = values / np.linalg.norm(values, axis=1, keepdims=True)
    cosine = points @ points.T
    same = labels[:, None] == labels[None]
    return cosine[same & ~np.eye(len(labels), dtype=bool)].mean() - cosine[~same].mean()


def test_the_diagonal_of_the_features_is_the_strongest_similarity():
    similarity = np.array([[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]])
    others = np.array([0.9, 0.1, 0.9, 0.2, 0.1, 0.2])
    rows = standardised_rows(similarity, scale_of(similarity))
    expected = (np.array([0.9, 0.9, 0.2]) - others.mean()) / others.std()
    np.testing.assert_allclose(rows.diagonal(), expected)


@pytest.mark.parametrize("encoder", ENCODER_CASES)
def test_tasks_of_a_planted_group_lie_together(encoder):
    affinity, labels = planted([4, 4, 4])
    embedding = embed_tasks(build_graph(affinity), encoder)
    assert embedding.has_structure
    assert contrast(embedding.values, labels) > 0.8
    for replicate in embedding.replicates:
        assert contrast(replicate, labels) > 0.6


def test_training_brings_the_cosines_closer_to_the_similarities():
    graph = build_graph(planted([4, 4, 4], noise=0.1)[0])
    pairs = np.triu_indices(12, 1)

    def mismatch(encoder):
        points = embed_tasks(graph, encoder).values
        return 1 - np.corrcoef((points @ points.T)[pairs], graph.similarity[pairs])[0, 1]

    assert mismatch(GATv2(steps=100)) < 0.7 * mismatch(GATv2(steps=1))


@pytest.mark.parametrize("encoder", ENCODER_CASES)
def test_the_same_seed_gives_the_same_embedding(encoder):
    graph = build_graph(planted([3, 3])[0])
    assert embed_tasks(graph, encoder, seed=3) == embed_tasks(graph, encoder, seed=3)


def test_another_seed_gives_another_embedding():
    graph = build_graph(planted([3, 3])[0])
    assert embed_tasks(graph, FAST, seed=3) != embed_tasks(graph, FAST, seed=4)


def test_embedding_leaves_the_global_generator_of_torch_alone():
    import torch

    before = torch.random.get_rng_state()
    embed_tasks(build_graph(planted([3, 3])[0]), FAST)
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("encoder", ENCODER_CASES)
def test_permuting_tasks_permutes_the_points(encoder):
    affinity, _ = planted([4, 3, 2])
    order = np.random.default_rng(1).permutation(9)
    here = embed_tasks(build_graph(affinity), encoder)
    there = embed_tasks(build_graph(permuted(affinity, order)), encoder)
    gaps = [np.linalg.norm(v[:, None] - v[None], axis=2) for v in (here.values, there.values)]
    np.testing.assert_allclose(gaps[1], gaps[0][np.ix_(order, order)], atol=1e-5)


@pytest.mark.parametrize("encoder", ENCODER_CASES)
def test_copies_stand_at_one_place(encoder):
    graph = build_graph(with_copy(planted([4, 4])[0], original=2))
    values = embed_tasks(graph, encoder).values
    np.testing.assert_allclose(values[2], values[8], atol=1e-4)


def test_attention_lives_on_edges_and_a_task_spends_at_most_one():
    graph = build_graph(planted([4, 4])[0])
    attention = embed_tasks(graph, FAST).attention
    assert (attention[graph.adjacent] > 0).all()
    assert (attention[~graph.adjacent] == 0).all()
    assert (attention.sum(axis=0) < 1).all()  # the rest is what a task gives to itself


@pytest.mark.parametrize("encoder", ENCODER_CASES)
@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_even_similarities_carry_no_structure(encoder, level):
    """A complete graph of equal weights: every node looks the same."""
    embedding = embed_tasks(build_graph(constant(6, level)), encoder)
    assert not embedding.has_structure
    assert "no structure" in embedding.notes[0]
    assert np.ptp(embedding.values, axis=0).max() < 1e-9


def test_points_at_one_place_carry_no_structure():
    one_place = np.ones((5, 3)) + 1e-3 * np.random.default_rng(0).normal(size=(5, 3))
    assert "nearly one point" in flat_points(one_place)
    assert flat_points(np.eye(3)) == ""


def test_two_groups_on_one_line_are_structure():
    assert flat_points(np.array([[1.0, 0], [1, 0], [-1, 0]])) == ""


@pytest.mark.parametrize("encoder", ENCODER_CASES)
@pytest.mark.parametrize("n_tasks", [2, 3, 60])
def test_few_and_many_tasks_embed(encoder, n_tasks):
    embedding = embed_tasks(build_graph(structureless(n_tasks, n_replicates=2)), encoder)
    assert embedding.values.shape[0] == n_tasks
    assert embedding.replicates.shape[:2] == (2, n_tasks)
    assert np.isfinite(embedding.values).all()
    assert np.isfinite(embedding.replicates).all()


@pytest.mark.parametrize("encoder", ENCODER_CASES)
def test_a_task_without_any_neighbour_embeds(encoder):
    affinity, _ = planted([4, 4])
    similarity, replicates = affinity.similarity.copy(), affinity.replicates.copy()
    for array in (similarity, *replicates):
        array[0, 1:] = array[1:, 0] = np.nan
    embedding = embed_tasks(build_graph(affinity_of(similarity, replicates)), encoder)
    assert np.isfinite(embedding.values).all()


@pytest.mark.parametrize("encoder", ENCODER_CASES)
def test_no_replicates_embed_none(encoder):
    affinity = noisy(np.full((5, 5), 0.5), 0.1, 0, seed=0)
    assert embed_tasks(build_graph(affinity), encoder).replicates.shape[:2] == (0, 5)


def test_progress_grows_to_one():
    seen = []
    embed_tasks(build_graph(planted([3, 3])[0]), FAST, on_progress=lambda f, _: seen.append(f))
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)


def test_an_unknown_device_is_named():
    with pytest.raises(MethodError, match="tpu"):
        embed_tasks(build_graph(planted([3, 3])[0]), FAST, device="tpu")


def test_an_unknown_encoder_lists_the_known():
    with pytest.raises(MethodError, match="gatv2, similarity_rows"):
        choose(ENCODERS, "gcn")
