"""The options that say what the columns of a table are."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--targets", multiple=True, help="Target columns of a table: names or 'y_*'."),
    click.option("--ignore", multiple=True, help="Columns to leave out: names or patterns."),
    click.option("--patient-id", metavar="COL", help="Rows of one patient share a split."),
    click.option(
        "--origin",
        "origins",
        multiple=True,
        metavar="COL",
        help="Where rows come from (a site, a ward): looked at, never learned from.",
    ),
    click.option(
        "--feature",
        "learn_from",
        multiple=True,
        metavar="COL",
        help="Learn from a column that a note says is ignored, as it names a split.",
    ),
    click.option(
        "--kind",
        "kinds",
        multiple=True,
        metavar="COL=KIND",
        help="Overrule a task's kind: binary, multiclass, regression, time_to_event:EVENT_COLUMN.",
    ),
    click.option(
        "--mend",
        "mends",
        multiple=True,
        metavar="COL=HOW",
        help="Read a column as a note proposed: missing:-999, missing:unknown|?, "
        "numbers_but:<0.01, lower_case, day_first, month_first, year_first, or "
        "thousands:,.",
    ),
)


def column_options(command: CommandT) -> CommandT:
    """Gives a command the options of the columns, in this order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
