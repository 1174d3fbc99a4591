"""A story through the page's template."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.report.html.drawing import axis_svg, badge_svg, interval_svg
from core.report.scale import scale_of
from core.report.story import Story

if TYPE_CHECKING:
    from jinja2 import Template

HERE = Path(__file__).parent
SHADES = {"very likely": "sure", "likely": "fair", "uncertain": "open", "unlikely": "poor"}
"""Words of likelihood → the class of their colour."""


def to_html(document: Mapping[str, Any], story: Story) -> bytes:
    """The page as UTF-8 bytes. Its policy forbids everything but its own style sheet."""
    sheet = (HERE / "page.css").read_text(encoding="utf-8").replace("{{ footer }}", story.footer)
    digest = b64encode(sha256(sheet.encode()).digest()).decode()
    page = _template().render(story=story, sheet=sheet, digest=digest, shades=SHADES)
    return page.encode()


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"kind": lambda block: type(block).__name__, "scale": scale_of}
    pages.globals |= {"badge": badge_svg, "interval": interval_svg, "axis": axis_svg}
    return pages.get_template("page.html")
