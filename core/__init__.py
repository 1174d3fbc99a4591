"""The engine: which prediction tasks should share a model.

    from core import load_table, Plan, run
    report = run(load_table("cohort.csv", targets="y_*"), Plan())

Every stage can also be called on its own, in this order:

    measure_landscape   TaskTable → Landscape     what every sample wants from the model
    measure_affinity    Landscape → Affinity      how alike two tasks pull the model
    build_graph         Affinity → TaskGraph      which tasks are neighbours
    embed_tasks         TaskGraph → Embedding     a point for every task, by graph attention
    group_tasks         Embedding → Groupings     a Gaussian mixture for every number of groups
    validate_grouping   Report → Report           the same with evidence: the groups are trained
    explain_groups      Report → Report           the same with what drives the groups it then has

A matrix of affinities or a recorded landscape (`load_affinity`, `load_landscape`) can stand in for
the table: `run_matrix`, `run_landscape`; `record_landscape` hooks a model in its own loop.

Names are looked up on first use, so that `import core` stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.affinity import measure_affinity
    from core.data import load_example, load_table, open_table
    from core.export import load_model
    from core.given import load_affinity, load_landscape
    from core.graph import build_graph, embed_tasks
    from core.grouping import group_tasks
    from core.landscape import bring, measure_landscape
    from core.pipeline import explain_groups, run, run_landscape, run_matrix
    from core.plan import PRESETS, Plan, preset
    from core.recording import record_landscape
    from core.report import to_document
    from core.validation import validate_grouping

__all__ = [
    "PRESETS",
    "Plan",
    "bring",
    "build_graph",
    "embed_tasks",
    "explain_groups",
    "group_tasks",
    "load_affinity",
    "load_example",
    "load_landscape",
    "load_model",
    "load_table",
    "measure_affinity",
    "measure_landscape",
    "open_table",
    "preset",
    "record_landscape",
    "run",
    "run_landscape",
    "run_matrix",
    "to_document",
    "validate_grouping",
]

_HOME = {
    "PRESETS": "core.plan",
    "Plan": "core.plan",
    "bring": "core.landscape",
    "build_graph": "core.graph",
    "embed_tasks": "core.graph",
    "explain_groups": "core.pipeline",
    "group_tasks": "core.grouping",
    "load_affinity": "core.given",
    "load_example": "core.data",
    "load_landscape": "core.given",
    "load_model": "core.export",
    "load_table": "core.data",
    "measure_affinity": "core.affinity",
    "measure_landscape": "core.landscape",
    "open_table": "core.data",
    "preset": "core.plan",
    "record_landscape": "core.recording",
    "run": "core.pipeline",
    "run_landscape": "core.pipeline",
    "run_matrix": "core.pipeline",
    "to_document": "core.report",
    "validate_grouping": "core.validation",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'core' has no attribute {name!r}")
