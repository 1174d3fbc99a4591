"""The end of a page before its last line.

A click in a fragment waits until the page around it is drawn. Streamlit's own way to stop a page
forgets what waits (1.67): whoever pressed *Resume* in that moment pressed it for nothing.
"""

from typing import NoReturn


class EndOfPage(Exception):
    """Nothing more is drawn on this page; no error."""


def end_page() -> NoReturn:
    """Draw nothing more on this page."""
    raise EndOfPage
