"""What a run is asked to do, and how its folder comes into being: whole or not at all."""

import json
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import RunError
from core.plan import Plan
from core.provenance import Source
from core.runs.status import replace_text

if TYPE_CHECKING:
    import pandas as pd

SPEC_VERSION = 1
DATA = {
    Source.TABLE: "data.parquet",
    Source.LANDSCAPE: "given.npz",
    Source.MATRIX: "given.npz",
}
"""The file that holds what a run was made from."""

LONGEST_NAME = 200

STALE_S = 3600.0
"""Age from which a half-made folder counts as left behind."""


@dataclass(frozen=True)
class Spec:
    """What a run is asked to do. `name` is for people on this machine and enters no report.

    A run that was not made from a table has no roles but the names of its `targets`.
    """

    name: str
    created_at: str
    n_rows: int
    data_sha256: str
    roles: dict[str, Any]
    plan: dict[str, Any]
    schema_version: int = SPEC_VERSION
    source: str = Source.TABLE


def new_spec(
    name: str, n_rows: int, sha256: str, roles: dict[str, Any], plan: Plan, source: Source
) -> Spec:
    """The spec of a run made now."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")  # runs are listed by it
    return Spec(name, now, n_rows, sha256, roles, plan.to_spec(), source=str(source))


def load_spec(path: Path) -> Spec:
    """The spec of the run at `path`.

    Raises:
        RunError: the file is damaged, or a newer version wrote it.
    """
    try:
        told = json.loads((path / "spec.json").read_text(encoding="utf-8"))
        if told["schema_version"] <= SPEC_VERSION:  # a newer one may have fields unknown here
            return Spec(**told)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RunError(f"{path}/spec.json is damaged; delete the run.") from error
    raise RunError(f"{path} was written by a newer version; update this one.")


def rename_run(path: Path, name: str) -> None:
    """Give the run at `path` another name for people; nothing is computed again.

    Raises:
        RunError: the name is empty, or the folder cannot be written.
    """
    plain = " ".join(name.split())[:LONGEST_NAME]
    if not plain:
        raise RunError("A run needs a name; type one.")
    try:
        change_spec(path, name=plain)
    except OSError as error:
        raise RunError(f"The run cannot be renamed ({error.strerror}); make room.") from error


def set_roles(path: Path, roles: dict[str, Any]) -> None:
    """Write down what is known of the columns of the run at `path` once every row was read."""
    change_spec(path, roles=roles)


def change_spec(path: Path, **changes: Any) -> None:
    """Change some fields of the spec of the run at `path`; a worker may change others meanwhile.

    Raises:
        RunError: the file is damaged, or a newer version wrote it.
        OSError: the folder cannot be written.
    """
    from filelock import FileLock

    with FileLock(path / "spec.lock"):
        spec = asdict(load_spec(path)) | changes
        replace_text(path / "spec.json", json.dumps(spec, indent=1))


def load_frame(path: Path) -> "pd.DataFrame":
    """The copy of the data in the run at `path`; RunError when its file is damaged."""
    import pandas as pd

    try:
        return pd.read_parquet(path / DATA[Source.TABLE])
    except (OSError, ValueError) as error:
        raise RunError(
            f"{DATA[Source.TABLE]} of the run {path.name} is damaged; delete it."
        ) from error


def make_folder(path: Path, save: Callable[[Path], None], spec: Spec) -> bool:
    """A new run folder at `path`, whole or not at all; False where there is one of the same data.

    `save` writes what the run is made from to the path it is given.

    Raises:
        RunError: something else is at `path`, or it cannot be written.
    """
    try:
        if not is_run_there(path):
            sweep_partials(path)
            _write_new(path, save, spec)
            return True
    except OSError as error:
        raise RunError(f"Cannot write the run folder {path}: {error.strerror}.") from error
    old = load_spec(path)
    if (old.data_sha256, old.roles, old.source) != (spec.data_sha256, spec.roles, spec.source):
        raise RunError(f"{path} holds a run on other data or columns; choose another with -o.")
    return False


def is_run_there(path: Path) -> bool:
    """Whether there is a run at `path`, and no room for a new one.

    Raises:
        RunError: something else is there.
        OSError: nothing can be at such a path.
    """
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return False
    if not (path / "spec.json").is_file():
        raise RunError(f"{path} exists and is not a run folder; choose another with -o.")
    return True


def _write_new(path: Path, save: Callable[[Path], None], spec: Spec) -> None:
    """Make the folder readable by its owner only, filled before anybody sees it.

    A folder that is there already (empty) keeps its place: it may be a mount or a link.
    """
    is_there = path.exists()
    place = path if is_there else path.absolute().parent
    partial = place / f"{partial_name(path)}{secrets.token_hex(4)}"
    try:
        partial.mkdir(parents=True, mode=0o700)
        save(partial / DATA[Source(spec.source)])
        replace_text(partial / "spec.json", json.dumps(asdict(spec), indent=1))
        if is_there:
            for part in sorted(partial.iterdir(), key=lambda part: part.name == "spec.json"):
                part.replace(path / part.name)
        else:
            partial.rename(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def sweep_partials(path: Path) -> None:
    """Remove what a killed process left of the same run, an hour ago or longer."""
    for old in path.absolute().parent.glob(f"{partial_name(path)}*"):
        if time.time() - old.stat().st_mtime > STALE_S:
            shutil.rmtree(old, ignore_errors=True)


def partial_name(path: Path) -> str:
    """How the name of a half-made folder of the run at `path` begins."""
    return f".partial-{blake2b(path.name.encode(), digest_size=6).hexdigest()}-"
