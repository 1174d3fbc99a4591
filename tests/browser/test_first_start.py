"""The README's first command, as somebody types it who has never used Streamlit."""

import os
import subprocess
import sys

from tests.browser.conftest import ROOT, Server, free_port
from tests.browser.test_evidence_browser import wait_until


def test_the_first_start_of_a_new_user_asks_nothing_and_answers(tmp_path):
    """A home without Streamlit's file, a terminal that is open, and a browser that does nothing."""
    runs, home = tmp_path / "runs", tmp_path / "home"
    runs.mkdir()
    home.mkdir()
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
        assert server.process.poll() is None, server.log()
    finally:
        server.kill()
        server.process.stdin.close()
    assert "email" not in server.log().lower()
