"""The table of a run as people look at it: with the columns that say where its rows come from."""

from typing import TYPE_CHECKING

from core.data import Roles
from core.data.group_columns import show_groups
from core.runs.spec import load_frame
from core.values import TaskTable

if TYPE_CHECKING:
    from core.runs.folder import Run


def with_groups(run: "Run", table: TaskTable) -> TaskTable:
    """The table of a run, its group columns before the features; no model may be given it.

    Raises:
        RunError: the run's copy of the data is damaged.
    """
    roles = Roles.from_spec(run.spec.roles)
    return show_groups(table, load_frame(run.path), roles) if roles.groups else table
