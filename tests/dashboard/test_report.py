"""The page Report before and after the training, without a report, and with a damaged one."""

import json

import pytest

from core.report import Audience, tell
from core.report.story import Card, Cards, Chart, Grid, Interval, Lines, Terms
from core.runs import load_group_names, read_document
from dashboard.charts.story_intervals import draw_intervals
from dashboard.components.slides import to_payload
from tests.dashboard.trained import borrow
from tests.dashboard.visit import boxes, go_to, visit, words


@pytest.fixture(params=["untrained_once", "trained_once"])
def either(request, tmp_path, monkeypatch):
    return borrow(request.getfixturevalue(request.param), tmp_path, monkeypatch)


def open_report(run):
    return go_to(visit(run.id), "report")


def test_the_page_says_what_the_story_says(either):
    said = words(open_report(either))
    story = tell(read_document(either)).for_audience(Audience.CLINICIAN)
    for block in (block for section in story.sections for block in section.blocks):
        if isinstance(block, Lines):
            assert all(line in said for line in block.lines)
    assert story.footer in said


def test_the_tables_and_charts_are_those_of_the_story(either):
    at = open_report(either)
    story = tell(read_document(either)).for_audience(Audience.CLINICIAN)
    blocks = [block for section in story.sections for block in section.blocks]
    grids = [block for block in blocks if isinstance(block, Grid)]
    assert [frame.value.to_numpy().tolist() for frame in at.dataframe] == [
        [list(row) for row in grid.rows] for grid in grids
    ]
    assert len(at.get("plotly_chart")) == sum(isinstance(block, Chart) for block in blocks)


def test_another_reader_sees_more_and_no_other_number(either):
    at = open_report(either)
    short = words(at)
    at.radio(key="widget_audience").set_value(Audience.ENGINEER).run()
    assert not at.exception
    story = tell(read_document(either)).for_audience(Audience.CLINICIAN)
    for line in story.section("answer").blocks[0].lines:
        assert line in short
        assert line in words(at)
    assert len(words(at)) > len(short)


def test_without_training_the_page_says_so_and_shows_the_way(untrained):
    at = open_report(untrained)
    assert any("put the groups to the test" in link.proto.label for link in at.get("page_link"))


def test_a_name_is_kept_with_the_run_and_shown(untrained):
    group = advise_one_pair(untrained)
    at = open_report(untrained)
    at.text_input(key=f"name_{untrained.id}_0").input("Heart & <b>lungs</b>").run()
    assert not at.exception
    assert load_group_names(untrained.path) == {group: "Heart & <b>lungs</b>"}
    assert "Heart & <b>lungs</b>" in words(open_report(untrained))


def advise_one_pair(run):
    """The same report as if it advised to train the first two tasks together."""
    path = run.path / "report.json"
    document = json.loads(path.read_text())
    names = [task["name"] for task in document["tasks"]]
    groups = [names[:2], *([name] for name in names[2:])]
    document["recommended"] |= {"groups": groups, "decision": "grouped", "n_groups": len(groups)}
    path.write_text(json.dumps(document))
    return tuple(names[:2])


def test_what_leaves_is_said_before_the_file_is_made(untrained):
    at = open_report(untrained)
    at.radio(key="form").set_value("json").run()
    assert "Leaves this machine (json, written for: clinician)" in words(at)
    at.button(key="make_report").click().run()
    assert not at.exception
    (save,) = at.get("download_button")
    assert save.proto.label.startswith("Save JSON")


def test_a_damaged_report_is_a_sentence(untrained):
    path = untrained.path / "report.json"
    path.write_text(path.read_text()[:100])
    assert "The report of this run is missing or damaged" in boxes(open_report(untrained))


def test_a_report_of_an_earlier_plan_is_not_shown(untrained):
    path = untrained.path / "report.json"
    document = json.loads(path.read_text())
    document["provenance"]["plan"]["seed"] = 99
    path.write_text(json.dumps(document))
    assert "compute it again" in boxes(open_report(untrained))


def test_names_of_the_data_are_inert_in_a_chart():
    row = Interval("<img src=x onerror=alert(1)>", 0.1, 0.0, 0.2, "+0.1")
    figure = draw_intervals(Chart("t", "a", (row,), "alt")).figure
    text = figure.to_json()
    assert "<img" not in text
    assert "\\u003cimg" not in text


def test_every_block_reaches_the_presentation_whole():
    card = Card(2, "C", "", ("y_a", "y_b"), ("Because.",), "Often.", "likely", 70)
    blocks = {
        "lines": Lines(("One.", "Two."), is_list=True),
        "cards": Cards((card,)),
        "grid": Grid("t", ("a", "b"), (("x", "1"),), (False, True)),
        "chart": Chart("t", "axis", (Interval("n", 0.1, 0.0, 0.2, "+0.1"),), "alt"),
        "terms": Terms((("word", "meaning"),)),
    }
    for kind, block in blocks.items():
        payload = to_payload(block)
        assert payload["kind"] == kind
        json.dumps(payload)
    assert to_payload(None) is None
    assert to_payload(blocks["cards"])["cards"][0]["members"] == ["y_a", "y_b"]
