"""A landscape file that is damaged or made up is refused in one line that names the fault."""

import json
import zipfile
from copy import deepcopy

import numpy as np
import pytest

from core import load_landscape
from core.errors import TableError
from core.storage import save_value
from tests.dashboard.test_given import landscape

TREE = "tree.json"


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = tmp_path_factory.mktemp("recorded") / "good.landscape.npz"
    save_value(path, landscape(with_labels=True))
    with np.load(path) as found:
        arrays = dict(found)
    return path, json.loads(arrays[TREE].tobytes()), arrays


def refusal(path):
    with pytest.raises(TableError) as caught:
        load_landscape(path)
    message = str(caught.value)
    assert message.startswith(path.name)
    assert len(message.splitlines()) == 1
    assert len(message) < 300
    return message


def write(path, tree, arrays):
    np.savez(path, **arrays | {TREE: np.frombuffer(json.dumps(tree).encode(), np.uint8)})
    return path


ARRAYS = {
    "not a number": (lambda v: np.full(v.shape, np.nan), "not finite"),
    "infinite": (lambda v: np.full(v.shape, np.inf), "not finite"),
    "text": (lambda v: np.full(v.shape, "x"), "not numbers"),
    "complex": (lambda v: v.astype(complex), "not numbers"),
    "half": (lambda v: v.astype(np.float16), "not numbers"),
    "flat": (lambda v: v.ravel(), "numbers where"),
    "short": (lambda v: v[:-1], "numbers where"),
    "empty": (lambda v: v[:0], "numbers where"),
    "alone": (lambda v: np.array(1.0), "numbers where"),
    "huge": (lambda v: (v + 1) * 1e300, "too large"),
    "pickled": (lambda v: np.array([{"a": 1}] * 3, dtype=object), "no whole landscape"),
}


@pytest.mark.parametrize("which", ["/sums/distance", "/label_sums/product"])
@pytest.mark.parametrize("case", ARRAYS)
def test_sums_that_are_none(good, tmp_path, which, case):
    _, tree, arrays = good
    change, words = ARRAYS[case]
    broken = arrays | {which: change(arrays[which])}
    assert words in refusal(write(tmp_path / "m.landscape.npz", tree, broken))


@pytest.mark.parametrize(
    ("which", "change", "words"),
    [
        ("/sums/count", lambda v: -v, "fewer than 0 samples"),
        ("/sums/count", lambda v: v * 0, "no sample was counted"),
        ("/sums/count", lambda v: v[0], "belong"),
        ("/sums/distance", lambda v: v * 10, "sums of distance are more than"),
        ("/sums/cosine", lambda v: v - 1e3, "sums of cosine are more than"),
        ("/label_sums/task", lambda v: v + 1, "columns of labels are not those of its tasks"),
        ("/points/task", lambda v: v + 9, "points are of tasks"),
        ("/points/sketch", lambda v: v[:, 0], "no coordinates"),
        ("/points/sample", lambda v: v.astype(float), "do not say whose"),
        ("/points/loss", lambda v: v[1:], "numbers where"),
        ("/curve", lambda v: np.zeros(3), "curve"),
    ],
)
def test_numbers_that_do_not_belong_together(good, tmp_path, which, change, words):
    _, tree, arrays = good
    broken = arrays | {which: change(arrays[which])}
    assert words in refusal(write(tmp_path / "m.landscape.npz", tree, broken))


@pytest.mark.parametrize("halves", [np.ones((3, 1), dtype=bool), np.ones((0, 9)), "all"])
def test_halves_of_other_blocks(good, tmp_path, halves):
    _, tree, arrays = good
    is_array = isinstance(halves, np.ndarray)
    changed = tree | {"halves": {"array": "/halves"} if is_array else halves}
    broken = arrays | ({"/halves": halves} if is_array else {})
    assert "halves are not" in refusal(write(tmp_path / "m.landscape.npz", changed, broken))


def second(**change):
    return lambda tree: tree["tasks"][1].update(change)


TREES = {
    "a name twice": (second(name="e"), "2 tasks are called 'e'"),
    "no name": (second(name=" "), "is no name of a task"),
    "a number for a name": (second(name=5), "5 is no name of a task"),
    "an endless name": (second(name="x" * 100_000), "has 100,000 characters"),
    "an unknown kind": (second(kind="odd"), "no whole landscape"),
    "labels in words": (second(n_labelled="many"), "'many' labels"),
    "one task": (lambda tree: tree.update(tasks=tree["tasks"][:1]), "has 1 task"),
    "no tasks": (lambda tree: tree.update(tasks=[]), "has 0 task"),
    "endless samples": (lambda tree: tree.update(n_samples=10**300), "it counts 1000"),
    "no sums": (lambda tree: tree.pop("sums") and None, "no whole landscape"),
    "something more": (lambda tree: tree.update(code="import os"), "no whole landscape"),
    "notes of numbers": (lambda tree: tree.update(notes=[5]), "notes are no sentences"),
}


@pytest.mark.parametrize("case", TREES)
def test_words_that_do_not_belong_together(good, tmp_path, case):
    _, tree, arrays = good
    changed, (change, words) = deepcopy(tree), TREES[case]
    change(changed)
    assert words in refusal(write(tmp_path / "m.landscape.npz", changed, arrays))


@pytest.mark.parametrize("tree", [[1, 2], "hi", None, 7])
def test_a_tree_that_is_none(good, tmp_path, tree):
    assert "no whole" in refusal(write(tmp_path / "m.landscape.npz", tree, good[2]))


def test_every_cut_and_changed_bytes(good, tmp_path):
    path, content = tmp_path / "m.landscape.npz", good[0].read_bytes()
    for n_bytes in (0, 1, 4, 100, len(content) // 2, len(content) - 10):
        path.write_bytes(content[:n_bytes])
        assert "no whole landscape" in refusal(path)
    path.write_bytes(content[:100] + bytes(500) + content[600:])
    assert "no whole landscape" in refusal(path)
    rng = np.random.default_rng(0)
    for _ in range(20):
        broken = np.frombuffer(content, np.uint8).copy()
        broken[rng.integers(0, len(broken), 20)] = rng.integers(0, 256, 20)
        path.write_bytes(broken.tobytes())
        refusal(path)


def test_a_file_that_claims_more_than_it_holds(good, tmp_path):
    path = tmp_path / "m.landscape.npz"
    for shape, packed in (("(100000, 100000, 100)", False), ("(9000000,)", True)):
        header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
        body = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()
        kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        with zipfile.ZipFile(good[0]) as old, zipfile.ZipFile(path, "w", kind) as new:
            for name in old.namelist():
                swapped = body + bytes(72_000_000 if packed else 0)
                new.writestr(name, swapped if "distance" in name else old.read(name))
        assert "no whole landscape" in refusal(path)


def test_a_whole_file_is_taken(good):
    assert load_landscape(good[0]).n_samples == 160
