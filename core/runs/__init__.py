"""Run folders and the worker process that fills them.

run = Run.create(path, frame, roles, plan, name, sha256)   whole or not at all
Run.create_given(…)      the same from a matrix or a recorded landscape in place of a table
run.start()              a worker process; it survives whoever started it
run.status()             starting | running | done | failed | cancelled | interrupted
run.cancel()             SIGTERM, finished stages stay
run.start()              resume
keep_weights(run.path, …)  a pretrained start of the landscape
run.report()             the finished Report
read_document(run)       its aggregates, as report.json holds them
name_group(run.path, …)  what people call a group
"""

from core.runs.archive import archive_run
from core.runs.asked import Asked
from core.runs.compare import Comparison, compare_runs
from core.runs.draft import Draft
from core.runs.folder import EVIDENCE, MAIN, Run
from core.runs.listing import list_runs
from core.runs.maps import MORE_SEEDS, MORE_STARTS, STARTS_ON, load_partial
from core.runs.names import load_group_names, name_group
from core.runs.reported import read_document
from core.runs.spec import Spec, rename_run
from core.runs.status import State, Status, replace_text
from core.runs.unpack import unpack_run
from core.runs.views import load_view, read_view_file, save_view
from core.runs.weights import keep_weights

__all__ = [
    "EVIDENCE",
    "MAIN",
    "MORE_SEEDS",
    "MORE_STARTS",
    "STARTS_ON",
    "Asked",
    "Comparison",
    "Draft",
    "Run",
    "Spec",
    "State",
    "Status",
    "archive_run",
    "compare_runs",
    "keep_weights",
    "list_runs",
    "load_group_names",
    "load_partial",
    "load_view",
    "name_group",
    "read_document",
    "read_view_file",
    "rename_run",
    "replace_text",
    "save_view",
    "unpack_run",
]
