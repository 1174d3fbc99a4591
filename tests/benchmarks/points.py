"""A million points on the page Landscape: `python -m tests.benchmarks.points`.

A real server and a real Chromium with software rendering. For every step: seconds until it is
seen, processor seconds of browser and server (the bar of 10 s is for an idle machine; the load is
printed), bytes up and down. Then the memory of both. Medians of five visits.
"""

import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, Server, free_port
from tests.browser.million import (
    DRAWN,
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

N_POINTS, VISITS, PATIENCE_MS = 1_000_000, 5, 300_000
BARS = {"first drawn": "< 10 s", "lasso": "< 10 kB up"}


def main(n_points=N_POINTS, visits=VISITS):
    with tempfile.TemporaryDirectory() as runs, sync_playwright() as player:
        server = Server(Path(runs), free_port())
        run = server.add_run("million", small_cohort().frame, SMALL_PLAN)
        fill_landscape(run, n_points)
        server.start()
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            found = [visit(browser, server, run) for _ in range(visits)]
            say(found, n_points)
            print(f"memory: server {memory([server.process.pid]):.0f} MB", end=", ")
            print(
                f"browser {memory(browsers()):.0f} MB (all its processes, shared pages counted each)"
            )
        finally:
            browser.close()
            server.kill()


def visit(browser, server, run):
    """Step → seconds, processor seconds, bytes up, bytes down."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    wire, found = Wire(page), {}
    steps = {
        "first drawn": lambda: (
            page.goto(f"{server.url}/landscape?run={run.id}"),
            page.wait_for_function(DRAWN),
        ),
        "lasso": lambda: (draw_lasso(page), page.get_by_text("Your selection").wait_for()),
        "undo": lambda: undo(page),
        "a point looked at": lambda: look_at_the_middle(page),
        "other colours": lambda: colour_by(page, "loss"),
        "the first colours": lambda: colour_by(page, "task"),
        "page left and come back": lambda: leave_and_come_back(page),
    }
    for name, act in steps.items():
        worked, began = processor_seconds(server), time.monotonic()
        act()
        seconds = time.monotonic() - began
        settle(page)
        found[name] = (seconds, processor_seconds(server) - worked, *wire.take())
    page.close()
    return found


def say(found, n_points):
    print(
        f"{n_points:,} points, {len(found)} visits, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    print(f"{'':26}{'seconds':>9}{'processor':>11}{'bytes up':>12}{'bytes down':>13}  bar")
    for name in found[0]:
        values = [statistics.median(one[name][k] for one in found) for k in range(4)]
        line = f"{name:26}{values[0]:9.2f}{values[1]:11.2f}{values[2]:12,.0f}{values[3]:13,.0f}"
        print(f"{line}  {BARS.get(name, '')}")


def browsers():
    return [p.pid for p in psutil.Process().children(recursive=True) if "chrom" in p.name()]


def memory(pids):
    return sum(psutil.Process(pid).memory_info().rss for pid in pids) / 2**20


def processor_seconds(server):
    times = [psutil.Process(pid).cpu_times() for pid in (server.process.pid, *browsers())]
    return sum(one.user + one.system for one in times)


if __name__ == "__main__":
    main()
