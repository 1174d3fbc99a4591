"""Names and numbers as text. Names come from uploaded tables: nothing in them may become markup.

ECharts draws text on a canvas and escapes what it puts into a tooltip, but reads `{style|text}`
as rich text; Plotly reads a little HTML in every text. Each has its own function here.
"""

import html
import math
import unicodedata
from collections.abc import Iterable, Sequence

MISSING = "–"
MARK = "▸ "
"""Before a task of the selection on show."""


def clean(name: str) -> str:
    """One visible line: control and direction-changing characters become spaces."""
    return "".join(
        " " if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") else character
        for character in name
    ).strip()


def short(name: str, width: int = 28) -> str:
    """`name` cleaned and cut in the middle, so that both ends still tell columns apart."""
    text = clean(name)
    if len(text) <= width:
        return text
    tail = (width - 1) // 3
    return f"{text[: width - 1 - tail]}…{text[-tail:]}"


def with_marks(names: Sequence[str], marked: Iterable[bool] | None) -> list[str]:
    """The names, the marked ones with a sign before them; as they are where none is."""
    flags = [False] * len(names) if marked is None else marked
    return [f"{MARK * bool(flag)}{name}" for name, flag in zip(names, flags, strict=True)]


def rich(name: str) -> str:
    """For an ECharts label with `rich` styles: braces and bars are no markup."""
    return name.replace("{", "❴").replace("}", "❵").replace("|", "¦")


def plotly(name: str) -> str:
    """For any text of a Plotly figure: no tag, no entity, no template. Plotly reads no `&quot;`."""
    return html.escape(name, quote=False).replace("%{", "%&#123;")


def number(value: float, digits: int = 3) -> str:
    """`value` to `digits` significant digits, without an exponent where it fits."""
    if not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if not -5 < magnitude < 7:
        return f"{value:.{digits - 1}e}"
    return f"{value:,.{max(0, digits - 1 - magnitude)}f}"


def percent(share: float) -> str:
    """A share in [0, 1] as whole percent; what is neither none nor all never reads so."""
    if not math.isfinite(share):
        return MISSING
    if 0 < share < 0.01:
        return "<1 %"
    if 0.99 < share < 1:
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")


def listed(names: list[str], limit: int = 5) -> str:
    """The first `limit` names, and how many more there are."""
    more = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {more} more" if more > 0 else "")
