"""The story says what report.json holds, for every state that a run can be in."""

import pytest

from core.report import Audience, tell
from core.report.story import Cards, Chart, Grid, Lines
from core.report.words import (
    MISSING_DATA,
    MISSING_EVIDENCE,
    MISSING_RERUNS,
    NO_EVENTS,
    NO_EVENTS_NOTE,
)
from tests.core.report.documents import document, evidence_of

SECTIONS = ["answer", "groups", "tested", "data", "limits", "glossary", "provenance", "crosswalk"]


def texts(story):
    """Every text of a story."""
    found = []
    for section in story.sections:
        found.append(section.title)
        for block in section.blocks:
            found += list(texts_of(block))
    return found


def texts_of(block):
    if isinstance(block, Lines):
        yield from block.lines
    elif isinstance(block, Cards):
        for card in block.cards:
            yield from (card.title, card.stability, *card.members, *card.why)
    elif isinstance(block, Grid):
        yield block.title
        for row in (block.columns, *block.rows):
            yield from row
    elif isinstance(block, Chart):
        yield from (block.title, block.axis, *(f"{i.name} {i.text}" for i in block.intervals))
    else:
        for pair in block.terms:
            yield from pair


def test_a_report_has_its_sections_in_order():
    assert [section.key for section in tell(document()).sections] == SECTIONS


def test_the_answer_has_three_sentences():
    first = tell(document(evidence=evidence_of())).section("answer").blocks[0]
    assert first.lines == (
        "Train the 6 outcomes in 2 groups.",
        "In patients kept aside, the mean AUROC of the best groups was 0.042 higher than of each "
        "outcome alone (95\u00a0% range of the gain +0.022 to +0.072).",
        "In 92 of 100 re-runs on resampled patients, any two of outcome 0, outcome 1 and outcome 2 "
        "stayed together: very likely (200 re-runs made).",
    )


def test_before_training_it_says_what_is_missing():
    story = tell(document())
    assert MISSING_EVIDENCE in texts(story)
    assert story.verdict == ""
    assert story.section("answer").blocks[0].lines[0].startswith("The map suggests 2 groups")


def test_a_report_of_an_earlier_version_or_a_matrix_lacks_data_and_reruns():
    old = {key: value for key, value in document().items() if key not in ("data", "why")}
    found = texts(tell(old))
    assert MISSING_DATA in found
    assert MISSING_RERUNS in found


@pytest.mark.parametrize("verdict", ["alone", "together", "grouped", "no detectable difference"])
@pytest.mark.parametrize("judged_by", ["metric", "loss"])
def test_every_verdict_can_be_told(verdict, judged_by):
    groups = {"alone": [[0], [1], [2]], "together": [[0, 1, 2]]}.get(verdict, [[0, 1], [2]])
    made = document(3, groups, evidence_of(verdict, judged_by, not_counted=1, lost=1))
    story = tell(made)
    assert story.verdict == verdict
    assert all(texts(story))
    assert any("outcome 0 has too few events" in text for text in texts(story))
    assert any(text.startswith("Clearly harmed by sharing: outcome 0.") for text in texts(story))


@pytest.mark.parametrize("n_tasks", [2, 3, 60])
def test_any_number_of_tasks_can_be_told(n_tasks):
    story = tell(document(n_tasks, evidence=evidence_of()))
    assert all(texts(story))
    assert all(len(slide.message) > 3 for slide in story.slides)


def test_an_audience_hides_and_never_changes():
    whole = tell(document(evidence=evidence_of()))
    for audience in Audience:
        cut = whole.for_audience(audience)
        for section in cut.sections:
            every = whole.section(section.key).blocks
            assert all(block in every for block in section.blocks)
    n_blocks = [
        sum(len(section.blocks) for section in whole.for_audience(audience).sections)
        for audience in (Audience.CLINICIAN, Audience.SCIENTIST, Audience.ENGINEER)
    ]
    assert n_blocks == sorted(n_blocks)
    assert n_blocks[0] < n_blocks[1] < n_blocks[2]


def test_a_group_goes_by_its_name():
    made = document()
    first = tuple(made["recommended"]["groups"][0])
    story = tell(made, {first: " Heart\nand kidney "})
    card = story.section("groups").blocks[0].cards[0]
    assert card.title == "Group A: Heart and kidney"
    assert story.group_names == ("Heart and kidney", "")
    assert "Group A: Heart and kidney" in [slide.message for slide in story.slides]


def test_a_lone_outcome_has_no_card_but_is_named():
    story = tell(document(3, [[0, 1], [2]]))
    cards, alone = story.section("groups").blocks[:2]
    assert [card.letter for card in cards.cards] == ["A"]
    assert alone.lines == ("1 outcome stands alone: outcome 2.",)


def test_small_counts_are_told_as_such():
    grid = tell(document()).section("data").blocks[1]
    assert grid.rows[0][5:] == ("60", "≤ 10", "–", "87")


def test_names_become_one_short_line():
    hard = ["a\nb", "x" * 300, "\u202egnp.exe", "سعر الدم", "🫀 heart", "plain"]
    cards = tell(document(6, names=hard)).section("groups").blocks[0].cards
    shown = [name for card in cards for name in card.members]
    assert shown[0] == "a b"
    assert len(shown[1]) == 60
    assert shown[2:] == ["gnp.exe", "\u2068سعر الدم\u2069", "🫀 heart", "plain"]


def test_nothing_says_that_a_guideline_was_complied_with():
    found = " ".join(texts(tell(document(evidence=evidence_of())))).lower()
    assert "helps fill" in found
    assert "compl" not in found.replace("complication", "")
    assert "not a medical device" in found


def test_a_dash_is_a_hidden_count_and_nothing_else():
    told = document()
    told["data"]["tasks"][1]["events"] = None  # a regression
    blocks = tell(told).section("data").blocks
    hidden, number = (blocks[1].rows[place][5:] for place in (0, 1))
    assert hidden == ("60", "≤ 10", "–", "87")
    assert number == (NO_EVENTS,) * 4
    assert NO_EVENTS_NOTE in blocks[2].lines
    assert NO_EVENTS_NOTE not in texts(tell(document()))
