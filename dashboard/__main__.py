"""`python -m dashboard`: serve the window on this machine only."""

import gc
import os
import socket
import sys
from pathlib import Path

import click

HERE = Path(__file__).resolve().parent


class TakenError(click.ClickException):
    """Another program listens on the port."""

    exit_code = 2


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True)
@click.option("--headless", is_flag=True, help="Do not open a browser.")
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs"))
def main(port: int, headless: bool, runs: Path) -> None:
    """Open the dashboard on the runs of a folder; the first visit computes the built-in example."""
    from core.runs.draft import forget_old_drafts
    from dashboard.example import find_example
    from dashboard.on_show import RUNS_VARIABLE

    _refuse_a_taken(port)
    root = runs.resolve()
    root.mkdir(parents=True, exist_ok=True)
    os.environ[RUNS_VARIABLE] = str(root)
    find_example(root)
    forget_old_drafts(root)
    os.chdir(HERE.parent)  # where Streamlit finds .streamlit/config.toml
    _import_first_page()
    if port:  # otherwise the server's own line tells the one it found
        click.echo(f"Taskscape: http://127.0.0.1:{port} (Ctrl+C ends it; runs in {root})")
    _serve([f"--server.port={port}", f"--server.headless={str(headless).lower()}"])


def _refuse_a_taken(port: int) -> None:
    with socket.socket() as trial:
        if os.name == "posix":  # a port just given back counts as free
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            raise TakenError(
                f"Port {port} cannot be used ({error.strerror}); Taskscape may be open there: "
                f"http://127.0.0.1:{port}. Choose another one with --port {port % 65535 + 1}."
            ) from None


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
