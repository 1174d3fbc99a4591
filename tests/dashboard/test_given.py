"""A matrix or a recorded landscape through every page: a picture, or what is missing and why."""

import numpy as np
import pytest
import torch
from torch import nn

from core.affinity.given import as_affinity
from core.recording import record_landscape
from core.runs import Run, State
from core.runs.worker import work
from dashboard.bring_given import read_given
from dashboard.charts.heatmap import draw_affinity
from dashboard.figures import draw_affinity_page
from dashboard.view_state import ViewState
from tests.cohort import SMALL_PLAN
from tests.core.test_given import as_cells, planted, write
from tests.dashboard.visit import PAGES, boxes, check_sound, go_to, visit, words

NAMES = ("<img src=x onerror=alert(1)>", "b=1", "c | d", "e", "f", "g")


def matrix(n_tasks=6, missing=True):
    values = planted(n_tasks, directed=True)[1]
    if missing:
        values[0, 1] = values[1, 0] = np.nan
    names = [NAMES[k] if k < len(NAMES) else f"t{k}" for k in range(n_tasks)]
    return as_affinity(names, values, True)


def landscape(with_labels=False):
    torch.manual_seed(0)
    trunk, head = nn.Sequential(nn.Linear(5, 8), nn.ReLU()), nn.Linear(8, 6)
    with record_landscape(trunk, NAMES, max_points=300) as recorder:
        for _ in range(4):
            x = torch.randn(40, 5)
            y = (x[:, :1] + 0.3 * torch.randn(40, 6)).clone()
            losses = (head(trunk(x)) - y) ** 2
            told = {name: y[:, k] for k, name in enumerate(NAMES)} if with_labels else None
            recorder.observe({name: losses[:, k] for k, name in enumerate(NAMES)}, labels=told)
    return recorder.landscape()


def make(root, given, name="my own"):
    run = Run.create_given(root / "run", given, SMALL_PLAN, name, "0" * 64)
    status = work(run.path)
    assert status.state is State.DONE, status.error
    return run


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path))
    return tmp_path


def charts(at):
    return len(at.get("plotly_chart")) + len(at.get("echarts_chart"))


SAID = {
    "matrix": {
        "data": "Made from a matrix of 6 tasks; there is no table behind it",
        "landscape": "so there are no points to draw.] Bring a table",
        "affinity": "The labels of both tasks are not here",
        "graph": "A line joins two tasks",
        "groups": "This is the recommendation: each task alone",
        "evidence": "Nothing can be trained here: this run has no features and no labels",
        "report": "Nothing can be trained here: this run has no features and no labels",
        "runs": "a matrix of 6 tasks",
    },
    "landscape": {
        "data": "Made from 160 recorded samples · 6 tasks",
        "landscape": "Recorded in a model of your own on 160 samples",
        "affinity": "The labels of both tasks are not here",
        "graph": "A line joins two tasks",
        "groups": "How often do two tasks stay together?",
        "evidence": "Nothing can be trained here",
        "report": "Nothing can be trained here: this run has no features and no labels",
        "runs": "160 recorded samples",
    },
}


@pytest.mark.parametrize("kind", SAID)
def test_every_page_shows_it_or_says_what_is_missing(root, kind):
    run = make(root, matrix() if kind == "matrix" else landscape())
    at = visit(run.id)
    check_sound(at, "data")
    for page in PAGES:
        assert SAID[kind][page] in words(go_to(at, page)), page
        assert not at.error, page


def test_groups_of_a_matrix_cannot_be_measured_again(root):
    at = go_to(visit(make(root, matrix()).id), "groups")
    at.select_slider[0].set_value(2).run()
    assert "cannot be measured again on other samples" in words(at)
    assert charts(at) == 2


@pytest.mark.parametrize(("kind", "expected"), [("matrix", [2, 1, 1]), ("landscape", [2, 1, 3])])
def test_what_can_be_drawn_is_drawn(root, kind, expected):
    at = visit(make(root, matrix() if kind == "matrix" else landscape()).id)
    assert [charts(go_to(at, page)) for page in ("affinity", "graph", "groups")] == expected
    go_to(at, "landscape")
    assert bool(at.radio) == (kind == "landscape")


@pytest.mark.parametrize("kind", SAID)
def test_pages_before_it_is_computed(root, kind):
    given = matrix() if kind == "matrix" else landscape()
    run = Run.create_given(root / "run", given, SMALL_PLAN, "my own", "0" * 64)
    at = visit(run.id)
    for page in PAGES[:-1]:
        assert "not computed yet" in words(go_to(at, page)), page
    assert "my own" in words(go_to(at, "runs"))


@pytest.mark.parametrize("kind", SAID)
def test_pages_of_a_damaged_copy(root, kind):
    run = make(root, matrix() if kind == "matrix" else landscape())
    (run.path / "given.npz").write_bytes(b"PK broken")
    at = visit(run.id)
    for page in PAGES:
        go_to(at, page)
    status = work(run.path)
    assert status.state is State.FAILED
    assert "given.npz of a run is damaged" in status.error


def test_labels_of_a_recording_colour_its_points(root):
    run = make(root, landscape(with_labels=True))
    at = go_to(visit(run.id), "landscape")
    assert "label" in at.radio(key="widget_colour_by").options
    at.radio(key="widget_colour_by").set_value("label").run()
    check_sound(at)
    bare = make(root / "other", landscape())
    bare.path.rename(root / "bare")
    at.query_params["run"] = "bare"
    at.run()
    check_sound(at)
    assert "label" not in at.radio(key="widget_colour_by").options


def test_settings_of_a_matrix_hold_no_landscape_and_no_measure(root):
    run = make(root, matrix())
    at = go_to(visit(run.id), "data")
    assert at.button(key="recompute").disabled
    assert "Other tasks known" in str(at.dataframe[0].value.columns.str.capitalize())
    assert at.dataframe[0].value["other tasks known"].tolist()[:3] == ["4 of 5", "4 of 5", "5 of 5"]


def test_evidence_of_a_matrix_points_to_measured_groups_and_is_refused_by_the_engine(root):
    from core.errors import RunError
    from core.runs import Asked

    run = make(root, matrix())
    with pytest.raises(RunError, match=r"made from a matrix.*taskscape select"):
        run.ask_validation(Asked())
    with pytest.raises(RunError, match="made from a matrix"):
        run.table()


def upload(at, name, content, kind=None):
    key = next(one.key for one in at.file_uploader if one.key.startswith("given_upload"))
    if kind:
        next(one for one in at.radio if one.key.startswith("given_kind")).set_value(kind).run()
    at.file_uploader(key=key).upload(name, content).run()
    check_sound(at, name)
    return at


def runs_in(root):
    return [path.parent for path in root.glob("[!.]*/given.npz")]


def test_a_matrix_is_uploaded_and_grouped(root, tmp_path):
    names, values = planted(6)
    content = write(tmp_path / "m.csv", names, as_cells(values)).read_bytes()
    at = upload(visit(), "affinities.csv", content)
    (made,) = runs_in(root)
    assert Run(made).spec.name == "affinities"
    assert Run(made).status() is not None
    Run(made).cancel()
    assert "affinities" in words(go_to(at, "runs"))


def test_an_unclear_matrix_asks_what_it_is(root, tmp_path):
    names, values = planted(4)
    content = write(tmp_path / "m.csv", names, as_cells(values + 0.5 * np.eye(4))).read_bytes()
    at = upload(visit(), "m.csv", content)
    assert "its diagonal does not tell" in boxes(at)
    assert not runs_in(root)
    next(one for one in at.radio if one.key.startswith("given_kind")).set_value("similarity").run()
    check_sound(at)
    assert len(runs_in(root)) == 1
    Run(runs_in(root)[0]).cancel()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("m.csv", b",a,b\na,0,x\nb,1,0\n", "row 'a', column 'b' holds 'x', which is no number"),
        ("m.csv", b",a,b\na,0,1\n", "is not square"),
        ("m.csv", b"", "is empty"),
        ("m.npz", b"nonsense", "holds no landscape and no matrix"),
        ("m.pdf", b"%PDF", "does not end in"),
    ],
)
def test_a_bad_upload_is_a_sentence(root, name, content, said):
    at = upload(visit(), name, content, "distance")
    assert said in boxes(at)
    assert not runs_in(root)


def test_a_matrix_brought_as_a_table_is_taken_as_one(root, tmp_path):
    names, values = planted(5)
    content = write(tmp_path / "m.csv", names, as_cells(values)).read_bytes()
    at = visit()
    key = next(one.key for one in at.file_uploader if one.key.startswith("upload"))
    at.file_uploader(key=key).upload("m.csv", content).run()
    check_sound(at)
    assert len(runs_in(root)) == 1
    Run(runs_in(root)[0]).cancel()


def test_a_recorded_file_is_read_back_from_an_upload(tmp_path):
    from core.storage import save_value

    found = landscape()
    save_value(tmp_path / "m.landscape.npz", found)
    assert read_given("m.landscape.npz", (tmp_path / "m.landscape.npz").read_bytes(), None) == found


def test_an_unknown_cell_is_hatched_and_tells_its_reason(root):
    affinity = matrix()
    option = draw_affinity(affinity, range(6), np.zeros(6, dtype=int)).figure
    missing = option["dataset"][1]["source"]
    assert missing["why"].tolist() == ["not given", "not given"]
    assert "{@why}" in option["series"][1]["tooltip"]["formatter"]
    assert "decal" in option["series"][1]["itemStyle"]
    assert "interval" not in option["series"][0]["tooltip"]["formatter"]
    assert "→" in option["series"][0]["tooltip"]["formatter"]
    report = make(root, affinity).report()
    assert "labels" not in draw_affinity_page(report, None, ViewState())
    assert not report.graph.adjacent[0, 1]


def test_a_view_of_a_matrix_is_replayed(root):
    from dashboard.replay import draw

    for given in (matrix(), landscape()):
        target = root / type(given).__name__
        drawn = dict(draw(make(target, given), ViewState()))
        assert "affinity-cells.json" in drawn
        assert ("landscape-points.json" in drawn) == (type(given).__name__ == "Landscape")
