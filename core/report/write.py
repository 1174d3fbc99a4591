"""A report as a file of any format, written whole or not at all."""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.errors import MethodError, RunError
from core.outputs import make_parents
from core.report.as_json import to_json, to_yaml_groups
from core.report.html import to_html
from core.report.pdf import to_pdf
from core.report.slides import to_pptx
from core.report.story import Audience, Story, tell

Names = Mapping[tuple[str, ...], str]

FORMATS: dict[str, Callable[[Mapping[str, Any], Story], bytes]] = {
    "html": to_html,
    "pdf": to_pdf,
    "pptx": to_pptx,
    "json": to_json,
    "yaml": to_yaml_groups,
}
"""Format → the bytes of a document and its story (already cut for the audience)."""


def render_report(
    document: Mapping[str, Any], form: str, audience: str = "engineer", names: Names | None = None
) -> bytes:
    """The report as the bytes of a file.

    Args:
        document: report.json.
        form: a key of `FORMATS`.
        audience: `clinician`, `scientist` or `engineer`; it hides blocks and changes none.
        names: what people call the groups, by the names of their tasks.

    Raises:
        MethodError: unknown format or audience; the known ones are listed.
    """
    if form not in FORMATS:
        raise MethodError(f"Unknown report format {form!r}; choose one of {', '.join(FORMATS)}.")
    if audience not in list(Audience):
        known = ", ".join(Audience)
        raise MethodError(f"Unknown audience {audience!r}; choose one of {known}.")
    return FORMATS[form](document, tell(document, names).for_audience(Audience(audience)))


def save_report(content: bytes, path: Path) -> None:
    """Write what `render_report` gave to `path` (`-` is stdout), whole or not at all;
    folders that are missing above it are made.

    Raises:
        RunError: the path cannot be written; nothing is left behind.
    """
    if str(path) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    target = path.resolve()  # a link stays a link
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)  # a device or a pipe
        else:
            _replace(target, content)
    except OSError as error:
        raise RunError(f"Cannot write {path}: {error.strerror}.") from error


def _replace(target: Path, content: bytes) -> None:
    make_parents(target)
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".tmp", delete=False) as file:
        try:
            file.write(content)
            file.close()
            os.chmod(file.name, 0o666 & ~_umask())
            os.replace(file.name, target)
        finally:
            Path(file.name).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
