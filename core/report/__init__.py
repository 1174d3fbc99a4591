"""The report: one JSON document that every other form is drawn from.

to_document(report)   the JSON-ready aggregates of a Report (report.json, schema version 1)
"""

from core.report.document import SCHEMA_VERSION, to_document

__all__ = ["SCHEMA_VERSION", "to_document"]
