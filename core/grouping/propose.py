"""Every candidate grouping of a task graph, scored."""

import numpy as np
from jaxtyping import Int

from core.grouping.base import Grouper, Proposal
from core.grouping.chance import measure_chance
from core.grouping.counts import group_counts, worth_fitting
from core.grouping.fixed import Alone, Together
from core.grouping.linkage import AverageLinkage
from core.grouping.mixture import Mixture
from core.grouping.score import score
from core.machine.threads import one_thread
from core.progress import OnProgress, silent, within
from core.values import Embedding, Grouping, Null, TaskGraph


def propose_groupings(
    graph: TaskGraph,
    embedding: Embedding,
    mixture: Mixture | None = None,
    n_groups: int | None = None,
    seed: int = 0,
    on_progress: OnProgress = silent,
    null: Null | None = None,
) -> tuple[Grouping, ...]:
    """All candidates at once, so that choosing among them is a look-up.

    The mixture at every number of groups and covariance (of many numbers, those that are
    `worth_fitting`), average linkage at every number of groups, all tasks together and each alone.

    Args:
        graph: The task graph with its replicates.
        embedding: A point for every task and replicate.
        mixture: Knobs of the mixture; its `max_groups` holds for the linkage too.
        n_groups: A number of groups to try besides 1 … max_groups.
        seed: Of the mixture's starts and the shuffles.
        on_progress: Told the finished share.
        null: What the measure says of independent tasks. Without it a grouping is only held
            against shuffled similarities, which base rates alone can beat.

    Raises:
        MethodError: more groups asked for than there are tasks.
    """
    chosen = mixture or Mixture()
    methods = {
        "mixture": chosen,
        "average_linkage": AverageLinkage(chosen.max_groups),
        "together": Together(),
        "alone": Alone(),
    }
    return run_groupers(
        methods, graph, embedding, chosen.max_groups, n_groups, seed, on_progress, null
    )


def run_groupers(
    methods: dict[str, Grouper],
    graph: TaskGraph,
    embedding: Embedding,
    max_groups: int,
    n_groups: int | None,
    seed: int,
    on_progress: OnProgress,
    null: Null | None = None,
) -> tuple[Grouping, ...]:
    """Run methods in an order of the tasks made from their points, and score what they propose.

    Random draws made in that order do not depend on how the columns of a table are sorted.
    """
    counts = group_counts(len(graph.task_names), max_groups, n_groups)
    order = np.lexsort(embedding.values.round(6).T)
    ordered_graph, ordered_embedding = _reorder(graph, embedding, order)
    back = np.argsort(order)
    found: list[Grouping] = []
    with one_thread():
        chance = measure_chance(ordered_graph.similarity, counts, seed, null)
        most = worth_fitting(ordered_graph.similarity, counts, chance)
        worth = tuple(k for k in counts if k <= most or max_groups or k == n_groups)
        for place, (key, method) in enumerate(methods.items()):
            part = within(on_progress, place / len(methods), (place + 1) / len(methods))
            found.extend(
                score(key, _restore(proposal, back), graph.similarity, chance)
                for proposal in method(
                    ordered_graph,
                    ordered_embedding,
                    worth if method.is_costly else counts,
                    seed,
                    part,
                )
            )
    return tuple(found)


def _restore(proposal: Proposal, back: Int[np.ndarray, " task"]) -> Proposal:
    return proposal._replace(
        labels=proposal.labels[back],
        membership=proposal.membership[back],
        replicate_labels=proposal.replicate_labels[:, back],
    )


def _reorder(
    graph: TaskGraph, embedding: Embedding, order: Int[np.ndarray, " task"]
) -> tuple[TaskGraph, Embedding]:
    pairs = np.ix_(order, order)
    stacked = (slice(None), order[:, None], order[None, :])
    names = tuple(graph.task_names[task] for task in order)
    return (
        TaskGraph(
            task_names=names,
            similarity=graph.similarity[pairs],
            adjacent=graph.adjacent[pairs],
            replicate_similarity=graph.replicate_similarity[stacked],
            replicate_adjacent=graph.replicate_adjacent[stacked],
        ),
        Embedding(
            task_names=names,
            values=embedding.values[order],
            replicates=embedding.replicates[:, order],
            attention=embedding.attention[pairs],
            has_structure=embedding.has_structure,
            notes=embedding.notes,
        ),
    )
