"""Every benchmark, one after the other: `python -m tests.benchmarks [name …]`."""

import sys
from importlib import import_module

NAMES = (
    "closed_form",
    "trunks",
    "landscape_measures",
    "tag",
    "coverage",
    "groups",
    "planted",
    "command",
    "estimate",
    "streaming",
    "trainer",
    "gold",
    "gold_synthetic",
    "search_tables",
    "forecasts",
    "report",
    "recording",
    "points",
    "drivers",
)


def main(names):
    for name in names or NAMES:
        print(f"\n== {name}", flush=True)
        import_module(f"tests.benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
