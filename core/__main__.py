"""The command line. Results on stdout, progress on stderr; exit 2 on bad input, 1 on our faults."""

import sys
from pathlib import Path
from typing import Any

import click

from core.command.column_options import column_options
from core.command.shell import Commands

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
run_argument = click.argument("run", type=click.Path(path_type=Path))


@click.group(cls=Commands, invoke_without_command=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True)
@click.option("--headless", is_flag=True, help="Do not open a browser.")
@click.option(
    "--runs", type=click.Path(path_type=Path), default=Path("runs"), help="Folder of the runs."
)
@click.version_option(package_name="taskscape")
@click.pass_context
def main(ctx: click.Context, port: int, headless: bool, runs: Path) -> None:
    """Which prediction tasks should share a model? Without a command, opens the dashboard."""
    if ctx.invoked_subcommand is None:
        from core.command.window import open_dashboard

        open_dashboard(port, headless, runs)


@main.command()
@click.argument("data", type=click.Path(path_type=Path))
@column_options
@click.option("--matrix", metavar="KIND", help="DATA is a T × T matrix: distance|similarity.")
@click.option(
    "--preset", default="standard", show_default=True, help="quick|standard|paper|thorough"
)
@click.option("--measure", metavar="KEY", help="Affinity measure, for example sca.")
@click.option("--heads", metavar="KEY", help="Heads of the landscape, for example shared.")
@click.option("--trunk", metavar="KEY", help="Shared layers: auto|mlp|linear|cnn|conv1d.")
@click.option("--start", metavar="KEY", help="Where the shared layers start: random|warmup.")
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    help="A pretrained start of the shared layers: a safetensors file.",
)
@click.option("--samples", type=int, metavar="N", help="Measure N drawn rows in place of all.")
@click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="STAGE.NAME=VALUE",
    help="Any other setting, for example landscape.steps=10 or landscape.pairing=mean.",
)
@click.option("--stream", default="auto", help="Read by batches: auto (if large)|always|never.")
@click.option(
    "--groups",
    default="auto",
    show_default=True,
    metavar="K",
    help="How many groups of tasks: K, or auto.",
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--device", default="auto", show_default=True, help="auto|cpu|cuda")
@click.option("-o", "--output", "run", type=click.Path(path_type=Path), help="Run folder to make.")
@as_json
def group(data: Path, run: Path | None, as_json: bool, **choices: Any) -> None:
    """Propose groups for the target columns of DATA: a CSV, TSV or Parquet table, a folder with
    one such file per task, or an .npz of arrays. DATA may also be a matrix of affinities between
    tasks (CSV or TSV, names in the header and first column) or a recorded .landscape.npz."""
    from core.ready import Ready

    with Ready() as ready:  # before anything else is read
        from core.command.group import group_file

        sys.exit(group_file(data, run, as_json, ready, **choices))


@main.command()
@run_argument
@click.option("--seeds", type=int, help="Networks trained of every group that is tested.")
@click.option("--preset", default="standard", show_default=True, help="quick|standard|thorough")
@click.option(
    "--search",
    metavar="HOW",
    help="How further groups are found: surrogate, pairs, exhaustive (at most 8 tasks), none.",
)
@click.option(
    "--together",
    multiple=True,
    metavar="A,B",
    help="Tasks that every grouping keeps together.",
)
@click.option("--apart", multiple=True, metavar="A,B", help="Tasks that never share a network.")
@click.option(
    "--networks",
    type=int,
    metavar="N",
    help="Networks at most; a task may then also help in one that does not predict it.",
)
@click.option(
    "--grouping",
    "groupings",
    multiple=True,
    metavar="'A,B;C'",
    help="A grouping of your own to train as well: tasks by comma, groups by semicolon.",
)
@as_json
def validate(run: Path, as_json: bool, **choices: Any) -> None:
    """Train what RUN proposes, and say whether grouping helps."""
    from core.command.validate import validate_run

    sys.exit(validate_run(run, as_json, **choices))


@main.command()
@run_argument
@as_json
def status(run: Path, as_json: bool) -> None:
    """Say where RUN and its validation are."""
    from core.command.job import show_status

    show_status(run, as_json)


@main.command()
@run_argument
def cancel(run: Path) -> None:
    """Stop RUN, or its validation, at its next block; `resume` goes on from there."""
    from core.command.job import cancel_run

    cancel_run(run)


@main.command()
@run_argument
@as_json
def resume(run: Path, as_json: bool) -> None:
    """Go on with RUN from its last finished stage, or with its validation."""
    from core.command.job import resume_run

    sys.exit(resume_run(run, as_json))


@main.command()
@run_argument
@click.option("--format", "form", default="json", show_default=True, help="html|pdf|pptx|json|yaml")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path))
@click.option(
    "--audience",
    default="engineer",
    show_default=True,
    help="clinician|scientist|engineer: hides what a reader is spared, never changes a number.",
)
def report(run: Path, form: str, output: Path, audience: str) -> None:
    """Write the report of RUN to a file; what leaves with it is said on stderr."""
    from core.command.report import write_report_of

    write_report_of(run, form, output, audience)


@main.command()
@run_argument
@click.option(
    "-o", "--output", "folder", required=True, type=click.Path(path_type=Path), help="A new folder."
)
@click.option("--members", default="all", show_default=True, help="Networks of a group: best|all")
@as_json
def export(run: Path, folder: Path, as_json: bool, members: str) -> None:
    """Write the recommended groups of RUN and their networks, to train on or to predict with."""
    from core.command.export import export_to

    export_to(run, folder, as_json, members=members)


@main.command()
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--networks", type=float, metavar="B", help="Largest total cost of the networks.")
@click.option(
    "--overlap/--no-overlap", default=False, help="A task may be in several networks of the budget."
)
@click.option("--measured", "n_measured", type=int, metavar="N", help="Look at N groups only.")
@click.option("--strategy", metavar="KEY", help="surrogate|pairs|exhaustive|all")
@click.option("--together", multiple=True, metavar="A,B", help="Tasks that share their network.")
@click.option("--apart", multiple=True, metavar="A,B", help="Tasks that never share a network.")
@click.option("--affinity", type=click.Path(path_type=Path), help="Similarities, sources in rows.")
@click.option("--higher-is-better", is_flag=True, help="TABLE holds scores, not losses.")
@click.option("--seed", type=int, default=0, show_default=True)
@as_json
def select(table: Path, as_json: bool, **choices: Any) -> None:
    """Choose the best networks from TABLE, a CSV of measured groups.

    Column `group` names the tasks of a network joined by `|`; each task has a column of losses.
    """
    from core.command.select import select_from

    select_from(table, as_json, **choices)


@main.command()
@run_argument
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="A new zip.")
def archive(run: Path, output: Path) -> None:
    """Pack RUN, its data included, into one zip to keep or to move to another machine."""
    from core.command.archive import archive_to

    archive_to(run, output)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs"), show_default=True)
def unarchive(file: Path, runs: Path) -> None:
    """Check FILE, a zip that `archive` made, and make a new run of it."""
    from core.command.archive import unarchive_from

    unarchive_from(file, runs)


@main.command()
@click.argument("view", type=click.Path(path_type=Path))
@click.option("--run", type=click.Path(path_type=Path), help="Run folder that the view is of.")
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs"), show_default=True)
@click.option("--dark", is_flag=True, help="As on a dark page.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="New folder.")
def replay(view: Path, run: Path | None, runs: Path, dark: bool, output: Path) -> None:
    """Draw the figures of VIEW, a view saved in the dashboard, as JSON files."""
    from core.command.window import replay_view

    replay_view(view, run, runs, dark, output)


@main.command(hidden=True)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--job", default="run")
def work(run: Path, job: str) -> None:
    """Do the work of RUN in this process (the command line and the dashboard start this)."""
    from core.runs.worker import work as do_work

    do_work(run, job)


@main.command(hidden=True)
def ready() -> None:
    """Read what `work` needs, then do what is told on standard input."""
    from core.runs.told import await_job

    await_job()


if __name__ == "__main__":
    main()
