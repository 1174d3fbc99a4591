"""A real server on a folder of runs, and a real Chromium that nothing may leave."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.data import assign_roles
from core.runs import Run, State
from core.runs.worker import work

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-watchdog",  # else a busy machine drops the WebGL canvas under the mouse
    "--disable-gpu-compositing",  # pages are put together by the processor: half its work
]
PATIENCE_MS = 60_000
MOST_SENT = 10**6
"""Bytes of one message to the server."""


@dataclass
class Server:
    """The dashboard as a process of its own."""

    runs: Path
    port: int
    process: subprocess.Popen | None = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        command = [sys.executable, "-P", "-m", "dashboard", "--headless"]
        command += ["--port", str(self.port), "--runs", str(self.runs)]
        with (self.runs / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.is_answering():
                return
            assert self.process.poll() is None, self.log()
            time.sleep(0.05)
        raise AssertionError(f"the server does not answer:\n{self.log()}")

    def is_answering(self):
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError):
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def log(self):
        return (self.runs / "server.log").read_text(errors="replace")

    def add_run(self, name, frame, plan, *, is_done=True):
        """A run in the server's folder, finished unless told otherwise."""
        run = Run.create(
            self.runs / name, frame, assign_roles(frame, targets="y_*"), plan, name, "0" * 64
        )
        if is_done:
            status = work(run.path)
            assert status.state is State.DONE, status.error
        return run


def wait_for(run, state):
    """Until the worker of a run is so far; whoever signs in first is first in line."""
    deadline = time.monotonic() + 60
    while run.status().state is not state:
        assert time.monotonic() < deadline, run.status()
        time.sleep(0.05)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def chromium(player):
    path = shutil.which("chromium")
    if path is None and os.environ.get("CI") == "true":
        pytest.fail("no chromium on this machine; the browser tests may not be skipped in CI")
    if path is None:
        pytest.skip("no chromium on this machine")
    expect.set_options(timeout=PATIENCE_MS)
    browser = player.chromium.launch(executable_path=path, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory, chromium):
    server = Server(tmp_path_factory.mktemp("runs"), free_port())
    server.start()
    yield server
    server.kill()
    for run in server.runs.glob("*/spec.json"):
        for job in ("run", "tsne", "umap"):
            Run(run.parent).cancel(job)
    assert "Traceback" not in server.log(), server.log()


@dataclass
class Visit:
    """One browser window and what went on in it."""

    page: object
    outside: list = field(default_factory=list)
    dialogs: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    console: list = field(default_factory=list)
    largest_sent: int = 0


@pytest.fixture
def visit(chromium, server):
    """A window; afterwards: nothing left this machine, no dialog, no error in a script or the
    console, and no message of 1 MB to the server (an upload is none)."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(context.new_page())
    visit.page.on("websocket", lambda line: line.on("framesent", partial(note_sent, visit)))
    context.on("console", partial(note_console, visit))
    context.on("request", lambda request: note_outside(visit, request.url))
    context.on("dialog", lambda dialog: (visit.dialogs.append(dialog.message), dialog.dismiss()))
    context.on("weberror", lambda error: visit.faults.append(str(error.error)))
    yield visit
    context.close()
    assert not visit.outside
    assert not visit.dialogs
    assert not visit.faults
    assert not visit.console
    assert visit.largest_sent < MOST_SENT


def note_outside(visit, url):
    if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
        visit.outside.append(url)


def note_sent(visit, payload):
    visit.largest_sent = max(visit.largest_sent, len(payload))


def note_console(visit, message):
    """What the console calls an error, but for Streamlit's own look for its health below a page."""
    is_known = "404" in message.text and "_stcore/" in message.location.get("url", "")
    if message.type == "error" and not is_known:
        visit.console.append((message.text, message.location.get("url", "")))


def tell(text):
    """A measured number, for whoever runs pytest with -s."""
    sys.stdout.write(f"\n{text}\n")


@pytest.fixture
def page(visit):
    return visit.page
