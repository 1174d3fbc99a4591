"""`python -m dashboard.replay VIEW.json -o FOLDER`: the figures of a view without a browser.

The same functions draw them as draw the pages; the same view of the same run gives the same bytes.
"""

import json
import math
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import click
import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from core.errors import RunError, TaskGroupingError
from core.outputs import make_parents
from core.provenance import Source
from core.runs import Run, read_view_file
from core.runs.looked_at import with_origins
from core.runs.views import FOLDER
from core.selection.pull import measure_pull
from core.values import Report, TaskTable
from dashboard.charts.chart import Chart
from dashboard.figures import (
    draw_affinity_page,
    draw_evidence_page,
    draw_graph_page,
    draw_groups_page,
    draw_landscape_page,
)
from dashboard.selected import SIGNED_BY_MAGNITUDE, chosen_points, profile_chosen, pull_rows
from dashboard.view_file import read_view
from dashboard.view_state import ViewState


@click.command()
@click.argument("file", metavar="VIEW", type=click.Path(path_type=Path))
@click.option("--run", "run_path", type=click.Path(path_type=Path), help="Run folder of the view.")
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs"), show_default=True)
@click.option("--dark", is_flag=True, help="As on a dark page.")
@click.option("-o", "--output", "folder", required=True, type=click.Path(path_type=Path))
def main(file: Path, run_path: Path | None, runs: Path, dark: bool, folder: Path) -> None:
    """Draw the figures of VIEW, a saved view of a run, as JSON files in a new FOLDER."""
    try:
        view = _read(file)
        run = Run(run_path or _find_run(file, view, runs))
        for name in replay(run, view, folder, dark=dark):
            click.echo(str(folder / name))
    except TaskGroupingError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)


def replay(run: Run, view: ViewState, folder: Path, *, dark: bool = False) -> list[str]:
    """Write every figure of a view into a new folder, whole or not at all; the names of the files.

    Raises:
        RunError: the folder is there and not empty, or cannot be written; the run has no report.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunError(f"{folder} exists; name a new folder with -o.")
    texts = {name: to_text(content) for name, content in draw(run, view, dark=dark)}
    make_parents(folder)
    try:
        partial = Path(mkdtemp(dir=folder.absolute().parent, prefix=".replay-"))
        try:
            for name, text in texts.items():
                (partial / name).write_text(text, encoding="utf-8")
            partial.chmod(0o755)
            partial.replace(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise RunError(f"Cannot write {folder}: {error.strerror}.") from error
    return list(texts)


def draw(run: Run, view: ViewState, *, dark: bool = False) -> Iterator[tuple[str, Any]]:
    """(file name, content) of every figure, and of the numbers of the selected samples."""
    report = run.report()
    pages: dict[str, Any] = {
        "affinity": draw_affinity_page(report, _table(run), view, dark=dark),
        "graph": draw_graph_page(report, view, dark=dark),
        "groups": draw_groups_page(report, view, dark=dark),
    }
    if report.evidence is not None and report.evidence.is_final:
        pages["evidence"] = draw_evidence_page(report.evidence, view, dark=dark)
    pages["landscape"], numbers = _landscape(run, report, view, dark)
    for page, charts in pages.items():
        for name, chart in charts.items():
            yield f"{page}-{name}.json", _content(chart)
    if numbers is not None:
        yield "landscape-selection.json", numbers


def to_text(content: Any) -> str:
    """JSON with sorted keys: the same content gives the same bytes."""
    return json.dumps(_plain(content), indent=1, sort_keys=True, ensure_ascii=False)


def _landscape(
    run: Run, report: Report, view: ViewState, dark: bool
) -> tuple[dict[str, Chart[Any]], Any]:
    """The map with its selection; empty where its job has not run."""
    flat = run.map(view.map_method)
    if flat is None:
        return {}, None
    points = run.landscape(run.plan.heads).points
    selection = view.samples
    table, chosen = _table(run), None
    table = with_origins(run, table) if table is not None else None
    if selection is not None:
        on = run.map(selection.map_method) if selection.parts else None
        chosen = chosen_points(points, on, selection, table)
    if selection is None or chosen is None:
        drawn = draw_landscape_page(report, points, flat, view, table=table, dark=dark)
        return dict(drawn), None
    profile = profile_chosen(table, points, chosen, selection) if table is not None else None
    signed = report.affinity.measure != SIGNED_BY_MAGNITUDE
    patient = None if table is None else table.patient
    pull = measure_pull(points, chosen, len(report.tasks), signed, patient)
    charts = draw_landscape_page(report, points, flat, view, chosen, profile, table, dark=dark)
    pairs = pull_rows(pull, report.task_names).to_dict("records")
    rows = [asdict(one) for one in profile.differences] if profile is not None else []
    return dict(charts), {"differences": rows, "pairs": pairs, "name": selection.name}


def _table(run: Run) -> TaskTable | None:
    """The table of a run; None where it was made from something else."""
    return run.table() if run.source is Source.TABLE else None


def _content(chart: Chart[Any]) -> dict[str, Any]:
    figure = chart.figure
    spec = json.loads(figure.to_json()) if isinstance(figure, Figure) else figure
    return {"alt": chart.alt, "height": chart.height, "spec": spec}


def _plain(value: Any) -> Any:
    """What JSON knows; a number that is not finite is null."""
    if isinstance(value, pd.DataFrame):
        return {str(name): _plain(column.tolist()) for name, column in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _read(file: Path) -> ViewState:
    try:
        return read_view(read_view_file(file))
    except OSError as error:
        raise RunError(f"Cannot read {file}: {error.strerror}.") from error


def _find_run(file: Path, view: ViewState, runs: Path) -> Path:
    """The run a view file lies in, else the one it names among `runs`."""
    around = file.absolute().parent
    if around.name == FOLDER:
        return around.parent
    if not view.run or view.run != Path(view.run).name:
        raise RunError(f"{file} names no run; say which with --run.")
    return runs / view.run


if __name__ == "__main__":
    main()
