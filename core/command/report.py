"""`taskscape report`."""

from pathlib import Path

import click

from core.report import make_manifest, render_report, save_report
from core.runs import Run, load_group_names, read_document


def write_report_of(path: Path, form: str, output: Path, audience: str) -> None:
    """Write the report of a finished run to `output` (`-` is stdout), whole or not at all.

    What leaves with it is said on stderr.

    Raises:
        MethodError: unknown format or audience.
        RunError: no report yet, one of another plan than the run now asks for, or the path cannot
            be written.
    """
    run = Run(path)
    document, names = read_document(run), load_group_names(run.path)
    content = render_report(document, form, audience, names)
    click.echo(make_manifest(document, form, audience, names).text, err=True)
    save_report(content, output)
    if str(output) != "-":
        click.echo(str(output))
