"""A validated run with every kind of task and of column, made once a session."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd

from core.data import assign_roles
from core.evidence import Validation
from core.runs import EVIDENCE, Asked, Run, State
from core.runs.worker import work
from core.training import Trainer
from core.trials import Verdict
from core.validation import with_evidence
from tests.cohort import SMALL_PLAN

BINARY, CLASSES, NUMBER, TIME, WORD = "yes", "a: 'b' #1", "=1+1 😀", 'say "no" | *x*', "null"
TASKS = (BINARY, CLASSES, NUMBER, WORD)
SECRET = 98765.4321
"""The largest value of a feature, and what does not vary is a part of it."""
SECRET_NOTE = "Zoltan Q., bed 7"
SECRET_ROWS = [11, 40, 111]
"""At least one of them is trained on."""
GROUPED = ((BINARY, CLASSES), (NUMBER, WORD))
SETTINGS = Validation(
    trainer=Trainer(width=16, max_steps=120, evaluate_every=20),
    n_seeds=3,
    first_seeds=1,
    search="none",
    groups_per_task=2,
    n_finalists=4,
    n_random=0,
    n_replicates=100,
)


def mixed_frame(n=400, seed=0):
    """Features of every kind with holes; tasks of every kind that depend on them."""
    rng = np.random.default_rng(seed)
    a, b, c = rng.standard_normal((3, n))
    score = a + b * c + rng.standard_normal(n) / 2
    frame = pd.DataFrame(
        {
            "a": a,
            "b": np.where(rng.random(n) < 0.2, np.nan, b),
            "c": 3e4 + 5e3 * c,
            "count": pd.array(np.resize([1, None, 3, 7], n), dtype="Int64"),
            "day": pd.date_range("2020-01-02", periods=n).where(rng.random(n) > 0.1),
            "sex": np.where(c > 0, "F", "M"),
            "ward": np.resize(np.array(["icu", "er", None, "ward"], dtype=object), n),
            "drug": [f"drug {k % 9 if k % 3 else k // 3 % 30:02}" for k in range(n)],
            "note": [f"note {k}" for k in range(n)],
            "fixed": SECRET,
            BINARY: np.where(score > 0, "sick", "healthy"),
            CLASSES: np.select([score < -1, score < 1], ["low: 1", "mid"], "high"),
            NUMBER: 1000 + 50 * score + 10 * b,
            TIME: np.exp(-score / 2),
            "died": (rng.random(n) < 0.7).astype(int),
            WORD: (a - b > 0).astype(int),
            "id": [f"patient-{k // 2}" for k in range(n)],
        }
    )
    frame.loc[SECRET_ROWS, "c"] = SECRET
    frame.loc[SECRET_ROWS, ["note", "drug"]] = SECRET_NOTE
    frame.loc[rng.random(n) < 0.1, NUMBER] = np.nan
    return frame


def make_run(path, frame=None, settings=SETTINGS):
    """A run that was validated with alone, together and `GROUPED` among the tested."""
    frame = mixed_frame() if frame is None else frame
    roles = assign_roles(frame, targets=TASKS, ignore=[TIME, "died"], patient_id="id")
    run = Run.create(path, frame, roles, SMALL_PLAN, "secret-file-name", "ab" * 32)
    status = work(run.path)
    assert status.state is State.DONE, status.error
    run.ask_validation(Asked(settings, (GROUPED,)))
    status = work(run.path, EVIDENCE)
    assert status.state is State.DONE, status.error
    return run


def recommend(run, path, verdict):
    """A copy of the run whose evidence says something else."""
    shutil.copytree(run.path, path)
    copy = Run(path)
    report = copy.report()
    evidence = report.evidence
    wanted = {
        Verdict.TOGETHER: (TASKS,),
        Verdict.GROUPED: GROUPED,
        Verdict.ALONE: tuple((task,) for task in TASKS),
        Verdict.UNDECIDED: tuple((task,) for task in TASKS),
    }[verdict]
    tested = (one for one in evidence.trials if one.was_tested)
    labels = next(one for one in tested if one.groups(TASKS) == wanted).labels
    copy.keep_report(with_evidence(report, replace(evidence, verdict=verdict, labels=labels)))
    return copy
