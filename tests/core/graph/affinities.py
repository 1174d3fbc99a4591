"""Affinities with a planted block structure, and without any, for the tests of graph and groups."""

import numpy as np

from core.values import Affinity


def affinity_of(similarity, replicates):
    names = tuple(f"task_{place}" for place in range(len(similarity)))
    square = (similarity, similarity, similarity, similarity)
    return Affinity(names, "synthetic", False, *square, replicates)


def noisy(mean, noise, n_replicates, seed, replicate_noise=None):
    rng = np.random.default_rng(seed)

    def draw(n, spread):
        upper = np.triu(rng.normal(0, spread, (n, *mean.shape)), 1)
        return upper + np.swapaxes(upper, 1, 2)

    similarity = np.clip(mean + draw(1, noise)[0], 0, 1)
    spread = noise if replicate_noise is None else replicate_noise
    replicates = np.clip(similarity + draw(n_replicates, spread), 0, 1)
    places = np.arange(len(mean))
    similarity[places, places] = 1
    replicates[:, places, places] = 1
    return affinity_of(similarity, replicates)


def planted(sizes, within=0.8, between=0.3, noise=0.05, n_replicates=20, seed=0):
    """The affinity of groups of these sizes, and the true label of each task."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    mean = np.where(labels[:, None] == labels[None], within, between)
    return noisy(mean, noise, n_replicates, seed), labels


def structureless(n_tasks, noise=0.1, n_replicates=20, seed=0):
    return noisy(np.full((n_tasks, n_tasks), 0.5), noise, n_replicates, seed)


def constant(n_tasks, level=0.5, n_replicates=5):
    return noisy(np.full((n_tasks, n_tasks), level), 0.0, n_replicates, 0)


def permuted(affinity, order):
    stacked = (slice(None), order[:, None], order[None, :])
    return affinity_of(affinity.similarity[np.ix_(order, order)], affinity.replicates[stacked])


def with_copy(affinity, original):
    """The same affinity with a last task that is a copy of `original`."""
    order = np.append(np.arange(len(affinity.similarity)), original)
    return permuted(affinity, order)
