"""The page Report in a real browser: read it, name a group, present it, take it along."""

import pytest

from core.report import FORMATS, Audience, tell
from core.runs import load_group_names, read_document
from tests.browser.steps import open_page, says, settle
from tests.cohort import SMALL_PLAN, small_cohort

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def run(server):
    frame = small_cohort().frame
    first = next(column for column in frame.columns if column.startswith("y_"))
    return server.add_run("reported", frame.rename(columns={first: f"y_{EVIL}"}), SMALL_PLAN)


def present(page, run):
    """The slides of the run, with the presentation open on the first."""
    page.get_by_role("button", name="Present (").click()
    page.locator("dialog.deck[open]").wait_for()
    return tell(read_document(run), load_group_names(run.path)).slides


def test_the_presentation_is_moved_by_the_keyboard_and_says_what_the_story_says(page, server, run):
    open_page(page, server, "report", run.id)
    slides = present(page, run)
    for place, slide in enumerate(slides):
        page.get_by_text(f"{place + 1} of {len(slides)}", exact=True).wait_for()
        assert page.locator("dialog .slide h2").inner_text() == slide.message
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    page.get_by_text(f"1 of {len(slides)}", exact=True).wait_for()
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowLeft")
    page.get_by_text(f"1 of {len(slides)}", exact=True).wait_for()
    assert page.locator("dialog .notes").is_hidden()
    page.keyboard.press("n")
    assert page.locator("dialog .notes").inner_text() == slides[0].notes
    page.keyboard.press("Escape")
    page.locator("dialog.deck[open]").wait_for(state="detached")


def test_no_text_of_a_presentation_is_small_and_no_name_is_markup(page, server, run):
    open_page(page, server, "report", run.id)
    slides = present(page, run)
    for _ in slides:
        sizes = page.eval_on_selector_all(
            "dialog *",
            """all => all.filter(one => one.getClientRects().length && one.textContent.trim()
                 && [...one.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
                 .map(one => one.tagName === 'text'
                   ? parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a
                   : parseFloat(getComputedStyle(one).fontSize))""",
        )
        assert min(sizes) >= 16  # 12 pt
        assert page.locator("dialog img").count() == 0
        page.keyboard.press("ArrowRight")


def test_every_format_is_made_and_saved(page, server, run, tmp_path):
    open_page(page, server, "report", run.id)
    begins = {"pdf": b"%PDF", "html": b"<!", "pptx": b"PK", "json": b"{", "yaml": b""}
    for form, title in {"pdf": "PDF", "html": "Web page", "pptx": "Slides", "json": "JSON"}.items():
        assert form in FORMATS
        page.get_by_test_id("stRadio").get_by_text(title, exact=True).click()
        settle(page)
        page.get_by_role("button", name=f"Make the {title}").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Save {title}").click()
        path = tmp_path / f"report.{form}"
        download.value.save_as(path)
        assert path.read_bytes().startswith(begins[form])


def test_another_reader_sees_what_is_written_for_him(page, server, run):
    open_page(page, server, "report", run.id)
    whole = tell(read_document(run))
    titles = {
        audience: {one.title for one in whole.for_audience(audience).sections}
        for audience in (Audience.CLINICIAN, Audience.ENGINEER)
    }
    (more, *_) = sorted(titles[Audience.ENGINEER] - titles[Audience.CLINICIAN])
    assert page.get_by_text(more, exact=True).count() == 0
    page.get_by_test_id("stRadio").get_by_text("engineer", exact=True).click()
    says(page, more)
