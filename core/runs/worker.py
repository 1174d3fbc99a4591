"""The worker process of a run: `python -m core work RUN [--job MAP]`.

It signs in to the status file, reports there and to `events.jsonl`, stops at the next block when
SIGTERM arrives, and leaves every finished stage behind for the next start.
"""

import json
import os
import signal
import time
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

from core.device import pick_device
from core.errors import Cancelled, MethodError, RunError, TaskGroupingError
from core.landscape import measure_points
from core.memory import explain_shortage, is_out_of_memory
from core.pipeline import explain_groups, run, run_landscape, run_matrix
from core.progress import OnProgress, within
from core.projection import project_points
from core.provenance import Source
from core.runs.folder import EVIDENCE, MAIN, Run
from core.runs.given import brought, recorded
from core.runs.incoming import has_incoming, take_in
from core.runs.maps import keep_partials, map_jobs, read_job
from core.runs.queue import FOLDER, MAPS, my_turn
from core.runs.status import State, Status, worker_of
from core.runs.streamed import rows_of
from core.runs.trained import TrainedFolder
from core.runs.weights import kept_weights
from core.streamed import StreamedTable
from core.trials import Evidence
from core.validation import validate_grouping, with_evidence
from core.values import Points, Projection, Report, TaskTable

WRITE_EVERY_S = 0.2
READING = 0.2
"""The share of a run that reading every row of a large table takes, about."""


def work(path: Path, job: str = MAIN) -> Status:
    """Do a job of the run at `path` and return its last status, which is also on disk.

    Raises:
        MethodError: unknown job.
        RunError: not a run folder, or another worker has the job.
    """
    from filelock import FileLock, Timeout

    known = (MAIN, EVIDENCE, *map_jobs())
    if job not in known:
        raise MethodError(f"Unknown job {job!r}; choose one of {', '.join(known)}.")
    target = Run(path)
    target.status_path(job).parent.mkdir(exist_ok=True)
    try:
        with FileLock(target.status_path(job).with_suffix(".lock"), timeout=0):
            return _Journal(target, job).record()
    except Timeout as error:
        raise RunError(f"The run {target.id} is at work already; wait or cancel it.") from error


class _Journal:
    """Writes down how the job goes; the only place where a worker's errors end."""

    def __init__(self, target: Run, job: str) -> None:
        self.target, self.job = target, job
        self.status = Status(
            State.RUNNING, message="reading the data", worker=worker_of(os.getpid())
        )
        self.must_stop = False
        self.last_write = 0.0

    def record(self) -> Status:
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        self._set(State.STARTING, 0.0, "starting the worker", is_news=False)
        try:
            with my_turn(_line_of(self.target, self.job), self._wait):
                self.status = replace(self.status, started_at=time.time())
                self._set(State.RUNNING, 0.0, "reading the data")
                _do(self.target, self.job, self.on_progress)
        except Cancelled:
            self._set(State.CANCELLED, self.status.fraction, "cancelled")
        except TaskGroupingError as error:
            self._set(State.FAILED, self.status.fraction, "failed", str(error))
        except OSError as error:
            text = f"The disk or a file refused: {error.strerror or error}. Make room, then resume."
            self._set(State.FAILED, self.status.fraction, "failed", text)
        except Exception as error:  # noqa: BLE001 - the last door: recorded, never lost
            is_ours = not is_out_of_memory(error)
            text = f"A defect of ours ({type(error).__name__}); the details are in worker.log."
            if is_ours:
                traceback.print_exc()
            else:  # PyTorch's way of saying so is no MemoryError
                text = explain_shortage(error)
            self._set(State.FAILED, self.status.fraction, "failed", text, is_our_fault=is_ours)
        else:
            self._set(State.DONE, 1.0, "done")
        return self.status

    def on_progress(self, fraction: float, message: str) -> None:
        if self.must_stop:
            raise Cancelled("The run was cancelled.")
        is_news = message != self.status.message
        if is_news or time.monotonic() - self.last_write > WRITE_EVERY_S:
            self._set(State.RUNNING, fraction, message, is_news=is_news)

    def _wait(self, ahead: int) -> None:
        """Say how many jobs are ahead in the line."""
        if self.must_stop:
            raise Cancelled("The run was cancelled.")
        message = f"waiting for {ahead} other job{'s'[: ahead != 1]} to end"
        if message != self.status.message:
            self._set(State.QUEUED, 0.0, message)

    def _ask_to_stop(self, signum: int, frame: FrameType | None) -> None:
        self.must_stop = True

    def _set(
        self,
        state: State,
        fraction: float,
        message: str,
        error: str = "",
        is_our_fault: bool = False,
        is_news: bool = True,
    ) -> None:
        old = self.status
        self.status = Status(
            state, fraction, message, error, is_our_fault, old.worker, old.started_at
        )
        self.status.save(self.target.status_path(self.job))
        self.last_write = time.monotonic()
        if is_news:
            event = {"at": round(time.time(), 3), "job": self.job, "state": state}
            event |= {"fraction": round(fraction, 4), "message": error or message}
            with (
                suppress(OSError),  # a diary is not worth a job, least of all on a full disk
                (self.target.path / "events.jsonl").open("a", encoding="utf-8") as events,
            ):
                events.write(json.dumps(event) + "\n")


def _line_of(target: Run, job: str) -> Path:
    """Where a job waits: for the device of its run, a map for other maps."""
    is_heavy = job in (MAIN, EVIDENCE)
    return (
        target.path.resolve().parent
        / FOLDER
        / (pick_device(target.plan.device).type if is_heavy else MAPS)
    )


def _do(target: Run, job: str, on_progress: OnProgress) -> None:
    if job == MAIN:
        _make_report(target, on_progress)
    elif job == EVIDENCE:
        _make_evidence(target, on_progress)
    else:
        _make_map(target, job, on_progress)


def _make_report(target: Run, on_progress: OnProgress) -> None:
    """The report; evidence that belongs to it is found again."""
    if has_incoming(target.path):
        take_in(target, within(on_progress, 0.0, READING))
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


def _make_evidence(target: Run, on_progress: OnProgress) -> None:
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
    evidence = target.stages.keep("evidence", Evidence, made_from, make)
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
