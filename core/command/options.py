"""Errors of settings, by the options that they were asked for with."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import MethodError


@contextmanager
def as_option(option: str, setting: str, value: object) -> Iterator[None]:
    """Say `--trunk 'x' is unknown` of what is `OneStep: unknown trunk='x'` in Python."""
    try:
        yield
    except MethodError as error:
        before, found, after = str(error).partition(f"{setting}={value!r}")
        is_unknown = " is unknown" * before.endswith("unknown ")
        raise MethodError(f"{option} {value!r}{is_unknown}{after}" if found else before) from None
