"""A matrix and a recorded landscape in a real browser: brought, drawn, greyed where nothing is."""

import numpy as np
import pytest
from playwright.sync_api import expect

from core.runs import Run, State
from core.runs.worker import work
from core.storage import save_value
from tests.browser.conftest import PATIENCE_MS
from tests.browser.steps import open_page, says, settle
from tests.cohort import SMALL_PLAN
from tests.core.test_given import as_cells, planted, write
from tests.dashboard.test_given import landscape, matrix

pytestmark = pytest.mark.browser


def add(server, name, given):
    run = Run.create_given(server.runs / name, given, SMALL_PLAN, name, "0" * 64)
    status = work(run.path)
    assert status.state is State.DONE, status.error
    return run


@pytest.fixture(scope="module")
def given_matrix(server):
    return add(server, "given-matrix", matrix())


@pytest.fixture(scope="module")
def recorded(server):
    return add(server, "given-landscape", landscape())


def bring(page, server, path):
    open_page(page, server)
    page.get_by_role("button", name="Use my own matrix or model").click()
    page.locator("input[type=file]").last.set_input_files(path)


@pytest.mark.parametrize("kind", ["matrix", "landscape"])
def test_it_is_brought_and_its_groups_are_found(page, server, tmp_path, kind):
    if kind == "matrix":
        names, values = planted(8)
        path = write(tmp_path / "mine.csv", names, as_cells(values))
    else:
        path = tmp_path / "mine.landscape.npz"
        save_value(path, landscape())
    bring(page, server, path)
    page.wait_for_url("**/groups?run=*", timeout=2 * PATIENCE_MS)
    page.get_by_text("Group A").first.wait_for(timeout=2 * PATIENCE_MS)
    settle(page)
    expect(page.get_by_role("heading", name="Groups", level=1)).to_be_visible()
    if kind == "matrix":
        says(page, "How sure this is cannot be told from a matrix")
        says(page, "cannot be measured again on other samples")


def test_a_bad_matrix_is_a_sentence_in_the_popover(page, server, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(",a,b\na,0,near\nb,1,0\n")
    bring(page, server, path)
    says(page, "row 'a', column 'b' holds 'near', which is no number")


def test_what_a_matrix_lacks_is_greyed_and_said(page, server, given_matrix):
    open_page(page, server, "landscape", given_matrix.id)
    says(page, "so there are no points to draw")
    for name in ("Landscape", "Evidence"):
        link = page.get_by_test_id("stSidebar").get_by_role("link", name=name)
        assert "block" in link.inner_text()
    open_page(page, server, "evidence", given_matrix.id)
    says(page, "Nothing can be trained here")
    open_page(page, server, "affinity", given_matrix.id)
    says(page, "The labels of both tasks are not here")


def test_an_unknown_pair_is_hatched_and_says_why(page, server, given_matrix):
    open_page(page, server, "affinity", given_matrix.id)
    canvas = page.locator(
        "[data-testid=stEchartsChart] canvas, .echarts-for-react canvas, canvas"
    ).first
    canvas.wait_for()
    box = canvas.bounding_box()
    found = False
    for x in np.linspace(0.2, 0.8, 13):
        for y in np.linspace(0.1, 0.7, 13):
            page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
            if page.get_by_text("not given").count():
                found = True
                break
        if found:
            break
    assert found, "no cell says that it is not given"


def test_points_of_a_recording_are_drawn(page, server, recorded):
    open_page(page, server, "landscape", recorded.id)
    says(page, "Recorded in a model of your own on 160 samples")
    page.locator("canvas").first.wait_for()
    expect(page.get_by_text("of the neighbourhoods survived")).to_be_visible()
