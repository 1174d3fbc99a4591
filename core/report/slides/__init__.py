"""The report as slides: one message each, native tables and charts that can be edited, notes."""

from core.report.slides.deck import to_pptx

__all__ = ["to_pptx"]
