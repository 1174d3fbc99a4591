"""The table of a run as people look at it: with the columns that say where its rows come from."""

from core.data import Roles
from core.data.origins import show_origins
from core.runs.folder import Run
from core.runs.spec import load_frame
from core.values import TaskTable


def with_origins(run: Run, table: TaskTable) -> TaskTable:
    """The table of a run, its origins before the features; no model may be given it.

    Raises:
        RunError: the run's copy of the data is damaged.
    """
    roles = Roles.from_spec(run.spec.roles)
    return show_origins(table, load_frame(run.path), roles) if roles.origins else table
