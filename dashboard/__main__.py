"""`python -m dashboard`: serve the window on this machine only."""

import gc
import os
import sys
from pathlib import Path

import click

HERE = Path(__file__).resolve().parent


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True)
@click.option("--headless", is_flag=True, help="Do not open a browser.")
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs"))
def main(port: int, headless: bool, runs: Path) -> None:
    """Open the dashboard on the runs of a folder; the first visit computes the built-in example."""
    from core.runs.draft import forget_old_drafts
    from dashboard.example import find_example
    from dashboard.on_show import RUNS_VARIABLE

    root = runs.resolve()
    root.mkdir(parents=True, exist_ok=True)
    os.environ[RUNS_VARIABLE] = str(root)
    find_example(root)
    forget_old_drafts(root)
    os.chdir(HERE.parent)  # where Streamlit finds .streamlit/config.toml
    _import_first_page()
    _serve([f"--server.port={port}", f"--server.headless={str(headless).lower()}"])


def _import_first_page() -> None:
    """Import what the first page needs, and keep it out of every later garbage collection.

    Streamlit collects all garbage after each drawing, which looked at every object of every module.
    """
    import PIL.Image  # noqa: F401  Streamlit needs it to show a logo

    import dashboard.draft_form  # noqa: F401

    gc.collect()
    gc.freeze()


def _serve(flags: list[str]) -> None:
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", str(HERE / "app.py"), *flags]
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
