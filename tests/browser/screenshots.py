"""Pictures of every page on the built-in example: `python -m tests.browser.screenshots FOLDER`.

Every page at 1280 and 1920 pixels, light and dark, after the groups were trained, so that the page
Evidence has a verdict; the pictures in assets/screenshots are the narrow ones. Takes minutes.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from core.evidence import VALIDATIONS
from core.runs import EVIDENCE, Asked, State
from core.runs.worker import work
from dashboard.example import find_example
from tests.browser.conftest import FLAGS, PATIENCE_MS, Server, free_port

PAGES = {"data": "", "landscape": "landscape", "affinity": "affinity", "graph": "graph"}
PAGES |= {"groups": "groups", "evidence": "evidence", "report": "report", "runs": "runs"}
TALLEST = 1500


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as runs, sync_playwright() as player:
        validate_example(Path(runs))
        server = Server(Path(runs), free_port())
        server.start()
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            for theme in ("light", "dark"):
                for width in (1280, 1920):
                    page = browser.new_page(
                        viewport={"width": width, "height": 1000}, color_scheme=theme
                    )
                    for name, path in PAGES.items():
                        shoot(page, f"{server.url}/{path}", folder / f"{name}-{theme}-{width}.png")
                    page.close()
        finally:
            browser.close()
            server.kill()


def validate_example(root: Path) -> None:
    """The built-in example, grouped and put to the test."""
    run = find_example(root)
    assert work(run.path).state is State.DONE, run.status()
    run.ask_validation(Asked(VALIDATIONS["quick"]))
    assert work(run.path, EVIDENCE).state is State.DONE, run.status(EVIDENCE)


def shoot(page, url: str, path: Path) -> None:
    """One page as tall as its content, once nothing on it is being computed."""
    page.set_viewport_size({"width": page.viewport_size["width"], "height": 1000})
    page.goto(url)
    page.locator("h1").wait_for(timeout=PATIENCE_MS)
    page.locator("progress, [data-testid=stProgress]").wait_for(
        state="detached", timeout=PATIENCE_MS
    )
    page.wait_for_timeout(3000)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    tall = min(max(1000, height), TALLEST)
    page.set_viewport_size({"width": page.viewport_size["width"], "height": tall})
    page.wait_for_timeout(2000)
    page.screenshot(path=path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
