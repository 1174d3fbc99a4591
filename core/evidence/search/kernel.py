"""How alike the gains of two (task, group) places are expected to be."""

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

    level: float = 0.5
    task: float = 0.3
    size: float = 0.1
    task_size: float = 0.05
    partner: float = 0.2
    pair: float = 0.3
    bond: float = 0.2
    affinity: float = 0.2
    smooth: float = 0.3
    group: float = 0.05
    own: float = 0.1
    power: float = 0.5
    reach: float = 2.0

    def changed(self, name: str, value: float) -> "Penalties":
        return Penalties(**{**{f.name: getattr(self, f.name) for f in fields(self)}, name: value})


def covariance(
    first: Places, second: Places, penalties: Penalties
) -> Float[np.ndarray, "first second"]:
    """Prior covariance of the gains at two lists of places, without the part that is their own."""
    same = first.task[:, None] == second.task[None]
    shared = first.partners @ second.partners.T
    scale = np.outer(_share(first, penalties.power), _share(second, penalties.power))
    size = np.outer(_size(first), _size(second))
    mutual = first.partners[:, second.task] * second.partners[:, first.task].T
    differ = first.count[:, None] + second.count[None] - 2 * shared
    smooth = penalties.smooth * np.exp(-differ / penalties.reach)
    own = (
        penalties.task
        + penalties.task_size * size
        + (penalties.pair + penalties.bond) * scale * shared
        + smooth
    )
    in_common = (first.group @ second.group.T) == np.minimum(
        first.group.sum(axis=1)[:, None], second.group.sum(axis=1)[None]
    )
    same_group = in_common & (first.count[:, None] == second.count[None])
    return np.asarray(
        penalties.level
        + penalties.size * size
        + penalties.partner * scale * shared
        + penalties.bond * scale * mutual
        + penalties.affinity * np.outer(first.prior, second.prior)
        + penalties.group * same_group
        + same * own
    )


def variance(places: Places, penalties: Penalties) -> Float[np.ndarray, " place"]:
    """The diagonal of `covariance(places, places)`."""
    share = _share(places, penalties.power) ** 2 * places.count
    size = _size(places) ** 2
    return np.asarray(
        penalties.level
        + penalties.task
        + penalties.smooth
        + penalties.group
        + (penalties.size + penalties.task_size) * size
        + (penalties.partner + penalties.pair + penalties.bond) * share
        + penalties.affinity * places.prior**2
    )


def _share(places: Places, power: float) -> Float[np.ndarray, " place"]:
    return np.asarray(np.maximum(places.count, 1) ** -power)


def _size(places: Places) -> Float[np.ndarray, " place"]:
    """0 for a pair, 1 for four partners, growing with the logarithm."""
    return np.asarray(np.log2(np.maximum(places.count, 1)) / 2)
