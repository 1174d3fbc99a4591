"""Made-up tables of gains of every group, to choose and to judge a search without the gold tables.

Each family returns the true gains and what is measured of them (with noise), as
`gains[group, task]` over all groups of T tasks, NaN outside a group, 0 for a task alone.
"""

from dataclasses import dataclass

import numpy as np

NOISE = 0.25
"""Standard deviation of the noise of measuring, in spreads of the true gains."""


@dataclass(frozen=True)
class Problem:
    """`measured` is what a search sees, `true` what it is judged by."""

    name: str
    member: np.ndarray
    measured: np.ndarray
    true: np.ndarray


def make_problem(family, n_tasks, seed, noise=NOISE):
    """A problem of one family; the same for the same seed."""
    rng = np.random.default_rng([seed, n_tasks, list(FAMILIES).index(family)])
    codes = np.arange(1, 1 << n_tasks)
    member = (codes[:, None] >> np.arange(n_tasks) & 1).astype(bool)
    true = np.where(member, FAMILIES[family](member, rng), np.nan)
    alone = member.sum(axis=1) == 1
    spread = np.nanstd(true[~alone])
    seen = true + noise * spread * rng.standard_normal(true.shape)
    for table in (true, seen):
        table[alone] = np.where(member[alone], 0.0, np.nan)
    return Problem(f"{family} T={n_tasks} #{seed}", member, seen, true)


def latent(member, rng):
    """Tasks are points; partners help by closeness, with fading returns, and capacity costs."""
    n = member.shape[1]
    points = rng.standard_normal((n, 3))
    similar = points @ points.T / 3
    appetite = rng.lognormal(0, 0.5, n)[:, None]
    helped = member @ (similar * appetite).T - np.diag(similar * appetite)
    k = member.sum(axis=1, keepdims=True) - 1
    return 0.05 * (np.tanh(helped / 1.5) - 0.25 * np.log2(1 + k) * rng.random(n))


def additive(member, rng):
    """Directed pair gains that add up, less a price for every further partner."""
    n = member.shape[1]
    pair = rng.normal(0, 0.03, (n, n)) + rng.normal(0, 0.01, n) + rng.normal(0, 0.01, (n, 1))
    np.fill_diagonal(pair, 0)
    k = member.sum(axis=1, keepdims=True) - 1
    return member @ pair.T - 0.01 * np.maximum(k - 1, 0) ** 1.3


def averaged(member, rng):
    """The mean of directed pair gains, with a deviation of every group of its own."""
    n = member.shape[1]
    pair = rng.normal(0.0, 0.05, (n, n)) + rng.normal(0, 0.02, n)
    np.fill_diagonal(pair, 0)
    k = np.maximum(member.sum(axis=1, keepdims=True) - 1, 1)
    own = rng.normal(0, 0.015, member.shape) + rng.normal(0, 0.01, (len(member), 1))
    return member @ pair.T / k - 0.01 * np.log2(k) + own


def clusters(member, rng):
    """Planted clusters of unequal sizes: help inside, harm by the share of strangers."""
    n = member.shape[1]
    cluster = rng.integers(0, max(2, n // 3), n)
    same = (cluster[:, None] == cluster) & ~np.eye(n, dtype=bool)
    inside, outside = member @ same.T.astype(float), member @ (~same).T.astype(float) - 1
    strength, harm = rng.uniform(0.02, 0.08, n), rng.uniform(0.02, 0.1, n)
    k = np.maximum(inside + outside, 1)
    return strength * (1 - np.exp(-inside)) - harm * outside / k


def pooled(member, rng):
    """Exact risk of estimators that pool linear tasks: variance falls, bias rises with strangers."""
    n, d = member.shape[1], 6
    centres = rng.standard_normal((max(2, n // 4), d)) * rng.uniform(0.3, 1.2)
    weight = centres[rng.integers(0, len(centres), n)] + rng.normal(0, 0.25, (n, d))
    variance = rng.uniform(0.2, 1.5, n)
    size = member.sum(axis=1, keepdims=True)
    mean = member @ weight / size
    bias = ((mean[:, None] - weight[None]) ** 2).sum(axis=2)
    keep = rng.uniform(0.3, 0.7, n)  # heads of their own mend a part of the bias
    shared = member @ variance / size[:, 0] ** 2
    risk = 0.5 + keep * bias / d + (1 - keep) * variance * 0.5 + shared[:, None]
    alone = 0.5 + (1 - keep) * variance * 0.5 + variance
    return (alone - risk) / alone


def unstructured(member, rng):
    """A few groups are lucky; nothing foretells which."""
    task = rng.normal(-0.02, 0.02, member.shape[1])
    return task + 0.04 * rng.standard_t(4, member.shape)


def asymmetric(member, rng):
    """Directed transfer of rank two that saturates, less a price for every partner."""
    n = member.shape[1]
    give, take = rng.standard_normal((2, n, 2))
    pair = 0.03 * take @ give.T + rng.normal(0.01, 0.01, n)[:, None]
    np.fill_diagonal(pair, 0)
    k = np.maximum(member.sum(axis=1, keepdims=True) - 1, 1)
    return 0.05 * np.tanh(member @ pair.T / np.sqrt(k) / 0.05) - 0.004 * k


def capacity(member, rng):
    """Everybody helps with fading returns, until the demands of the members overfill a trunk."""
    n = member.shape[1]
    demand, helped = rng.uniform(0.3, 1.5, n), rng.uniform(0, 0.05, n)
    suffers = rng.uniform(0.06, 0.3, n)
    over = np.maximum(member @ demand - 0.36 * n, 0)[:, None] / n
    return helped * np.log(member.sum(axis=1, keepdims=True)) - suffers * over


def donors(member, rng):
    """Two tasks help everybody, each task by its need; all others harm a little."""
    n = member.shape[1]
    given = np.zeros(n)
    given[rng.choice(n, 2, replace=False)] = rng.uniform(0.03, 0.08, 2)
    pair = rng.uniform(0, 1.5, n)[:, None] * given - rng.exponential(0.008, (n, n))
    np.fill_diagonal(pair, 0)
    return member @ pair.T


def curved(member, rng):
    """Directed pair gains that add up, and partners that change what other partners give."""
    n = member.shape[1]
    pair, both = rng.normal(0, 0.03, (n, n)), rng.normal(0, 0.02, (n, n, n))
    own = np.eye(n, dtype=bool)
    both[own[:, :, None] | own[:, None] | ~np.triu(np.ones((n, n), dtype=bool), 1)] = 0
    pair[own] = 0
    return member @ pair.T + np.einsum("gi,tij,gj->gt", member, both, member)


def lucky(member, rng):
    """The mean of directed pair gains, and luck of every training that is nearly as large."""
    n = member.shape[1]
    pair = rng.normal(0, 0.05, (n, n))
    np.fill_diagonal(pair, 0)
    size = member.sum(axis=1, keepdims=True)
    mean = member @ pair.T / np.maximum(size - 1, 1)
    return mean + 0.8 * mean[size[:, 0] > 1].std() * rng.standard_normal(member.shape)


FAMILIES = {
    "latent": latent,
    "additive": additive,
    "averaged": averaged,
    "clusters": clusters,
    "pooled": pooled,
    "unstructured": unstructured,
    "asymmetric": asymmetric,
    "capacity": capacity,
    "donors": donors,
    "curved": curved,
    "lucky": lucky,
}
"""The search was designed on the first six; the others came later and changed nothing in it."""
