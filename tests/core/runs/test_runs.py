"""A run is a folder: made whole, worked on by a real process, killed for real, resumed."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from core.affinity import SCA, AbsCosine
from core.data import assign_roles
from core.errors import MethodError, RunError
from core.grouping import AverageLinkage, Mixture
from core.landscape import OneStep
from core.methods import choose
from core.projection import PROJECTIONS, project_points
from core.runs import Draft, Run, State, Status, list_runs
from core.runs.spec import partial_name
from core.runs.status import worker_of
from core.runs.worker import work
from tests.cohort import SMALL_PLAN, plan_with, small_cohort

SLOW_PLAN = plan_with(landscape=OneStep(width=256, starts=100), n_replicates=200)


@pytest.fixture
def make_run(tmp_path):
    def make(plan=SMALL_PLAN, name="run", sha256="0" * 64, **cohort):
        frame = small_cohort(**cohort).frame
        roles = assign_roles(frame, targets="y_*")
        return Run.create(tmp_path / name, frame, roles, plan, "cohort", sha256)

    return make


def wait_for(run, *states, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status = run.status()
        if status and status.state in states:
            return status
        time.sleep(0.02)
    raise AssertionError(f"still {run.status()} after {seconds} s")


def wait_until_it_works(run):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status = run.status()
        assert status is None or status.state.is_live, status
        if status and status.state is State.RUNNING and status.fraction > 0:
            return status
        time.sleep(0.01)
    raise AssertionError("the worker never began")


def test_a_worker_process_makes_the_report(make_run):
    run = make_run()
    run.start()
    status = wait_for(run, State.DONE, State.FAILED)
    assert status.state is State.DONE, status.error
    assert run.report().task_names == tuple(run.spec.roles["targets"])
    assert json.loads((run.path / "report.json").read_text())["schema_version"] == 1


def test_only_the_columns_with_a_role_are_copied(tmp_path):
    import pandas as pd

    frame = small_cohort().frame.assign(secret="patient name")
    roles = assign_roles(frame, targets="y_*", ignore="secret")
    run = Run.create(tmp_path / "run", frame, roles, SMALL_PLAN, "x", "0" * 64)
    assert "secret" not in pd.read_parquet(run.path / "data.parquet").columns


def test_cancel_stops_within_five_seconds_and_resume_finishes(make_run):
    run = make_run(plan=SLOW_PLAN, n_samples=4000)
    run.start()
    wait_until_it_works(run)
    began = time.monotonic()
    run.cancel()
    assert time.monotonic() - began < 5
    assert run.status().state is State.CANCELLED
    run.set_plan(SMALL_PLAN)
    run.start()
    assert wait_for(run, State.DONE, State.FAILED).state is State.DONE


def test_cancel_stops_a_worker_that_is_still_loading(make_run):
    run = make_run()
    run.start()
    began = time.monotonic()
    run.cancel()
    assert time.monotonic() - began < 5
    assert run.status().state is State.CANCELLED


def test_a_worker_deaf_to_its_signal_is_killed(make_run):
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    run = make_run()
    process = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    process.stdout.readline()
    Status(State.RUNNING, worker=worker_of(process.pid)).save(run.status_path())
    run.cancel(patience_s=0.3)
    assert process.wait(timeout=5) == -signal.SIGKILL
    process.stdout.close()
    assert run.status().state is State.CANCELLED


def test_a_killed_worker_shows_as_interrupted_and_can_be_resumed(make_run):
    run = make_run(plan=SLOW_PLAN, n_samples=4000)
    run.start()
    status = wait_until_it_works(run)
    os.kill(status.worker[0], signal.SIGKILL)
    assert wait_for(run, State.INTERRUPTED, seconds=5)
    run.set_plan(SMALL_PLAN)
    run.start()
    assert wait_for(run, State.DONE, State.FAILED).state is State.DONE


def test_a_run_at_work_refuses_a_second_worker(make_run):
    run = make_run(plan=SLOW_PLAN, n_samples=4000)
    run.start()
    try:
        with pytest.raises(RunError, match="at work already"):
            run.start()
        wait_until_it_works(run)
        with pytest.raises(RunError, match="at work already"):
            work(run.path)
        with pytest.raises(RunError, match="cancel it"):
            run.set_plan(SMALL_PLAN)
    finally:
        run.cancel()


def test_another_pid_with_the_same_number_is_not_our_worker(tmp_path):
    path = tmp_path / "status.json"
    Status(State.RUNNING, worker=(os.getpid(), 12345.0)).save(path)
    assert Status.load(path).state is State.INTERRUPTED


def test_a_worker_that_never_signed_in_is_given_up(tmp_path):
    path = tmp_path / "status.json"
    Status(State.STARTING).save(path)
    assert Status.load(path).state is State.STARTING
    found = json.loads(path.read_text())
    path.write_text(json.dumps(found | {"updated_at": time.time() - 3600}))
    assert Status.load(path).state is State.INTERRUPTED


def test_only_what_follows_a_changed_knob_is_made_again(make_run):
    run = make_run()
    work(run.path)

    def files():
        stages = run.path / "stages"
        return {path.name: path.stat().st_mtime_ns for path in stages.glob("*-*.npz")}

    before = files()
    run.set_plan(plan_with(grouping=Mixture(n_init=3)))
    work(run.path)
    after = files()
    assert {name: after[name] for name in before} == before
    assert {name.rsplit("-", 1)[0] for name in set(after) - set(before)} == {"groupings"}


def test_a_damaged_stage_is_made_again(make_run):
    run = make_run()
    work(run.path)
    first = run.report()
    damaged = next((run.path / "stages").glob("embedding-*.npz"))
    damaged.write_bytes(damaged.read_bytes()[:100])
    assert work(run.path).state is State.DONE
    assert run.report().embedding == first.embedding


def test_a_failure_of_the_table_is_told_in_its_words(make_run):
    run = make_run()
    (run.path / "data.parquet").write_bytes(b"PAR1 nonsense")
    status = work(run.path)
    assert (status.state, status.is_our_fault) == (State.FAILED, False)
    assert "data.parquet of the run run is damaged" in status.error


def test_a_defect_is_recorded_with_its_traceback(make_run, monkeypatch, capsys):
    def broken(*args, **kwargs):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("core.runs.jobs.run", broken)
    status = work(make_run().path)
    assert (status.state, status.is_our_fault) == (State.FAILED, True)
    assert "planted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "The machine ran out of memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "The machine ran out of"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried 2 GiB"), "The GPU ran .*--device cpu"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling"), "The GPU ran out"),
    ],
)
def test_too_little_memory_is_no_defect_however_it_is_said(make_run, monkeypatch, error, said):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("core.runs.jobs.run", fail)
    status = work(make_run().path)
    assert (status.state, status.is_our_fault) == (State.FAILED, False)
    assert re.search(said, status.error)
    assert "\n" not in status.error


def test_creating_on_something_else_is_refused(make_run, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("years of work")
    with pytest.raises(RunError, match="not a run folder"):
        make_run()
    assert (tmp_path / "run" / "thesis.tex").exists()


def test_the_same_data_takes_a_new_plan_and_other_data_is_refused(make_run):
    run = make_run()
    assert make_run(plan=plan_with(seed=7)).plan.seed == 7
    with pytest.raises(RunError, match="other data"):
        make_run(sha256="1" * 64)
    assert list_runs(run.path.parent) == (run,) or len(list_runs(run.path.parent)) == 1


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    frame = small_cohort().frame
    roles = assign_roles(frame, targets="y_*")
    with pytest.raises(RunError, match="Cannot write"):
        Run.create(tmp_path / "file" / "run", frame, roles, SMALL_PLAN, "x", "0" * 64)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": 1}'])
def test_a_damaged_spec_is_a_sentence(make_run, text):
    run = make_run()
    (run.path / "spec.json").write_text(text)
    with pytest.raises(RunError, match=r"spec\.json is damaged"):
        _ = run.spec


@pytest.mark.parametrize("more", [{}, {"a_field_of_tomorrow": 1}])
def test_a_newer_run_is_refused(make_run, more):
    run = make_run()
    spec = json.loads((run.path / "spec.json").read_text())
    (run.path / "spec.json").write_text(json.dumps(spec | {"schema_version": 99} | more))
    with pytest.raises(RunError, match="newer version"):
        _ = run.plan


def test_deleting_removes_the_folder(make_run):
    run = make_run()
    run.delete()
    assert not run.path.exists()
    with pytest.raises(RunError, match="not a run folder"):
        Run(run.path)


def test_an_upload_waits_as_a_draft_and_leaves_nothing_when_unreadable(tmp_path):
    csv = small_cohort().frame.to_csv(index=False).encode()
    from io import BytesIO

    draft = Draft.create(tmp_path, "my cohort.csv", BytesIO(csv))
    roles = assign_roles(draft.frame(), targets="y_*")
    run = draft.to_run(tmp_path, roles, SMALL_PLAN)
    assert run.spec.name == "my cohort"
    assert len(run.id) == 32
    assert not draft.path.exists()
    with pytest.raises(Exception, match="empty"):
        Draft.create(tmp_path, "empty.csv", BytesIO(b""))
    assert not any((tmp_path / ".drafts").iterdir())


def test_a_draft_id_never_leaves_its_folder(tmp_path):
    with pytest.raises(RunError, match="upload it again"):
        Draft(tmp_path, "../../etc")


def test_an_empty_folder_or_a_link_to_one_keeps_its_place(make_run, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "real")
    run = make_run()
    assert run.path.is_symlink()
    assert sorted(path.name for path in (tmp_path / "real").iterdir()) == [
        "data.parquet",
        "spec.json",
    ]


def test_the_folder_is_readable_by_its_owner_only(make_run):
    assert make_run().path.stat().st_mode & 0o077 == 0


def test_what_a_killed_process_left_is_swept_after_an_hour(make_run, tmp_path):
    make_run().delete()
    young, old = (
        tmp_path / f"{partial_name(tmp_path / 'run')}aa",
        tmp_path / f"{partial_name(tmp_path / 'run')}bb",
    )
    for folder in (young, old):
        folder.mkdir()
    os.utime(old, (time.time() - 7200,) * 2)
    make_run()
    assert young.exists()
    assert not old.exists()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[1, 2]", b"", b"{"])
def test_a_damaged_index_heals(make_run, content):
    run = make_run()
    work(run.path)
    (run.path / "stages" / "index.json").write_bytes(content)
    assert work(run.path).state is State.DONE


def test_a_full_disk_is_a_sentence_and_leaves_no_partial_file(make_run, monkeypatch):
    import errno

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    run = make_run()
    monkeypatch.setattr("core.storage.np.savez", full)
    status = work(run.path)
    assert (status.state, status.is_our_fault) == (State.FAILED, False)
    assert "No space left on device" in status.error
    assert not list((run.path / "stages").glob("*.tmp"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": -1}, "seed=-1"),
        ({"seed": 2**40}, "outside 0"),
        ({"n_groups": 0}, "n_groups=0"),
        ({"n_replicates": 1}, "n_replicates=1"),
        ({"grouping": AverageLinkage()}, "Mixture"),
        ({"graph": OneStep()}, "task graph"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_birth(changes, words):
    with pytest.raises(MethodError, match=words):
        plan_with(**changes)


def test_more_groups_at_most_than_tasks_is_refused_before_the_run():
    with pytest.raises(MethodError, match="max_groups=9"):
        plan_with(grouping=Mixture(max_groups=9)).check_fit(6)


@pytest.mark.parametrize(("measure", "heads"), [(SCA(), "shared"), (AbsCosine(), "probe")])
def test_the_map_is_of_the_landscape_that_the_groups_rest_on(make_run, measure, heads):
    run = make_run(plan_with(measure=measure))
    assert work(run.path).state is State.DONE
    points = run.landscape(heads).points
    flat = project_points(points, choose(PROJECTIONS, "pca"), run.plan.seed)
    found = run.map("pca")
    assert found is not None
    np.testing.assert_array_equal(found.index, flat.index)
    np.testing.assert_allclose(found.xy, flat.xy)
