"""`taskscape export`: the recommended grouping and its networks as a folder."""

import json
from pathlib import Path

import click


def export_to(path: Path, folder: Path, as_json: bool, *, members: str) -> None:
    """Write the export of a validated run, and say what is in it.

    Raises:
        RunError: the run was not validated, or the folder holds something.
        MethodError: unknown members.
    """
    from core.export import export_run, parse_members
    from core.report.clean import clean
    from core.runs import Run

    chosen = parse_members(members)
    made = export_run(Run(path), folder, chosen)
    if as_json:
        click.echo(json.dumps(made.groups, indent=1, ensure_ascii=False))
        return
    lines = [f"decision: {made.groups['decision']}", made.groups["reason"], ""]
    lines += [
        f"{one['name']:>5}  {', '.join(map(clean, one['tasks']))}" for one in made.groups["groups"]
    ]
    lines += ["", f"{made.n_networks} networks, groups.yaml, schema.json and README.md: {folder}"]
    click.echo("\n".join(lines))
