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
    age          whether the rules of a verdict are those of today

evidence = validate_grouping(to_examples(table), candidates)
"""

from core.evidence.age import OLDER, is_of_today, rules_of_today, with_age
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
    "OLDER",
    "SEARCHES",
    "VALIDATIONS",
    "Candidate",
    "OnPartial",
    "TrainedStore",
    "Validation",
    "is_of_today",
    "rules_of_today",
    "to_labels",
    "to_partition",
    "validate_grouping",
    "validation_preset",
    "with_age",
    "with_seeds",
]
