"""Evidence that is asked for again after the rules have changed is judged anew, by networks that are
there; shown as it is, it says whose rules they were."""

import json

import pytest

from core.data import assign_roles
from core.evidence import OLDER, Validation, age
from core.evidence.decide import Answer
from core.report import render_report
from core.runs import EVIDENCE, Asked, Run, State, read_document
from core.runs.worker import work
from core.training import Trainer
from core.trials import Verdict
from tests.cohort import SMALL_PLAN, small_cohort

SETTINGS = Validation(
    trainer=Trainer(width=8, max_steps=40),
    n_seeds=2,
    first_seeds=1,
    search="none",
    groups_per_task=3,
    n_random=0,
    n_replicates=100,
)
TODAY = "the sentence of new rules"


@pytest.fixture
def run(tmp_path):
    frame = small_cohort().frame
    path = tmp_path / "run"
    made = Run.create(path, frame, assign_roles(frame, targets="y_*"), SMALL_PLAN, "r", "0" * 64)
    assert work(path).state is State.DONE
    made.ask_validation(Asked(SETTINGS))
    assert work(path, EVIDENCE).state is State.DONE
    return made


@pytest.fixture
def new_rules(monkeypatch):
    """Code that decides otherwise, as a later version has it."""

    def decide(*args):
        return Answer(Verdict.UNDECIDED, TODAY)

    def change(is_known=True):
        monkeypatch.setattr("core.evidence.conclude.decide", decide)
        if is_known:
            for module in ("age", "conclude"):
                monkeypatch.setattr(f"core.evidence.{module}.rules_of_today", lambda: "later")
            monkeypatch.setattr("core.runs.reported.rules_of_today", lambda: "later")

    return change


def no_training(monkeypatch):
    def refuse(*args, **settings):
        raise AssertionError("a network is trained")

    monkeypatch.setattr(Trainer, "__call__", refuse)


def test_the_digest_changes_with_a_file_that_judges_and_with_no_other(tmp_path, monkeypatch):
    def digest():
        return age.rules_of_today.__wrapped__()

    (tmp_path / "search").mkdir()
    monkeypatch.setattr(age, "__file__", str(tmp_path / "age.py"))
    (tmp_path / "search" / "rules.py").write_text("LEVEL = 0.05")
    before = digest()
    (tmp_path / "notes.txt").write_text("nothing")
    assert digest() == before
    (tmp_path / "search" / "rules.py").write_text("LEVEL = 0.01")
    assert digest() != before


def test_asked_again_by_the_same_rules_the_evidence_is_found_again(run, new_rules, monkeypatch):
    before = run.report().evidence
    new_rules(is_known=False)  # nobody looks
    no_training(monkeypatch)
    assert work(run.path, EVIDENCE).state is State.DONE
    assert run.report().evidence == before
    assert OLDER not in before.notes


def test_asked_again_after_the_rules_have_changed_it_is_judged_by_those_of_today(
    run, new_rules, monkeypatch
):
    before = run.report().evidence
    new_rules()
    no_training(monkeypatch)
    assert work(run.path, EVIDENCE).state is State.DONE
    after = run.report().evidence
    assert (after.verdict, after.reason) == (Verdict.UNDECIDED, TODAY)
    assert after.n_networks == before.n_networks
    assert after.rules == "later"
    assert OLDER not in after.notes
    assert json.loads((run.path / "report.json").read_text())["evidence"]["reason"] == TODAY


def test_evidence_of_earlier_rules_says_so_until_it_is_asked_again(run, new_rules):
    before = run.report().evidence
    new_rules()
    for known in (run.report().evidence, run.evidence()):
        assert known.notes == (*before.notes, OLDER)
        assert known.verdict == before.verdict
    document = read_document(run)
    assert document["evidence"]["notes"] == [*before.notes, OLDER]
    assert OLDER[:40] in render_report(document, "html").decode()
    assert work(run.path).state is State.DONE  # resumed: what training showed stays
    assert run.report().evidence.notes == (*before.notes, OLDER)
    assert work(run.path, EVIDENCE).state is State.DONE
    assert OLDER not in run.report().evidence.notes
