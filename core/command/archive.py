"""`taskscape archive` and `unarchive`: a run as one zip."""

import os
import tempfile
from pathlib import Path

import click

from core.errors import RunError
from core.outputs import make_parents


def archive_to(path: Path, output: Path) -> None:
    """Pack a run into a new file, whole or not at all; missing folders are made.

    Raises:
        RunError: no run, it is at work, or the file is there or cannot be written.
    """
    from core.runs import Run, archive_run

    run = Run(path)
    if output.exists():
        raise RunError(f"{output} exists; name a new file with -o.")
    make_parents(output)
    try:
        with tempfile.NamedTemporaryFile(
            dir=output.absolute().parent, prefix=".archive-", delete=False
        ) as file:
            try:
                archive_run(run, file)
                file.close()
                os.replace(file.name, output)
            finally:
                Path(file.name).unlink(missing_ok=True)
    except OSError as error:
        raise RunError(f"Cannot write {output}: {error.strerror}.") from error
    click.echo(str(output))


def unarchive_from(file: Path, runs: Path) -> None:
    """Make a new run of an archive and say where it is; RunError where it cannot be believed."""
    from core.runs import unpack_run

    try:
        with file.open("rb") as content:
            click.echo(str(unpack_run(runs, content).path))
    except OSError as error:
        raise RunError(f"Cannot read {file}: {error.strerror}.") from error
