"""A visit to the dashboard without a browser: open a page, read what it says."""

import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

import dashboard

APP = Path(dashboard.__file__).with_name("app.py")
PAGES = ("data", "landscape", "affinity", "graph", "groups", "evidence", "report", "runs")
TRACES = ("Traceback", 'File "', ".py:", "Error:", "object at 0x")
PATIENCE_S = 600
"""Until a page is surely not coming: seconds of a processor of one's own, and minutes where a dozen
others want it."""
SAYING = ("title", "header", "subheader", "markdown", "caption", "text", "metric")
BOXES = ("error", "warning", "info", "success")


def visit(run_id: str = "") -> AppTest:
    """The first page, drawn once."""
    at = AppTest.from_file(str(APP), default_timeout=PATIENCE_S)
    at.context = {"theme": "light"}
    if run_id:
        at.query_params["run"] = run_id
    return at.run()


def go_to(at: AppTest, page: str) -> AppTest:
    """Another page, drawn twice: the second time from everything the first one left behind."""
    at.switch_page(f"app_pages/{page}.py").run()
    check_sound(at, page)
    at.run()
    check_sound(at, page)
    return at


def check_sound(at: AppTest, page: str = "") -> None:
    """No exception and nothing that only a programmer could read."""
    assert not at.exception, f"{page}: {[error.value for error in at.exception]}"
    text = words(at)
    assert not [trace for trace in TRACES if trace in text], f"{page}: {text}"


def words(at: AppTest) -> str:
    """Everything the page says, as a person reads it."""
    said = [str(part.value) for kind in (*SAYING, *BOXES) for part in getattr(at, kind)]
    said += [part.proto.text for part in at.get("progress")]
    return unmarked("\n".join(said))


def boxes(at: AppTest) -> str:
    """What the coloured boxes say."""
    return unmarked("\n".join(str(part.value) for kind in BOXES for part in getattr(at, kind)))


def unmarked(text: str) -> str:
    """Markdown that escapes its letters, without the escapes."""
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", text)


def sizes_of(at: AppTest) -> list[int]:
    """The numbers of groups that the page Groups can show."""
    return [int(str(told).partition(",")[0]) for told in at.select_slider[0].options]
