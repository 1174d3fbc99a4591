"""The HTML report from disk in a real browser: nothing is asked for, nothing runs, it fits."""

import pytest

from core.report import render_report
from tests.core.report.documents import document, evidence_of
from tests.core.report.test_formats import HARD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    groups = [[0, 1, 2, 3, 6], [4, 5, 7, 8], [9, 10, 11]]
    made = document(len(HARD), groups, evidence_of(), HARD, HARD[:3])
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_bytes(render_report(made, "html"))
    return path


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_file_opens_offline_runs_nothing_and_fits_the_window(chromium, file, width, scheme):
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True
    )
    page, noted = context.new_page(), []
    page.on("console", lambda message: noted.append(message.text))
    page.on("dialog", lambda dialog: (noted.append("dialog"), dialog.dismiss()))
    page.on("request", lambda request: noted.append(request.url))
    page.goto(file.as_uri())
    assert noted == [file.as_uri()]
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("footer").inner_text().startswith("Not a medical device.")
    style = "getComputedStyle(document.querySelector('.card')).borderRadius"
    assert page.evaluate(style) == "8px"  # the policy admits its own style sheet
    context.close()


def test_a_script_put_into_the_file_does_not_run(chromium, file, tmp_path):
    spoilt = tmp_path / "spoilt.html"
    text = file.read_text(encoding="utf-8")
    spoilt.write_text(text.replace("</main>", "<script>document.title = 'ran'</script></main>"))
    page = chromium.new_page()
    page.goto(spoilt.as_uri())
    assert page.title() == "Which outcomes should share a model?"
    page.close()


def test_every_printed_page_says_that_it_is_no_medical_device(chromium, file):
    from tests.core.report.reading import pdf_words

    page = chromium.new_page()
    page.goto(file.as_uri())
    pages = pdf_words(page.pdf()).split("\f")[:-1]
    assert len(pages) > 3
    assert all("Not a medical device." in text for text in pages)
    page.close()
