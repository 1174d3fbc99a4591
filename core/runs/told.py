"""The worker that `core.ready` starts: it reads its libraries, and does what it is told then."""

import json
import os
import sys
from importlib import import_module
from pathlib import Path

from core.runs.worker import work

LIBRARIES = ("torch", "torch_geometric.nn.conv.gatv2_conv", "sklearn.mixture", "sklearn.manifold")
"""What every run comes to read: 3 s of processor time."""


def await_job() -> None:
    """Read what a worker reads, wait to be told a job, and do it; its words go to its run's log."""
    for name in LIBRARIES:
        import_module(name)
    told = sys.stdin.read()
    if not told:
        return
    path, job = json.loads(told)
    with (Path(path) / "worker.log").open("ab") as log:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(log.fileno(), stream.fileno())
    work(Path(path), job)
