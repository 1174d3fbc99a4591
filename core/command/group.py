"""`taskscape group`: make a run, start its worker and watch it."""

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.command.given import group_given
from core.command.plan import make_plan
from core.command.set_any import set_any
from core.command.tables import Columns, make_run
from core.command.watch import watch
from core.errors import MethodError, TableError
from core.ready import Ready


def group_file(
    data: Path,
    run: Path | None,
    as_json: bool,
    ready: Ready | None = None,
    *,
    targets: Sequence[str],
    matrix: str | None,
    ignore: Sequence[str],
    patient_id: str | None,
    origins: Sequence[str],
    learn_from: Sequence[str],
    kinds: Sequence[str],
    mends: Sequence[str],
    preset: str,
    measure: str | None,
    heads: str | None,
    trunk: str | None,
    start: str | None,
    weights: Path | None,
    groups: str,
    seed: int,
    device: str,
    samples: int | None,
    pairs: Sequence[str],
    stream: str,
) -> int:
    """Check DATA, make a run folder, work on it, print the result; returns the exit status.

    `ready` is a process that waits to be the worker; all else is said by the options.

    Raises:
        TaskGroupingError: bad input; then nothing was written.
    """
    from core.data.mend_words import parse_mends
    from core.given import holds_arrays
    from core.landscape import NOTHING, Brought, load_weights
    from core.runs.spec import is_run_there

    settings = {"heads": heads, "trunk": trunk, "start": start, "samples": samples}
    plan = set_any(make_plan(preset, measure, settings, groups, seed, device), pairs)
    if os.path.exists(data) and not (os.path.isfile(data) or os.path.isdir(data)):
        raise TableError(f"{data} is no regular file but a pipe or device; save it as a file.")
    if run is not None:
        with suppress(OSError):  # said where the folder is made
            is_run_there(run)
    if not targets and (matrix is not None or not holds_arrays(data)):
        unread: dict[str, Any] = {"--ignore": ignore, "--patient-id": patient_id}
        unread |= {"--origin": origins, "--feature": learn_from, "--kind": kinds, "--mend": mends}
        unread |= {"--weights": weights}
        unread |= {f"--{name}": value for name, value in settings.items()}
        unread |= {"--measure": measure}
        unread |= {f"--set {pair}": True for pair in pairs if pair.startswith("landscape.")}
        return group_given(data, run, as_json, matrix, plan, unread, ready)
    if matrix is not None:
        raise MethodError("--matrix reads DATA as a matrix, --targets as a table; leave one out.")
    own = NOTHING if weights is None else Brought(weights=load_weights(weights))
    path = run or Path("runs") / secrets.token_hex(16)
    asked = (targets, ignore, patient_id, _kinds(kinds), parse_mends(mends), origins, learn_from)
    target = make_run(data, path, Columns(*asked), plan, stream, own)
    return watch(target, as_json, ready=ready)


def _kinds(pairs: Sequence[str]) -> dict[str, str]:
    kinds = {}
    for pair in pairs:
        column, equals, event = pair.partition("=time_to_event:")  # its name may have a sign too
        if equals:
            kinds[column] = f"time_to_event:{event}"
            continue
        column, equals, kind = pair.rpartition("=")
        if not equals:
            raise MethodError(f"--kind {pair!r} is not COLUMN=KIND, for example y_age=regression.")
        kinds[column] = kind
    return kinds
