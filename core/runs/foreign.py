"""What the folder of a run may hold that somebody else may have made: settings of ours, arrays of
numbers only (never pickle), a table as long as the run says."""

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import RunError, TaskGroupingError
from core.plan import Plan
from core.provenance import Source
from core.runs.spec import DATA, load_spec
from core.runs.status import State, Status, replace_text
from core.runs.streamed import ROWS

MOST_CELLS = 4 * 10**9
"""Of the table: a few bytes of Parquet can stand for any number of equal values."""


def check_content(folder: Path) -> None:
    """Refuse settings, tables and arrays that this version cannot read safely."""
    spec = load_spec(folder)
    texts = (spec.name, spec.created_at, spec.data_sha256, spec.source)
    named = spec.roles.get("targets") if isinstance(spec.roles, dict) else None
    if not all(isinstance(text, str) for text in texts) or type(spec.n_rows) is not int:
        raise Refused("its spec.json is damaged")
    if not isinstance(named, list) or spec.source not in set(Source):
        raise Refused("its spec.json is damaged")
    try:
        Plan.from_spec(spec.plan)
    except (TaskGroupingError, TypeError, ValueError, AttributeError) as error:
        raise Refused("its settings are of another version, or damaged") from error
    for file in folder.rglob("*.npz"):
        _check_arrays(file)
    source = Source(spec.source)
    if not (folder / DATA[source]).is_file():
        raise Refused(f"{DATA[source]} is missing")
    if source is Source.TABLE:
        rows = folder / ROWS
        _check_table(rows if rows.is_file() else folder / DATA[source], spec.n_rows)


def write_status(folder: Path, found: Any) -> None:
    """Where the run was, as far as that can be believed; a job that was at work is interrupted."""
    try:
        state = State(found["state"])
        status = Status(
            State.INTERRUPTED if state.is_live else state,
            fraction=min(max(float(found["fraction"]), 0.0), 1.0),
            message=str(found["message"])[:200],
            error=str(found["error"])[:500],
            started_at=float(found["started_at"]),
            updated_at=float(found["updated_at"]),
        )
    except (TypeError, KeyError, ValueError):
        return
    replace_text(folder / "status.json", json.dumps(asdict(status)))


def _check_arrays(file: Path) -> None:
    """Arrays as ours: not packed again, none inside another, none of Python objects."""
    import numpy as np

    try:
        with zipfile.ZipFile(file) as arrays:
            infos = arrays.infolist()
            is_plain = all(info.compress_type == zipfile.ZIP_STORED for info in infos)
            if not is_plain or sum(info.file_size for info in infos) > file.stat().st_size:
                raise Refused(f"{file.name} holds more than its size")
            for info in infos:
                with arrays.open(info) as array:
                    version = np.lib.format.read_magic(array)
                    read = {(1, 0): np.lib.format.read_array_header_1_0}.get(
                        version, np.lib.format.read_array_header_2_0
                    )
                    _, _, kind = read(array)
                if kind.hasobject:
                    raise Refused(f"{file.name} holds objects, not numbers")
    except (ValueError, zipfile.BadZipFile) as error:
        raise Refused(f"{file.name} is no file of arrays") from error


def _check_table(file: Path, n_rows: int | None) -> None:
    """Refuse a table of another length than the run says; that of a sample is its own."""
    from pyarrow import ArrowInvalid
    from pyarrow.parquet import read_metadata

    try:
        found = read_metadata(file)
    except (ArrowInvalid, OSError) as error:
        raise Refused("its table is no Parquet file") from error
    n_rows = found.num_rows if n_rows is None else n_rows
    if found.num_rows != n_rows or found.num_rows * found.num_columns > MOST_CELLS:
        raise Refused(f"its table has {found.num_rows:,} rows, the run says {n_rows:,}")


class Refused(RunError):
    """The archive holds what no run of ours holds."""

    def __init__(self, why: str) -> None:
        super().__init__(f"This zip was not imported: {why}. Export the run again.")
