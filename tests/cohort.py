"""A small planted cohort for the tests that need a run, not a result."""

import dataclasses

from core.affinity import SCA
from core.data import plant_groups
from core.graph import GATv2
from core.grouping import Mixture
from core.landscape import OneStep
from core.plan import Plan

SMALL_PLAN = Plan(
    measure=SCA(),
    landscape=OneStep(width=16, starts=1, max_points=500),
    encoder=GATv2(seeds=1),
    grouping=Mixture(n_init=2),
    n_replicates=10,
)


def small_cohort(n_samples=300, **settings):
    """A frame with 6 binary tasks in two planted groups."""
    return plant_groups(n_samples=n_samples, group_sizes=(3, 3), **settings)


def plan_with(**changes):
    """The small plan with some fields replaced."""
    return dataclasses.replace(SMALL_PLAN, **changes)
