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

from dashboard.theme import contrast
from tests.browser.steps import settle

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[3]
PAGE = Path(__file__).with_name("points_app.py")
GL = [
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-watchdog",
    "--disable-gpu-compositing",
]
NO_GL = ["--disable-3d-apis"]
BOX = 55  # where the tool that draws a box stands, in pixels from the left


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
    page.troubles, page.sent, page.received = [], [], []
    page.on("websocket", lambda socket: listen(page, socket))
    own = (address, address.replace("http", "ws"), "data:", "blob:")
    page.on("dialog", lambda box: (page.troubles.append(box.message), box.dismiss()))
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("request", lambda ask: ask.url.startswith(own) or page.troubles.append(ask.url))


def listen(page, socket):
    """How long every message is, each way."""
    socket.on("framesent", lambda data: page.sent.append(len(data)))
    socket.on("framereceived", lambda data: page.received.append(len(data)))


def lose_first_selection(page):
    """The first message with an outline never reaches the server; gives what was lost."""
    lost = []

    def pass_on(socket):
        server = socket.connect_to_server()

        def hear(message):
            is_first = not lost and b'"selection"' in bytes(message)
            lost.append(message) if is_first else server.send(message)

        socket.on_message(hear)

    page.route_web_socket("**/_stcore/stream", pass_on)
    return lost


def forget_messages(page):
    page.sent.clear()
    page.received.clear()


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


def test_an_outline_lost_on_its_way_is_told_again(open_page):
    page = open_page(*GL)
    lost = lose_first_selection(page)
    page.reload()
    page.get_by_text("all drawn").wait_for(timeout=60_000)
    page.locator("canvas.over").scroll_into_view_if_needed()
    draw_circle(page)
    page.get_by_text("inside: none").wait_for(state="hidden")
    assert len(lost) == 1
    assert page.locator(".status").inner_text().startswith(read(page, "inside"))


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
    settle(page)
    page.get_by_text("Other coordinates").click()  # the outline belonged to the old ones
    page.get_by_text("inside: none").wait_for()
    assert page.troubles == []


def counted(page):
    """What the picture counts, once the page has counted the same."""
    n = int(page.locator(".status").inner_text().split()[0].replace(",", ""))
    page.get_by_text(f"inside: {n}", exact=True).wait_for()
    return n


def test_outlines_add_up_and_take_away_and_the_page_counts_the_same(page):
    settle(page)
    page.get_by_text("Other coordinates").click()
    settle(page)
    page.locator("canvas.over").focus()
    page.keyboard.press("Escape")  # these coordinates may still have their old outline
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
    settle(page)
    page.locator("canvas.over").focus()
    page.keyboard.press("Escape")
    page.get_by_text("inside: none").wait_for()
    assert page.troubles == []


def inside_the_box():
    xy = np.random.default_rng(0).uniform(-1, 1, (4000, 2)).astype(np.float32)
    return int((np.abs(xy) < 0.5).all(axis=1).sum())


PAYLOAD = 4000 * 9
SCRIPT = 45_000  # Streamlit sends a component's own script along with every message


def test_a_point_under_the_pointer_is_told_of_and_only_its_number_goes_up(page):
    settle(page)
    place = 7
    forget_messages(page)
    hover_point(page, place)
    card = page.locator(".detail")
    card.get_by_text(f"Point {place}", exact=True).wait_for()
    assert card.get_by_text("onerror=alert(1)").count() == 1
    assert page.locator("img[src=x]").count() == 0
    settle(page)
    assert max(page.sent) < 3_000, "a place goes up, and what Streamlit adds"
    assert max(page.received) < SCRIPT
    assert sum(page.received) < SCRIPT + 3_000, "one answer"
    page.mouse.move(5, 5)
    card.wait_for(state="hidden")
    forget_messages(page)
    hover_point(page, place)
    card.get_by_text(f"Point {place}", exact=True).wait_for()
    assert not page.sent, "what is known is not asked again"
    assert page.troubles == []


def test_keys_walk_from_point_to_point(page):
    over = page.locator("canvas.over")
    page.mouse.move(5, 5)
    over.focus()
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    title = page.locator(".detail strong")
    title.wait_for()
    first = title.inner_text()
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function(TITLE_IS_NOT, arg=first)
    second = title.inner_text()
    xy = points()
    here, there = (xy[int(text.split()[1])] for text in (first, second))
    assert there[0] > here[0]
    assert abs(there[1] - here[1]) <= there[0] - here[0]
    page.keyboard.press("Escape")
    page.locator(".detail").wait_for(state="hidden")
    assert page.troubles == []


def test_what_is_in_view_is_selected_by_a_key(page):
    page.locator("canvas.over").focus()
    page.keyboard.press("s")
    page.get_by_text("inside: 4000").wait_for()
    for _ in range(5):
        page.keyboard.press("+")
    page.keyboard.press("s")
    page.get_by_text("inside: 4000").wait_for(state="hidden")
    assert 50 < counted(page) < 3000
    page.keyboard.press("0")
    page.keyboard.press("Escape")
    page.get_by_text("inside: none").wait_for()
    assert page.troubles == []


def test_other_colours_and_outlines_leave_the_places_where_they_are(page):
    settle(page)
    forget_messages(page)
    page.get_by_text("parity", exact=True).click()
    page.get_by_text("Colour: parity").wait_for()
    settle(page)
    assert 4000 < max(page.received) < 4000 + SCRIPT, "a byte a point"
    forget_messages(page)
    page.get_by_text("task", exact=True).first.click()
    page.get_by_text("Colour: task").wait_for()
    settle(page)
    assert max(page.received) < SCRIPT, "colours that were here before"
    forget_messages(page)
    draw_circle(page)
    counted(page)
    settle(page)
    assert max(page.sent) < 10_000
    assert max(page.received) < SCRIPT
    page.locator("canvas.over").focus()
    page.keyboard.press("Escape")
    page.get_by_text("inside: none").wait_for()
    assert page.troubles == []


MARKS = """dark => {
  const root = [...document.querySelectorAll('*')].find(e => e.shadowRoot?.querySelector('.cloud'))
  const canvas = root.shadowRoot.querySelector('.cloud'), gl = canvas.getContext('webgl2')
  const pixels = new Uint8Array(4 * canvas.width * canvas.height), seen = new Set()
  gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels)
  for (let i = 0; i < pixels.length; i += 4)
    if (pixels[i + 3] === 255) seen.add([...pixels.slice(i, i + 3)].join())
  const colour = /rgb\\((.*)\\)/.exec(getComputedStyle(document.querySelector('.stApp')).backgroundColor)
  return [[...seen], colour[1]] }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_have_three_to_one_against_the_page_pixel_by_pixel(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.reload()
    page.get_by_text("all drawn").wait_for(timeout=60_000)
    page.get_by_role("button", name="Whole picture").wait_for()
    settle(page)
    seen, ground = page.evaluate(MARKS)
    page_colour = hex_of(ground)
    ratios = [contrast(hex_of(one), page_colour) for one in seen]
    assert len(seen) >= 4
    assert (contrast(page_colour, "#FFFFFF") > 10) == (scheme == "dark")
    assert max(ratios) >= 3
    assert sum(ratio >= 3 for ratio in ratios) >= 4, "the fill of every mark"
    assert page.troubles == []


def hex_of(numbers):
    return "#" + "".join(f"{int(float(one)):02X}" for one in numbers.split(",")[:3])


TITLE_IS_NOT = """last => [...document.querySelectorAll('*')].some(e => {
  const title = e.shadowRoot?.querySelector('.detail strong')?.innerText
  return title && title !== last })"""


def points():
    return np.random.default_rng(0).uniform(-1, 1, (4000, 2)).astype(np.float32)


def hover_point(page, place):
    """The picture shows [-1, 1] in its middle, as large as 92 % of its width or 88 % of its height."""
    over = page.locator("canvas.over")
    over.scroll_into_view_if_needed()
    over.focus()
    page.keyboard.press("0")
    box, xy = over.bounding_box(), points()
    low, high = xy.min(axis=0), xy.max(axis=0)
    room = np.array([box["width"] * 0.92, box["height"] * 0.88])
    x, y = (room / (high - low)).min() * (xy[place] - (low + high) / 2)
    page.mouse.move(box["x"] + box["width"] / 2 + x, box["y"] + box["height"] / 2 - y)


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


def plain_picture(page):
    return page.locator("[class*=st-key-map_plain_] canvas").first


def drag_brush(page, tool, across, down):
    """Pick a tool of the plain picture and drag around its middle."""
    chart = plain_picture(page)
    chart.wait_for()
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.click(box["x"] + tool, box["y"] + 50)  # lasso and box stand at the top left
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - across, y - down)
    page.mouse.down()
    page.mouse.move(x + across, y + down, steps=8)
    page.mouse.up()
    settle(page)


def test_without_webgl_the_plain_scatter_adds_and_takes_away_too(open_page):
    page = open_page(*NO_GL)
    page.get_by_text("This browser has no WebGL 2").wait_for(timeout=20_000)
    assert not page.locator("canvas.over").is_visible()
    drag_brush(page, BOX, 150, 100)
    page.get_by_text("inside: none").wait_for(state="hidden")
    whole = int(read(page, "inside"))
    page.get_by_test_id("stRadio").get_by_text("Take away", exact=True).click()
    settle(page)
    drag_brush(page, BOX, 60, 40)
    page.get_by_text(f"inside: {whole}", exact=True).wait_for(state="hidden")
    ring = int(read(page, "inside"))
    page.get_by_test_id("stRadio").get_by_text("Add", exact=True).click()
    settle(page)
    drag_brush(page, BOX, 30, 20)
    page.get_by_text(f"inside: {ring}", exact=True).wait_for(state="hidden")
    assert 0 < ring < int(read(page, "inside")) < whole
    settle(page)
    page.get_by_role("button", name="Clear selection").click()
    page.get_by_text("inside: none").wait_for()
    page.get_by_test_id("stRadio").get_by_text("New", exact=True).click()
    settle(page)
    page.get_by_test_id("stExpander").get_by_text("Select without a mouse").click()
    settle(page)
    page.get_by_role("button", name="Select the box").last.click()
    page.get_by_text("inside: 4000").wait_for()
    assert page.troubles == []
