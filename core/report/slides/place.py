"""Where things stand on a slide, in points, and how large their text may be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pptx.slide import Slide
    from pptx.text.text import TextFrame

WIDTH, HEIGHT = 960, 540
SMALLEST = 12
"""Nothing on a slide is set smaller."""
_LETTER = 0.52
"""Mean width of a letter as a share of its size (ours; wide for a sans-serif face)."""
_LINE = 1.28
"""Height of a line as a share of its size."""


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    left: float
    top: float
    width: float
    height: float

    def put(self, shape: Any) -> None:
        """Move a shape here."""
        from pptx.util import Pt

        shape.left, shape.top = Pt(self.left), Pt(self.top)
        shape.width, shape.height = Pt(self.width), Pt(self.height)

    def add_text(self, slide: "Slide") -> "TextFrame":
        """An empty text box here."""
        from pptx.util import Pt

        numbers = (Pt(number) for number in (self.left, self.top, self.width, self.height))
        return slide.shapes.add_textbox(*numbers).text_frame

    def split(self, share: float, gap: float = 12) -> "tuple[Box, Box]":
        """A left and a right part."""
        first = share * (self.width - gap)
        return (
            Box(self.left, self.top, first, self.height),
            Box(self.left + first + gap, self.top, self.width - first - gap, self.height),
        )


TITLE = Box(40, 24, WIDTH - 80, 92)
BODY = Box(40, 126, WIDTH - 80, 360)
FOOTER = Box(40, 500, WIDTH - 80, 26)


def lines_needed(text: str, width: float, size: float) -> int:
    """How many lines a text takes, about."""
    return max(1, math.ceil(len(text) * _LETTER * size / max(width - 16, size)))


def fit_size(texts: Sequence[str], box: Box, sizes: Sequence[int]) -> int:
    """The largest of these sizes at which the texts fit a box; the last where none does."""
    for size in sizes:
        n_lines = sum(lines_needed(text, box.width, size) for text in texts)
        spaces = 0.4 * size * (len(texts) - 1)
        if n_lines * _LINE * size + spaces <= box.height - 8:
            return size
    return sizes[-1]


def fitting(texts: Sequence[str], box: Box, size: int) -> list[str]:
    """As many of the texts as fit at this size, with a last line that counts the rest."""
    if fit_size(texts, box, (size, 0)):
        return list(texts)
    kept = list(texts)
    while len(kept) > 1 and fit_size([*kept, "…"], box, (size, 0)) == 0:
        kept.pop()
    more = len(texts) - len(kept)
    return [*kept, f"… and {more} more"] if more else kept
