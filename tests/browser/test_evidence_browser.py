"""The page Evidence and its neighbours in a real browser: train, reload, cancel, resume, verdict."""

import io
import time
import zipfile

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from core.data import plant_groups
from core.runs import EVIDENCE, State
from dashboard.export_button import FOLDER
from dashboard.verdict import HEADLINES
from tests.browser.conftest import PATIENCE_MS, tell
from tests.browser.steps import open_page, says, settle
from tests.cohort import SMALL_PLAN, small_cohort

pytestmark = pytest.mark.browser

TRIES = 3
TABLE = "group,a,b,c\na,1,,\nb,,1,\nc,,,1\na|b,0.9,0.9,\na|c,1.2,,1.2\na|b|c,1.1,1.1,1.1\n"


@pytest.fixture
def untrained(server):
    """A run whose groups are found, and whose training takes long enough to be disturbed."""
    frame = plant_groups(n_samples=3000, group_sizes=(4, 4)).frame
    run = server.add_run("untrained", frame, SMALL_PLAN)
    yield run
    run.cancel(EVIDENCE)


def test_a_training_is_reloaded_cancelled_resumed_and_ends_with_a_verdict(
    page, server, untrained, tmp_path
):
    open_page(page, server, "evidence", untrained.id)
    page.get_by_test_id("stRadio").get_by_text("quick").click()
    settle(page)
    page.get_by_role("button", name="Train the candidates").click()
    page.get_by_role("progressbar").wait_for()
    wait_until(lambda: untrained.status(EVIDENCE).fraction > 0.05)
    before = untrained.status(EVIDENCE)
    page.reload()
    page.get_by_role("progressbar").wait_for()
    assert untrained.status(EVIDENCE).worker == before.worker
    assert untrained.status(EVIDENCE).fraction >= before.fraction
    began = time.monotonic()
    page.get_by_role("button", name="Cancel").click()
    says(page, "This training was cancelled at")
    waited = time.monotonic() - began
    tell(f"training cancelled on the page after {waited:.2f} s")
    assert waited < 5
    assert untrained.status(EVIDENCE).state is State.CANCELLED
    page.get_by_role("button", name="Resume").click()
    wait_until(lambda: untrained.status(EVIDENCE).state is not State.CANCELLED)
    page.get_by_text("Every grouping that was trained").wait_for(timeout=4 * PATIENCE_MS)
    settle(page)
    says(page, HEADLINES[untrained.report().evidence.verdict][0])
    check_download(page, tmp_path)
    check_titles(page)


def check_titles(page):
    """On a narrow page the tools of a picture, there under the pointer, leave its title free."""
    page.set_viewport_size({"width": 440, "height": 1000})
    charts = page.locator(".js-plotly-plot:visible")
    charts.first.wait_for()
    for chart in charts.all():
        chart.hover()
        title = chart.locator(".g-gtitle").bounding_box()
        tools = chart.locator(".modebar").bounding_box()
        assert title["x"] + title["width"] < tools["x"]
        assert tools["x"] + tools["width"] <= 440


def check_download(page, folder):
    """The trained groups come as a zip."""
    page.get_by_role("button", name="Pack the trained groups").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Download {FOLDER}.zip").click()
    download.value.save_as(folder / "model.zip")
    with zipfile.ZipFile(io.BytesIO((folder / "model.zip").read_bytes())) as archive:
        assert f"{FOLDER}/weights.safetensors" in archive.namelist()


def wait_until(is_so):
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_table_of_measured_groups_is_uploaded_and_ruled(page, server, tmp_path):
    (tmp_path / "measured.csv").write_text(TABLE)
    open_page(page, server, "measured")
    says(page, "What such a table looks like")
    page.locator("input[type=file]").set_input_files(tmp_path / "measured.csv")
    says(page, "2 networks, cost 2")
    wait_until(lambda: networks_on(page) == ["+10.00 %  a\n+10.00 %  b", "+0.00 %  c"])
    settle(page)
    pick(page, "Kept apart", "a")
    pick(page, "Kept apart", "b")
    says(page, "3 networks, cost 3")
    wait_until(lambda: networks_on(page) == ["+0.00 %  a", "+0.00 %  b", "+0.00 %  c"])
    page.keyboard.press("Escape")  # the open list hides the rest of the page
    page.get_by_role("link", name="Runs", exact=True).click()
    says(page, "on this machine")
    page.get_by_role("link", name="Measured groups", exact=True).click()
    says(page, "3 networks, cost 3")


def networks_on(page):
    return page.get_by_test_id("stText").filter(has_text="%").all_inner_texts()


def test_a_time_to_event_is_marked_by_hand(page, server, tmp_path):
    frame = small_cohort().frame
    frame["y_death"], frame["died"] = frame.index + 1.0, [0, 1] * 150
    frame.to_csv(tmp_path / "timed.csv", index=False)
    open_page(page, server)
    page.get_by_role("button", name="Use my own table").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "timed.csv")
    says(page, "timed: 300 rows")
    settle(page)
    assert not page.get_by_text("Event column of").count()
    mark_as_time(page, row=7)  # the targets stand first: y_death is the seventh
    pick(page, "Event column of y_death", "died")
    says(page, "Event columns: 1")


def pick(page, label, option):
    """Choose from a list; once more where a page that was still being drawn closed it."""
    wanted = page.get_by_role("option", name=option, exact=True)
    for _ in range(TRIES):
        settle(page)
        try:
            if not wanted.is_visible():
                page.get_by_role("combobox", name=label).click(timeout=PATIENCE_MS / 6)
            wanted.click(timeout=PATIENCE_MS / 6)
            settle(page)
            return
        except PlaywrightTimeoutError:
            page.keyboard.press("Escape")
    raise AssertionError(f"{option} cannot be chosen as {label}")


def mark_as_time(page, row):
    """Choose time_to_event in the third column of the role table, as a person does: once more
    where the table, drawn on a canvas, was still moving."""
    for _ in range(TRIES):
        grid = page.get_by_test_id("stDataFrame").nth(1).locator("canvas").first
        grid.scroll_into_view_if_needed()
        box = grid.bounding_box()
        page.mouse.dblclick(box["x"] + box["width"] * 0.42, box["y"] + 35 * row + 17)
        try:
            page.get_by_role("option", name="time_to_event").wait_for(timeout=PATIENCE_MS / 4)
            page.keyboard.type("time")
            page.get_by_role("option", name="regression").wait_for(state="detached")
            page.keyboard.press("Enter")
            says(page, "choose the column that tells whether the event happened")
            return
        except PlaywrightTimeoutError:
            page.keyboard.press("Escape")
            settle(page)
    raise AssertionError("the kind of a target cannot be chosen")
