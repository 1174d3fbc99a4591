"""Splitting the tasks into groups, and saying how far to trust each split.


groupings = propose_groupings(graph, embedding, seed=0)
advice.grouping.groups(graph.task_names), advice.decision, advice.reason
"""

from core.grouping.base import Grouper
from core.grouping.every_cut import cut_everywhere
from core.grouping.fixed import Alone, Together
from core.grouping.group import GROUPERS, group_tasks
from core.grouping.linkage import AverageLinkage
from core.grouping.matching import match_labels
from core.grouping.mixture import Mixture
from core.grouping.propose import propose_groupings
from core.grouping.ranking import rank_groupings
from core.grouping.recommend import recommend
from core.grouping.stability import adjusted_rand

__all__ = [
    "GROUPERS",
    "Alone",
    "AverageLinkage",
    "Grouper",
    "Mixture",
    "Together",
    "adjusted_rand",
    "cut_everywhere",
    "group_tasks",
    "match_labels",
    "propose_groupings",
    "rank_groupings",
    "recommend",
]
