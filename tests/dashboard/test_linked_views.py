"""One selection, one pair, one view: seen by every page, undone, sent as a link, replayed."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from core.data import assign_roles
from core.runs import Run, State
from core.runs.worker import work
from dashboard.figures import draw_graph_page, draw_groups_page
from dashboard.replay import main, replay, to_text
from dashboard.selection import Part, SampleSelection, TaskSelection
from dashboard.view_file import write_view
from dashboard.view_state import ViewState
from tests.cohort import SMALL_PLAN, small_cohort
from tests.dashboard.visit import PAGES, boxes, check_sound, go_to, visit, words


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    frame = small_cohort().frame
    path = tmp_path_factory.mktemp("finished") / "run"
    run = Run.create(path, frame, assign_roles(frame, targets="y_*"), SMALL_PLAN, "small", "0" * 64)
    assert work(path).state is State.DONE
    return run


@pytest.fixture
def run(finished, tmp_path, monkeypatch):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path))
    shutil.copytree(finished.path, tmp_path / "run")
    return Run(tmp_path / "run")


def left_half(run, name=""):
    """The points left of the middle of the first map."""
    xy = run.map("pca").xy
    middle, far = float(np.median(xy[:, 0])), float(np.abs(xy).max()) + 1
    box = ((-far, -far), (middle, -far), (middle, far), (-far, far))
    return SampleSelection("pca", (Part(box),), name)


def set_view(at, **changes):
    at.session_state["view"] = replace(at.session_state["view"], **changes)
    return at


def test_every_page_sees_the_selected_samples(run):
    at = set_view(visit(run.id), samples=left_half(run))
    for page in PAGES:
        assert "training rows have more than their share" in words(go_to(at, page)), page
    assert "Your selection" in words(go_to(at, "landscape"))
    assert "pull together or apart" in words(at)
    assert "In your selection" in boxes(go_to(at, "affinity"))
    assert "In your selection of samples" in words(go_to(at, "groups"))


def test_a_selection_of_few_rows_is_not_described(run):
    point = run.map("pca").xy[0]
    box = tuple(
        (point[0] + dx, point[1] + dy) for dx, dy in ((-1e-9, -1e-9), (1e-9, -1e-9), (0, 1e-9))
    )
    at = set_view(visit(run.id), samples=SampleSelection("pca", (Part(box),)))
    said = words(go_to(at, "landscape"))
    assert "≤ 10 of 180 training rows" in said
    assert "is not described" in said
    assert not at.get("expander") or "Every column" not in said
    assert "In your selection: 10 patients or fewer" in boxes(go_to(at, "affinity"))


def test_a_selection_on_a_map_that_is_not_there_is_a_sentence(run):
    lost = replace(left_half(run), map_method="tsne")
    at = set_view(visit(run.id), samples=lost)
    for page in PAGES:
        go_to(at, page)
    assert "drawn on a map that is not computed" in boxes(go_to(at, "landscape"))


def test_a_named_selection_can_be_kept_left_and_picked_again(run):
    at = go_to(set_view(visit(run.id), samples=left_half(run)), "landscape")
    at.text_input(key="name_").set_value("left <b>").run()
    at.button(key="keep_samples").click().run()
    check_sound(at)
    assert at.session_state["view"].kept_samples[0].name == "left <b>"
    picker = next(box for box in at.selectbox if box.label == "Samples")
    picker.set_value("all samples").run()
    assert at.session_state["view"].samples is None
    assert "Draw around points" in words(at)
    picker = next(box for box in at.selectbox if box.label == "Samples")
    picker.set_value("left <b>").run()
    check_sound(at)
    assert at.session_state["view"].samples == left_half(run, "left <b>")
    at.button(key="forget_samples").click().run()
    check_sound(at)
    assert at.session_state["view"].kept_samples == ()


def test_a_reload_and_only_it_brings_kept_selections_back(run):
    at = go_to(set_view(visit(run.id), samples=left_half(run)), "landscape")
    at.text_input(key="name_").set_value("left").run()
    at.button(key="keep_samples").click().run()
    link = dict(at.query_params)
    assert "view" in link
    other = visit(run.id)
    assert other.session_state["view"].kept_samples == ()
    again = reopened(link)
    assert again.session_state["view"].kept_samples == (left_half(run, "left"),)


def reopened(link):
    """A new visit to an address."""
    from streamlit.testing.v1 import AppTest

    from tests.dashboard.visit import APP, PATIENCE_S

    at = AppTest.from_file(str(APP), default_timeout=PATIENCE_S)
    at.context = {"theme": "light"}
    for name, value in link.items():
        at.query_params[name] = value[0] if isinstance(value, list) else value
    at.run()
    check_sound(at)
    return at


def test_selected_tasks_are_marked_on_every_page(run):
    names = run.report().task_names
    at = visit(run.id)
    at.text_input(key="tasks_name").set_value("mine").run()
    at.multiselect(key="tasks_picked").set_value(list(names[:2])).run()
    at.button(key="keep_tasks").click().run()
    check_sound(at)
    assert at.session_state["view"].tasks == TaskSelection("mine", names[:2])
    for page in PAGES:
        go_to(at, page)
    cards = [part.value for part in go_to(at, "groups").text if "▸" in str(part.value)]
    assert "".join(cards).count("▸") == 2


def test_undo_and_redo_walk_through_the_changes_of_the_view(run):
    at = go_to(visit(run.id), "groups")
    first = at.select_slider[0].value
    at.select_slider[0].set_value(2 if first != 2 else 3).run()
    changed = at.select_slider[0].value
    go_to(at, "affinity")
    names = list(run.report().task_names)
    at.selectbox(key=f"first_{(names[0], names[1])}").set_value(names[3]).run()
    assert at.session_state["view"].pair == (names[3], names[1])
    at.button(key="undo").click().run()
    check_sound(at)
    assert at.session_state["view"].pair is None
    at.button(key="undo").click().run()
    assert go_to(at, "groups").select_slider[0].value == first
    at.button(key="redo").click().run()
    assert at.select_slider[0].value == changed
    at.button(key="redo").click().run()
    assert at.session_state["view"].pair == (names[3], names[1])
    at.button(key="redo").click().run()
    check_sound(at)
    assert at.session_state["view"].pair == (names[3], names[1]), "nothing left to redo"


def test_looking_around_leaves_nothing_to_undo(run):
    at = visit(run.id)
    for page in PAGES:
        go_to(at, page)
    assert "past" not in at.session_state


def test_a_link_opens_the_same_view_in_another_visit(run):
    at = go_to(visit(run.id), "groups")
    at.select_slider[0].set_value(3).run()
    names = run.report().task_names
    set_view(at, pair=(names[0], names[4]), samples=left_half(run), minimum_weight=0.2)
    at.session_state["link"] = True
    at.run()
    at.button(key="make_link").click().run()
    check_sound(at)
    url = at.code[0].value
    query = dict(part.split("=") for part in url.partition("?")[2].split("&"))
    assert not [value for value in query.values() if names[0] in value]
    assert query["k"] == "3"
    other = reopened(query)
    assert other.session_state["view"] == at.session_state["view"]
    assert go_to(other, "groups").select_slider[0].value == 3
    assert "Your selection" in words(go_to(other, "landscape"))


@pytest.mark.parametrize("view_id", ["f" * 32, "../spec", "x"])
def test_a_link_to_a_view_that_is_gone_shows_the_run(run, view_id):
    at = reopened({"run": run.id, "view": view_id, "k": "2"})
    assert "small" in words(at)
    assert go_to(at, "groups").select_slider[0].value == 2


def test_a_draft_outlives_a_reload(tmp_path, monkeypatch):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path))
    at = visit()
    at.file_uploader[0].upload("mine.csv", small_cohort().frame.to_csv(index=False).encode()).run()
    check_sound(at)
    draft = at.session_state["view"].draft
    again = reopened(dict(at.query_params))
    assert again.session_state["view"].draft == draft
    assert "mine: 300 rows" in words(again)
    assert not visit().session_state["view"].draft, "another visitor sees nothing of it"


def test_replay_draws_what_the_pages_draw_and_twice_the_same(run, tmp_path):
    names = run.report().task_names
    view = ViewState(
        run=run.id, n_components=3, pair=(names[0], names[4]), samples=left_half(run, "left")
    )
    files = replay(run, view, tmp_path / "one")
    assert set(files) >= {"affinity-cells.json", "graph-graph.json", "groups-members.json"}
    assert set(files) >= {"landscape-points.json", "landscape-profile.json"}
    replay(run, view, tmp_path / "two")
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    report = run.report()
    drawn = {
        "graph-graph.json": draw_graph_page(report, view)["graph"].figure,
        "groups-together.json": draw_groups_page(report, view)["together"].figure,
    }
    for name, figure in drawn.items():
        spec = json.loads((tmp_path / "one" / name).read_text())["spec"]
        assert spec == json.loads(to_text(figure)), name
    numbers = json.loads((tmp_path / "one" / "landscape-selection.json").read_text())
    at = go_to(set_view(visit(run.id), samples=left_half(run, "left")), "landscape")
    page = next(frame.value for frame in at.dataframe if "other task" in frame.value)
    assert numbers["pairs"] == page.to_dict("records")


def test_the_page_draws_the_figures_of_the_replay(run, tmp_path):
    at = go_to(visit(run.id), "graph")
    option = json.loads(at.get("echarts_chart")[0].proto.spec)
    replay(run, at.session_state["view"], tmp_path / "out")
    spec = json.loads((tmp_path / "out" / "graph-graph.json").read_text())["spec"]
    assert option["series"][0]["links"] == spec["series"][0]["links"]
    assert option["series"][0]["data"] == spec["series"][0]["data"]


def test_replay_from_the_shell(run, tmp_path):
    from click.testing import CliRunner

    file = run.path / "views" / ("a" * 32 + ".json")
    file.parent.mkdir()
    file.write_text(json.dumps(write_view(ViewState(run=run.id))))
    done = CliRunner().invoke(main, [str(file), "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert str(tmp_path / "out" / "graph-graph.json") in done.output
    again = CliRunner().invoke(main, [str(file), "-o", str(tmp_path / "out")])
    assert (again.exit_code, "name a new folder" in again.output) == (2, True)
    file.write_text("{")
    broken = CliRunner().invoke(main, [str(file), "-o", str(tmp_path / "new")])
    assert (broken.exit_code, "not a view" in broken.output) == (2, True)
    assert not (tmp_path / "new").exists()
    gone = CliRunner().invoke(main, [str(tmp_path / "no.json"), "-o", str(tmp_path / "new")])
    assert (gone.exit_code, "Cannot read" in gone.output) == (2, True)


def test_a_map_on_its_way_is_drawn_and_other_seeds_stand_beside_it(run, monkeypatch):
    import os

    from core.runs import Status
    from core.runs.status import worker_of
    from core.storage import save_value

    half = replace(run.map("pca"), method="tsne", trustworthiness=float("nan"))
    save_value(run.path / "jobs" / "tsne.npz", half)
    working = Status(State.RUNNING, 0.4, "t-SNE", worker=worker_of(os.getpid()))
    working.save(run.status_path("tsne"))
    at = go_to(set_view(visit(run.id), map_method="tsne"), "landscape")
    assert "So far; it still moves." in words(at)
    run.status_path("tsne").unlink()
    at = go_to(set_view(visit(run.id), map_method="umap", more_seeds=True), "landscape")
    assert at.button(key="start_umap")
    assert work(run.path, "umap").state is State.DONE
    started = []
    monkeypatch.setattr(Run, "start", lambda run, job="run": started.append(job))
    at = go_to(at, "landscape")
    at.button(key="start_more").click().run()
    check_sound(at)
    assert started == ["umap-1", "umap-2", "umap-3"]
    assert "turned and scaled onto" not in words(at)
    assert work(run.path, "umap-2").state is State.DONE
    at = go_to(at, "landscape")
    assert "turned and scaled onto Seed 0" in words(at)
    assert "Seed 1, Seed 3" in at.button(key="start_more").label
    (chart,) = at.get("echarts_chart")
    assert "Seed 2: " in chart.proto.alt


def test_other_starts_of_the_network_stand_beside_the_first(run):
    several = replace(run.plan, landscape=replace(run.plan.landscape, starts=3))
    run.set_plan(several)
    assert work(run.path).state is State.DONE
    at = go_to(set_view(visit(run.id), more_seeds=True), "landscape")
    assert at.button(key="start_more").label == "Compute Start 2, Start 3"
    assert work(run.path, "pca-start-1").state is State.DONE
    at = go_to(at, "landscape")
    assert "another random start of the network" in words(at)


def test_a_first_map_has_no_seeds_to_compare(run):
    at = go_to(set_view(visit(run.id), more_seeds=True), "landscape")
    assert not [one for one in at.toggle if "beside" in one.label]


def test_a_job_in_line_says_how_many_are_ahead(run):
    import os

    from core.runs import Status
    from core.runs.status import worker_of

    queued = Status(
        State.QUEUED, 0.0, "waiting for 2 other jobs to end", worker=worker_of(os.getpid())
    )
    queued.save(run.status_path())
    at = visit(run.id)
    for page in ("data", "groups", "runs"):
        assert "waiting for 2 other jobs to end" in words(go_to(at, page)), page


@pytest.mark.parametrize("where", ["core.runs.draft.Draft.create", "core.runs.spec.replace_text"])
def test_a_full_disk_is_a_sentence_on_the_page(run, where, monkeypatch):
    import errno

    def full(*arguments, **settings):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(where, full)
    at = visit(run.id)
    if "Draft" in where:
        at.file_uploader[0].upload("t.csv", b"a,y_b\n1,2\n").run()
    else:
        at = go_to(at, "runs")
        at.session_state[f"more_{run.id}_small"] = True
        at.run()
        at.text_input(key=f"new_name_{run.id}").set_value("new")
        at.button(key=f"rename_{run.id}").click().run()
    check_sound(at)
    assert "No space left on device" in boxes(at)
    assert "make room" in boxes(at)


def test_points_are_coloured_by_any_column_and_no_name_of_one_is_in_the_address(run):
    at = go_to(set_view(visit(run.id), colour_by="column"), "landscape")
    column = at.selectbox(key="widget_column")
    assert column.value == column.options[0]
    column.set_value(column.options[3]).run()
    check_sound(at)
    assert at.session_state["view"].column == column.options[3]
    assert column.options[3] not in str(at.query_params)
    at.session_state["view"] = ViewState(run=run.id, colour_by="column", column="gone")
    assert go_to(at, "landscape").selectbox(key="widget_column").value == column.options[0]


def test_the_picture_is_a_table_too(run):
    at = go_to(set_view(visit(run.id), samples=left_half(run)), "landscape")
    at.session_state["map_table"] = True
    at.run()
    check_sound(at)
    table = next(one.value for one in at.dataframe if "mean across" in one.value)
    assert table["points"].sum() == len(run.map("pca").index)
    assert 0 < table["selected"].sum() < table["points"].sum()
