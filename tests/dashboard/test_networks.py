"""A bounded number of networks on the page Evidence, and the tasks that only help in them."""

from dataclasses import replace

import pytest

from core.runs import EVIDENCE, Asked, Run, State
from core.runs.worker import work
from core.trials import Verdict
from core.validation import with_evidence
from dashboard.evidence_form import PINS
from tests.dashboard.trained import SMALL
from tests.dashboard.visit import check_sound, go_to, visit, words


def test_how_many_networks_there_may_be_is_asked_for(untrained, monkeypatch):
    monkeypatch.setattr(Run, "start", lambda run, job="run": None)
    at = go_to(visit(untrained.id), "evidence")
    next(box for box in at.checkbox if box.label == PINS).check().run()
    asked = next(one for one in at.number_input if one.label.startswith("Networks, at most"))
    assert asked.value == 0
    asked.set_value(2).run()
    check_sound(at)
    at.button(key="train").click().run()
    assert untrained.asked.settings.networks == 2


@pytest.fixture
def helped(untrained):
    """The run with the advice of two networks, in which somebody helps."""
    settings = replace(SMALL, networks=2, search="exhaustive", n_random=0)
    untrained.ask_validation(Asked(settings))
    assert work(untrained.path, EVIDENCE).state is State.DONE
    report = untrained.report()
    trial = next(one for one in report.evidence.trials if one.learned and one.was_tested)
    advice = {"labels": trial.labels, "learned": trial.learned, "verdict": Verdict.GROUPED}
    untrained.keep_report(with_evidence(report, replace(report.evidence, **advice)))
    return untrained


def test_helpers_are_named_on_the_cards_and_in_the_table(helped):
    evidence = helped.report().evidence
    at = go_to(visit(helped.id), "evidence")
    assert not at.error
    told = words(at)
    which = " ".join(
        frame
        for table in at.dataframe
        for frame in map(str, table.value.to_dict("list").get("which", []))
    )
    helpers = [names for names in evidence.helpers if names]
    assert helpers
    for names in helpers:
        assert f"Its network also learns {', '.join(names)}." in told.replace("\\", "")
        assert f"(helped by {', '.join(names)})" in which


@pytest.mark.parametrize(
    ("verdict", "headline"),
    [(Verdict.ALONE, "Alone would be better: within your rules"), (Verdict.GROUPED, "Train these")],
)
def test_the_headline_says_where_your_rules_ask_for_something_else(helped, verdict, headline):
    report = helped.report()
    helped.keep_report(with_evidence(report, replace(report.evidence, verdict=verdict)))
    assert headline in words(go_to(visit(helped.id), "evidence"))
