"""A story's slides as a PowerPoint file."""

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from core.report.slides.blocks import draw_block
from core.report.slides.place import BODY, FOOTER, HEIGHT, TITLE, WIDTH, fit_size
from core.report.slides.text import ACCENT, MUTED, write_text
from core.report.story import Slide, Story

if TYPE_CHECKING:
    from pptx.presentation import Presentation

TITLE_SIZES = (34, 30, 26, 22, 18, 16)


def to_pptx(document: Mapping[str, Any], story: Story) -> bytes:
    """The slides as bytes; their date is that of the report, and they name no author."""
    from pptx import Presentation
    from pptx.util import Pt

    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    _describe(deck, document, story)
    for number, slide in enumerate(story.slides, start=1):
        _add(deck, slide, story.footer, f"{number} / {len(story.slides)}")
    made = BytesIO()
    deck.save(made)
    return made.getvalue()


def _add(deck: "Presentation", slide: Slide, footer: str, place: str) -> None:
    drawn = deck.slides.add_slide(deck.slide_layouts[5])  # "Title Only"
    title = drawn.shapes.title
    TITLE.put(title)
    size = fit_size([slide.message], TITLE, TITLE_SIZES)
    write_text(title.text_frame, [slide.message], size, ACCENT, is_bold=True)
    if slide.block is not None:
        draw_block(drawn, slide.block, BODY)
    left, right = FOOTER.split(0.85)
    for text, box in ((footer, left), (place, right)):
        frame = box.add_text(drawn)
        write_text(frame, [text], 12, MUTED)
    drawn.notes_slide.notes_text_frame.text = slide.notes


def _describe(deck: "Presentation", document: Mapping[str, Any], story: Story) -> None:
    """Metadata: what it is and when the report was made; nobody's name, no preview picture."""
    about = deck.core_properties
    about.title, about.subject = story.title, story.footer
    about.author = about.last_modified_by = about.comments = about.keywords = ""
    about.revision = 1
    about.created = about.modified = about.last_printed = _made_at(document)
    package = deck.part.package
    for key in [key for key, one in package._rels.items() if one.reltype.endswith("/thumbnail")]:
        package._rels.pop(key)


def _made_at(document: Mapping[str, Any]) -> datetime:
    try:
        made = datetime.fromisoformat(document["provenance"]["created_at"])
    except (KeyError, TypeError, ValueError):
        return datetime(1970, 1, 1)
    return made.astimezone(UTC).replace(tzinfo=None)
