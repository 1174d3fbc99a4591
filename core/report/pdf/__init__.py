"""The report as a tagged PDF (PDF/UA-1), set by Typst."""

from core.report.pdf.typeset import to_pdf

__all__ = ["to_pdf"]
