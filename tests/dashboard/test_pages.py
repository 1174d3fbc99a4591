"""Every page in every state of a run, drawn twice: a picture or a sentence, never a traceback."""

import dataclasses
import json
import os
import re
import shutil
from dataclasses import replace

import numpy as np
import psutil
import pytest

from core.affinity import AbsCosine
from core.data import assign_roles, plant_groups
from core.runs import Run, State, Status
from core.runs.worker import work
from core.values import Decision, Recommendation
from dashboard.example import find_example, start_example
from dashboard.look_up import first_size, look_up
from dashboard.tune_groups import for_a_look
from tests.cohort import SMALL_PLAN, plan_with, small_cohort
from tests.dashboard.visit import PAGES, boxes, check_sound, go_to, sizes_of, visit, words

RESULTS = ("landscape", "affinity", "graph", "groups", "evidence")


def make_run(path, frame, plan=SMALL_PLAN, name="small cohort"):
    return Run.create(path, frame, assign_roles(frame, targets="y_*"), plan, name, "0" * 64)


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    run = make_run(tmp_path_factory.mktemp("finished") / "run", small_cohort().frame)
    assert work(run.path).state is State.DONE
    return run


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path))
    return tmp_path


@pytest.fixture
def done(root, finished):
    """A finished run of its own, free to be broken."""
    shutil.copytree(finished.path, root / "run")
    return Run(root / "run")


@pytest.fixture
def fresh(root):
    """A run that was never started."""
    return make_run(root / "run", small_cohort().frame)


def set_status(run, state, **changes):
    Status(state, **changes).save(run.status_path())


@pytest.fixture(params=["not started", "starting", "running", "cancelled", "interrupted", "failed"])
def unfinished(request, fresh):
    """A run without a report, and what every page must say of it."""
    sentence = "Column 'y_rare' has 1 positive label; at least 10 are needed."
    states = {
        "not started": (None, {}, "This run is not computed yet"),
        "starting": (State.STARTING, {"message": "starting the worker"}, "starting the worker"),
        "running": (
            State.RUNNING,
            {
                "fraction": 0.4,
                "message": "mapping samples",
                "worker": (os.getpid(), psutil.Process().create_time()),
            },
            "mapping samples",
        ),
        "cancelled": (State.CANCELLED, {"fraction": 0.4}, "was cancelled at 40%"),
        "interrupted": (
            State.RUNNING,
            {"fraction": 0.7, "worker": (2**22 + 1, 1.0)},
            "was interrupted at 70%",
        ),
        "failed": (State.FAILED, {"error": sentence}, sentence),
    }
    state, changes, expected = states[request.param]
    if state:
        set_status(fresh, state, **changes)
    return fresh, expected


def test_pages_of_an_unfinished_run_say_how_it_goes(unfinished):
    run, expected = unfinished
    at = visit(run.id)
    for page in PAGES[:-1]:
        assert expected in words(go_to(at, page)), page
    assert "small cohort" in words(go_to(at, "runs"))


def test_pages_of_a_finished_run_show_it(done):
    at = visit(done.id)
    check_sound(at, "data")
    expected = {
        "data": "Uses the 180 training rows of 300",
        "landscape": "of the neighbourhoods survived",
        "affinity": "against every other task",
        "graph": "A line joins two tasks",
        "groups": "How many groups?",
        "evidence": "Affinities only propose",
        "runs": "1 run on this machine",
    }
    for page, sentence in expected.items():
        assert sentence in words(go_to(at, page)), page
        assert not at.error, page


def charts(at):
    return len(at.get("plotly_chart")) + len(at.get("echarts_chart"))


def test_every_page_of_results_draws(done):
    at = visit(done.id)
    drawn = [charts(go_to(at, page)) for page in ("data", "affinity", "graph", "groups")]
    assert drawn == [1, 3, 1, 1], (
        "each task alone is advised, so there is nothing to draw of groups"
    )
    at.select_slider[0].set_value(2).run()
    assert charts(at) == 3


@pytest.mark.parametrize("run_id", ["nonsense", "../../etc", "..", "run/../run", "\x00", "a" * 300])
def test_an_unknown_run_in_the_address_is_a_sentence(done, run_id):
    at = visit(run_id)
    check_sound(at)
    for page in PAGES[:-1]:
        assert "pick one on the page Runs" in boxes(go_to(at, page)), page
    at.switch_page("app_pages/runs.py").run()
    link = next(link.proto for link in at.get("page_link") if link.proto.label == "Open")
    assert link.query_string == f"run={done.id}"
    at.query_params["run"] = done.id
    assert "small cohort" in words(go_to(at, "data"))


def damage_report(run):
    (run.path / "stages" / "report.npz").write_bytes(b"PK\x03\x04 nonsense")


def lose_report(run):
    (run.path / "stages" / "report.npz").unlink()


def test_a_damaged_report_can_be_computed_again(done, monkeypatch):
    started = []
    monkeypatch.setattr(Run, "start", lambda run, job="run": started.append(job))
    for damage in (damage_report, lose_report):
        damage(done)
        at = visit(done.id)
        for page in ("data", *RESULTS):
            assert "damaged" in boxes(go_to(at, page)), page
        at.button(key="again").click().run()
        check_sound(at)
    assert started == ["run", "run"]


def newer(run):
    spec = json.loads((run.path / "spec.json").read_text())
    (run.path / "spec.json").write_text(json.dumps(spec | {"schema_version": 99}))


DAMAGES = {
    "spec": (lambda run: (run.path / "spec.json").write_text("{"), "spec.json is damaged"),
    "newer": (newer, "written by a newer version"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_run_is_a_sentence_on_every_page(done, damage):
    spoil, expected = DAMAGES[damage]
    spoil(done)
    at = visit(done.id)
    check_sound(at)
    for page in PAGES:
        assert expected in words(go_to(at, page)), page


def test_damaged_data_is_a_sentence(done):
    (done.path / "data.parquet").write_bytes(b"PAR1 nonsense")
    at = visit(done.id)
    for page in ("data", "affinity"):
        assert re.search(r"data\.parquet .*is damaged", boxes(go_to(at, page))), page


def test_a_lost_landscape_can_be_computed_again(done, monkeypatch):
    started = []
    monkeypatch.setattr(Run, "start", lambda run, job="run": started.append(job))
    for path in (done.path / "stages").glob("landscape-*.npz"):
        path.unlink()
    at = go_to(visit(done.id), "landscape")
    assert "landscape of this run is missing or damaged" in boxes(at)
    at.button(key="again").click().run()
    assert started == ["run"]


@pytest.fixture(
    scope="module",
    params=["two tasks", "sixty tasks", "another measure", "regression", "odd names"],
)
def special(request, tmp_path_factory):
    """Runs that are not like the example."""
    frame, plan = small_cohort().frame, SMALL_PLAN
    if request.param == "two tasks":
        frame = plant_groups(n_samples=300, group_sizes=(1, 1)).frame
    elif request.param == "sixty tasks":
        frame = plant_groups(n_samples=300, group_sizes=(20, 20, 20)).frame
    elif request.param == "another measure":
        plan = plan_with(measure=AbsCosine())
    elif request.param == "regression":
        noise = np.random.default_rng(0).normal(size=len(frame))
        frame = frame.assign(y_number=noise, y_level=["low", "mid", "high"] * 100)
    else:
        names = [
            "y_<img src=x onerror=alert(1)>",
            "y_😀 🫀",
            "y_" + "n" * 300,
            "y_**b** $x$ :red[x]",
        ]
        frame = frame.rename(columns=dict(zip(frame.columns[-4:], names, strict=True)))
    run = make_run(tmp_path_factory.mktemp("special") / "run", frame, plan)
    status = work(run.path)
    assert status.state is State.DONE, status.error
    return run


def test_pages_of_an_unusual_run_are_sound(special, monkeypatch):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(special.path.parent))
    at = visit(special.id)
    for page in PAGES:
        assert not go_to(at, page).error, page
    go_to(at, "groups")
    for size in (1, 2) if at.select_slider else ():
        at.select_slider[0].set_value(size).run()
        check_sound(at, f"groups {size}")


def test_the_flow_of_members_is_drawn_when_it_is_opened(done):
    at = go_to(visit(done.id), "groups")
    closed = len(at.get("plotly_chart"))
    at.session_state["flow"] = True
    at.run()
    assert not at.exception
    assert len(at.get("plotly_chart")) == closed + 1


def test_the_slider_reaches_every_mixture_and_the_answer_says_so(done):
    at = go_to(visit(done.id), "groups")
    report = done.report()
    assert at.select_slider[0].value == first_size(report)
    assert "This is the recommend" in boxes(at)
    n_tasks = len(report.tasks)
    for size in (size for size in sizes_of(at) if size < n_tasks):
        at.select_slider[0].set_value(size).run()
        check_sound(at, f"{size} groups")
        cards = [part.value for part in at.markdown if "Group " in str(part.value)]
        assert 1 <= len(cards) <= size
    go_to(go_to(at, "affinity"), "groups")
    assert at.select_slider[0].value == size, "the choice survives a walk through the pages"
    at.button(key="reset").click().run()
    assert at.select_slider[0].value == first_size(report)


@pytest.mark.parametrize(
    ("decision", "method", "said"),
    [
        (Decision.ALONE, "alone", "the recommendation: each task alone"),
        (Decision.TOGETHER, "together", "the recommendation: all tasks together"),
    ],
)
def test_groups_opens_on_the_answer_where_it_is_no_grouping(done, decision, method, said):
    report = done.report()
    grouping = next(one for one in report.groupings if one.method == method)
    done.keep_report(replace(report, recommended=Recommendation(grouping, decision, "Because.")))
    at = go_to(visit(done.id), "groups")
    assert said in boxes(at)
    assert at.select_slider[0].value == grouping.n_groups
    is_alone = method == "alone"
    assert ("Each on its own" in words(at)) == is_alone
    assert ("How clearly does each task belong?" in words(at)) != is_alone
    at.select_slider[0].set_value(2).run()
    check_sound(at)
    assert "Here for a look only" in boxes(at)
    assert "Each on its own" not in words(at)
    at.select_slider[0].set_value(len(report.tasks)).run()
    assert ("Here for a look only" in boxes(at)) != is_alone


@pytest.mark.parametrize("asked", [11, 40])
def test_a_number_of_groups_that_nobody_tried_is_the_nearest_one(done, asked):
    report = done.report()
    sizes = sorted(look_up(report, "", 0).choices)
    assert look_up(report, "", asked).n_components == sizes[-1] == len(report.tasks)
    assert look_up(report, "", asked).is_alone


@pytest.mark.parametrize(
    ("decision", "said"),
    [(Decision.ALONE, "each task alone"), (Decision.TOGETHER, "all tasks together")],
)
def test_groups_that_the_advice_is_against_are_called_a_look(decision, said):
    """What is looked at beside the advice must not look like advice."""
    assert said in for_a_look(decision)
    assert "for a look" in for_a_look(decision)
    assert for_a_look(Decision.GROUPED) == "This is not the recommendation."


def test_a_pair_of_tasks_can_be_picked_without_a_mouse(done):
    at = go_to(visit(done.id), "affinity")
    names = list(done.report().task_names)
    at.selectbox[2].set_value(names[3]).run()
    at.selectbox[3].set_value(names[5]).run()
    check_sound(at)
    assert f"{names[3]} against every other task" in words(at)
    assert [box.value for box in at.selectbox[2:4]] == [names[3], names[5]]


def test_every_measure_and_every_comparison_is_sound(done):
    at = go_to(visit(done.id), "affinity")
    keys = [affinity.measure for affinity in done.report().affinities]
    for key, beside in zip(keys, keys[1:] + keys[:1], strict=True):
        at.selectbox[0].set_value(key)
        at.selectbox[1].set_value(beside)
        at.run()
        check_sound(at, f"{key} beside {beside}")
        assert at.metric


def test_both_directions_of_a_pair_are_shown_where_they_differ(done, monkeypatch):
    at = go_to(visit(done.id), "affinity")
    at.selectbox[0].set_value("tag").run()
    first, second = (metric.label for metric in at.metric[-2:])
    assert first.count("→") == second.count("→") == 1
    assert first.split(": ")[1] == " → ".join(second.split(": ")[1].split(" → ")[::-1])
    at.selectbox[0].set_value("sca").run()
    assert not any("→" in metric.label for metric in at.metric)
    monkeypatch.setattr("core.affinity.TAG.most_tasks", 3)
    assert "of up to 3 tasks" not in words(go_to(at, "affinity")), "this run has it"


def unfold_settings(at, run, is_open=True):
    at.session_state[f"plan_{run.id}_settings"] = is_open
    at.run()
    check_sound(at)


def test_another_plan_is_asked_for_and_the_pages_follow(done, monkeypatch):
    monkeypatch.setattr(Run, "start", lambda run, job="run": set_status(run, State.STARTING))
    at = go_to(visit(done.id), "data")
    assert at.button(key="recompute").disabled
    assert not at.number_input, "the settings are folded away"
    unfold_settings(at, done)
    at.number_input(key=f"plan_{done.id}_replicates").set_value(20)
    at.get_by_key(f"plan_{done.id}_measure_method").set_value("abs_cosine")
    at.number_input(key=f"plan_{done.id}_encoder_learning_rate").set_value(0.004).run()
    check_sound(at)
    assert "stays until you compute again" in words(at)
    unfold_settings(at, done, is_open=False)
    assert not at.number_input
    assert not at.button(key="recompute").disabled, "what was set is kept while it is folded away"
    unfold_settings(at, done)
    assert at.number_input(key=f"plan_{done.id}_replicates").value == 20
    kept = set((done.path / "stages").glob("landscape-*.npz"))
    at.button(key="recompute").click().run()
    check_sound(at)
    assert "the last finished answer" in words(at)
    assert at.button(key="recompute").disabled
    assert work(done.path).state is State.DONE
    at.run()
    check_sound(at)
    assert (done.plan.measure, done.plan.encoder.learning_rate) == (AbsCosine(), 0.004)
    assert len(done.report().affinity.replicates) == 20
    assert kept == set((done.path / "stages").glob("landscape-*.npz"))
    assert at.button(key="recompute").disabled
    assert go_to(at, "affinity").selectbox[0].value == "abs_cosine"


def test_a_first_visit_starts_an_example_whose_worker_died(root, monkeypatch):
    started = []
    monkeypatch.setattr(Run, "start", lambda run, job="run": started.append(run.id))
    run = start_example(root)
    for state, count in ((State.DONE, 1), (State.CANCELLED, 1), (State.INTERRUPTED, 2)):
        set_status(run, state)
        start_example(root)
        assert started == [run.id] * count, state
    assert run.spec.name == "Generated intensive-care cohort"
    at = visit()
    assert "A built-in example. 1,500 generated patients" in words(at)
    run.delete()
    assert "No run is open" in boxes(go_to(at, "groups"))
    at.button(key="open_example").click().run()
    assert "The example is computed now" in words(at), "made again"


def test_the_example_begins_once_its_page_was_drawn(root, monkeypatch):
    started = []
    monkeypatch.setattr(Run, "start", lambda run, job="run": started.append(run.id))
    run = find_example(root)
    at = visit()
    check_sound(at)
    assert started == []
    assert "The example is computed now" in words(at)
    at.run()
    check_sound(at)
    assert started == [run.id]


def test_a_run_of_one_s_own_begins_only_when_told(fresh, monkeypatch):
    started = []
    monkeypatch.setattr(Run, "start", lambda run, job="run": started.append(run.id))
    visit(fresh.id).run()
    assert started == []


def test_the_view_of_an_old_landscape_is_never_drawn_on_a_new_one(done):
    work(done.path, "tsne")
    assert done.map("tsne") is not None
    old = done.report()
    done.set_plan(dataclasses.replace(SMALL_PLAN, seed=3))
    assert work(done.path).state is State.DONE
    assert done.report().affinity != old.affinity
    at = go_to(visit(done.id), "landscape")
    at.radio[0].set_value("tsne").run()
    check_sound(at)
    assert at.button(key="start_tsne"), "the map of the last landscape is no map of this one"
