"""The only orchestration: one frozen Plan, one `run`, one Report.

from core import load_table, Plan, run
report = run(load_table("cohort.csv", targets="y_*"), Plan())
print(report.recommended.reason)

run_landscape   the same from a landscape that was recorded in somebody's own model
run_matrix      the same from a matrix of affinities that somebody measured
explain_groups  what drives the groups of a report, when training has changed them
"""

from dataclasses import replace
from typing import Any

from core.affinity import Measure
from core.affinity.compare import explain_labels
from core.errors import MethodError, TableError
from core.every_row import count_every_row
from core.grouping import recommend
from core.joint_run import JointRun
from core.landscape import NOTHING, Brought
from core.machine.device import pick_device
from core.plan import Plan
from core.progress import OnProgress, silent
from core.provenance import Source, describe, describe_given
from core.steps import NoStore, Steps, Store
from core.streamed import StreamedTable
from core.values import Affinity, Kind, Landscape, Null, Report, Task, TaskTable

ONLY_SHUFFLES = (
    "The chance level is what shuffled similarities reach. It does not know how alike independent "
    "tasks of these base rates look, as only a table tells that, so it is easier to beat."
)


def run(
    table: TaskTable | StreamedTable,
    plan: Plan | None = None,
    on_progress: OnProgress = silent,
    store: Store | None = None,
    data_sha256: str = "",
    brought: Brought = NOTHING,
) -> Report:
    """Map the landscape of every task and propose groups.

    Args:
        table: at least two tasks, in memory or streamed from a file; only its training rows are
            looked at.
        plan: every setting; `Plan()` when None.
        on_progress: told the finished share of the whole run; may raise Cancelled.
        store: where finished stages are kept and found again; nowhere when None.
        data_sha256: digest of the file the table came from, for the provenance.
        brought: a trunk of your own, or a pretrained start: `bring(trunk=module, weights=…)`.

    Raises:
        TaskGroupingError: the plan does not fit the table (more groups than tasks, …).
    """
    steps = replace(_steps(table.tasks, plan, on_progress, store), brought=brought)
    plan = steps.plan
    held = table.sample if isinstance(table, StreamedTable) else table
    landscapes = steps.landscapes(table)

    def landscape_of(measure: Measure) -> Landscape:
        landscape = landscapes[measure.heads or plan.landscape.heads]
        wanted = measure == plan.measure or len(table.tasks) <= measure.most_tasks
        if not isinstance(measure, JointRun) or not wanted:
            return landscape
        return steps.with_look_ahead(held, landscape, measure)

    affinities = steps.affinities(landscape_of)
    null = steps.null(table.fair_sample if isinstance(table, StreamedTable) else table)
    notes = tuple(note for landscape in landscapes.values() for note in landscape.notes)
    provenance = describe(table, plan.to_spec(), steps.device, data_sha256)
    report = _report(steps, table.tasks, affinities, null, notes, provenance)
    summary = steps.summary(held)
    if isinstance(table, StreamedTable):
        summary = count_every_row(summary, table.survey, landscapes[plan.heads].label_sums)
    report = _with_drivers(steps, table, replace(report, summary=summary))
    steps.first_map(landscapes[plan.heads])
    return report


def explain_groups(
    table: TaskTable | StreamedTable,
    report: Report,
    plan: Plan | None = None,
    on_progress: OnProgress = silent,
    store: Store | None = None,
    brought: Brought = NOTHING,
) -> Report:
    """The report with what drives the groups that it recommends now, as after `validate_grouping`.

    Args:
        table: that the report was made from.
        report: whatever groups it recommends.
        plan, on_progress, store, brought: as for `run`.
    """
    steps = replace(_steps(table.tasks, plan, on_progress, store), brought=brought)
    return _with_drivers(steps, table, report)


def _with_drivers(steps: Steps, table: TaskTable | StreamedTable, report: Report) -> Report:
    small = table.fair_sample if isinstance(table, StreamedTable) else table
    drivers = steps.drivers(small, report.recommended.grouping.labels)
    return replace(report, drivers=drivers)


def run_landscape(
    landscape: Landscape,
    plan: Plan | None = None,
    on_progress: OnProgress = silent,
    store: Store | None = None,
    data_sha256: str = "",
) -> Report:
    """Propose groups from a landscape that `record_landscape` wrote, with every measure.

    The plan's landscape is not looked at. Without the rows there is no null of independent tasks.

    Args:
        landscape: of at least two tasks.
        plan, on_progress, store, data_sha256: as for `run`.

    Raises:
        TaskGroupingError: the plan does not fit the tasks.
    """
    steps = _steps(landscape.tasks, plan, on_progress, store)
    if isinstance(steps.plan.measure, JointRun):
        raise MethodError(
            f"{steps.plan.measure.title} trains on a table, which a recorded landscape has not; "
            "choose another measure."
        )
    affinities = steps.affinities(lambda measure: landscape)
    provenance = describe_given(
        Source.LANDSCAPE, landscape, landscape.n_samples, steps.plan.to_spec(), data_sha256
    )
    notes = (*landscape.notes, ONLY_SHUFFLES)
    report = _report(steps, landscape.tasks, affinities, None, notes, provenance)
    steps.first_map(landscape)
    return report


def run_matrix(
    affinity: Affinity,
    plan: Plan | None = None,
    on_progress: OnProgress = silent,
    store: Store | None = None,
    data_sha256: str = "",
) -> Report:
    """Propose groups from affinities that somebody else measured.

    Only the plan's graph, encoder, grouping, n_groups and seed are looked at.

    Args:
        affinity: of at least two tasks, see `core.given.load_affinity`.
        plan, on_progress, store, data_sha256: as for `run`.

    Raises:
        TaskGroupingError: the plan does not fit the tasks.
    """
    tasks = tuple(Task(name, Kind.UNKNOWN, 0, float("nan")) for name in affinity.task_names)
    steps = _steps(tasks, plan, on_progress, store)
    provenance = describe_given(Source.MATRIX, affinity, 0, steps.plan.to_spec(), data_sha256)
    return _report(steps, tasks, (affinity,), None, (), provenance)


def _report(
    steps: Steps,
    tasks: tuple[Task, ...],
    affinities: tuple[Affinity, ...],
    null: Null | None,
    notes: tuple[str, ...],
    provenance: dict[str, Any],
) -> Report:
    """Graph, embedding and groups of the first affinity."""
    graph = steps.graph(affinities[0])
    embedding = steps.embedding(graph)
    groupings = steps.candidates(graph, embedding, null).groupings
    own = (note for affinity in affinities for note in affinity.notes)
    notes = (*notes, *explain_labels(affinities[0], affinities))
    return Report(
        tasks=tasks,
        affinities=affinities,
        graph=graph,
        embedding=embedding,
        groupings=groupings,
        recommended=recommend(groupings, embedding, steps.plan.n_groups, affinities[0], null),
        notes=tuple(dict.fromkeys((*notes, *own, *embedding.notes))),
        provenance=provenance,
    )


def _steps(
    tasks: tuple[Task, ...], plan: Plan | None, on_progress: OnProgress, store: Store | None
) -> Steps:
    plan = plan or Plan()
    if len(tasks) < 2:
        raise TableError(
            f"The table has {len(tasks)} target column; grouping needs at least 2. "
            "Name more columns with --targets."
        )
    plan.check_fit(len(tasks))
    return Steps(plan, store or NoStore(), on_progress, pick_device(plan.device).type)
