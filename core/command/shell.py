"""What a shell hears of a command: one line on stderr and an exit status."""

import signal
from types import FrameType
from typing import Any, NoReturn

import click

from core.errors import TaskGroupingError

BAD_INPUT = 2
INTERRUPTED = 130
"""What a shell says itself of a command that Ctrl-C ended."""


class Commands(click.Group):
    """Turns our errors into one line on stderr and exit status 2, and Ctrl-C into 130."""

    def invoke(self, ctx: click.Context) -> Any:
        with _Interrupts() as interrupts:
            try:
                return super().invoke(ctx)
            except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - sent on by _say
                if interrupts.came:
                    click.echo("\nInterrupted; nothing was written.", err=True)
                    ctx.exit(INTERRUPTED)
                _say(ctx, error)


def _say(ctx: click.Context, error: BaseException) -> NoReturn:
    """End on an error of ours or of the disk; any other goes on."""
    if isinstance(error, TaskGroupingError):
        click.echo(f"Error: {error}", err=True)
        ctx.exit(BAD_INPUT)
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        what = f"Cannot use {error.filename}" if error.filename else "The disk or a file refused"
        click.echo(f"Error: {what}: {error.strerror or error}.", err=True)
        ctx.exit(BAD_INPUT)
    raise error


class _Interrupts:
    """Notes Ctrl-C: inside the import of a library it may come out as any other error."""

    def __init__(self) -> None:
        self.came = False

    def __enter__(self) -> "_Interrupts":
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if signal.getsignal(signal.SIGINT) == self._note:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number: int, frame: FrameType | None) -> NoReturn:
        self.came = True
        signal.default_int_handler(number, frame)
