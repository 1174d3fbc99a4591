"""A run is a folder; this is how it is made, read, started, stopped and removed.

<run>/  spec.json  data.parquet (or given.npz)  status.json  events.jsonl  stages/*.npz  report.json
        jobs/*.json (side jobs: maps)  worker.log
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.data import Roles
from core.errors import RunError
from core.evidence import with_age
from core.plan import Plan
from core.proposals import check_hand_made
from core.provenance import Source
from core.ready import Ready
from core.report import to_document
from core.runs.asked import Asked
from core.runs.given import given_spec, need_table, recorded
from core.runs.incoming import forget_draft
from core.runs.maps import map_jobs, read_job
from core.runs.process import start_worker, stop_worker
from core.runs.spec import Spec, change_spec, load_spec, make_folder, new_spec
from core.runs.stages import StageFolder
from core.runs.status import Status, replace_text
from core.runs.streamed import table_of
from core.storage import UNREADABLE, load_value, save_value
from core.trials import Evidence
from core.values import Affinity, Landscape, Projection, Report, TaskTable

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

MAIN = "run"
"""The job that makes the report."""
EVIDENCE = "evidence"
"""The job that trains the candidates; any other job is the key of a map (`tsne`, `umap`)."""


class Run:
    """A handle on a run folder; it holds nothing but the path.

    Raises:
        RunError: the folder is not a run, or a newer version wrote it.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        try:
            is_run = (self.path / "spec.json").is_file()
        except OSError as error:
            raise RunError(f"Cannot look into {path}: {error.strerror}.") from error
        if not is_run:
            raise RunError(f"{path} is not a run folder: it has no spec.json; check the path.")

    @classmethod
    def create(
        cls, path: Path, frame: "pd.DataFrame", roles: Roles, plan: Plan, name: str, sha256: str
    ) -> "Run":
        """A new run at `path`, whole or not at all; only the columns with a role are copied.

        A run that is there already and holds the same data takes the new plan instead, so that
        what did not change is not computed again.

        Raises:
            RunError: something else is at `path`, or its run is at work.
        """
        used = frame.loc[:, list(roles.columns)]
        spec = new_spec(name, len(frame), sha256, roles.to_spec(), plan, Source.TABLE)
        return cls.make(path, lambda file: used.to_parquet(file, index=False), spec)

    @classmethod
    def create_given(
        cls, path: Path, given: Affinity | Landscape, plan: Plan, name: str, sha256: str
    ) -> "Run":
        """The same from a matrix or a recorded landscape in place of a table."""
        spec = given_spec(name, given, sha256, plan)
        return cls.make(path, lambda file: save_value(file, given), spec)

    @classmethod
    def make(cls, path: Path, save: "Callable[[Path], None]", spec: Spec) -> "Run":
        is_new = make_folder(path, save, spec)
        run = cls(path)
        if not is_new:
            run.set_plan(Plan.from_spec(spec.plan))
        return run

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def spec(self) -> Spec:
        """What the run is asked to do; RunError when its file is damaged or newer."""
        return load_spec(self.path)

    @property
    def plan(self) -> Plan:
        return Plan.from_spec(self.spec.plan)

    def set_plan(self, plan: Plan) -> None:
        """Ask for another plan; finished stages that it shares with the last one are kept."""
        self._stop_if_busy(MAIN, "cancel it before you change its plan")
        change_spec(self.path, plan=plan.to_spec())

    @property
    def stages(self) -> StageFolder:
        return StageFolder(self.path / "stages")

    def status_path(self, job: str = MAIN) -> Path:
        """The status file of a job."""
        return self.path / ("status.json" if job == MAIN else f"jobs/{job}.json")

    def status(self, job: str = MAIN) -> Status | None:
        """Where a job is; None when it was never started."""
        return Status.load(self.status_path(job))

    def start(self, job: str = MAIN, ready: Ready | None = None) -> None:
        """Start a worker process for a job; it outlives whoever called. Also resumes.

        Args:
            job: which.
            ready: a process that waits for it, if there is one.

        Raises:
            RunError: the job is at work already.
        """
        self._stop_if_busy(job)
        start_worker(self.path, job, self.status_path(job), ready)

    def _stop_if_busy(self, job: str, way_out: str = "wait or cancel it") -> None:
        """The report and its evidence are never made at the same time."""
        for other in {job, *((MAIN, EVIDENCE) if job in (MAIN, EVIDENCE) else ())}:
            if (status := self.status(other)) and status.state.is_live:
                raise RunError(f"The run {self.id} is at work already; {way_out}.")

    def cancel(self, job: str = MAIN, patience_s: float = 4.0) -> None:
        """Ask the worker to stop at its next block; after `patience_s` it is killed, which loses
        no more than the stage it was at."""
        stop_worker(self.status_path(job), patience_s)

    @property
    def source(self) -> Source:
        """What the run was made from; only a table has samples to train on."""
        return Source(self.spec.source)

    def table(self) -> TaskTable:
        """The table as the engine sees it, from the run's own copy; of one too large its sample.

        Raises:
            RunError: the run was made from something else, or its copy is damaged.
        """
        need_table(self.source)
        return table_of(self.path, Roles.from_spec(self.spec.roles), self.plan.seed)

    def keep_report(self, report: Report) -> None:
        """Write the report as a value and as `report.json`; one without evidence drops what was
        known of an earlier report's."""
        if report.evidence is None:
            (self.path / "stages" / "evidence.npz").unlink(missing_ok=True)
        save_value(self.path / "stages" / "report.npz", report)
        text = json.dumps(to_document(report), indent=1, ensure_ascii=False)
        replace_text(self.path / "report.json", text)

    def report(self) -> Report:
        """The last finished report.

        Raises:
            RunError: the run has not finished yet.
        """
        try:
            report = load_value(self.path / "stages" / "report.npz", Report)
        except UNREADABLE as error:
            raise RunError(f"The run {self.id} has no finished report; resume it.") from error
        return replace(report, evidence=report.evidence and with_age(report.evidence))

    def ask_validation(self, asked: Asked) -> None:
        """Say how the job `evidence` shall train, before it is started.

        Raises:
            RunError: the run has no report yet or no table, or is at work.
            MethodError: a hand-made grouping leaves a task out, repeats one, names an unknown or
                breaks the rules of who shares a network; or these contradict each other.
        """
        self._stop_if_busy(EVIDENCE)
        need_table(self.source)
        names = self.report().task_names
        settings = asked.settings.following(self.plan.landscape.trunk)
        settings.check_search(len(names))
        check_hand_made(settings, asked.hand_made, names)
        replace(asked, settings=settings).save(self.path)

    @property
    def asked(self) -> Asked:
        """What `ask_validation` was told; the defaults where it never was."""
        return Asked.load(self.path)

    def keep_evidence(self, evidence: Evidence) -> None:
        """Write what is known so far, or in the end."""
        save_value(self.path / "stages" / "evidence.npz", evidence)

    def evidence(self) -> Evidence | None:
        """What training has shown so far, or in the end; None before anything is known."""
        try:
            found = load_value(self.path / "stages" / "evidence.npz", Evidence)
            return with_age(found) if found.task_names == self.report().task_names else None
        except (*UNREADABLE, RunError):
            return None

    def landscape(self, heads: str) -> Landscape:
        """The landscape measured with these heads, or the recorded one; RunError before it was."""
        if self.source is Source.LANDSCAPE:
            return recorded(self.path)
        return self.stages.load(f"landscape-{heads}", Landscape)

    def map(self, job: str, landscape: Landscape | None = None) -> Projection | None:
        """A flat map of the current landscape (`pca`, `tsne-1`, …), which may be handed in; None
        until its job is done. A map of an earlier landscape numbers other points: it is absent."""
        try:
            points = (landscape or self.landscape(self.plan.heads)).points
        except RunError:
            return None
        made_from = read_job(job, self.plan.seed).made_from(points)
        return self.stages.find(f"map-{job}", Projection, made_from)

    def delete(self) -> None:
        """Stop the workers and remove the folder and everything in it."""
        for job in (MAIN, EVIDENCE, *map_jobs()):
            self.cancel(job)
        forget_draft(self.path)
        shutil.rmtree(self.path)
