"""Small vector pictures, inline in the page. They hold numbers and our own words, no names."""

from typing import TYPE_CHECKING

from core.report.marks import colour_of, shape_of
from core.report.scale import Scale
from core.report.story import Interval

if TYPE_CHECKING:
    from markupsafe import Markup

WIDTH, HEIGHT = 320, 20
_SHAPES = {
    "circle": '<circle cx="8" cy="8" r="6.5"/>',
    "rect": '<rect x="2" y="2" width="12" height="12"/>',
    "triangle": '<path d="M8 1.5 15 14H1Z"/>',
    "diamond": '<path d="M8 .5 15.5 8 8 15.5.5 8Z"/>',
    "pin": '<path d="M8 14.5 1 2h14Z"/>',
}


def badge_svg(group: int) -> "Markup":
    """The shape of a group in its colour."""
    return _svg(
        f'class="badge" viewBox="0 0 16 16" width="16" height="16" fill="{colour_of(group)}" '
        'stroke="#33414b" stroke-width=".7"',
        _SHAPES[shape_of(group)],
    )


def interval_svg(one: Interval, scale: Scale) -> "Markup":
    """A dot between its bounds, and the line of no difference."""
    low, value, high, zero = (
        f"{WIDTH * scale.place(number):.1f}" for number in (one.low, one.value, one.high, 0.0)
    )
    return _svg(
        f'class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"',
        f'<line class="zero" x1="{zero}" x2="{zero}" y1="0" y2="{HEIGHT}"/>'
        f'<line class="range" x1="{low}" x2="{high}" y1="10" y2="10"/>'
        f'<circle class="dot" cx="{value}" cy="10" r="4.5"/>',
    )


def axis_svg(scale: Scale) -> "Markup":
    """The ticks below the intervals."""
    parts = []
    for tick in scale.ticks:
        x = WIDTH * scale.place(tick)
        side = "start" if x < 20 else "end" if x > WIDTH - 20 else "middle"
        parts.append(
            f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="4"/>'
            f'<text x="{x:.1f}" y="16" text-anchor="{side}">{scale.label(tick)}</text>'
        )
    head = f'class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return _svg(head, f'<line class="tick" x1="0" x2="{WIDTH}" y1="0" y2="0"/>' + "".join(parts))


def _svg(attributes: str, inner: str) -> "Markup":
    from markupsafe import Markup

    return Markup(f'<svg {attributes} aria-hidden="true">{inner}</svg>')
