"""From a file to a TaskTable.

    source    whatever a user brings → a frame
    reading   a CSV, TSV or Parquet file → a frame, and notices of what was assumed
    folder    one file per task → a frame of stacked rows
    arrays    an .npz of arrays, images too → a frame
    stacking  tasks with their own samples under each other
    patterns  columns by name or glob
    roles     which column is target, feature, patient id or ignored
    earlier_split  columns that name a split somebody made before
    kinds     what a target is: binary, multiclass, regression
    features  feature columns → numbers, and how
    coding    every column → numbers
    mends     what a user may choose to read otherwise
    mend_words  how mends are asked for
    spellings what a text may spell: a number, a date
    odd_texts  texts that a column could do without
    survival  a time and an event → a signed time
    issues    what is wrong with a table, in sentences
    split     60 / 20 / 20 by whole patients, made once
    table     all of it put together
    summarise what a report tells of the data: counts and pulls, never a row
    schema    the same inputs from a new frame, for a model that was exported
    streamed  tables too large for memory, read a batch at a time
    planted   a generator of cohorts whose true groups are known
    examples  the built-in tables

Example:
    >>> from core.data import load_example, load_table
    >>> frame, targets = load_example("cohort")
    >>> table = load_table(frame, targets=targets)
    >>> len(table.tasks)
    12
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.examples import EXAMPLES, Example, load_example
from core.data.issues import Issue, find_issues
from core.data.mends import Mends, mend_columns
from core.data.patterns import Patterns, match_columns
from core.data.planted import Planted, plant_groups
from core.data.reading import name_columns, read_frame
from core.data.roles import Roles, assign_roles
from core.data.schema import TableSchema, fit_schema
from core.data.source import TABLE_TARGETS, Source, digest_source, read_source
from core.data.streamed import open_table
from core.data.summarise import summarise_table
from core.data.table import build_table, stop_at_errors
from core.values import TaskTable

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "EXAMPLES",
    "Example",
    "Issue",
    "Mends",
    "Planted",
    "Roles",
    "Source",
    "TableSchema",
    "assign_roles",
    "build_table",
    "digest_source",
    "find_issues",
    "fit_schema",
    "load_example",
    "load_table",
    "match_columns",
    "mend_columns",
    "name_columns",
    "open_table",
    "plant_groups",
    "read_frame",
    "read_source",
    "stop_at_errors",
    "summarise_table",
]


def load_table(
    source: "str | Path | pd.DataFrame",
    targets: Patterns | None = None,
    ignore: Patterns = (),
    patient_id: str | None = None,
    kinds: Mapping[str, str] | None = None,
    seed: int = 0,
    mends: Mapping[str, str] | None = None,
    learn_from: Patterns = (),
) -> TaskTable:
    """Read, check and split a table in one go.

    Args:
        source: a CSV, TSV or Parquet file, a folder with one such file per task, an .npz of arrays,
            or a frame.
        targets: names or shell globs of the target columns, as `"y_*"`; in a folder, of the target
            column of each file (its task is called like the file). None takes `y` in a folder and
            `y_*` elsewhere.
        ignore: names or globs of columns to leave out.
        patient_id: the column whose rows must stay in one split; never a feature.
        kinds: kinds of targets where the inferred one is not wanted, as `{"y_a": "regression"}`.
        mends: mends of columns that `find_issues` proposed, as `{"glucose": "missing:-999"}`.
        seed: which 60 / 20 / 20 split of the patients.
        learn_from: columns to learn from though they name a split made before, which else are
            left out.

    Raises:
        TableError: the file cannot be read, no column matches, or the table has an error-level
            issue; one line that says what to do.
    """
    if isinstance(source, str | Path):
        found = read_source(Path(source), targets, ignore)
    else:
        found = Source(name_columns(source), targets or TABLE_TARGETS, ignore)
    frame = mend_columns(found.frame, mends or {})
    roles = assign_roles(
        frame,
        found.targets,
        ignore=found.ignore,
        patient_id=patient_id,
        kinds=kinds,
        feature_shape=found.feature_shape,
        mends=mends,
        learn_from=learn_from,
    )
    return build_table(frame, roles, seed=seed)
