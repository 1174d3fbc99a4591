"""A run travels as one zip, and a zip that somebody else made is believed in nothing."""

import io
import json
import pickle
import stat
import struct
import zipfile
from hashlib import sha256

import numpy as np
import pytest

from core.data import assign_roles
from core.errors import RunError
from core.runs import Run, State, Status, archive_run, rename_run, save_view, unpack_run
from core.runs.archive import MANIFEST
from core.runs.status import worker_of
from core.runs.worker import work
from tests.cohort import SMALL_PLAN, small_cohort


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    frame = small_cohort().frame
    path = tmp_path_factory.mktemp("runs") / "run"
    made = Run.create(path, frame, assign_roles(frame, targets="y_*"), SMALL_PLAN, "x", "0" * 64)
    assert work(path).state is State.DONE
    save_view(path, {"a": "view"})
    return made


@pytest.fixture(scope="module")
def content(run):
    file = io.BytesIO()
    archive_run(run, file)
    return file.getvalue()


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts, packing=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def described(parts):
    """The parts with a manifest that fits them: as a forger would write it."""
    manifest = json.loads(parts[MANIFEST])
    manifest["members"] = {
        name: {"bytes": len(part), "sha256": sha256(part).hexdigest()}
        for name, part in parts.items()
        if name != MANIFEST
    }
    return {**parts, MANIFEST: json.dumps(manifest).encode()}


def refused(content, tmp_path, words):
    root = tmp_path / "root"
    with pytest.raises(RunError, match=words) as caught:
        unpack_run(root, io.BytesIO(content))
    assert "\n" not in str(caught.value)
    assert not root.exists() or not any(root.iterdir()), "nothing is left behind"
    assert [path.name for path in tmp_path.iterdir()] in ([], ["root"]), "nothing outside"


def test_a_run_comes_back_whole_under_an_id_of_its_own(run, content, tmp_path):
    back = unpack_run(tmp_path, io.BytesIO(content))
    assert back.id != run.id
    assert len(back.id) == 32
    assert back.report() == run.report()
    assert back.table() == run.table()
    assert back.plan == run.plan
    assert back.map("pca") == run.map("pca")
    assert back.status().state is State.DONE
    assert back.path.stat().st_mode & 0o077 == 0
    before = {path.name for path in (back.path / "stages").iterdir()}
    assert work(back.path).state is State.DONE
    assert {path.name for path in (back.path / "stages").iterdir()} == before, "nothing made again"


def test_two_imports_are_two_runs(content, tmp_path):
    one, two = (unpack_run(tmp_path, io.BytesIO(content)) for _ in range(2))
    assert one.id != two.id


def test_what_belongs_to_this_machine_stays_here(run, content):
    names = set(parts_of(content))
    assert {"spec.json", "data.parquet", "report.json"} <= names
    assert not [name for name in names if name.startswith(("views", "jobs", "status", "worker"))]
    assert str(run.path).encode() not in content
    assert json.loads(parts_of(content)[MANIFEST])["status"]["worker"] is None


def test_a_run_at_work_is_not_exported(run, tmp_path):
    import os
    import shutil

    shutil.copytree(run.path, tmp_path / "busy")
    busy = Run(tmp_path / "busy")
    Status(State.RUNNING, worker=worker_of(os.getpid())).save(busy.status_path())
    with pytest.raises(RunError, match="at work"):
        archive_run(busy, io.BytesIO())


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04" + b"x" * 100])
def test_what_is_no_zip_is_refused(content, tmp_path):
    refused(content, tmp_path, "no zip")


def test_a_cut_off_zip_is_refused(content, tmp_path):
    refused(content[: len(content) // 2], tmp_path, "no zip|no archive")


@pytest.mark.parametrize(
    "manifest",
    [
        None,
        b"{",
        b"[]",
        b'{"kind": "other", "members": {}, "schema_version": 1}',
        b'{"kind": "taskscape-run", "members": {"spec.json": 3}, "schema_version": 1}',
        b'{"kind": "taskscape-run", "members": {"spec.json": {"bytes": -1, "sha256": ""}}, "schema_version": 1}',
    ],
)
def test_a_zip_without_our_manifest_is_refused(content, tmp_path, manifest):
    parts = parts_of(content)
    del parts[MANIFEST]
    if manifest is not None:
        parts[MANIFEST] = manifest
    refused(zipped(parts), tmp_path, "manifest")


def test_a_newer_archive_is_refused(content, tmp_path):
    parts = parts_of(content)
    parts[MANIFEST] = parts[MANIFEST].replace(b'"schema_version": 1', b'"schema_version": 99')
    refused(zipped(parts), tmp_path, "newer version")


@pytest.mark.parametrize(
    "name",
    [
        "../outside.json",
        "/etc/cron.d/x.json",
        "stages/../../outside.json",
        "..\\outside.json",
        "C:\\x.json",
        "stages/evil.py",
        "worker.log",
        "status.json",
        "views/" + "a" * 32 + ".json",
        "jobs/tsne.json",
        ".hidden.json",
        "a/b/c/d.json",
        "stages/" + "x" * 3 + "\x00.json",
        "stages/ü.json",
    ],
)
def test_a_path_that_no_run_has_is_refused(content, tmp_path, name):
    parts = {**parts_of(content), name: b"{}"}
    refused(zipped(described(parts)), tmp_path, "was not imported")


def test_a_link_is_refused(content, tmp_path):
    parts = described({**parts_of(content), "stages/link.json": b"/etc/passwd"})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name)
            if name == "stages/link.json":
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, part)
    refused(file.getvalue(), tmp_path, "is a link")


def test_a_changed_byte_is_found(content, tmp_path):
    parts = parts_of(content)
    parts["report.json"] = parts["report.json"].replace(b"0", b"1", 1)
    refused(zipped(parts), tmp_path, "digest differs")


def test_a_member_that_the_manifest_lacks_or_invents_is_refused(content, tmp_path):
    parts = parts_of(content)
    refused(zipped({**parts, "extra.json": b"{}"}), tmp_path, "not those of its manifest")
    del parts["report.json"]
    refused(zipped(parts), tmp_path, "not those of its manifest")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused(content, tmp_path):
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("spec.json", b"{}")
    refused(file.getvalue(), tmp_path, "not those of its manifest")


@pytest.mark.parametrize("name", ["bomb.json", "stages/bomb.npz"])
def test_a_bomb_is_refused_before_it_is_unpacked(content, tmp_path, name):
    parts = described({**parts_of(content), name: b"\0" * 50_000_000})
    small = zipped(parts, zipfile.ZIP_DEFLATED)
    assert len(small) < 5_000_000
    refused(small, tmp_path, "far more than it holds")


def test_a_member_longer_than_it_says_is_cut_short(content, tmp_path):
    """A forged table of contents says 100 bytes, the packed stream holds 10 MB."""
    parts = described({**parts_of(content), "bomb.json": b"\0" * 100})
    parts["bomb.json"] = b"\0" * 10_000_000
    raw = bytearray(zipped(parts, zipfile.ZIP_DEFLATED))
    true, lie = struct.pack("<I", 10_000_000), struct.pack("<I", 100)
    assert raw.count(true) >= 2
    refused(bytes(raw.replace(true, lie)), tmp_path, r"no zip|longer|digest")


def test_pickled_objects_are_refused(content, tmp_path):
    class Evil:
        def __reduce__(self):
            return print, ("code of the archive ran",)

    array = np.empty(1, dtype=object)
    array[0] = 3
    file = io.BytesIO()
    np.savez(file, tree=array)
    for evil in (file.getvalue(), pickle.dumps([1, 2, 3])):
        parts = parts_of(content)
        name = next(name for name in parts if name.startswith("stages/graph"))
        refused(zipped(described({**parts, name: evil})), tmp_path, "objects|no file of arrays")
    assert pickle.dumps(Evil()), "never loaded"


def test_arrays_packed_again_are_refused(content, tmp_path):
    file = io.BytesIO()
    np.savez_compressed(file, big=np.zeros(10_000_000))
    parts = {**parts_of(content), "stages/big.npz": file.getvalue()}
    refused(zipped(described(parts)), tmp_path, "more than its size")


def test_a_table_of_another_length_is_refused(content, tmp_path):
    import pandas as pd

    parts = parts_of(content)
    long = io.BytesIO()
    pd.DataFrame({"a": np.zeros(5_000_000)}).to_parquet(long)
    refused(zipped(described({**parts, "data.parquet": long.getvalue()})), tmp_path, "rows")
    refused(zipped(described({**parts, "data.parquet": b"PAR1"})), tmp_path, "no Parquet")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"schema_version": 99}, "newer version"),
        ({"name": 3}, "spec.json is damaged"),
        ({"n_rows": "300"}, "spec.json is damaged"),
        ({"roles": []}, "spec.json is damaged"),
        ({"source": "web"}, "spec.json is damaged"),
        ({"plan": {"surprise": 1}}, "settings are of another version"),
        ({"plan": {"seed": "x"}}, "settings are of another version"),
        ({"plan": {"measure": 3}}, "settings are of another version"),
    ],
)
def test_settings_that_cannot_be_are_refused(content, tmp_path, changes, words):
    parts = parts_of(content)
    spec = json.loads(parts["spec.json"]) | changes
    parts["spec.json"] = json.dumps(spec).encode()
    refused(zipped(described(parts)), tmp_path, words)


@pytest.mark.parametrize("status", [3, {}, {"state": "fine"}, {"state": "done", "fraction": "x"}])
def test_a_status_that_cannot_be_is_left_out(content, tmp_path, status):
    parts = parts_of(content)
    manifest = json.loads(parts[MANIFEST]) | {"status": status}
    back = unpack_run(
        tmp_path, io.BytesIO(zipped({**parts, MANIFEST: json.dumps(manifest).encode()}))
    )
    assert back.status() is None
    assert back.report()


def test_a_full_disk_is_a_sentence_and_leaves_nothing(content, tmp_path, monkeypatch):
    import errno

    def full(*arguments, **settings):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.runs.unpack._extract", full)
    refused(content, tmp_path, "No space left on device.*make room")


def test_a_renamed_run_is_the_same_run(run, tmp_path):
    import shutil

    shutil.copytree(run.path, tmp_path / "run")
    again = Run(tmp_path / "run")
    rename_run(again.path, "  a <b> \n name ")
    assert again.spec.name == "a <b> name"
    assert (again.plan, again.report()) == (run.plan, run.report())
    with pytest.raises(RunError, match="needs a name"):
        rename_run(again.path, " \n ")
