"""A story through Typst."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.report.marks import colour_of, shape_of
from core.report.scale import scale_of
from core.report.story import Block, Card, Cards, Chart, Grid, Lines, Story

TEMPLATE = Path(__file__).parent / "report.typ"
STANDARD = "ua-1"
FONTS = ("Libertinus Serif", "DejaVu Sans", "Noto Sans", "Noto Sans Arabic", "Noto Color Emoji")
"""The first ships with Typst; the others stand in for signs that it lacks, where they are."""
SHADES = {
    "very likely": "#dff3e9",
    "likely": "#deeefa",
    "uncertain": "#fdf0d2",
    "unlikely": "#fbe3df",
    "": "#ffffff",
}

_LONG_WORD = re.compile(r"\w{25,}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def to_pdf(document: Mapping[str, Any], story: Story) -> bytes:
    """The report as a PDF/UA-1 file; its date is that of the report."""
    told = _breakable(json.dumps(_story(story), ensure_ascii=False))
    when = _made_at(document)
    for may_stay in (lambda sign: True, lambda sign: sign <= "\uffff", _is_common):
        try:
            return _compile("".join(one if may_stay(one) else "□" for one in told), when)
        except RuntimeError as error:  # a sign that no font here has cannot be read aloud
            failed = error
    raise failed


def _compile(told: str, when: datetime) -> bytes:
    import typst

    try:
        made = typst.compile(
            TEMPLATE.read_bytes(),
            sys_inputs={"story": told},
            root=TEMPLATE.parent,
            pdf_standards=[STANDARD],
            timestamp=when,
        )
    except typst.TypstError as error:
        raise RuntimeError(str(error)) from error
    assert isinstance(made, bytes)
    return made


def _is_common(sign: str) -> bool:
    """Latin, Greek and Cyrillic letters and our own marks, which the first font has."""
    return sign < "\u0530" or sign in "–—−≤…·“”‘’"


def _made_at(document: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(document["provenance"]["created_at"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        return datetime(1970, 1, 1, tzinfo=UTC)


def _story(story: Story) -> dict[str, Any]:
    sections = [
        {
            "title": section.title,
            "blocks": [_block(block) for block in section.blocks],
            "has_headline": section.key == "answer",
        }
        for section in story.sections
    ]
    return {
        "title": story.title,
        "footer": story.footer,
        "fonts": list(FONTS),
        "sections": sections,
    }


def _block(block: Block) -> dict[str, Any]:
    kind = type(block).__name__
    if isinstance(block, Lines):
        return {"kind": kind, "lines": block.lines, "is_list": block.is_list}
    if isinstance(block, Cards):
        return {"kind": kind, "cards": [_card(card) for card in block.cards]}
    if isinstance(block, Chart):
        return {"kind": kind, **_chart(block)}
    if isinstance(block, Grid):
        fields = {name: value for name, value in block._items() if name != "audiences"}
        return {"kind": kind, **fields, "widths": _widths(block)}
    return {"kind": kind, "terms": block.terms}


def _card(card: Card) -> dict[str, Any]:
    return {
        "title": card.title,
        "members": card.members,
        "why": card.why,
        "stability": card.stability,
        "likelihood": card.likelihood,
        "shade": SHADES[card.likelihood],
        "colour": colour_of(card.number),
        "shape": shape_of(card.number),
    }


def _chart(chart: Chart) -> dict[str, Any]:
    scale = scale_of(chart)
    return {
        "title": chart.title,
        "axis": chart.axis,
        "zero": scale.place(0.0),
        "ticks": [{"place": scale.place(tick), "label": scale.label(tick)} for tick in scale.ticks],
        "intervals": [
            {
                "name": one.name,
                "text": one.text,
                **{key: scale.place(getattr(one, key)) for key in ("low", "value", "high")},
            }
            for one in chart.intervals
        ],
    }


def _widths(grid: Grid) -> list[float]:
    """Shares of the page: as the longest text of each column asks for, and the longest word of
    its head, within bounds (ours)."""
    columns = zip(grid.columns, *grid.rows, strict=True)
    return [
        min(40.0, max(6.0, max(map(len, head.split())) + 3, *map(len, cells)))
        for head, *cells in columns
    ]


def _breakable(text: str) -> str:
    """Long words may be broken anywhere, but for a digest, which is copied as a whole."""
    return _LONG_WORD.sub(
        lambda found: found[0] if _DIGEST.fullmatch(found[0]) else "\u200b".join(found[0]), text
    )
