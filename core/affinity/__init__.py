"""How alike two tasks pull the model.

Every measure is a few lines over the same sums, which the landscape kept block by block: the point
estimate adds all blocks up, a bootstrap replicate adds them up with other weights (METHODS §2).

    sca               mean L1 distance of the sample-wise optima (the paper's)
    sca_relative      the same as a share of the distance walked, free of the losses' scale
    abs_cosine        mean |cosine| of the displacements, blind to a flipped label
    cosine            mean cosine of the displacements: against each other is far apart
    sign              share of parameters pushed in opposite directions
    mean_gradient     cosine of the tasks' mean displacements
    tag               what a step of one task does to the other's loss, in one joint run
    label_agreement   |phi| or |Spearman| of the labels, without any model: the null to beat

    base       what a measure is, and the totals it reads
    totals     block sums → totals, plain or re-weighted
    interval   bootstrap replicates → low and high
    refitted   what fitting probes on other patients adds to them
    within     tasks with their own samples: between, less within
    similarity the measure's units → [0, 1]
    notes      what a reader must know about a number
    gaps       why a number is missing
    given      a matrix that a user brought

Which one? `abs_cosine` with probe heads, the default of a run: it finds planted groups whatever
their base rates, kinds, missing and flipped labels. `sca` with one shared head is the paper's view
and sees base rates first; with one shared head `sca`, `cosine` and `sign` of binary tasks are
counts of label disagreements, weighted or not. `label_agreement` shows what needs no model at all.

Example:
    >>> affinity = measure_affinity(landscape, AbsCosine(), n_replicates=200, seed=0)
    >>> affinity.values.shape, affinity.is_distance
    ((12, 12), False)
"""

from core.affinity.abs_cosine import AbsCosine
from core.affinity.base import LabelTotals, Measure, Totals
from core.affinity.cosine import Cosine
from core.affinity.label_agreement import LabelAgreement
from core.affinity.mean_gradient import MeanGradient
from core.affinity.measure import measure_affinity as _measure_affinity
from core.affinity.sca import SCA
from core.affinity.sca_relative import SCARelative
from core.affinity.sign import Sign
from core.affinity.tag import TAG
from core.methods import Stage
from core.values import Affinity, Landscape

MEASURES: Stage[Measure] = Stage(
    "affinity measure",
    {
        "sca": SCA,
        "sca_relative": SCARelative,
        "abs_cosine": AbsCosine,
        "cosine": Cosine,
        "sign": Sign,
        "mean_gradient": MeanGradient,
        "tag": TAG,
        "label_agreement": LabelAgreement,
    },
)

__all__ = [
    "MEASURES",
    "SCA",
    "TAG",
    "AbsCosine",
    "Cosine",
    "LabelAgreement",
    "LabelTotals",
    "MeanGradient",
    "Measure",
    "SCARelative",
    "Sign",
    "Totals",
    "measure_affinity",
]


def measure_affinity(
    landscape: Landscape,
    measure: Measure | None = None,
    n_replicates: int = 200,
    seed: int = 0,
) -> Affinity:
    """How alike every two tasks pull the model, with 95 % bootstrap intervals.

    Args:
        landscape: block sums of the displacements.
        measure: any of `MEASURES`; `SCA()` when None. Its `heads` tell the landscape it is meant
            for; another one is taken too, and the notes then say what that means.
        n_replicates: bootstrap re-runs over the blocks.
        seed: of the bootstrap weights.

    Raises:
        MethodError: the landscape was measured without a sum that the measure reads, or without the
            look ahead that `TAG` reads.
    """
    chosen = measure or SCA()
    return _measure_affinity(landscape, chosen, MEASURES.key_of(chosen), n_replicates, seed)
