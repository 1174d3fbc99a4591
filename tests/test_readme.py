"""The README is executed: its example runs, its commands are the ones CI runs, its files exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(mark):
    found = re.search(rf"<!-- {mark} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found, f"the README has no block marked {mark}"
    return found.group(1).strip()


def test_the_example_runs_and_prints_groups():
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", block("example")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("grouped")
    assert len(done.stdout.splitlines()) == 4


def test_the_recorder_example_runs_and_leaves_a_landscape(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", block("recorder example")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "icu.landscape.npz").is_file()
    assert done.stdout.strip()


def test_the_two_commands_make_their_own_environment_on_one_line():
    install = re.search(r"```bash\n(python3 -m venv .*?taskscape)\n```", README)
    assert install
    for command in (install.group(1), block("test command")):
        assert command.startswith("python3 -m venv .venv && .venv/bin/python -m pip install -e ")
        assert "\n" not in command


def test_ci_runs_the_test_command_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    pattern = "/<!-- test command -->/,/```$/"
    assert pattern in script
    found = subprocess.run(
        ["sed", "-n", pattern + "{/^python3/p}", str(ROOT / "README.md")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == block("test command")


def test_every_picture_and_path_named_exists():
    for path in re.findall(r"(?:src=\"|\]\()(assets/[^\")]+)", README):
        assert (ROOT / path).is_file(), path
    for path in re.findall(r"`((?:core|dashboard|tests)/[\w/.]+)`", README):
        assert (ROOT / path).exists(), path


def test_every_measure_is_explained():
    from core.affinity import MEASURES

    for key in MEASURES.methods:
        assert f"| `{key}`" in README
