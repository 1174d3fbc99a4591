"""A page that nobody touches: it sees what others do to its run, and costs next to nothing."""

import pytest

from core.runs import State, rename_run
from tests.browser.conftest import tell
from tests.browser.steps import SLOW_PLAN, open_page, says, settle
from tests.cohort import SMALL_PLAN, small_cohort

pytestmark = pytest.mark.browser

WATCH = """() => {
  window.changes = []
  new MutationObserver(all => window.changes.push(...all.map(one => one.target.outerHTML)))
    .observe(document.querySelector('[data-testid=stMain]'),
             {subtree: true, childList: true, characterData: true, attributes: true})
}"""
LOOK_BYTES = 4000
"""Most that one look may send and receive."""


@pytest.fixture
def busy(server):
    """A run that is not computed; stopped at the end."""
    run = server.add_run("busy", small_cohort(n_samples=4000).frame, SLOW_PLAN, is_done=False)
    yield run
    run.cancel()


@pytest.fixture
def calm(server):
    return server.add_run("calm", small_cohort().frame, SMALL_PLAN)


def test_a_page_sees_what_others_do_to_its_run_and_only_that(page, server, busy, calm):
    data, runs, still = (page.context.new_page() for _ in range(3))
    open_page(data, server, "", busy.id)
    open_page(runs, server, "runs", busy.id)
    sent, received = count_frames(still)
    open_page(still, server, "groups", calm.id)
    says(still, "How many groups?")
    open_page(page, server, "groups", busy.id)
    still.evaluate(WATCH)
    sent.clear()
    received.clear()
    page.get_by_role("button", name="Compute it").click()
    data.get_by_role("progressbar").wait_for()
    runs.get_by_text("computing").nth(1).wait_for()  # in the sidebar and in the list
    page.get_by_role("button", name="Cancel").click()
    says(data, "This run was cancelled at")
    runs.get_by_text("cancelled").nth(1).wait_for()
    rename_run(busy.path, "named in a terminal")
    says(data, "named in a terminal")
    runs.get_by_text("named in a terminal").nth(1).wait_for()
    assert busy.status().state is State.CANCELLED
    while len(sent) < 2:
        still.wait_for_timeout(500)
    settle(still)
    per_look = (sum(sent) + sum(received)) / len(sent)
    tell(f"{len(sent)} looks of an idle page: {sent[0]} bytes up, {per_look:.0f} in all")
    assert per_look < LOOK_BYTES
    assert still.evaluate("window.changes") == []


def count_frames(page):
    sent, received = [], []
    page.on("websocket", lambda line: line.on("framesent", lambda part: sent.append(len(part))))
    page.on("websocket", lambda line: line.on("framereceived", lambda p: received.append(len(p))))
    return sent, received
