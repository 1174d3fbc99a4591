"""A report of 12 tasks in every format: `python -m tests.benchmarks.report`.

Bars: all formats under 15 s on two cores, the PDF under 5 s. Process time, medians of five after
a first call that loads the libraries; the first call is shown beside it.
"""

import statistics
import time

from core.report import FORMATS, render_report
from tests.core.report.documents import document, evidence_of

RUNS = 5


def main() -> None:
    made = document(12, evidence=evidence_of())
    print(f"{'format':<8}{'first':>9}{'later':>9}{'size':>10}")
    total = 0.0
    for form in FORMATS:
        first = seconds(made, form)
        later = statistics.median(seconds(made, form) for _ in range(RUNS))
        total += first
        size = len(render_report(made, form)) / 1024
        print(f"{form:<8}{first:>7.2f} s{later:>7.2f} s{size:>7.0f} kB")
    print(f"{'all':<8}{total:>7.2f} s")


def seconds(made: dict, form: str) -> float:
    """Process time of one report."""
    start = time.process_time()
    render_report(made, form)
    return time.process_time() - start


if __name__ == "__main__":
    main()
