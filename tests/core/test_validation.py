"""From a report to evidence: what is said of the networks that are trained."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from core import load_table, run
from core.evidence import Validation
from core.grouping import rank_groupings
from core.training import Trainer
from core.trials import Verdict
from core.validation import estimate_cost, validate_grouping, with_evidence
from tests.cohort import SMALL_PLAN, small_cohort

SMALL = Validation(
    Trainer(width=8, max_steps=20), n_seeds=2, search="none", n_random=2, n_replicates=100
)


@pytest.fixture(scope="module")
def made():
    planted = small_cohort()
    table = load_table(planted.frame, targets=planted.targets)
    return table, run(table, SMALL_PLAN)


def with_trunk(report, trunk):
    plan = report.provenance["plan"]
    landscape = {**plan["landscape"], "trunk": trunk}
    return replace(
        report, provenance={**report.provenance, "plan": {**plan, "landscape": landscape}}
    )


class Kept:
    """The kinds of trunk that were trained."""

    def __init__(self):
        self.kinds = set()

    def load(self):
        return iter(())

    def keep(self, part):
        self.kinds.add(part.module)


def trained(table, report, settings=SMALL):
    kept = Kept()
    validate_grouping(table, report, settings, store=kept)
    return kept.kinds


def pixels(table, shape=()):
    """The same rows as small square images."""
    features = np.hstack([table.features, table.features])[:, :16]
    names = tuple(f"p{k}" for k in range(16))
    return replace(table, feature_names=names, features=features, feature_shape=shape)


@pytest.mark.parametrize(
    ("asked", "shape", "kind"),
    [
        ("auto", (), ""),
        ("mlp", (), ""),
        ("cnn", (), "cnn"),
        ("auto", (4, 4), "cnn"),
        ("auto", (8, 2), "conv1d"),
        ("conv1d", (8, 2), "conv1d"),
        ("linear", (4, 4), ""),
    ],
)
def test_networks_are_of_the_kind_that_the_landscape_was_measured_with(made, asked, shape, kind):
    table, report = made
    assert trained(pixels(table, shape), with_trunk(report, asked)) == {kind}


def test_a_kind_that_was_asked_for_stays(made):
    table, report = made
    plain = replace(SMALL, trainer=replace(SMALL.trainer, trunk="mlp"))
    assert trained(pixels(table, (4, 4)), with_trunk(report, "cnn"), plain) == {""}


def test_the_cost_is_that_of_the_kind(made):
    _, report = made
    data = {**report.provenance["data"], "n_features": 784}
    report = replace(report, provenance={**report.provenance, "data": data})
    plain, placed = (
        estimate_cost(with_trunk(report, trunk), Validation()) for trunk in ("mlp", "cnn")
    )
    assert plain.n_networks == placed.n_networks
    assert placed.seconds > 1.1 * plain.seconds


def test_groups_that_training_confirms_keep_the_scores_they_were_proposed_with(made):
    table, report = made
    proper = next(one for one in report.groupings if 1 < one.n_groups < len(one.labels))
    ways = [
        replace(proper, covariance=kind, stability=stability, silhouette=0.5, silhouette_null=0.1)
        for kind, stability in (("diag", 0.65), ("full", 0.95), ("tied", 0.75))
    ]
    proposed = replace(report, groupings=(*ways, *report.groupings))
    evidence = validate_grouping(table, report, SMALL).evidence
    told = replace(evidence, verdict=Verdict.GROUPED, labels=proper.labels)
    found = with_evidence(proposed, told).recommended.grouping
    assert found == rank_groupings(ways)[0] == ways[1]


def test_random_groupings_add_the_groups_of_two_or_more_that_they_train_anew(made):
    """Every task alone is trained by then. Where all tasks but the first are kept apart, a grouping
    has one group of two, and so has a random one like it."""
    _, report = made
    pair = [report.task_names[:2], *([name] for name in report.task_names[2:])]
    apart = [[name] for name in report.task_names[1:]]
    only = replace(SMALL, apart=tuple((one[0], two[0]) for one, two in combinations(apart, 2)))
    none, some = (estimate_cost(report, replace(only, n_random=n), [pair]) for n in (0, 10))
    assert some.n_groups - none.n_groups == 10
    assert none.work < some.work
    assert some.seconds <= some.work
