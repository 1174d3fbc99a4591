"""The blocks of a story on a slide."""

from typing import TYPE_CHECKING

from core.report.marks import colour_of, shape_of
from core.report.slides.chart import draw_chart
from core.report.slides.place import SMALLEST, Box, fit_size, fitting
from core.report.slides.text import INK, write_text
from core.report.story import Block, Card, Cards, Chart, Grid, Lines

if TYPE_CHECKING:
    from pptx.slide import Slide

SIZES = (26, 24, 22, 20, 18, 16, 14, SMALLEST)
ROW = 30
MARKS = {
    "circle": "OVAL",
    "rect": "RECTANGLE",
    "triangle": "ISOSCELES_TRIANGLE",
    "diamond": "DIAMOND",
    "pin": "FLOWCHART_MERGE",
}
"""Shapes of groups → PowerPoint's own."""


def draw_block(slide: "Slide", block: Block, box: Box) -> None:
    """Draw one block into a box."""
    if isinstance(block, Lines):
        _lines(slide, block.lines, box, block.is_list)
    elif isinstance(block, Cards):
        _card(slide, block.cards[0], box)
    elif isinstance(block, Grid):
        _grid(slide, block, box)
    elif isinstance(block, Chart):
        draw_chart(slide, block, box)
    else:
        _lines(slide, tuple(f"{word}: {meaning}" for word, meaning in block.terms), box, True)


def _lines(
    slide: "Slide", lines: tuple[str, ...], box: Box, is_list: bool, is_bold: bool = False
) -> None:
    marked = [f"•  {line}" if is_list else line for line in lines]
    size = fit_size(marked, box, SIZES)
    write_text(box.add_text(slide), fitting(lines, box, size), size, INK, is_bold, is_list)


def _card(slide: "Slide", card: Card, box: Box) -> None:
    """Members on the left under the mark of the group, why and how sure on the right."""
    from pptx.dml.color import RGBColor
    from pptx.enum.shapes import MSO_SHAPE

    left, right = box.split(0.36, gap=24)
    mark = slide.shapes.add_shape(MSO_SHAPE[MARKS[shape_of(card.number)]], 0, 0, 0, 0)
    Box(left.left + 6, left.top + 4, 26, 26).put(mark)
    mark.fill.solid()
    mark.fill.fore_color.rgb = RGBColor.from_string(colour_of(card.number)[1:])
    mark.line.color.rgb = RGBColor.from_string("33414B")
    mark._element.nvSpPr.cNvPr.set("descr", f"The mark of group {card.letter}")
    members = Box(left.left, left.top + 38, left.width, left.height - 38)
    _lines(slide, card.members, members, False, is_bold=True)
    _lines(slide, (card.stability, *card.why), right, False)


def _grid(slide: "Slide", grid: Grid, box: Box) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    height = min(box.height, ROW * (1 + len(grid.rows)))
    shape = slide.shapes.add_table(
        1 + len(grid.rows),
        len(grid.columns),
        *(Pt(number) for number in (box.left, box.top, box.width, height)),
    )
    shape._element.nvGraphicFramePr.cNvPr.set("descr", grid.title)
    for row, cells in enumerate((grid.columns, *grid.rows)):
        for column, text in enumerate(cells):
            cell = shape.table.cell(row, column)
            write_text(cell.text_frame, [text], 16, "FFFFFF" if row == 0 else INK, row == 0)
            cell.margin_top = cell.margin_bottom = Pt(2)
            if grid.numeric[column]:
                cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
            cell.text_frame.paragraphs[0].space_after = Pt(0)
            cell.fill.solid()
            shade = "0B6098" if row == 0 else "F5F8FA" if row % 2 else "FFFFFF"
            cell.fill.fore_color.rgb = RGBColor.from_string(shade)
