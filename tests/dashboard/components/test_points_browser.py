"""The cloud of points and the charts in a real browser."""

import math
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[3]
PAGE = Path(__file__).with_name("points_app.py")
GL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
NO_GL = ["--disable-3d-apis"]


@pytest.fixture(scope="module")
def address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(PAGE), "--server.headless=true"]
    server = subprocess.Popen(
        [*command, f"--server.port={port}"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def wait_for(url, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"{url} does not answer")


@pytest.fixture(scope="module")
def open_page(address, player):
    """A function that opens the page in a browser of its own and notes what goes wrong on it."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    if path is None:
        message = "no Chromium found; install it to run the browser tests"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    browsers = []

    def open_it(*arguments):
        browsers.append(
            player.chromium.launch(executable_path=path, args=["--no-sandbox", *arguments])
        )
        page = browsers[-1].new_page(viewport={"width": 1280, "height": 900})
        watch(page, address)
        page.goto(address)
        page.get_by_text("all drawn").wait_for(timeout=60_000)
        return page

    yield open_it
    for browser in browsers:
        browser.close()


@pytest.fixture(scope="module")
def page(open_page):
    return open_page(*GL)


def watch(page, address):
    """Script errors, dialogs and requests to anywhere else become `page.troubles`."""
    page.troubles = []
    own = (address, address.replace("http", "ws"), "data:", "blob:")
    page.on("dialog", lambda box: (page.troubles.append(box.message), box.dismiss()))
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("request", lambda ask: ask.url.startswith(own) or page.troubles.append(ask.url))


def draw_circle(page, radius=80):
    box = page.locator("canvas.over").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + radius, y)
    page.mouse.down()
    for step in range(1, 31):
        angle = 2 * math.pi * step / 30
        page.mouse.move(x + radius * math.cos(angle), y + radius * math.sin(angle))
    page.mouse.up()


def read(page, label):
    return page.get_by_text(f"{label}: ").inner_text().removeprefix(f"{label}: ")


def test_a_lasso_sends_its_outline_and_names_stay_text(page):
    page.locator("canvas.over").scroll_into_view_if_needed()
    draw_circle(page)
    page.get_by_text("inside: none").wait_for(state="hidden")
    assert 20 <= int(read(page, "corners")) <= 40
    assert (
        page.locator(".status").inner_text() == f"{read(page, 'inside')} of 4,000 points selected"
    )
    assert page.locator(".legend button").first.inner_text().endswith("onerror=alert(1)>")

    page.locator("canvas.over").focus()
    page.keyboard.press("Escape")
    page.get_by_text("inside: none").wait_for()
    page.get_by_text("Select without a mouse").click()
    page.get_by_role("button", name="Select the box").click()
    page.get_by_text("inside: 4000").wait_for()
    page.get_by_text("Other coordinates").click()  # the outline belonged to the old ones
    page.get_by_text("inside: none").wait_for()
    assert page.troubles == []


def counted(page):
    """What the picture counts, once the page has counted the same."""
    n = int(page.locator(".status").inner_text().split()[0].replace(",", ""))
    page.get_by_text(f"inside: {n}", exact=True).wait_for()
    return n


def test_outlines_add_up_and_take_away_and_the_page_counts_the_same(page):
    page.get_by_text("Other coordinates").click()
    page.get_by_text("inside: none").wait_for()
    page.locator("canvas.over").scroll_into_view_if_needed()
    draw_circle(page, 120)
    all_of_it = counted(page)
    page.get_by_role("button", name="Take away").click()
    draw_circle(page, 60)
    ring = counted(page)
    page.get_by_role("button", name="Add", exact=True).click()
    draw_circle(page, 30)
    with_core = counted(page)
    assert ring < with_core < all_of_it
    page.get_by_role("button", name="New", exact=True).click()
    assert page.troubles == []


def test_the_page_can_tell_the_picture_what_is_selected(page):
    page.get_by_text("A box from outside").click()
    page.wait_for_function(
        "n => [...document.querySelectorAll('*')].some(e => e.shadowRoot?.querySelector('.status')"
        "?.innerText === `${n} of 4,000 points selected`)",
        arg=f"{inside_the_box():,}",
    )
    page.get_by_text("A box from outside").click()
    page.locator("canvas.over").focus()
    page.keyboard.press("Escape")
    page.get_by_text("inside: none").wait_for()
    assert page.troubles == []


def inside_the_box():
    xy = np.random.default_rng(0).uniform(-1, 1, (4000, 2)).astype(np.float32)
    return int((np.abs(xy) < 0.5).all(axis=1).sum())


def test_a_clicked_cell_names_its_two_tasks(page):
    cells = page.locator(".st-key-cells canvas").first
    cells.scroll_into_view_if_needed()
    box = cells.bounding_box()
    for share in (0.3, 0.45, 0.6):  # somewhere right of the names there are cells
        page.mouse.click(box["x"] + share * box["width"], box["y"] + 80)
        page.wait_for_timeout(700)
    assert read(page, "cell") != "None"
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 60)
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 62)  # the row of the hostile name
    page.locator(".st-key-cells").get_by_text("onerror=alert(1)").wait_for()
    assert page.locator("img[src=x]").count() == 0
    assert page.troubles == []


def test_a_lost_picture_can_be_drawn_again(page):
    page.keyboard.press("Escape")
    page.locator("canvas.cloud").evaluate(
        "canvas => canvas.getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()"
    )
    page.get_by_role("button", name="Draw again").click()
    page.locator("canvas.over").scroll_into_view_if_needed()
    draw_circle(page)
    page.get_by_text("inside: none").wait_for(state="hidden")
    assert page.troubles == []


def test_without_webgl_the_plain_scatter_takes_its_place(open_page):
    page = open_page(*NO_GL)
    page.locator(".st-key-map_plain canvas").first.wait_for(timeout=20_000)
    assert not page.locator("canvas.over").is_visible()
    assert page.troubles == []
