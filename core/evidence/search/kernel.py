"""How alike the gains of two (task, group) places are expected to be."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True)
class Places:
    """Single entries of a gain table: a task and its partners in a group.

    `group` numbers the group of each entry, `prior` is the mean affinity of the partners.
    """

    task: Int[np.ndarray, " place"]
    partners: Float[np.ndarray, "place task"]
    group: Float[np.ndarray, "place task"]
    prior: Float[np.ndarray, " place"]

    @property
    def count(self) -> Float[np.ndarray, " place"]:
        """How many partners there are."""
        return np.asarray(self.partners.sum(axis=1))


@dataclass(frozen=True)
class Penalties:
    """Prior variances (the inverse ridge penalties) of the parts of a gain, in scaled units.

    gain_t(G) = level + task_t + size·(common + own_t) + Σ_s∈P |P|^-power (partner_s + pair_ts +
    bond_{ts}) + affinity + smooth_t(P) + group_G + own_tG, with P = G without t. `pair` is
    directed, `bond` the same both ways; `smooth` is a Gaussian process over partner sets whose
    correlation falls by exp(-1/reach) with every partner that differs (ours).
    """

    level: float = 0.3
    task: float = 0.2
    size: float = 0.2
    task_size: float = 0.1
    partner: float = 0.1
    pair: float = 0.3
    bond: float = 0.2
    affinity: float = 0.2
    smooth: float = 0.15
    group: float = 0.02
    own: float = 0.06
    power: float = 0.5
    reach: float = 3.0

    def changed(self, name: str, value: float) -> "Penalties":
        return Penalties(**{**{f.name: getattr(self, f.name) for f in fields(self)}, name: value})


def covariance(
    first: Places, second: Places, penalties: Penalties
) -> Float[np.ndarray, "first second"]:
    """Prior covariance of the gains at two lists of places, without the part that is their own."""
    total = np.zeros((len(first.task), len(second.task)))
    for name, part in components(first, second, penalties.power, penalties.reach):
        total += getattr(penalties, name) * part
    return total


def components(
    first: Places, second: Places, power: float, reach: float
) -> Iterator[tuple[str, Float[np.ndarray, "first second"]]]:
    """The covariance of each part of a gain at variance 1, with its name in `Penalties`."""
    same = (first.task[:, None] == second.task[None]).astype(float)
    shared = first.partners @ second.partners.T
    scale = np.outer(share(first, power), share(second, power))
    size = np.outer(log_size(first), log_size(second))
    yield "level", np.ones(same.shape)
    yield "task", same
    yield "size", size
    yield "task_size", same * size
    yield "partner", scale * shared
    yield "pair", same * scale * shared
    mutual = first.partners[:, second.task] * second.partners[:, first.task].T
    yield "bond", scale * (same * shared + mutual)
    yield "affinity", np.outer(first.prior, second.prior)
    differ = first.count[:, None] + second.count[None] - 2 * shared
    yield "smooth", same * np.exp(-differ / reach)
    in_common = first.group @ second.group.T
    in_both = (in_common == first.count[:, None] + 1) & (in_common == second.count[None] + 1)
    yield "group", in_both.astype(float)


def variance(places: Places, penalties: Penalties) -> Float[np.ndarray, " place"]:
    """The diagonal of `covariance(places, places)`."""
    partners = share(places, penalties.power) ** 2 * places.count
    size = log_size(places) ** 2
    return np.asarray(
        penalties.level
        + penalties.task
        + penalties.smooth
        + penalties.group
        + (penalties.size + penalties.task_size) * size
        + (penalties.partner + penalties.pair + penalties.bond) * partners
        + penalties.affinity * places.prior**2
    )


def share(places: Places, power: float) -> Float[np.ndarray, " place"]:
    """What one partner of many counts: |P|^-power."""
    return np.asarray(np.maximum(places.count, 1) ** -power)


def log_size(places: Places) -> Float[np.ndarray, " place"]:
    """0 for a pair, 1 for four partners, growing with the logarithm; -1/2 for a task alone."""
    return np.asarray(np.log2(np.maximum(places.count, 0.5)) / 2)
