"""Text on a slide: always as plain runs, so nothing in it is read as markup or as a field."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pptx.text.text import TextFrame

INK, MUTED, ACCENT = "0F1A22", "4C5A64", "0B6098"


def write_text(
    frame: "TextFrame",
    lines: Sequence[str],
    size: int,
    colour: str = INK,
    is_bold: bool = False,
    is_list: bool = False,
) -> None:
    """Fill a text frame with one paragraph a line."""
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
    from pptx.util import Pt

    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    frame.vertical_anchor = MSO_ANCHOR.TOP
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.space_after = Pt(0.4 * size)
        run = paragraph.add_run()
        run.text = f"•  {line}" if is_list else line
        run.font.size, run.font.bold = Pt(size), is_bold
        run.font.color.rgb = RGBColor.from_string(colour)
