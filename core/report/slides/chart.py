"""Intervals as a native bar chart with error bars: double-click it and its numbers open."""

import math
from typing import TYPE_CHECKING, Any

from core.report.scale import scale_of
from core.report.slides.place import SMALLEST, Box
from core.report.slides.text import ACCENT, INK, MUTED
from core.report.story import Chart, Interval

if TYPE_CHECKING:
    from pptx.slide import Slide

LONGEST = 44
"""Characters of a name beside its bar; the gain follows it."""
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def draw_chart(slide: "Slide", chart: Chart, box: Box) -> None:
    """Bars for the values, error bars for their ranges, the numbers in the labels."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Pt

    intervals = tuple(reversed(chart.intervals))  # the first shall stand on top
    number_format = "+0.0%;−0.0%;0" if chart.is_share else "+0.000;−0.000;0"
    data = CategoryChartData(number_format=number_format)
    data.categories = [_label(one) for one in intervals]
    data.add_series(chart.axis, [one.value for one in intervals])
    numbers = (Pt(number) for number in (box.left, box.top, box.width, box.height))
    frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *numbers, data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)
    _style(frame.chart, chart, number_format)
    _set_axes(frame.chart, chart)
    _add_ranges(frame.chart, intervals)


def _label(one: Interval) -> str:
    """Name and numbers. Behind this sheet they are texts whatever they begin with: the space keeps
    an equals sign from making a formula, and the mark the reading direction."""
    name = one.name if len(one.name) <= LONGEST else f"{one.name[: LONGEST - 1]}…"
    return f" \u200e{name}  {one.text}"


def _style(drawn: Any, chart: Chart, number_format: str) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_TICK_LABEL_POSITION
    from pptx.util import Pt

    drawn.has_legend, drawn.has_title = False, False
    plot = drawn.plots[0]
    plot.gap_width = 120
    fill = plot.series[0].format.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string("94C0DC")
    names, values = drawn.category_axis, drawn.value_axis
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.format.line.color.rgb = RGBColor.from_string(MUTED)
    values.tick_labels.number_format = number_format
    values.tick_labels.number_format_is_linked = False
    values.major_gridlines.format.line.color.rgb = RGBColor.from_string("CCD6DE")
    values.has_title = True
    values.axis_title.text_frame.text = chart.axis
    title = values.axis_title.text_frame.paragraphs[0].runs[0].font
    for font in (names.tick_labels.font, values.tick_labels.font, title):
        font.size, font.bold = Pt(SMALLEST), False
        font.color.rgb = RGBColor.from_string(INK)


def _set_axes(drawn: Any, chart: Chart) -> None:
    """Room for the ranges, a label at every bar, and names on the left four tenths."""
    from lxml import etree

    scale, values = scale_of(chart), drawn.value_axis
    values.major_unit = scale.step
    values.minimum_scale = scale.step * math.floor(scale.low / scale.step)
    values.maximum_scale = scale.step * math.ceil(scale.high / scale.step)
    every = etree.Element(_c("tickLblSkip"), val="1")
    drawn.category_axis._element.find(_c("noMultiLvlLbl")).addprevious(every)
    area = drawn._chartSpace.chart.plotArea
    layout = area.find(_c("layout"))
    if layout is None:
        layout = etree.Element(_c("layout"))
        area.insert(0, layout)
    manual = etree.SubElement(layout, _c("manualLayout"))
    for tag, value in (("layoutTarget", "inner"), ("xMode", "edge"), ("yMode", "edge")):
        etree.SubElement(manual, _c(tag), val=value)
    for tag, value in (("x", "0.45"), ("y", "0.02"), ("w", "0.52"), ("h", "0.8")):
        etree.SubElement(manual, _c(tag), val=value)


def _add_ranges(drawn: Any, intervals: tuple[Interval, ...]) -> None:
    """Error bars of its own for each bar; python-pptx has no words for them."""
    from lxml import etree

    series = drawn.plots[0].series[0]._element
    bars = etree.Element(_c("errBars"))
    for tag, value in (("errBarType", "both"), ("errValType", "cust"), ("noEndCap", "0")):
        etree.SubElement(bars, _c(tag), val=value)
    _literal(bars, "plus", [one.high - one.value for one in intervals])
    _literal(bars, "minus", [one.value - one.low for one in intervals])
    line = etree.SubElement(etree.SubElement(bars, _c("spPr")), f"{{{_DRAWING}}}ln", w="22225")
    paint = etree.SubElement(line, f"{{{_DRAWING}}}solidFill")
    etree.SubElement(paint, f"{{{_DRAWING}}}srgbClr", val=ACCENT)
    series.find(_c("cat")).addprevious(bars)


def _literal(bars: Any, tag: str, lengths: list[float]) -> None:
    from lxml import etree

    numbers = etree.SubElement(etree.SubElement(bars, _c(tag)), _c("numLit"))
    etree.SubElement(numbers, _c("formatCode")).text = "General"
    etree.SubElement(numbers, _c("ptCount"), val=str(len(lengths)))
    for number, length in enumerate(lengths):
        point = etree.SubElement(numbers, _c("pt"), idx=str(number))
        etree.SubElement(point, _c("v")).text = repr(float(length))


def _c(tag: str) -> str:
    """The full name of an element of a chart."""
    return f"{{{_CHART}}}{tag}"
