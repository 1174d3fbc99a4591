"""Evidence: the groups are trained, and the answer is *alone*, *together*, *in these groups* or
*no detectable difference*.

    candidate    a partition and where it came from
    pool         networks that were trained, by group and seed; never twice
    exploration  further groups, found by search
    search/      surrogate, acquisition, exact selection: any oracle of gains
    bootstrap    paired intervals over test patients and seeds
    effects      what a grouping does to every task
    decide       from contrasts to the verdict
    advise       what a verdict amounts to within the rules
    conclude     the evidence as one value
    validate     all of it in order

evidence = validate_grouping(to_examples(table), candidates)
"""

from core.evidence.candidate import Candidate
from core.evidence.partitions import to_labels, to_partition
from core.evidence.pool import TrainedStore
from core.evidence.settings import (
    MOST_TASKS,
    SEARCHES,
    VALIDATIONS,
    Validation,
    validation_preset,
    with_seeds,
)
from core.evidence.validate import OnPartial, validate_grouping

__all__ = [
    "MOST_TASKS",
    "SEARCHES",
    "VALIDATIONS",
    "Candidate",
    "OnPartial",
    "TrainedStore",
    "Validation",
    "to_labels",
    "to_partition",
    "validate_grouping",
    "validation_preset",
    "with_seeds",
]
