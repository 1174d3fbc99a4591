"""The clinician's view can be read with ten years of school (Kincaid et al. 1975)."""

import re

import pytest

from core.report import Audience, tell
from core.report.story import Cards, Lines, Terms
from tests.core.report.documents import document, evidence_of

HIGHEST = 10


def syllables(word):
    """Groups of vowels, without a silent e at the end."""
    word = word.lower()
    groups = len(re.findall(r"[aeiouy]+", word))
    if word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1:
        groups -= 1
    return max(1, groups)


def grade(sentences):
    """Flesch-Kincaid grade level: 0.39 words a sentence + 11.8 syllables a word − 15.59."""
    text = " ".join(sentences)
    n_sentences = max(1, len(re.findall(r"[.!?](?:\s|$)", text)))
    words = re.findall(r"[A-Za-z][A-Za-z'-]*", text)
    n_syllables = sum(syllables(word) for word in words)
    return 0.39 * len(words) / n_sentences + 11.8 * n_syllables / len(words) - 15.59


def sentences(story):
    for section in story.sections:
        for block in section.blocks:
            if isinstance(block, Lines):
                yield from block.lines
            elif isinstance(block, Cards):
                for card in block.cards:
                    yield from (card.stability, *card.why)
            elif isinstance(block, Terms):
                yield from (meaning for _, meaning in block.terms)


def test_the_formula_tells_hard_from_easy():
    assert grade(["The cat sat on the mat."]) < 2
    assert grade(["Multidisciplinary collaboration facilitates institutional integration."]) > 20


@pytest.mark.parametrize("verdict", [None, "grouped", "together", "alone"])
def test_the_clinician_view_needs_ten_years_of_school(verdict):
    """Names are the user's own words, so short ones stand for them."""
    names = [f"flu {letter}" for letter in "abcdef"]
    made = document(
        6,
        {"together": [list(range(6))], "alone": [[k] for k in range(6)]}.get(verdict),
        evidence_of(verdict, not_counted=1) if verdict else None,
        names,
        ("age", "salt"),
    )
    story = tell(made).for_audience(Audience.CLINICIAN)
    assert grade(list(sentences(story))) <= HIGHEST
    assert max(grade([line]) for line in story.section("answer").blocks[0].lines) <= 14
