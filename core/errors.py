"""Every error a user can cause. Its text is one line: what, where, found, what to do."""


class TaskGroupingError(Exception):
    """Base of the errors that are not our fault; the command line exits with 2 on any of them."""


class TableError(TaskGroupingError):
    """The table cannot be used as it is: unreadable file, impossible column, too few labels."""


class MethodError(TaskGroupingError):
    """An unknown method key, an unknown knob, or a knob outside its range."""


class RunError(TaskGroupingError):
    """The run folder is missing, busy, damaged or holds something else."""


class Cancelled(TaskGroupingError):
    """The run was asked to stop; finished stages are kept."""
