"""The presentation: one message a screen, moved by the keyboard, without a trip to the server."""

from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

from core.report.story import Block, Card, Cards, Chart, Grid, Lines, Story, Terms
from dashboard.theme import group_mark, readable
from dashboard.words import GROUP_SHAPES

_SCRIPTS = ("slides_parts.js", "slides.js")


def show_slides(story: Story, *, key: str) -> None:
    """A button that fills the screen with the slides of the story."""
    slides = [
        {"message": slide.message, "notes": slide.notes, "block": to_payload(slide.block)}
        for slide in story.slides
    ]
    _component()(data={"slides": slides, "footer": story.footer}, key=key)


def to_payload(block: Block | None) -> dict[str, Any] | None:
    """A block as the page draws it; every text of it stays a text."""
    if isinstance(block, Lines):
        return {"kind": "lines", "lines": list(block.lines), "is_list": block.is_list}
    if isinstance(block, Cards):
        return {"kind": "cards", "cards": [_card(card) for card in block.cards]}
    if isinstance(block, Grid):
        rows = [list(row) for row in block.rows]
        numeric = list(block.numeric)
        return {"kind": "grid", "columns": list(block.columns), "rows": rows, "numeric": numeric}
    if isinstance(block, Chart):
        intervals = [dict(row._items()) for row in block.intervals]
        return {"kind": "chart", "axis": block.axis, "alt": block.alt, "intervals": intervals}
    if isinstance(block, Terms):
        return {"kind": "terms", "terms": [list(pair) for pair in block.terms]}
    return None


def _card(card: Card) -> dict[str, Any]:
    mark = group_mark(card.number)
    return {
        "mark": GROUP_SHAPES[mark.shape],
        "colour": readable(mark.colour, dark=True),
        "members": list(card.members),
        "why": list(card.why),
        "stability": card.stability,
    }


@cache
def _component() -> Any:
    """The component, registered once; its parts are files beside this one."""
    folder = files("dashboard.components")
    read = [folder.joinpath(name).read_text("utf-8") for name in _SCRIPTS]
    return st.components.v2.component(
        "taskscape_slides",
        html=folder.joinpath("slides.html").read_text("utf-8"),
        css=folder.joinpath("slides.css").read_text("utf-8"),
        js="\n".join(read),
    )
