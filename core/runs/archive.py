"""A run as one zip file, to keep or to take to another machine.

archive_run(run, file)          everything that the run is made of, with a digest of each part
unpack_run(root, file)          checked part by part, then a new run with an id of its own
"""

import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import file_digest
from pathlib import Path
from typing import IO, Any

from core.errors import RunError
from core.runs.folder import EVIDENCE, MAIN, Run
from core.runs.incoming import has_incoming
from core.runs.status import Status
from core.runs.streamed import INCOMING

VERSION = 1
KIND = "taskscape-run"
MANIFEST = "manifest.json"
ENDINGS = (".json", ".npz", ".parquet", ".safetensors")
LEFT_OUT = ("status.json", "jobs", "views", INCOMING)
"""What belongs to this machine: who works on the run, and the views of people here."""


def archive_run(run: Run, file: IO[bytes]) -> None:
    """Write a run into a zip: its data, settings, finished stages and trained networks.

    Raises:
        RunError: the run is at work, damaged, or cannot be read.
    """
    for job in (MAIN, EVIDENCE):
        if (status := run.status(job)) and status.state.is_live:
            raise RunError(f"The run {run.id} is at work; wait or cancel it, then export it.")
    if has_incoming(run.path):
        raise RunError(
            f"The rows of the run {run.id} were not read yet; resume it, then export it."
        )
    _ = run.spec  # a damaged one is no archive
    try:
        names = sorted(_members(run.path))
        members = {name: _describe(run.path / name) for name in names}
        manifest = {
            "kind": KIND,
            "schema_version": VERSION,
            "members": members,
            "status": _status(run.status()),
        }
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
            for name in names:
                # arrays are numbers that hardly shrink; stored, they also check quickly
                packing = zipfile.ZIP_DEFLATED if name.endswith(".json") else zipfile.ZIP_STORED
                _write(archive, run.path / name, name, packing)
    except OSError as error:
        raise RunError(f"The run {run.id} cannot be exported: {error.strerror}.") from error


def _members(folder: Path) -> Iterator[str]:
    """The files of a run that travel, by their paths inside its folder."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        is_kept = name.parts[0] not in LEFT_OUT and not name.name.startswith(".")
        if is_kept and path.suffix in ENDINGS and path.is_file() and not path.is_symlink():
            yield name.as_posix()


def _describe(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def _write(archive: zipfile.ZipFile, path: Path, name: str, packing: int) -> None:
    entry = zipfile.ZipInfo(name)  # no date and no owner of this machine
    entry.compress_type = packing
    with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target)


def _status(status: Status | None) -> dict[str, Any] | None:
    """Where the run is, without who worked on it."""
    return None if status is None else asdict(status) | {"worker": None}
