"""The stages of one run, each kept by what it was made from; `core.pipeline` puts them in order."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from jaxtyping import Int

from core.affinity import MEASURES, Measure, measure_affinity
from core.data import summarise_table
from core.drivers import measure_drivers
from core.frozen import Frozen
from core.graph import build_graph, embed_tasks
from core.grouping import propose_groupings
from core.joint_run import JointRun, LookAhead
from core.landscape import NOTHING, Brought, measure_landscape, measure_look_ahead
from core.null import measure_null
from core.plan import Plan
from core.progress import OnProgress, within
from core.projection import PCA, project_points
from core.streamed import StreamedTable
from core.summary import Drivers, Summary
from core.values import (
    Affinity,
    Candidates,
    Embedding,
    Landscape,
    Null,
    Projection,
    TaskGraph,
    TaskTable,
)

V = TypeVar("V", bound=Frozen)


class Store(Protocol):
    """Remembers what a stage made, so that only what follows a change is made again."""

    def keep(
        self, name: str, kind: type[V], made_from: tuple[object, ...], make: Callable[[], V]
    ) -> V:
        """What `make` returns, or what it returned before for the same `made_from`."""


class NoStore:
    """Remembers nothing: every stage is made."""

    def keep(
        self, name: str, kind: type[V], made_from: tuple[object, ...], make: Callable[[], V]
    ) -> V:
        return make()


@dataclass(frozen=True)
class Steps:
    """What a plan asks for, stage by stage."""

    plan: Plan
    store: Store
    on_progress: OnProgress
    device: str
    brought: Brought = NOTHING

    def landscapes(self, table: TaskTable | StreamedTable) -> dict[str, Landscape]:
        """One landscape for each kind of heads that the plan or a measure asks for."""
        own_heads = (measure.heads for measure in MEASURES.methods.values() if measure.heads)
        wanted = list(dict.fromkeys((self.plan.landscape.heads, *own_heads)))
        edges = [0.05 + 0.33 * i / len(wanted) for i in range(len(wanted) + 1)]
        return {
            heads: self._landscape(table, heads, within(self.on_progress, edges[i], edges[i + 1]))
            for i, heads in enumerate(wanted)
        }

    def _landscape(
        self, table: TaskTable | StreamedTable, heads: str, on_progress: OnProgress
    ) -> Landscape:
        method = replace(self.plan.landscape, heads=heads)
        seed, device, reads = self.plan.seed, self.device, self._reads(heads)
        return self.store.keep(
            f"landscape-{heads}",
            Landscape,
            (table.fingerprint, method, seed, device, reads, *self._own()),
            lambda: measure_landscape(
                table,
                method,
                seed,
                device,
                on_progress,
                reads,
                self.brought.trunk,
                self.brought.weights,
                self.brought.parameters,
            ),
        )

    def _own(self) -> tuple[str, ...]:
        """What a stage was made from beside the plan: a trunk or weights of the user's, if any."""
        return () if self.brought is NOTHING else (self.brought.fingerprint,)

    def _reads(self, heads: str) -> tuple[str, ...]:
        """The sums that the measures meant for these heads read; no other is made."""
        default = self.plan.landscape.heads
        meant = (m for m in MEASURES.methods.values() if (m.heads or default) == heads)
        return tuple(sorted({name for measure in meant for name in measure.reads}))

    def affinities(self, landscape_of: Callable[[Measure], Landscape]) -> tuple[Affinity, ...]:
        """The plan's measure first, then every other one with its defaults, each on the landscape
        that is meant for it; those that read a joint run only where there is one."""
        chosen = self.plan.measure
        others = (known() for known in MEASURES.methods.values() if known is not type(chosen))
        found = [
            (chosen, landscape_of(chosen)),
            *((other, landscape_of(other)) for other in others),
        ]
        readable = [
            (measure, landscape)
            for number, (measure, landscape) in enumerate(found)
            if number == 0 or landscape.look_ahead or not isinstance(measure, JointRun)
        ]
        return tuple(
            self._affinity(landscape, measure, 0.4 + 0.05 * number / len(readable))
            for number, (measure, landscape) in enumerate(readable)
        )

    def with_look_ahead(self, table: TaskTable, landscape: Landscape, run: JointRun) -> Landscape:
        """The landscape with a joint run of its table."""
        method, seed, device = self.plan.landscape, self.plan.seed, self.device
        on_progress = within(self.on_progress, 0.38, 0.4)
        ahead = self.store.keep(
            "look-ahead",
            LookAhead,
            (table.fingerprint, landscape.sums.n_blocks, method, run, seed, device, *self._own()),
            lambda: measure_look_ahead(
                table, landscape, run, method, seed, device, on_progress, self.brought
            ),
        )
        return replace(landscape, look_ahead=ahead)

    def _affinity(self, landscape: Landscape, measure: Measure, done: float) -> Affinity:
        key = MEASURES.key_of(measure)
        self.on_progress(done, f"affinity: {measure.title}")
        n_replicates, seed = self.plan.n_replicates, self.plan.seed
        return self.store.keep(
            f"affinity-{key}",
            Affinity,
            (landscape.fingerprint, measure, n_replicates, seed),
            lambda: measure_affinity(landscape, measure, n_replicates, seed),
        )

    def null(self, table: TaskTable) -> Null:
        """The plan's measure on independent tasks."""
        plan, device = self.plan, self.device
        measure = plan.measure
        method = replace(plan.landscape, heads=plan.heads)
        on_progress = within(self.on_progress, 0.45, 0.6)
        return self.store.keep(
            "null",
            Null,
            (table.fingerprint, method, measure, plan.seed, device, *self._own()),
            lambda: measure_null(
                table, method, measure, plan.seed, device, on_progress, brought=self.brought
            ),
        )

    def summary(self, table: TaskTable) -> Summary:
        """What a report keeps of the data; made anew where an earlier version counted less."""
        seed = self.plan.seed
        return self.store.keep(
            "summary",
            Summary,
            (table.fingerprint, seed, *Summary.__dataclass_fields__),
            lambda: summarise_table(table, seed),
        )

    def drivers(self, table: TaskTable, labels: Int[np.ndarray, " task"]) -> Drivers:
        """Which patients and columns drive the groups that the labels number."""
        groups = np.unique(labels, return_inverse=True)[1]
        method, seed, device = self.plan.landscape, self.plan.seed, self.device
        on_progress = within(self.on_progress, 0.97, 0.98)
        return self.store.keep(
            "drivers",
            Drivers,
            (table.fingerprint, groups.tolist(), method, seed, device, *self._own()),
            lambda: measure_drivers(table, groups, method, seed, device, on_progress, self.brought),
        )

    def graph(self, affinity: Affinity) -> TaskGraph:
        self.on_progress(0.6, "task graph")
        method = self.plan.graph
        return self.store.keep(
            "graph",
            TaskGraph,
            (affinity.fingerprint, method),
            lambda: build_graph(affinity, method),
        )

    def embedding(self, graph: TaskGraph) -> Embedding:
        encoder, seed, device = self.plan.encoder, self.plan.seed, self.device
        on_progress = within(self.on_progress, 0.6, 0.8)
        return self.store.keep(
            "embedding",
            Embedding,
            (graph.fingerprint, encoder, seed, device),
            lambda: embed_tasks(graph, encoder, seed, device, on_progress),
        )

    def candidates(self, graph: TaskGraph, embedding: Embedding, null: Null | None) -> Candidates:
        grouper, asked, seed = self.plan.grouping, self.plan.n_groups, self.plan.seed
        on_progress = within(self.on_progress, 0.8, 0.97)
        level = null.fingerprint if null else ""
        return self.store.keep(
            "groupings",
            Candidates,
            (graph.fingerprint, embedding.fingerprint, grouper, asked, seed, level),
            lambda: Candidates(
                propose_groupings(graph, embedding, grouper, asked, seed, on_progress, null)
            ),
        )

    def first_map(self, landscape: Landscape) -> Projection:
        """The map that is quick enough to be there at once."""
        self.on_progress(0.98, "map of the landscape")
        points, seed = landscape.points, self.plan.seed
        return self.store.keep(
            "map-pca",
            Projection,
            (points.fingerprint, PCA(), seed),
            lambda: project_points(points, PCA(), seed),
        )
