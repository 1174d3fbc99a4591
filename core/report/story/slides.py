"""One message a slide, for the presentation and the slide file alike."""

import math
from dataclasses import replace
from statistics import fmean

from core.report import amounts, words
from core.report.story.answer import advice, stability, tested
from core.report.story.blocks import Card, Cards, Chart, Grid, Lines, Section, Slide
from core.report.story.facts import Facts
from core.report.story.groups import alternatives, drivers, likeness
from core.report.story.tested import budget, summary_lines

MOST_ROWS = 10
"""Rows of a table or chart on one slide."""


def to_slides(facts: Facts, sections: tuple[Section, ...]) -> tuple[Slide, ...]:
    """The answer, a slide a group, the test, the data, the limits, then what would change it."""
    by_key = {section.key: section for section in sections}
    return (
        Slide(advice(facts), Lines((tested(facts), stability(facts))), _reason(facts)),
        *_groups(facts, by_key["groups"]),
        *_tested(facts, by_key["tested"]),
        *_data(by_key["data"]),
        Slide(
            "What this cannot say",
            Lines(tuple(line for b in by_key["limits"].blocks[1:2] for line in b.lines), True),  # type: ignore[union-attr]
            words.NOT_A_DEVICE,
        ),
        *_what_if(facts),
    )


def _reason(facts: Facts) -> str:
    return str(facts.recommended["reason"])


def _groups(facts: Facts, section: Section) -> list[Slide]:
    """Who is in a group and how alike they are; then what drives it."""
    cards = [card for block in section.blocks if isinstance(block, Cards) for card in block.cards]
    return [slide for card in cards for slide in _group(facts, card)]


def _group(facts: Facts, card: Card) -> list[Slide]:
    members, why = ", ".join(card.members), drivers(facts, card.number)
    short = replace(card, why=likeness(facts, card.number))
    first = Slide(card.title, Cards((short,)), f"{members}. {card.stability}")
    if not why:
        return [first]
    return [first, Slide(f"What drives {card.title}", Lines(why, is_list=True), members)]


def _tested(facts: Facts, section: Section) -> list[Slide]:
    if facts.evidence is None:
        return [Slide("Not tested", section.blocks[0], words.NOT_TESTED)]
    charts = [block for block in section.blocks if isinstance(block, Chart)]
    first, *others = summary_lines(facts)
    return [
        Slide(first, Lines(tuple(others), True), budget(facts)),
        *(Slide(part.title, part, part.alt) for chart in charts for part in _parts(chart)),
    ]


def _parts(chart: Chart) -> list[Chart]:
    """A long chart as several, each about as long and with its own axis."""
    n_parts = math.ceil(len(chart.intervals) / MOST_ROWS)
    size = math.ceil(len(chart.intervals) / n_parts)
    rows = [chart.intervals[i : i + size] for i in range(0, len(chart.intervals), size)]
    return [
        replace(chart, intervals=part, alt="; ".join(f"{one.name}: {one.text}" for one in part))
        for part in rows
    ]


def _data(section: Section) -> list[Slide]:
    flow = next((block for block in section.blocks if isinstance(block, Grid)), None)
    if flow is None:
        return []
    return [Slide(flow.title, flow, words.SMALL_NOTE)]


def _what_if(facts: Facts) -> list[Slide]:
    """Other numbers of groups, and a group without its loosest task, from what is known."""
    slides = []
    for n_groups, groups, share in alternatives(facts, 4):
        of_100 = None if share is None else amounts.in_100(share)
        message = words.alternative(n_groups, len(facts.task_names), of_100)
        lines = tuple(amounts.join_some(group, 8) for group in groups)
        slides.append(Slide(f"What if: {message}", Lines(lines, True), message))
    return slides + _without(facts)


def _without(facts: Facts) -> list[Slide]:
    """The group that gains most stability when one task leaves it."""
    found = [
        (loosest, number)
        for number, members in enumerate(facts.groups)
        if facts.has_split and len(members) > 2 and (loosest := _loosest(facts, members))
    ]
    if not found:
        return []
    (after, before, name), number = max(found, key=lambda one: one[0][0] - one[0][1])
    message = words.without(name, facts.title(number), before, after)
    kept = tuple(member for member in facts.groups[number] if member != name)
    return [Slide(f"What if: {message}", Lines(kept, True), message)]


def _loosest(facts: Facts, members: tuple[str, ...]) -> tuple[int, int, str] | None:
    """How many of 100 re-runs without and with a task, and which; None where not known."""
    table = facts.document.get("co_assignment")
    if not table:
        return None
    places = [facts.task_names.index(member) for member in members]

    def share(kept: list[int]) -> float:
        return fmean(table[a][b] for i, a in enumerate(kept) for b in kept[i + 1 :])

    without = [share([one for one in places if one != place]) for place in places]
    best = max(range(len(members)), key=without.__getitem__)
    return amounts.in_100(without[best]), amounts.in_100(share(places)), members[best]
