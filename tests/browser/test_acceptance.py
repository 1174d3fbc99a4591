"""The list of what a person would try on the pages, one test each (the others have files of their
own: jobs and restarts, selections, points, uploads).

Every page is drawn light and dark; the pictures are kept in the folder that TASKSCAPE_PICTURES
names, else in the temporary folder of the tests.
"""

import os
import re
import time
from pathlib import Path

import pytest

from core.data import plant_groups
from core.runs import EVIDENCE, Asked, Run, State
from core.runs.worker import work
from tests.browser.conftest import PATIENCE_MS, tell
from tests.browser.contrast import faint_texts
from tests.browser.steps import groups_on, open_page, says, settle
from tests.cohort import SMALL_PLAN, small_cohort
from tests.dashboard.trained import SMALL

pytestmark = pytest.mark.browser

PAGES = ("", "landscape", "affinity", "graph", "groups", "evidence", "report", "runs", "measured")
WORDS_OF = {
    "": "Rows the landscape sees",
    "landscape": "Each point is one sample",
    "affinity": "Two tasks in detail",
    "graph": "A line joins two tasks",
    "groups": "How many groups?",
    "evidence": "Every grouping that was trained",
    "report": "Not a medical device",
    "runs": "on this machine",
    "measured": "What such a table looks like",
}


@pytest.fixture(scope="session")
def trained(server):
    """A run with everything: groups, and what training showed."""
    run = server.add_run("accepted", small_cohort().frame, SMALL_PLAN)
    run.ask_validation(Asked(SMALL))
    assert work(run.path, EVIDENCE).state is State.DONE
    return run


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    named = os.environ.get("TASKSCAPE_PICTURES")
    folder = Path(named) if named else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    tell(f"pictures of every page in {folder}")
    return folder


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_of_every_page_reads(page, server, trained, pictures, theme):
    page.emulate_media(color_scheme=theme)
    for name in PAGES:
        open_page(page, server, name, trained.id)
        says(page, WORDS_OF[name])
        whole(page)
        faint, n_texts = faint_texts(page)
        page.screenshot(path=pictures / f"{name or 'data'}-{theme}.png")
        assert n_texts > 20, name
        assert not faint, (name, faint)


def whole(page):
    """A window as tall as the page, so that all of it is drawn."""
    page.wait_for_load_state("networkidle")
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": 1280, "height": min(max(1000, height), 6000)})
    settle(page)
    page.wait_for_timeout(500)  # charts are drawn again in the new size


def test_a_faint_text_would_be_found(page, server, trained):
    open_page(page, server, "groups", trained.id)
    page.evaluate("document.querySelector('h1').style.color = 'rgba(128, 128, 128, 0.4)'")
    assert [text for text, _ in faint_texts(page)[0]] == ["Groups"]


REACHED = """() => {
  const all = [...document.querySelectorAll('button, a[href], input, select, textarea, [tabindex]')]
  const shown = all.filter(one => one.tabIndex >= 0 && !one.disabled && one.checkVisibility(
    {checkOpacity: true, checkVisibilityCSS: true}) && one.getBoundingClientRect().width > 1)
  const radios = shown.filter(one => one.type !== 'radio' || one.checked)
  return radios.filter(one => !one.dataset.reached).map(
    one => one.tagName + ' ' + (one.ariaLabel || one.innerText || one.name || one.type).slice(0, 40))
}"""


@pytest.mark.parametrize("name", PAGES)
def test_everything_on_a_page_is_reached_by_the_keyboard(page, server, trained, name):
    open_page(page, server, name, trained.id)
    whole(page)
    page.locator("h1").click()
    seen = 0
    for _ in range(250):
        page.keyboard.press("Tab")
        state = page.evaluate(
            "() => {const one = document.activeElement; const was = one.dataset.reached;"
            " one.dataset.reached = 'yes'; return [one === document.body, !!was]}"
        )
        seen += not state[1]
        if state[1] and seen > 8:
            break
    assert seen > 8
    assert not page.evaluate(REACHED)


def test_the_keyboard_moves_what_the_mouse_moves(page, server, trained):
    open_page(page, server, "groups", trained.id)
    slider = page.get_by_role("slider", name="Number of groups")
    slider.focus()
    first = int(slider.input_value())
    slider.press("ArrowRight" if first < 4 else "ArrowLeft")
    page.wait_for_function(
        "before => document.querySelector('input[type=range]')?.value !== before", arg=str(first)
    )
    settle(page)
    open_page(page, server, "affinity", trained.id)
    box = page.get_by_role("combobox", name="Task", exact=True)
    before = box.input_value()
    box.focus()
    box.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settle(page)
    assert page.get_by_role("combobox", name="Task", exact=True).input_value() != before


def test_the_whole_path_on_real_data(page, server, shared_data):
    open_page(page, server)
    page.get_by_role("button", name="Use my own table").click()
    began = time.monotonic()
    page.locator("input[type=file]").set_input_files(shared_data / "mi_complications.parquet")
    says(page, "mi_complications: 1,700 rows")
    page.get_by_role("textbox", name="Columns to ignore, by pattern").fill("split")
    page.keyboard.press("Enter")
    settle(page)
    said = page.get_by_text(re.compile("This takes .* and about")).inner_text()
    start = page.get_by_role("button", name="Find the groups")
    start.click()
    started = time.monotonic()
    page.get_by_text("How many groups?").first.wait_for(timeout=4 * PATIENCE_MS)
    took = time.monotonic() - started
    settle(page)
    assert sum(map(len, groups_on(page).values())) == 12
    tell(
        f"mi_complications: said “{said}”; groups {took:.1f} s after the start, "
        f"{time.monotonic() - began:.1f} s after the upload"
    )
    run = page.url.partition("run=")[2].partition("&")[0]
    for name in PAGES[1:5]:
        open_page(page, server, name, run)
        says(page, WORDS_OF[name])
    assert Run(server.runs / run).status().state is State.DONE


ODD_NAMES = (
    "y_<img src=x onerror=alert(1)>",
    'y_=HYPERLINK("http://example.com")',
    'y_O\'Brien & "Söhne"',
    "y_😀 🫀 heart",
    "y_مرض القلب والأوعية",
    "y_" + "long name " * 30,
)


def odd_names():
    frame = small_cohort().frame
    return frame.rename(columns=dict(zip(frame.columns[-6:], ODD_NAMES, strict=True)))


def two_tasks():
    return plant_groups(n_samples=300, group_sizes=(1, 1)).frame


@pytest.mark.parametrize("make", [odd_names, two_tasks])
def test_an_unusual_table_goes_from_upload_to_groups_and_no_page_is_cut_off(
    page, server, tmp_path, make
):
    frame = make()
    table = tmp_path / "<b>odd & 'co' = 😀.csv"
    frame.to_csv(table, index=False)
    open_page(page, server)
    page.get_by_role("button", name="Use my own table").click()
    page.locator("input[type=file]").set_input_files(table)
    page.get_by_role("button", name="Find the groups").click()
    page.get_by_text("Way to group").first.wait_for(timeout=4 * PATIENCE_MS)
    settle(page)
    run = page.url.partition("run=")[2].partition("&")[0]
    for name in PAGES[:-1]:
        open_page(page, server, name, run)
        whole(page)
        assert not page.evaluate(CUT_OFF), name
        assert not page.locator("img[src=x]").count(), name


CUT_OFF = """() => [...document.querySelectorAll('[data-testid=stMain]')]
  .filter(one => one.scrollWidth > one.clientWidth + 1).length"""


def test_a_task_that_lost_all_its_labels_is_a_sentence_before_the_start(page, server, tmp_path):
    frame = small_cohort().frame
    name = frame.columns[-1]
    table = tmp_path / "lost.csv"
    frame.assign(**{name: None}).to_csv(table, index=False)
    open_page(page, server)
    page.get_by_role("button", name="Use my own table").click()
    page.locator("input[type=file]").set_input_files(table)
    says(page, f"Column '{name}' has no labels")
    assert page.get_by_role("button", name="Find the groups").is_disabled()
    ignored = page.get_by_role("textbox", name="Columns to ignore, by pattern")
    ignored.fill(name)
    ignored.press("Enter")
    says(page, "This takes")
    settle(page)
    assert page.get_by_role("button", name="Find the groups").is_enabled()


def test_an_upload_and_a_selection_stay_with_their_visitor(
    chromium, page, server, trained, tmp_path
):
    table = tmp_path / "somebody's own table.csv"
    small_cohort().frame.to_csv(table, index=False)
    open_page(page, server)
    page.get_by_role("button", name="Use my own table").click()
    page.locator("input[type=file]").set_input_files(table)
    says(page, "somebody's own table: 300 rows")
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    try:
        other = context.new_page()
        other.set_default_timeout(PATIENCE_MS)
        for name in PAGES:
            open_page(other, server, name, trained.id)
            assert other.get_by_text("somebody's own").count() == 0, name
    finally:
        context.close()
