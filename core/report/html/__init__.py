"""The report as one HTML file: no script, no request, every text escaped, vector figures."""

from core.report.html.render import to_html

__all__ = ["to_html"]
