"""A finished run whose landscape holds as many points as one likes, and what goes over the wire."""

import json

import numpy as np

from core.runs.maps import read_job
from core.storage import save_value
from core.values import Landscape, Points, Projection, Split

STATUS = """() => [...document.querySelectorAll('*')]
  .map(e => e.shadowRoot?.querySelector('.status')).find(Boolean)?.innerText ?? ''"""
DRAWN = """() => [...document.querySelectorAll('*')].some(e => {
  const canvas = e.shadowRoot?.querySelector('.cloud'), gl = canvas?.getContext('webgl2')
  if (!gl || canvas.width < 400) return false
  const pixels = new Uint8Array(4 * canvas.width * canvas.height)
  gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels)
  return pixels.filter((value, place) => place % 4 === 3 && value).length > 5000 })"""


def fill_landscape(run, n_points, seed=0):
    """Put `n_points` made-up points and their first map in place of a run's own."""
    rng, name = np.random.default_rng(seed), f"landscape-{run.plan.heads}"
    landscape = run.landscape(run.plan.heads)
    rows, n_tasks = run.table().rows(Split.TRAIN), len(landscape.tasks)
    task = np.sort(rng.integers(n_tasks, size=n_points))
    sketch = rng.standard_normal((n_points, 4)) + 2 * np.cos(task[:, None] + np.arange(4))
    points = Points(
        sketch,
        rng.choice(rows, n_points),
        task,
        rng.integers(2, size=n_points).astype(float),
        rng.exponential(size=n_points),
        n_points,
    )
    fields = dict(landscape._items()) | {"points": points}
    folder = run.stages.folder
    file = json.loads((folder / "index.json").read_text())[name]
    save_value(folder / file, Landscape(**fields))
    flat = Projection("pca", sketch[:, :2], np.arange(n_points), 0.9)
    made_from = read_job("pca", run.plan.seed).made_from(points)
    run.stages.keep("map-pca", Projection, made_from, lambda: flat)


class Wire:
    """Bytes of every message of a page, up and down, since they were last taken."""

    def __init__(self, page):
        self.up, self.down = [], []
        page.on("websocket", self._listen)

    def _listen(self, socket):
        socket.on("framesent", lambda data: self.up.append(len(data)))
        socket.on("framereceived", lambda data: self.down.append(len(data)))

    def take(self):
        taken = sum(self.up), sum(self.down)
        self.up.clear()
        self.down.clear()
        return taken


def draw_lasso(page, radius=90, corners=60):
    box = page.locator("canvas.over").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + radius, y)
    page.mouse.down()
    for angle in np.linspace(0, 2 * np.pi, corners):
        page.mouse.move(x + radius * np.cos(angle), y + radius * np.sin(angle))
    page.mouse.up()


def colour_by(page, name):
    page.get_by_test_id("stRadio").get_by_text(name, exact=True).click()
    page.get_by_text(f"Colour: {name}").first.wait_for()


def undo(page):
    page.locator("h1").first.click()
    page.keyboard.press("Alt+z")
    page.wait_for_function(f"() => !({STATUS})().includes('selected')")


def look_at_the_middle(page):
    page.locator("canvas.over").focus()
    page.keyboard.press("Enter")
    page.locator(".detail").get_by_text("Row").first.wait_for()


def leave_and_come_back(page):
    page.get_by_role("link", name="Runs", exact=True).click()
    page.locator("canvas.over").wait_for(state="detached")
    page.get_by_role("link", name="Landscape", exact=True).click()
    page.wait_for_function(DRAWN)
