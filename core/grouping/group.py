"""The table of groupers, and one of them on its own."""

from core.grouping.base import Grouper
from core.grouping.fixed import Alone, Together
from core.grouping.linkage import AverageLinkage
from core.grouping.mixture import Mixture
from core.grouping.propose import run_groupers
from core.methods import Stage
from core.progress import OnProgress, silent
from core.values import Embedding, Grouping, TaskGraph

GROUPERS: Stage[Grouper] = Stage(
    "grouping",
    {
        "mixture": Mixture,
        "average_linkage": AverageLinkage,
        "together": Together,
        "alone": Alone,
    },
)


def group_tasks(
    graph: TaskGraph,
    embedding: Embedding,
    method: Grouper | None = None,
    seed: int = 0,
    on_progress: OnProgress = silent,
) -> tuple[Grouping, ...]:
    """Every grouping of one method: each number of groups, and each covariance of the mixture.

    Args:
        graph: The task graph with its replicates.
        embedding: A point for every task and replicate.
        method: `Mixture()` when left out.
        seed: Of the random starts and of the shuffles behind `silhouette_null`.
        on_progress: Told the finished share.

    Raises:
        MethodError: more groups asked for than there are tasks.
    """
    chosen = method or Mixture()
    max_groups = int(getattr(chosen, "max_groups", 0))
    methods = {GROUPERS.key_of(chosen): chosen}
    return run_groupers(methods, graph, embedding, max_groups, None, seed, on_progress)
