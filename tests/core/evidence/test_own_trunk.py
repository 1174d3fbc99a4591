"""Evidence by networks whose trunk is a module of the user's own."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import nn

from core.data import load_table
from core.errors import MethodError
from core.evidence import Candidate, validate_grouping
from core.pipeline import run
from core.training import to_examples
from core.training.modules import Seeded
from core.validation import validate_grouping as validate_report
from core.values import Split
from tests.cohort import SMALL_PLAN, small_cohort
from tests.core.evidence.test_validate import PLANTED, SMALL, Memory, examples_of


class OneColumn(nn.Module):
    """Sees a single column, so that no training can rank the rows by anything else."""

    def __init__(self, column):
        super().__init__()
        self.column, self.weight = column, nn.Parameter(torch.ones(1))

    def forward(self, rows):
        return rows[:, self.column, None] * self.weight


@pytest.fixture(scope="module")
def examples():
    return examples_of()


def test_networks_are_judged_by_what_their_trunk_sees(examples):
    candidates = [Candidate("planted", PLANTED)]
    evidence = validate_grouping(examples, candidates, SMALL, trunk=lambda seed: OneColumn(3))
    rows = examples.rows(Split.TEST)
    for trial in (evidence.alone, evidence.together):
        for task in range(4):
            known = rows[examples.known[rows, task]]
            score = roc_auc_score(examples.labels[known, task], examples.inputs[known, 3])
            ways = (score, 1 - score, (score + 1 - score) / 2)  # two seeds, each up or down
            assert min(abs(trial.metric[task] - way) for way in ways) < 1e-6


def test_a_seed_makes_the_same_trunk_for_every_group_and_again(examples):
    width = examples.inputs.shape[1]

    def draw(_seed):
        return nn.Sequential(nn.Linear(width, 8), nn.ReLU())

    made = Seeded(draw)
    before = torch.random.get_rng_state()
    first, second, again = made(4), made(5), made(4)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(first[0].weight, again[0].weight)
    assert first[0].weight is not again[0].weight
    assert not torch.equal(first[0].weight, second[0].weight)
    runs = [
        validate_grouping(examples, [Candidate("planted", PLANTED)], SMALL, trunk=draw)
        for _ in range(2)
    ]
    for one, other in zip(runs[0].trials, runs[1].trials, strict=True):
        np.testing.assert_array_equal(one.metric, other.metric)


def test_a_large_trunk_is_trained_by_fewer_at_a_time(examples):
    width, store = examples.inputs.shape[1], Memory()
    trainer = replace(SMALL.trainer, max_megabytes=1, max_steps=1)  # 250,000 numbers
    settings = replace(SMALL, trainer=trainer, n_random=0)
    validate_grouping(
        examples, (), settings, store=store, trunk=lambda seed: nn.Linear(width, 1000)
    )
    assert all(len(part.groups) == 1 for part in store.parts)


def test_a_trunk_that_mixes_rows_is_refused(examples):
    width = examples.inputs.shape[1]

    def mixing(_seed):
        return nn.Sequential(nn.Linear(width, 8), nn.BatchNorm1d(8))

    with pytest.raises(MethodError, match="LayerNorm where it has BatchNorm"):
        validate_grouping(examples, (), SMALL, trunk=mixing)


def test_a_report_is_validated_by_the_trunk_that_was_brought():
    planted = small_cohort()
    table = load_table(planted.frame, targets=planted.targets)
    report = run(table, SMALL_PLAN)
    width = to_examples(table).inputs.shape[1]
    told = validate_report(table, report, SMALL, trunk=lambda seed: OneColumn(width - 1))
    plain = validate_report(table, report, SMALL)
    assert not np.allclose(told.evidence.alone.metric, plain.evidence.alone.metric)
