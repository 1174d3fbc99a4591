"""A small finished run, before and after its groups were trained."""

import shutil

from core.data import assign_roles
from core.evidence import Validation
from core.runs import EVIDENCE, Asked, Run, State
from core.runs.worker import work
from core.training import Trainer
from tests.cohort import SMALL_PLAN

SMALL = Validation(
    trainer=Trainer(width=8, max_steps=40),
    n_seeds=2,
    first_seeds=1,
    n_finalists=2,
    search="none",
    n_random=3,
    n_replicates=100,
)


def make_run(path, frame):
    """A finished run of a frame whose targets begin with y_."""
    run = Run.create(path, frame, assign_roles(frame, targets="y_*"), SMALL_PLAN, "small", "0" * 64)
    assert work(run.path).state is State.DONE
    return run


def train(run, path):
    """A copy of a run at `path` whose groups were trained."""
    shutil.copytree(run.path, path)
    copy = Run(path)
    copy.ask_validation(Asked(SMALL))
    assert work(path, EVIDENCE).state is State.DONE
    return copy


def borrow(run, root, monkeypatch):
    """A copy of a run, free to be broken, as the only one of the window."""
    monkeypatch.setenv("TASKSCAPE_RUNS", str(root))
    shutil.copytree(run.path, root / "run")
    return Run(root / "run")
