"""Networks that learned more tasks than they predict: only what they predict goes out."""

from dataclasses import replace

import numpy as np
import pytest
import yaml

from core.export import export_run, load_model
from core.runs import EVIDENCE, Asked, State
from core.runs.worker import work
from core.training import predict, to_examples
from core.trials import Verdict
from core.validation import with_evidence
from core.values import Split
from tests.core.export.cohort import GROUPED, SETTINGS, TASKS, make_run
from tests.core.export.test_predictions import assert_says, parts_of, test_rows

LEARNED = ((0, 1, 2), (1, 2, 3))
"""Tasks 0 and 1 by the first, 2 and 3 by the second."""


@pytest.fixture(scope="module")
def helped(tmp_path_factory):
    """A run that trained every group, with the advice of two networks that learn three tasks."""
    run = make_run(tmp_path_factory.mktemp("helped") / "run")
    run.ask_validation(Asked(replace(SETTINGS, networks=2, search="exhaustive"), (GROUPED,)))
    assert work(run.path, EVIDENCE).state is State.DONE
    report = run.report()
    trials = [
        replace(one, learned=LEARNED) if one.groups(TASKS) == GROUPED else one
        for one in report.evidence.trials
    ]
    advice = {
        "trials": tuple(trials),
        "labels": np.array([0, 0, 1, 1]),
        "learned": LEARNED,
        "verdict": Verdict.GROUPED,
    }
    run.keep_report(with_evidence(report, replace(report.evidence, **advice)))
    return run


@pytest.fixture(scope="module")
def folder(helped, tmp_path_factory):
    return export_run(helped, tmp_path_factory.mktemp("helped-export") / "model").folder


def test_every_task_is_predicted_by_its_own_network(helped, folder):
    evidence, table = helped.report().evidence, helped.table()
    examples, rows = to_examples(table), table.rows(Split.TEST)
    wanted = {}
    for task, name in enumerate(TASKS):
        group = evidence.learned[evidence.labels[task]]
        by_seed = {}
        for part in parts_of(helped):
            if group in part.groups:
                by_seed |= dict(zip(part.seeds, predict(part, examples, rows, group), strict=True))
        mean = np.mean([by_seed[seed] for seed in SETTINGS.seeds], axis=0)
        wanted[name] = mean[:, group.index(task), : examples.tasks[task].n_outputs]
    assert_says(load_model(folder), test_rows(helped), wanted)


def test_helpers_are_named_and_have_no_head(helped, folder):
    evidence = helped.report().evidence
    told = yaml.safe_load((folder / "groups.yaml").read_text(encoding="utf-8"))
    assert [tuple(one.get("helpers", ())) for one in told["groups"]] == list(evidence.helpers)
    assert evidence.helpers == ((TASKS[2],), (TASKS[1],))
    predicted = [name for one in told["groups"] for name in one["tasks"]]
    assert sorted(predicted) == sorted(TASKS)
    model = load_model(folder)
    heads = [len(module.heads) for module in model.modules]
    n_seeds = len(SETTINGS.seeds)
    assert heads == [len(one["tasks"]) for one in told["groups"] for _ in range(n_seeds)]
