"""A million points in a real browser: they are sent once, and little is sent after that."""

import time

import pytest

from tests.browser.conftest import PATIENCE_MS, tell
from tests.browser.million import (
    DRAWN,
    STATUS,
    Wire,
    colour_by,
    draw_lasso,
    fill_landscape,
    leave_and_come_back,
    look_at_the_middle,
    undo,
)
from tests.browser.steps import settle
from tests.cohort import SMALL_PLAN, small_cohort

pytestmark = pytest.mark.browser

N = 1_000_000
A_PAGE = 150_000
"""What Streamlit sends to draw the page again: its widgets, and a component's own script."""


@pytest.fixture(scope="module")
def million(server):
    run = server.add_run("million", small_cohort().frame, SMALL_PLAN)
    fill_landscape(run, N)
    return run


def test_a_million_points_are_sent_once_and_an_outline_is_all_that_comes_back(
    page, server, million
):
    page.set_default_timeout(3 * PATIENCE_MS)
    wire, began = Wire(page), time.monotonic()
    page.goto(f"{server.url}/landscape?run={million.id}")
    page.wait_for_function(DRAWN)
    tell(f"first drawn after {time.monotonic() - began:.1f} s")
    settle(page)
    assert 9 * N < wire.take()[1] < 9 * N + A_PAGE
    steps = {
        "lasso": lambda: (draw_lasso(page), page.get_by_text("Your selection").wait_for()),
        "undo": lambda: undo(page),
        "point": lambda: look_at_the_middle(page),
        "known colours": lambda: colour_by(page, "task"),
        "page again": lambda: leave_and_come_back(page),
    }
    for name, act in steps.items():
        if name == "known colours":
            colour_by(page, "loss")
            settle(page)
            assert N < wire.take()[1] < N + A_PAGE, "a byte a point"
        began = time.monotonic()
        act()
        seconds = time.monotonic() - began
        settle(page)
        up, down = wire.take()
        tell(f"{name}: {seconds:.1f} s, {up:,} bytes up, {down:,} down")
        assert up < 10_000, name
        assert down < A_PAGE, name
    assert not page.evaluate(STATUS).startswith("Loading")
