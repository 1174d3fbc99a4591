"""The README's first command, as somebody types it who has never used Streamlit."""

import os
import socket
import subprocess
import sys
from contextlib import contextmanager

from tests.browser.conftest import ROOT, Server, free_port
from tests.browser.steps import open_page
from tests.browser.test_evidence_browser import wait_until


@contextmanager
def started(folder):
    """The dashboard with a home of its own, and a window that nobody sees."""
    runs, home = folder / "runs", folder / "home"
    runs.mkdir()
    home.mkdir(exist_ok=True)
    server = Server(runs, free_port())
    command = [sys.executable, "-P", "-m", "dashboard", "--port", str(server.port)]
    with (runs / "server.log").open("ab") as log:
        server.process = subprocess.Popen(
            [*command, "--runs", str(runs)],
            cwd=ROOT,
            env={**os.environ, "HOME": str(home), "BROWSER": "true"},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(server.is_answering)
        yield server
    finally:
        server.kill()
        server.process.stdin.close()


def test_the_first_start_of_a_new_user_asks_nothing_and_answers(tmp_path):
    """A home without Streamlit's file, a terminal that is open, and a browser that does nothing."""
    with started(tmp_path) as server:
        assert server.process.poll() is None, server.log()
    assert "email" not in server.log().lower()
    assert "Streamlit" not in server.log()
    assert f"Taskscape: http://127.0.0.1:{server.port} " in server.log()


def test_who_writes_programs_with_an_agent_is_not_asked_to_install_anything(page, tmp_path):
    """Streamlit offers its notes for agents where a home has the folder of one, in a window."""
    (tmp_path / "home" / ".claude").mkdir(parents=True)
    with started(tmp_path) as server:
        open_page(page, server)
        assert page.get_by_text("skills").count() == 0
        page.goto("about:blank")  # what it still loads would fail where the server ends


def test_a_port_that_is_taken_is_told_before_anything_is_started(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = subprocess.run(
            [sys.executable, "-P", "-m", "dashboard", "--port", str(port)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert found.returncode == 2
    assert f"Port {port} cannot be used" in found.stderr
    assert f"--port {port + 1}" in found.stderr
    assert not (tmp_path / "runs").exists()
