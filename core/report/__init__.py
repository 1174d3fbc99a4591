"""The report: one JSON document that every other form is drawn from.

to_document(report)     the JSON-ready aggregates of a Report (report.json, schema version 1)
tell(document, names)   the same as a story: sections of sentences, tables and charts
render_report(…)        the document as the bytes of a file: html, pdf, pptx, json, yaml
save_report(…)          these bytes on disk, whole or not at all
make_manifest(…)        what leaves the machine with it
"""

from core.report.document import SCHEMA_VERSION, to_document
from core.report.manifest import Manifest, make_manifest
from core.report.story import Audience, Story, tell
from core.report.write import FORMATS, render_report, save_report

__all__ = [
    "FORMATS",
    "SCHEMA_VERSION",
    "Audience",
    "Manifest",
    "Story",
    "make_manifest",
    "render_report",
    "save_report",
    "tell",
    "to_document",
]
