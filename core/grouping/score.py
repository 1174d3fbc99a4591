"""From a proposed partition to a `Grouping` with its scores."""

import numpy as np
from jaxtyping import Float, Int

from core.grouping.base import Proposal
from core.grouping.chance import Chance
from core.grouping.silhouette import silhouette
from core.grouping.stability import co_assign, stability
from core.values import Grouping


def score(
    method: str,
    proposal: Proposal,
    similarity: Float[np.ndarray, "source target"],
    chance: Chance,
) -> Grouping:
    """Number the groups by their first task, drop empty components, and measure.

    Without bootstrap replicates stability and co-assignment are NaN: nobody looked again.
    """
    labels, kept = renumber(proposal.labels)
    membership = proposal.membership[:, kept]
    membership = membership / membership.sum(axis=1, keepdims=True)
    replicated = len(proposal.replicate_labels) > 0
    unknown = np.where(np.eye(len(labels), dtype=bool), 1.0, np.nan)
    co_assignment = co_assign(proposal.replicate_labels) if replicated else unknown
    return Grouping(
        method=method,
        covariance=proposal.covariance,
        n_components=proposal.n_components,
        labels=labels,
        membership=membership,
        bic=proposal.bic,
        aic=proposal.aic,
        silhouette=silhouette(similarity, labels),
        silhouette_null=chance.level(labels),
        stability=stability(labels, co_assignment) if replicated else float("nan"),
        co_assignment=co_assignment,
    )


def renumber(
    labels: Int[np.ndarray, " task"],
) -> tuple[Int[np.ndarray, " task"], Int[np.ndarray, " group"]]:
    """Labels 0, 1, … in the order of their first task, and the old label of each new one."""
    old, first, place = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(first)
    new = np.empty(len(old), dtype=np.int64)
    new[order] = np.arange(len(old))
    return new[place], old[order]
