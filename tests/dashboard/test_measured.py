"""The page Measured groups: empty, loaded and wrong, drawn twice; its numbers are the engine's."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from core.__main__ import main
from core.evidence.search import named_rules, read_measured
from core.evidence.search.strategy import select_measured
from dashboard.charts.network_gains import gain_text
from dashboard.measured_table import TEMPLATE, file_name, read_upload
from tests.dashboard.visit import boxes, check_sound, go_to, visit, words

NAMES = ("a", "b", "c", "d")
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path / "runs"))


@pytest.fixture
def standley(shared_data):
    folder = shared_data.parent / "gold" / "standley"
    if not folder.is_dir():
        pytest.skip("the published tables are not beside the checkout")
    return folder


def table_csv(loss, names=NAMES, cost=None):
    """All groups of up to three tasks; `loss(group, task)` gives the numbers."""
    lines = [",".join(["group", *(["cost"] if cost else []), *names])]
    for size in (1, 2, 3):
        for group in combinations(names, size):
            cells = [f"{loss(group, name):.4f}" if name in group else "" for name in names]
            lines.append(",".join(["|".join(group), *([cost] if cost else []), *cells]))
    return "\n".join(lines).encode()


def friends(group, task):
    """a with b, and c with d, help each other; every stranger harms."""
    pair = "ab" if task in "ab" else "cd"
    return 1 - 0.1 * (set(group) >= set(pair)) + 0.2 * len(set(group) - set(pair))


def bring(content, name="table.csv"):
    at = go_to(visit(), "measured")
    at.file_uploader[0].upload(name, content).run()
    check_sound(at, name)
    at.run()
    check_sound(at, name)
    return at


def metric(at, label):
    return next(one.value for one in at.metric if one.label == label)


def cards(at):
    return [text.value for text in at.text if " %  " in text.value]


def ask(at, **fields):
    for key, value in fields.items():
        kind = at.number_input if key == "networks" else at.segmented_control
        kind(key=f"widget_{key}").set_value(value).run()
        check_sound(at, key)
    at.run()
    check_sound(at, "again")
    return at


def test_the_empty_page_says_what_a_table_looks_like():
    at = go_to(visit(), "measured")
    assert "What such a table looks like" in words(at)
    assert len(at.dataframe[0].value) == 3
    assert not at.error
    assert not at.metric
    assert at.download_button(key="measured_template")


def test_the_template_is_a_table_that_can_be_read():
    table = read_upload("t.csv", TEMPLATE.encode())
    assert table.task_names == ("died", "stroke")
    at = bring(TEMPLATE.encode())
    assert metric(at, "Mean gain of these networks") == "+4.84 %"  # (2/42 + 3/61) / 2


def test_friends_share_a_network_and_gain_what_the_table_says():
    at = bring(table_csv(friends))
    assert cards(at) == ["+10.00 %  a\n+10.00 %  b", "+10.00 %  c\n+10.00 %  d"]
    assert metric(at, "Mean gain of these networks") == "+10.00 %"
    assert "2 networks, cost 2: the best of all that keep these rules" in words(at)
    assert metric(at, "All in one network") == "–"  # four tasks in one row are not in the table
    assert list(at.dataframe[-1].value["network"]) == ["A", "A", "B", "B"]
    assert len(at.get("plotly_chart")) == 1


def test_a_score_turns_the_choice_around():
    def score(group, task):
        return 2 - friends(group, task)

    at = bring(table_csv(score))
    assert cards(at) != ["+10.00 %  a\n+10.00 %  b", "+10.00 %  c\n+10.00 %  d"]
    ask(at, larger_is_better=True)
    assert cards(at) == ["+10.00 %  a\n+10.00 %  b", "+10.00 %  c\n+10.00 %  d"]


def test_rules_are_kept():
    at = bring(table_csv(friends))
    at.multiselect[1].set_value(["a", "b"]).run()
    check_sound(at)
    assert not any("  a\n" in card and "  b" in card for card in cards(at))
    at.multiselect[0].set_value(["a", "b"]).run()
    check_sound(at)
    assert "kept apart, but 'a', 'b' are pinned together" in boxes(at)
    assert not at.metric


def test_a_budget_that_is_too_small_is_a_sentence_and_the_page_goes_on():
    at = ask(bring(table_csv(friends)), networks=1.0)
    assert "serves all 4 tasks within 1 networks" in boxes(at)
    ask(at, networks=2.0)
    assert not at.error
    assert metric(at, "Mean gain of these networks") == "+10.00 %"


@pytest.mark.parametrize("budget", [2, 3, 4])
@pytest.mark.parametrize("overlap", [False, True])
def test_published_tables_are_selected_as_on_the_command_line(standley, overlap, budget):
    path = standley / "setting2_val.csv"
    at = ask(bring(path.read_bytes(), path.name), overlap=overlap, networks=float(budget))
    command = ["select", str(path), "--networks", str(budget), "--json"]
    printed = CliRunner().invoke(main, [*command, *(["--overlap"] if overlap else [])])
    found = json.loads(printed.stdout)
    assert metric(at, "Mean gain of these networks") == gain_text(found["mean_gain"])
    rows = at.dataframe[-1].value
    assert list(rows["gain"]) == [gain_text(task["gain"]) for task in found["tasks"]]
    assert [ord(letter) - 65 for letter in rows["network"]] == [
        task["network"] for task in found["tasks"]
    ]
    assert len(cards(at)) == len(found["networks"])


def test_overlap_without_a_budget_begins_with_one(standley):
    at = bring((standley / "setting1_val.csv").read_bytes())
    ask(at, overlap=True)
    assert at.number_input(key="widget_networks").value == 2
    assert not at.error


def test_alone_and_in_the_middle_is_served_the_larger_gain(standley):
    table = read_measured(standley / "setting1_test.csv")
    rules = named_rules(table.task_names, 3, True)
    at = ask(bring((standley / "setting1_test.csv").read_bytes()), overlap=True, networks=3.0)
    best = select_measured(table.measured(), rules)
    assert metric(at, "Mean gain of these networks") == gain_text(best.mean_gain)
    random = metric(at, "Random selections, mean")
    assert float(random.split()[0]) < 100 * best.mean_gain


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "0 rows"),
        (b"a,b\n1,2\n", "no column 'group'"),
        (b"group,a,b\na,1,\nb,,x\n", "'x', not a finite number"),
        (b"group,a,b\na,1,\na|b,1,2\n", "'b' has no row of its own"),
        (b"group,a,b\na,0,\nb,,1\n", "exactly 0 alone"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
    ],
)
def test_a_wrong_table_is_one_sentence(content, expected):
    at = bring(content, "wrong.csv")
    assert expected in boxes(at)
    assert len(at.error) == 1
    assert "What such a table looks like" in words(at)
    assert "/tmp" not in boxes(at)


def test_nothing_of_the_upload_stays_on_disk(tmp_path, monkeypatch):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    for content in (table_csv(friends), b"nonsense"):
        bring(content)
        assert not any((tmp_path / "temp").iterdir())
    assert b"0.9000" not in b"".join(
        path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    )


def test_the_table_stays_when_the_visitor_looks_at_another_page_and_goes_on_a_click():
    at = bring(table_csv(friends))
    at.multiselect[1].set_value(["a", "b"]).run()
    gain = metric(at, "Mean gain of these networks")
    go_to(at, "runs")
    go_to(at, "measured")
    assert metric(at, "Mean gain of these networks") == gain
    at.button(key="another_table").click().run()
    check_sound(at)
    assert at.file_uploader
    assert not at.metric


def test_odd_names_are_inert():
    names = (MARKUP, "=HYPERLINK(1)", "**b** $x$", "n" * 200)
    csv = table_csv(lambda group, task: 1 - 0.1 * (len(group) == 2), names)
    at = bring(csv, f"{MARKUP}.csv")
    assert not at.error
    assert "<b>" not in "".join(str(chart.proto.spec) for chart in at.get("plotly_chart"))
    assert MARKUP in "\n".join(cards(at))


@pytest.mark.parametrize(
    "name", ["", "..", "a/b\\c.csv", "n" * 400 + ".csv", "ö" * 300, "x\0y.csv"]
)
def test_any_name_of_a_file_can_be_read(name):
    assert "/" not in file_name(name)
    assert read_upload(name, TEMPLATE.encode()).task_names == ("died", "stroke")
    assert Path(file_name(name)).name == file_name(name)


def test_costs_count_in_the_budget():
    at = bring(table_csv(friends, cost="2.5"))
    assert "cost 5:" in words(at)
    ask(at, networks=3.0)
    assert "within 3 networks" in boxes(at)
    ask(at, networks=5.0)
    assert np.isclose(float(metric(at, "Mean gain of these networks").split()[0]), 10)


def test_with_many_tasks_the_curve_waits_for_a_click_and_stays():
    names = tuple(f"t{number}" for number in range(16))
    at = bring(pairs_csv(names))
    assert "best selection" not in at.get("plotly_chart")[0].proto.spec
    at.button(key="curve").click().run()
    check_sound(at)
    for _ in range(2):
        assert "best selection" in at.get("plotly_chart")[0].proto.spec
        assert not [button for button in at.button if button.key == "curve"]
        at.run()


def pairs_csv(names):
    lines = ["group," + ",".join(names)]
    groups = [*((name,) for name in names), *zip(names[::2], names[1::2], strict=True)]
    for group in groups:
        loss = "0.9" if len(group) == 2 else "1"
        cells = [loss if name in group else "" for name in names]
        lines.append("|".join(group) + "," + ",".join(cells))
    return "\n".join(lines).encode()


def test_a_table_that_lists_some_groups_says_how_many():
    at = bring(table_csv(friends))
    assert "The table lists 14 of 15 possible groups" in words(at)
    at = bring(TEMPLATE.encode())
    assert "The table lists every possible group" in words(at)
