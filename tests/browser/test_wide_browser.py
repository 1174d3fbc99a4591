"""Three hundred tasks by upload: every page is drawn in seconds, and none is cut off."""

import time

import pytest

from core.data import plant_groups
from tests.browser.conftest import PATIENCE_MS, tell
from tests.browser.steps import open_page, says, settle
from tests.browser.test_acceptance import CUT_OFF, ODD_NAMES, WORDS_OF, whole

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOWEST_S = 30
"""Of a page, from the address to its words; a few seconds where nothing else works beside it."""


def wide_table():
    """300 binary tasks in three groups, seven of them with names that markup would change."""
    planted = plant_groups(
        n_samples=3000, n_features=40, group_sizes=(100, 100, 100), missing=0.05
    ).frame
    names = [name for name in planted if name.startswith("y_")]
    return planted.rename(columns=dict(zip(names[::45], ODD_NAMES, strict=False)))


def test_three_hundred_tasks_go_from_upload_to_every_page(page, server, tmp_path):
    table = tmp_path / "wide.csv"
    wide_table().to_csv(table, index=False)
    open_page(page, server)
    page.get_by_role("button", name="Use my own table").click()
    page.locator("input[type=file]").set_input_files(table)
    says(page, "wide: 3,000 rows, 340 columns")
    says(page, "Targets: 300")
    settle(page)
    began = time.monotonic()
    page.get_by_role("button", name="Find the groups").click()
    page.get_by_text("How many groups?").first.wait_for(timeout=15 * PATIENCE_MS)
    tell(f"300 tasks: groups {time.monotonic() - began:.0f} s after the start")
    run = page.url.partition("run=")[2].partition("&")[0]
    for name in ("", "landscape", "affinity", "graph", "groups", "evidence", "report", "runs"):
        began = time.monotonic()
        open_page(page, server, name, run)
        says(page, WORDS_OF[name] if name != "evidence" else "Affinities only propose")
        settle(page)
        waited = time.monotonic() - began
        tell(f"{name or 'data'}: {waited:.1f} s")
        assert waited < SLOWEST_S, name
        whole(page)
        assert not page.evaluate(CUT_OFF), name
        assert not page.locator("img[src=x]").count(), name
    open_page(page, server, "affinity", run)
    says(page, "Two tasks in detail")
    box = page.get_by_test_id("stEChartsChart").first.bounding_box()
    assert box["width"] > 0.8 * box["height"], "the heatmap has the width of the page"
