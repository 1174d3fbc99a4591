"""What the jobs of a run make: its report, its evidence, a map of its landscape."""

from collections.abc import Callable
from dataclasses import replace

from core.evidence import is_of_today
from core.landscape import measure_points
from core.machine.device import pick_device
from core.pipeline import explain_groups, run, run_landscape, run_matrix
from core.progress import OnProgress, within
from core.projection import project_points
from core.provenance import Source
from core.runs.folder import EVIDENCE, MAIN, Run
from core.runs.given import brought, recorded
from core.runs.incoming import has_incoming
from core.runs.maps import keep_partials, read_job
from core.runs.rows import is_of_another_seed, read_anew, rows_of, take_in
from core.runs.trained import TrainedFolder
from core.runs.weights import kept_weights
from core.streamed import StreamedTable
from core.trials import Evidence
from core.validation import validate_grouping, with_evidence
from core.values import Points, Projection, Report, TaskTable

READING = 0.2
"""The share of a run that reading every row of a large table takes, about."""


def do_job(target: Run, job: str, on_progress: OnProgress) -> None:
    """Do a job, known by `MAIN`, `EVIDENCE` or the key of a map, and keep what it made."""
    if job == MAIN:
        _make_report(target, on_progress)
    elif job == EVIDENCE:
        _make_evidence(target, on_progress)
    else:
        _make_map(target, job, on_progress)


def _make_report(target: Run, on_progress: OnProgress) -> None:
    """The report; evidence that belongs to it is found again."""
    if reading := _reading_first(target):
        reading(target, within(on_progress, 0.0, READING))
        on_progress = within(on_progress, READING, 1.0)
    asked = (target.plan, on_progress, target.stages, target.spec.data_sha256)
    if target.source is Source.MATRIX:
        target.keep_report(run_matrix(brought(target.path), *asked))
        return
    if target.source is Source.LANDSCAPE:
        target.keep_report(run_landscape(recorded(target.path), *asked))
        return
    rows = rows_of(target)
    report = run(rows, *asked, kept_weights(target.path))
    held = rows.sample if isinstance(rows, StreamedTable) else rows
    evidence = target.stages.find("evidence", Evidence, _made_from(target, held, report))
    target.keep_report(_tested(target, report, evidence, on_progress) if evidence else report)


def _reading_first(target: Run) -> Callable[[Run, OnProgress], None] | None:
    """How every row of a large table is read before the stages, where it has to be."""
    if has_incoming(target.path):
        return take_in
    return read_anew if is_of_another_seed(target) else None


def _make_evidence(target: Run, on_progress: OnProgress) -> None:
    """The evidence; judged again, by networks that are there, where the rules have changed."""
    report = target.report()
    table = target.table()
    asked = target.asked
    device = pick_device(target.plan.device).type
    store = TrainedFolder.of_run(target.path, table, asked.settings.trainer, device)

    def make() -> Evidence:
        found = validate_grouping(
            table,
            report,
            asked.settings,
            asked.hand_made,
            device,
            on_progress,
            target.keep_evidence,
            store,
        )
        assert found.evidence is not None
        return found.evidence

    made_from = _made_from(target, table, report)
    evidence = target.stages.keep("evidence", Evidence, made_from, make, is_of_today)
    target.keep_evidence(evidence)
    target.keep_report(_tested(target, report, evidence, on_progress))


def _tested(target: Run, report: Report, evidence: Evidence, on_progress: OnProgress) -> Report:
    """The report with its evidence, and with what drives the groups that this recommends."""
    found = with_evidence(report, evidence)
    weights = kept_weights(target.path)
    return explain_groups(rows_of(target), found, target.plan, on_progress, target.stages, weights)


def _made_from(target: Run, table: TaskTable, report: Report) -> tuple[object, ...]:
    proposed = tuple(one.fingerprint for one in (*report.groupings, *report.affinities))
    return (table.fingerprint, proposed, target.asked, target.plan.device)


def _make_map(target: Run, job: str, on_progress: OnProgress) -> None:
    points = target.landscape(target.plan.heads).points
    job_of = read_job(job, target.plan.seed)

    def make() -> Projection:
        seen, told = points, on_progress
        if job_of.start:
            seen = _points_of_start(target, job_of.start, within(on_progress, 0.0, 0.8))
            told = within(on_progress, 0.8, 1.0)
        return keep_partials(
            target.path,
            job,
            lambda show: project_points(
                seen, job_of.mapper, job_of.seed, told, show, target.plan.seed
            ),
        )

    target.stages.keep(f"map-{job}", Projection, job_of.made_from(points), make)


def _points_of_start(target: Run, number: int, on_progress: OnProgress) -> Points:
    plan, brought = target.plan, kept_weights(target.path)
    method = replace(plan.landscape, heads=plan.heads)
    asked = (method, plan.seed, plan.device, on_progress, brought)
    return measure_points(rows_of(target), number, *asked)
