"""A table of a million rows, in a real browser: opened by its path, never held whole."""

import time

import psutil
import pytest

from core.runs import Run
from tests.benchmarks.streaming import peak, write_file
from tests.browser.conftest import PATIENCE_MS, Server, free_port, tell
from tests.browser.steps import groups_on, open_page, says, settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]

N_ROWS = 1_000_000


@pytest.fixture
def large_server(tmp_path, monkeypatch, chromium):
    """A server with a data folder that holds one large file."""
    data = tmp_path / "data"
    (tmp_path / "runs").mkdir()
    data.mkdir()
    write_file(data / "big.parquet", N_ROWS)
    monkeypatch.setenv("TASKSCAPE_DATA", str(data))
    server = Server(tmp_path / "runs", free_port())
    server.start()
    yield server
    server.kill()
    for run in server.runs.glob("*/spec.json"):
        Run(run.parent).cancel()
    assert "Traceback" not in server.log(), server.log()


def test_a_million_rows_are_opened_by_their_path_and_reach_groups(page, large_server):
    began = time.monotonic()
    open_page(page, large_server)
    page.get_by_role("button", name="Use my own table").click()
    page.get_by_role("combobox", name="Or a table in the data folder, by its path").click()
    page.get_by_role("option", name="big.parquet").click()
    says(page, "is read in batches")
    page.get_by_role("button", name="Open big.parquet").click()
    page.get_by_text("big: 1,000,000 rows").first.wait_for(timeout=5 * PATIENCE_MS)
    says(page, "never held whole")
    opened = time.monotonic() - began
    settle(page)
    page.get_by_role("button", name="Find the groups").click()
    page.get_by_text("Group A").first.wait_for(timeout=20 * PATIENCE_MS)
    assert sum(map(len, groups_on(page).values())) == 20
    settle(page)
    most = peak_of(large_server.process.pid)
    tell(
        f"1,000,000 rows: opened after {opened:.0f} s, groups after "
        f"{time.monotonic() - began:.0f} s; the server's peak {most:.0f} MB"
    )
    assert most < 1500
    open_page(page, large_server, "", page.url.partition("run=")[2].partition("&")[0])
    says(page, "of all 1,000,000 rows")


def peak_of(pid):
    """Peak memory of a process and of those that it started, the largest, in MB."""
    server = psutil.Process(pid)
    return max(peak(process.pid) for process in (server, *server.children(recursive=True)))
