"""`taskscape group` on a matrix or a recorded landscape in place of a table."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.command.watch import watch
from core.errors import MethodError, TableError
from core.plan import Plan
from core.ready import Ready
from core.values import Affinity, Landscape

if TYPE_CHECKING:
    from core.runs import Run


def group_given(
    data: Path,
    run: Path | None,
    as_json: bool,
    kind: str | None,
    plan: Plan,
    unread: Mapping[str, object],
    ready: Ready | None = None,
) -> int:
    """Make a run folder of what was given, work on it, print the result; returns the exit status.

    Args:
        data: the file it came from.
        run: the folder to make.
        as_json: print JSON for machines.
        kind: what the user says of a matrix; None where nothing was said.
        plan: every setting.
        unread: options of a table by name, with what the user said; all must be empty. So must
            `--measure` with a matrix, which is one.
        ready: a process that waits to be the worker, if there is one.

    Raises:
        TaskGroupingError: neither is in the file, an option that means nothing here, or a plan
            that does not fit.
    """
    from core.given import find_given

    given = find_given(data, kind)
    if given is None:
        raise TableError(
            f"{data.name} is no matrix of tasks and no landscape; name the target columns of "
            "its table or tables with --targets."
        )
    what = "matrix" if isinstance(given, Affinity) else "landscape"
    for option, said in unread.items():
        if said and (option != "--measure" or what == "matrix"):
            raise MethodError(f"{option} means nothing for a {what}; leave it out.")
    target = _make(data, run, given, plan)
    return watch(target, as_json, ready=ready)


def _make(data: Path, run: Path | None, given: Affinity | Landscape, plan: Plan) -> "Run":
    from core.data import digest_source
    from core.runs import Run

    names = given.task_names if isinstance(given, Affinity) else given.tasks
    plan.check_fit(len(names))
    for note in given.notes:
        click.echo(f"Note: {note}", err=True)
    path = run or Path("runs") / secrets.token_hex(16)
    return Run.create_given(path, given, plan, data.resolve().stem, digest_source(data))
