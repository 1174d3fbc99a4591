"""The page Evidence before, during and after the training, drawn twice each."""

import json
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data import plant_groups
from core.runs import EVIDENCE, Asked, Run, State, Status
from core.runs.worker import work
from core.trials import Verdict
from core.validation import with_evidence
from dashboard.charts.gain_curve import draw_gain_curve
from dashboard.charts.text import MARK
from dashboard.evidence_form import OWN, PINS
from dashboard.selection import Part, SampleSelection, TaskSelection
from tests.cohort import small_cohort
from tests.dashboard.trained import SMALL, make_run
from tests.dashboard.visit import boxes, check_sound, go_to, visit, words


def test_before_the_training_the_cost_is_said(untrained):
    at = go_to(visit(untrained.id), "evidence")
    assert "Affinities only propose" in words(at)
    assert "networks of" in words(at)
    assert "on this machine" in words(at)
    assert "Take the trained groups along" not in words(at)
    assert not at.get("plotly_chart")


def test_a_click_asks_for_what_the_form_says_and_starts_the_worker(untrained, monkeypatch):
    started = []
    monkeypatch.setattr(Run, "start", lambda run, job="run": started.append(job))
    at = go_to(visit(untrained.id), "evidence")
    at.number_input[0].set_value(3).run()
    at.button(key="train").click().run()
    check_sound(at)
    assert started == [EVIDENCE]
    asked = untrained.asked
    assert (asked.settings.n_seeds, asked.hand_made) == (3, ())


def test_a_grouping_of_ones_own_is_asked_for(untrained, monkeypatch):
    monkeypatch.setattr(Run, "start", lambda run, job="run": None)
    at = go_to(visit(untrained.id), "evidence")
    next(box for box in at.checkbox if box.label == OWN).check().run()
    check_sound(at)
    at.button(key="train").click().run()
    (own,) = untrained.asked.hand_made
    assert sorted(name for group in own for name in group) == sorted(untrained.report().task_names)


def test_pins_are_asked_for_and_a_contradiction_is_a_sentence(untrained, monkeypatch):
    monkeypatch.setattr(Run, "start", lambda run, job="run": None)
    names = untrained.report().task_names
    at = go_to(visit(untrained.id), "evidence")
    next(box for box in at.checkbox if box.label == PINS).check().run()
    next(one for one in at.multiselect if one.label == "Kept apart").set_value(names[:2]).run()
    check_sound(at)
    at.button(key="train").click().run()
    assert untrained.asked.settings.apart == (tuple(names[:2]),)
    next(one for one in at.multiselect if one.label == "Pinned together").set_value(names[:2]).run()
    assert "drop one of the two" in at.error[0].value


def test_after_the_training_the_verdict_is_there_with_its_pictures(trained):
    evidence = trained.report().evidence
    at = go_to(visit(trained.id), "evidence")
    assert evidence.reason in words(at)
    assert f"{evidence.n_networks} networks were trained" in words(at)
    assert len(at.get("plotly_chart")) == 2
    others = at.dataframe[1].value
    assert len(at.dataframe) == 3
    assert set(others["metric"]) == {"AUPRC", "Brier score", "Balanced accuracy"}
    assert set(others["alone"]).isdisjoint({"–", "—"})
    assert not at.error
    assert "wins – ties – losses" in " ".join(one.label for one in at.metric)


def test_the_cards_of_advised_groups_tell_what_training_showed(trained):
    """Not how sure the map alone is of them, which would read as doubt in the result."""
    report = trained.report()
    evidence = report.evidence
    best = evidence.grouped
    grouped = replace(evidence, verdict=Verdict.GROUPED, labels=best.labels)
    trained.keep_report(with_evidence(report, grouped))
    said = words(go_to(visit(trained.id), "evidence"))
    assert "re-runs on resampled data" not in said
    gains, counts = evidence.gains(best).value, [not why for why in evidence.excluded]
    for number, size in zip(*np.unique(best.labels, return_counts=True), strict=True):
        members = (best.labels == number) & counts
        if size > 1 and members.any():
            gain = f"{gains[members].mean():+.3f}".replace("-", "−")
            assert f"{gain} over alone on test rows" in said


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.CANCELLED, "What is trained is kept"),
        (State.INTERRUPTED, "interrupted"),
        (State.FAILED, "The machine ran out of memory"),
    ],
)
def test_a_training_that_stopped_can_go_on(untrained, state, expected):
    error = expected if state is State.FAILED else ""
    Status(state, 0.4, error=error).save(untrained.status_path(EVIDENCE))
    at = go_to(visit(untrained.id), "evidence")
    assert expected in boxes(at)
    assert any(button.label in ("Resume", "Try again") for button in at.button)


def test_what_is_known_on_the_way_is_shown_as_such(untrained, trained_once):
    final = trained_once.evidence()
    import dataclasses

    untrained.keep_evidence(dataclasses.replace(final, is_final=False))
    at = go_to(visit(untrained.id), "evidence")
    assert "So far, on validation rows" in words(at)
    assert not at.get("plotly_chart")


def test_a_real_worker_trains_and_the_report_keeps_the_evidence(untrained):
    untrained.ask_validation(Asked(SMALL))
    untrained.start(EVIDENCE)
    deadline = time.monotonic() + 120
    while (status := untrained.status(EVIDENCE)).state.is_live:
        assert time.monotonic() < deadline, status
        time.sleep(0.1)
    assert status.state is State.DONE, status.error
    assert untrained.report().evidence.is_final
    assert words(go_to(visit(untrained.id), "groups"))


def test_two_tasks_have_no_grouping_to_show(tmp_path, monkeypatch):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path))
    run = make_run(tmp_path / "run", plant_groups(n_samples=300, group_sizes=(1, 1)).frame)
    run.ask_validation(Asked(SMALL))
    assert work(run.path, EVIDENCE).state is State.DONE
    at = go_to(visit(run.id), "evidence")
    assert not at.error
    assert len(at.get("plotly_chart")) == 2


def test_odd_names_stay_text(tmp_path, monkeypatch):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path))
    frame = small_cohort().frame
    names = ["y_<img src=x onerror=alert(1)>", "y_=HYPERLINK(1)", "y_" + "n" * 300, "y_$x$ **b**"]
    frame = frame.rename(columns=dict(zip(frame.columns[-4:], names, strict=True)))
    run = make_run(tmp_path / "run", frame)
    run.ask_validation(Asked(SMALL))
    assert work(run.path, EVIDENCE).state is State.DONE
    at = go_to(visit(run.id), "evidence")
    assert not at.error
    assert all("<img" not in str(chart.proto.spec) for chart in at.get("plotly_chart"))


def test_the_selected_tasks_are_marked_and_selected_samples_are_no_test_rows(trained):
    names = trained.report().task_names
    at = visit(trained.id)
    box = ((-9.0, -9.0), (9.0, -9.0), (9.0, 9.0))
    at.session_state["view"] = replace(
        at.session_state["view"],
        tasks=TaskSelection("mine", (names[4],)),
        samples=SampleSelection("pca", (Part(box),), "middle"),
    )
    rows = go_to(at, "evidence").dataframe[0].value
    assert [task for task in rows["task"] if task.startswith(MARK)] == [MARK + names[4]]
    assert "Your selection “middle” holds rows of the training part" in words(at)
    charts = [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]
    ticks = [chart["layout"]["yaxis"].get("ticktext", []) for chart in charts]
    assert any(labels[:1] == [MARK + names[4]] for labels in ticks), "it is drawn first"
    rows = next(one.value for one in go_to(at, "data").dataframe if "kind" in one.value)
    assert [task for task in rows["task"] if task.startswith(MARK)] == [MARK + names[4]]
    assert "a report tells of all rows and all tasks" in words(go_to(at, "report"))


def test_groups_show_the_gain_of_every_number_of_groups_once_there_is_evidence(trained):
    evidence = trained.report().evidence
    at = go_to(visit(trained.id), "groups")
    assert "What did training gain at every number of groups?" in words(at)
    assert len(at.get("plotly_chart")) == 1
    numbers = [trial.n_groups for trial in evidence.by_number]
    assert numbers[0] == 1
    assert numbers[-1] == len(evidence.task_names)
    assert any(table.value.get("groups", pd.Series()).tolist() == numbers for table in at.dataframe)
    for size in (2, len(evidence.task_names)):
        at.select_slider[0].set_value(size).run()
        check_sound(at)
        assert len(at.get("plotly_chart")) == 1


def test_groups_without_evidence_show_no_gain(untrained):
    at = go_to(visit(untrained.id), "groups")
    assert "What did training gain" not in words(at)
    assert not at.get("plotly_chart")


def test_the_curve_of_gains_is_that_of_the_best_tested_trials(trained):
    evidence = trained.report().evidence
    chart = draw_gain_curve(evidence, 2)
    line = chart.figure.data[0]
    tested = [trial for trial in evidence.trials if trial.was_tested]
    for x, y, high in zip(line.x, line.y, line.error_y.array, strict=True):
        best = next(trial for trial in tested if trial.n_groups == x)
        gain = evidence.gain(best)
        assert y == gain.value
        assert high == pytest.approx(gain.high - gain.value)
    assert "all together" in chart.alt
