"""`taskscape select`: exact from what was measured, or a search that the table answers."""

import json
import sys
from itertools import combinations

import numpy as np
import pytest
from click.testing import CliRunner

from core.__main__ import main
from core.errors import MethodError
from core.evidence.search.search import search

NAMES = ("a", "b", "c", "d")


@pytest.fixture
def table(tmp_path):
    """All groups of four tasks; a and b help each other, every other partner harms."""
    lines = ["group," + ",".join(NAMES)]
    rng = np.random.default_rng(0)
    for size in range(1, 5):
        for group in combinations(NAMES, size):
            cells = []
            for name in NAMES:
                helped = {"a", "b"} <= set(group) and name in "ab"
                loss = 1 - 0.2 * helped + 0.1 * (size - 1 - helped) + 0.001 * rng.random()
                cells.append(f"{loss if size > 1 else 1:.4f}" if name in group else "")
            lines.append("|".join(group) + "," + ",".join(cells))
    path = tmp_path / "table.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def select(*words):
    return CliRunner().invoke(main, ["select", *map(str, words)])


def test_the_best_of_all_is_printed_with_the_gain_of_every_task(table):
    done = select(table)
    assert done.exit_code == 0, done.stderr
    assert "a, b" in done.stdout
    assert "the best of all 15 measured groups" in done.stdout
    document = json.loads(select(table, "--json").stdout)
    assert [network["tasks"] for network in document["networks"]] == [["a", "b"], ["c"], ["d"]]
    gain = {task["name"]: task["gain"] for task in document["tasks"]}
    assert gain["a"] == pytest.approx(0.2, abs=0.01)
    assert gain["c"] == 0
    assert document["exact"]


@pytest.mark.parametrize("key", ["surrogate", "pairs", "exhaustive"])
def test_the_table_plays_the_source_of_gains(table, key):
    done = select(table, "--strategy", key, "--measured", 15, "--json")
    assert done.exit_code == 0, done.stderr
    assert ["a", "b"] in [n["tasks"] for n in json.loads(done.stdout)["networks"]]


def test_few_measurements_are_kept_to(table):
    document = json.loads(select(table, "--measured", 7, "--json").stdout)
    assert document["n_measured"] == 7
    assert not document["exact"]


def test_rules_are_kept(table):
    words = ("--networks", 2, "--overlap", "--together", "c,d", "--apart", "a,b", "--json")
    networks = json.loads(select(table, *words).stdout)["networks"]
    assert len(networks) == 2
    for network in networks:
        assert ("c" in network["tasks"]) == ("d" in network["tasks"])
        assert not {"a", "b"} <= set(network["tasks"])


@pytest.mark.parametrize(
    "words",
    [
        ("--together", "a,nobody"),
        ("--overlap",),
        ("--networks", "1", "--apart", "a,b"),
        ("--together", "a,b", "--apart", "a,b"),
        ("--strategy", "magic"),
        ("--measured", "2"),
        ("--strategy", "all", "--measured", "9"),
        ("--affinity", "none.csv", "--measured", "9"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(table, words):
    done = select(table, *words)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("words", [(), ("--measured", 9), ("--strategy", "pairs")])
def test_the_search_goes_on_without_the_groups_that_a_table_does_not_list(table, words):
    lines = table.read_text().splitlines()
    kept = [line for line in lines if not line.startswith(("a|b|c|d", "b|c,", "a|c|d"))]
    table.write_text("\n".join(kept), encoding="utf-8")
    done = select(table, *words)
    assert done.exit_code == 0, done.stderr
    assert "The table lists 12 of 15 possible groups" in done.stdout
    document = json.loads(select(table, *words, "--json").stdout)
    assert ["a", "b"] in [network["tasks"] for network in document["networks"]]
    assert "12 of 15" in document["note"]


def test_a_table_of_every_group_needs_no_note(table):
    assert json.loads(select(table, "--json").stdout)["note"] == ""
    assert "possible groups" not in select(table).stdout


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("source,b,a\nb,9,1\na,2,\n", [[np.nan, 1], [2, 9]]),
        ("target\\source,b,a\nb,9,1\na,2,\n", [[np.nan, 2], [1, 9]]),
    ],
)
def test_affinities_are_read_as_a_matrix_to_group_is(monkeypatch, tmp_path, text, expected):
    """Row a, column b is what a does to b; a search asks what a partner (column) does to a task."""
    measured, path = tmp_path / "measured.csv", tmp_path / "affinity.csv"
    measured.write_text("group,a,b\na,1,\nb,,1\na|b,0.9,0.9\n", encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    seen = []

    def note(*_, affinity, **__):
        seen.append(affinity)
        raise MethodError("seen")

    monkeypatch.setattr(sys.modules[search.__module__], "search", note)
    assert select(measured, "--measured", 3, "--affinity", path).exit_code == 2
    np.testing.assert_array_equal(seen[0], expected)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (",a,b\na,1,1\nb,1,1\n", "tells nothing of c, d"),
        (",a,b,c,d,e\n" + "".join(f"{name},1,1,1,1,1\n" for name in "abcde"), "do not: e"),
    ],
)
def test_affinities_of_other_tasks_are_refused(table, tmp_path, text, words):
    path = tmp_path / "affinity.csv"
    path.write_text(text, encoding="utf-8")
    done = select(table, "--measured", 9, "--affinity", path)
    assert done.exit_code == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_affinities_that_nothing_would_read_are_refused(table, tmp_path):
    path = tmp_path / "affinity.csv"
    path.write_text(",a,b,c,d\n" + "".join(f"{name},1,1,1,1\n" for name in NAMES), encoding="utf-8")
    done = select(table, "--affinity", path)
    assert "--measured N" in done.stderr
    assert done.exit_code == 2
