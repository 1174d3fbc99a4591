"""A run from a zip that somebody else may have made: nothing in it is believed.

Checked before anything is written: that it is an archive of ours, of a version we know; that every
member is named, of a known kind, inside the folder, a plain file, no bomb. Checked as it is
written: that no member is longer than it says, and its digest. Checked before the run is shown:
what the members hold (`core.runs.foreign`).
"""

import json
import re
import secrets
import shutil
import stat
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from core.errors import RunError
from core.runs.archive import ENDINGS, KIND, LEFT_OUT, MANIFEST, VERSION
from core.runs.folder import Run
from core.runs.foreign import Refused, check_content, write_status
from core.runs.spec import partial_name

MOST_MEMBERS = 20_000
MOST_BYTES = 16 * 10**9
MOST_JSON = 200 * 10**6
MOST_RATIO, FREE_BYTES = 200, 10**6
"""No member may unpack to more than 200 times its size in the zip, small ones aside."""
_ENDING = "|".join(ending.removeprefix(".") for ending in ENDINGS)
_NAME = re.compile(rf"([A-Za-z0-9_-]+/){{0,2}}[A-Za-z0-9_-][A-Za-z0-9_.-]*\.({_ENDING})")
_CHUNK = 1 << 20


def unpack_run(root: Path, file: IO[bytes]) -> Run:
    """A new run under `root` from an archive, whole or not at all.

    Raises:
        RunError: the file is no archive of a run, is damaged, or holds what no run holds.
    """
    path = root / secrets.token_hex(16)
    partial = root / f"{partial_name(path)}{secrets.token_hex(4)}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(file) as archive:
            manifest = _read_manifest(archive)
            _check_members(archive, manifest["members"])
            partial.mkdir(mode=0o700)
            for name, told in manifest["members"].items():
                _extract(archive, name, told, partial)
        check_content(partial)
        write_status(partial, manifest.get("status"))
        partial.rename(path)
    except zipfile.BadZipFile as error:
        raise RunError("The file is no zip, or a damaged one; export the run again.") from error
    except (NotImplementedError, RuntimeError) as error:
        raise RunError("The zip is encrypted or packed in an unknown way; unpack it.") from error
    except OSError as error:
        text = f"The run cannot be written ({error.strerror}); make room, then import it again."
        raise RunError(text) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Run(path)


def _read_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        info = archive.getinfo(MANIFEST)
        if info.file_size > MOST_JSON:
            raise Refused("its manifest is too long")
        found = json.loads(archive.read(info))
        members = found["members"]
        is_ours = found["kind"] == KIND and isinstance(members, dict)
        if not is_ours or not all(map(_is_description, members.values())):
            raise Refused("its manifest is damaged")
        if found["schema_version"] > VERSION:
            raise RunError("The archive was written by a newer version; update this one.")
    except (KeyError, ValueError, TypeError) as error:
        raise RunError(
            "The zip is no archive of a run: it has no readable manifest.json. Export the run with "
            "the button on the page Runs, or `taskscape archive`."
        ) from error
    return dict(found)


def _check_members(archive: zipfile.ZipFile, told: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a zip that no export would write, by its table of contents alone."""
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise Refused(f"it has {len(infos):,} members, {MOST_MEMBERS:,} at most are read")
    names = [info.filename for info in infos]
    if len(set(names)) < len(names) or set(names) - {MANIFEST} != set(told):
        raise Refused("its members are not those of its manifest")
    for info in infos:
        _check_member(info)
    if sum(info.file_size for info in infos) > MOST_BYTES:
        raise Refused(f"it unpacks to more than {MOST_BYTES // 10**9} GB")
    if sum(info.compress_size for info in infos) > _size(archive):
        raise Refused("its members overlap")


def _check_member(info: zipfile.ZipInfo) -> None:
    name = info.filename
    if not _NAME.fullmatch(name) or ".." in name or name.split("/")[0] in LEFT_OUT:
        raise Refused(f"{name[:60]!r} is no part of a run")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise Refused(f"{name!r} is a link or no plain file")
    if info.file_size > max(FREE_BYTES, MOST_RATIO * info.compress_size):
        raise Refused(f"{name!r} unpacks to {info.file_size:,} bytes, far more than it holds")
    if name.endswith(".json") and info.file_size > MOST_JSON:
        raise Refused(f"{name!r} is longer than any of ours")


def _extract(archive: zipfile.ZipFile, name: str, told: Mapping[str, Any], folder: Path) -> None:
    """Write a member, stopping where it is longer than its manifest says."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    left, digest = told["bytes"], sha256()
    with archive.open(name) as source, target.open("xb") as file:
        while chunk := source.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                raise Refused(f"{name!r} is longer than its manifest says")
            digest.update(chunk)
            file.write(chunk)
    if left or digest.hexdigest() != told["sha256"]:
        raise Refused(f"{name!r} is not what was exported: its digest differs")


def _is_description(found: Any) -> bool:
    if not isinstance(found, dict):
        return False
    size, digest = found.get("bytes"), found.get("sha256")
    return type(size) is int and size >= 0 and isinstance(digest, str)


def _size(archive: zipfile.ZipFile) -> int:
    assert archive.fp is not None
    return archive.fp.seek(0, 2)
