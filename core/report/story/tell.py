"""report.json becomes a story."""

from collections.abc import Mapping
from typing import Any

from core.report.clean import APART, clean, clean_line, clean_names
from core.report.named import column_names
from core.report.story.answer import answer_section
from core.report.story.background import (
    crosswalk_section,
    glossary_section,
    limits_section,
    provenance_section,
)
from core.report.story.blocks import Story
from core.report.story.facts import Facts
from core.report.story.groups import groups_section
from core.report.story.records import data_section
from core.report.story.slides import to_slides
from core.report.story.tested import tested_section
from core.report.words import NOT_A_DEVICE

TITLE = "Which outcomes should share a model?"


def tell(document: Mapping[str, Any], names: Mapping[tuple[str, ...], str] | None = None) -> Story:
    """The story of a report.

    Args:
        document: report.json, schema version 1; what it lacks is said to be missing.
        names: what people call a group, by the names of its tasks in the order of the table.
    """
    facts = _facts(document, names or {})
    sections = (
        answer_section(facts),
        groups_section(facts),
        tested_section(facts),
        data_section(facts),
        limits_section(facts),
        glossary_section(facts),
        provenance_section(facts),
        crosswalk_section(facts),
    )
    return Story(
        title=TITLE,
        footer=NOT_A_DEVICE,
        sections=sections,
        slides=to_slides(facts, sections),
        verdict=facts.verdict or "",
        group_names=tuple(facts.name(number).strip(APART) for number in range(len(facts.groups))),
    )


def _facts(document: Mapping[str, Any], names: Mapping[tuple[str, ...], str]) -> Facts:
    """The document with names of the data in one short line each."""
    texts = {task["name"] for task in document["tasks"]} | set(column_names(document))
    short = {text: clean(text) for text in texts}
    groups = {tuple(short.get(one, one) for one in group): clean(n) for group, n in names.items()}
    parts = ("tasks", "recommended", "groupings", "why", "evidence", "data")
    cleaned = {key: clean_names(document[key], short) for key in parts if key in document}
    notes = [clean_line(note) for note in document.get("notes", ())]
    return Facts({**document, **cleaned, "notes": notes}, groups)
