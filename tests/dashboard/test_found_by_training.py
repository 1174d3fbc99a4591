"""Groups that only training found: every page, and a replay, draw them like any others."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.trials import Verdict
from core.validation import with_evidence
from dashboard.look_up import look_up
from dashboard.replay import replay
from dashboard.view_state import ViewState
from tests.dashboard.visit import PAGES, go_to, visit, words

FOUND = np.array([0, 1, 2, 2, 1, 0])
"""A partition of six tasks that no method proposed."""


@pytest.fixture
def found(trained):
    run, report = trained, trained.report()
    evidence = report.evidence
    trials = list(evidence.trials)
    trials[evidence.best] = replace(trials[evidence.best], labels=FOUND)
    told = replace(evidence, verdict=Verdict.GROUPED, labels=FOUND, trials=tuple(trials))
    run.keep_report(with_evidence(report, told))
    assert run.report().recommended.grouping.method == "trained"
    return run


def test_every_page_is_sound_and_groups_opens_on_them(found):
    at = visit(found.id)
    for page in PAGES:
        go_to(at, page)
    said = words(go_to(at, "groups"))
    assert "This is the recommended grouping." in said
    assert at.radio(key="widget_way").value == "trained"
    at.radio(key="widget_way").set_value("diag").run()
    assert "This is not the recommendation." in words(at)
    at.button(key="reset").click().run()
    assert "This is the recommended grouping." in words(at)


def test_a_replay_draws_them(found, tmp_path):
    names = replay(found, ViewState(run=found.id, n_components=2), tmp_path / "drawn")
    drawn = json.loads((tmp_path / "drawn" / next(n for n in names if "members" in n)).read_text())
    assert drawn
    shown = look_up(found.report(), "", 0)
    np.testing.assert_array_equal(shown.grouping.labels, FOUND)
