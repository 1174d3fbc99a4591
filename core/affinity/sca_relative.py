"""SCA without units."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from core.affinity.base import LabelTotals, Measure, Totals, ratio
from core.affinity.within import mean_distance


@dataclass(frozen=True)
class SCARelative(Measure):
    """Σ ‖Δ_s − Δ_t‖₁ / Σ (‖Δ_s‖₁ + ‖Δ_t‖₁) over shared samples, in [0, 1] (ours).

    Two tasks that move nothing at all are 0 apart.
    """

    title: ClassVar[str] = "Relative SCA"
    summary: ClassVar[str] = (
        "SCA as a share of how far the two tasks move together: 0 where they go to the same "
        "place, 1 where they never overlap. Scaling both losses changes nothing. With one shared "
        "head it is as blind to sign as SCA, but rare tasks look less alike than there."
    )
    heads: ClassVar[str | None] = None
    is_distance: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("distance", "mass")

    def __call__(
        self, totals: Totals, labels: LabelTotals
    ) -> Float[np.ndarray, "*replicate source target"]:
        if totals.pairing == "energy":  # the share of the distance that is between the tasks
            between = 2 * ratio(totals.distance, totals.count)
            share = ratio(mean_distance(totals.distance, totals), between)
            return np.asarray(np.minimum(share, 1.0))
        still = (totals.mass == 0) & (totals.count > 0)
        return np.where(still, 0.0, np.minimum(ratio(totals.distance, totals.mass), 1.0))
