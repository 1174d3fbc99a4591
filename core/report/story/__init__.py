"""From report.json to the story that every form of the report tells.

story = tell(document, names)                 all of it
story.for_audience(Audience.CLINICIAN)        the same with less
story.section("groups").blocks                Cards, Lines, …
story.slides                                  one message each: presentation and slides
"""

from core.report.story.blocks import (
    Audience,
    Block,
    Card,
    Cards,
    Chart,
    Grid,
    Interval,
    Lines,
    Section,
    Slide,
    Story,
    Terms,
)
from core.report.story.tell import tell

__all__ = [
    "Audience",
    "Block",
    "Card",
    "Cards",
    "Chart",
    "Grid",
    "Interval",
    "Lines",
    "Section",
    "Slide",
    "Story",
    "Terms",
    "tell",
]
