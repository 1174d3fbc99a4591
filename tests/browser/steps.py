"""What a visitor does on every page, and a run long enough to be disturbed."""

import re

from core.landscape import OneStep
from tests.cohort import plan_with

SLOW_PLAN = plan_with(landscape=OneStep(width=256, starts=100), n_replicates=200)
TOLD_MS = 200
"""Until a click has reached the server and the page knows that it is drawn anew."""
IS_DRAWN = """() => document.querySelector('[data-testid=stApp]')
  ?.getAttribute('data-test-script-state') === 'notRunning'"""


def open_page(page, server, name="", run=""):
    page.goto(f"{server.url}/{name}" + (f"?run={run}" if run else ""))
    page.wait_for_selector("h1")
    settle(page)


def settle(page):
    """Until the page has told the server what was done on it, and is drawn anew."""
    page.wait_for_timeout(TOLD_MS)
    page.wait_for_function(IS_DRAWN)


def says(page, text):
    page.get_by_text(text).first.wait_for()


def groups_on(page):
    """The cards of the page: letter → names of its tasks; one card for those each on their own."""
    cards = page.evaluate(
        """() => [...document.querySelectorAll('h5')].map(head => [head.innerText,
             head.closest('[data-testid=stVerticalBlock]').querySelector('[data-testid=stText]').innerText])"""
    )
    return {head.split()[-1]: frozenset(re.split(", |\n", text)) for head, text in cards}
