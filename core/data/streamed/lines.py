"""The text of a large file, in UTF-8, some whole lines at a time."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple, cast

from core.data.encoding import recognise, utf16_codec
from core.errors import TableError

CHUNK = 1 << 22
"""Bytes that are looked at together: one block of Arrow's parser."""

LONGEST = 1 << 25
"""Bytes in which a line must end: what is longer is a quote that does not close (ours)."""


class Lines(NamedTuple):
    """Some whole lines, and which line of the file the first of them is."""

    first: int
    text: bytes


@dataclass(frozen=True)
class TextFile:
    """A handle on a text; it holds none of it."""

    path: Path
    codec: str
    """What the bytes are in; '' for UTF-8."""
    old_ends: bool
    """Whether lines end with a carriage return alone, as on old Macs."""
    notices: tuple[str, ...]

    def lines(self) -> Iterator[Lines]:
        """The whole text in order, cut between records: a line end in quotes is none.

        Raises:
            TableError: a quote that does not close, bytes that are no text, a damaged archive.
        """
        first, rest = 1, b""
        for more in self._texts():
            rest += more
            stop = _last_end(rest)
            if stop:
                yield Lines(first, rest[:stop])
                first += rest.count(b"\n", 0, stop)
                rest = rest[stop:]
            elif len(rest) > LONGEST:
                raise TableError(
                    f"{self.path.name} has a quote on line {first} or after it that does not "
                    "close. Mend it or save the table again."
                )
        if rest.strip():
            yield Lines(first, rest)

    def _texts(self) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self.codec or "utf-8")()
        is_first = True
        for part in _parts(self.path, CHUNK):
            if is_first and part.startswith(codecs.BOM_UTF8):
                part = part[len(codecs.BOM_UTF8) :]
            is_first = False
            text = decoder.decode(part).encode() if self.codec else part
            yield text.replace(b"\r", b"\n") if self.old_ends else text


def open_text(path: Path) -> TextFile:
    """Look through a text once, one of Windows twice: what is it in, and is it text at all?

    Raises:
        TableError: the file is missing, empty, no text in UTF-8, UTF-16 or cp1252, or damaged.
    """
    head = next(_parts(path, CHUNK), b"")
    if not head:
        raise TableError(f"{path.name} is empty. Give a table with a header line and rows.")
    if what := recognise(head):
        raise TableError(f"{path.name} is {what}, not a text table. Give a CSV, TSV or Parquet.")
    if wide := utf16_codec(head):
        _decode_all(path, wide)
        return TextFile(path, wide, False, (f"{path.name} was read as UTF-16 text.",))
    has_ends, has_zeros, is_utf8 = False, False, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    for part in _parts(path, CHUNK):
        has_ends, has_zeros = has_ends or b"\n" in part, has_zeros or b"\0" in part
        is_utf8 = is_utf8 and _decodes(decoder, part)
    if has_zeros:
        raise TableError(
            f"{path.name} is not text: it has zero bytes. Save it as UTF-8 CSV or Parquet."
        )
    if is_utf8 and _decodes(decoder, b"", final=True):
        return TextFile(path, "", not has_ends, ())
    notice = (
        f"{path.name} is not UTF-8; it was read as Windows text (cp1252). "
        "Check letters with accents."
    )
    _decode_all(path, "cp1252")
    return TextFile(path, "cp1252", not has_ends, (notice,))


def _last_end(text: bytes) -> int:
    """The byte after the last line end that is in no quotes; 0 where there is none."""
    stop, n_quotes = len(text), text.count(b'"')
    while (end := text.rfind(b"\n", 0, stop)) >= 0:
        n_quotes -= text.count(b'"', end, stop)
        if n_quotes % 2 == 0:
            return end + 1
        stop = end
    return 0


def _parts(path: Path, size: int) -> Iterator[bytes]:
    try:
        packed = path.name.lower().endswith(".gz")
        with cast(IO[bytes], gzip.open(path)) if packed else path.open("rb") as file:
            while part := file.read(size):
                yield part
    except FileNotFoundError as error:
        raise TableError(f"There is no file {path}. Check the path.") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise TableError(
            f"{path.name} is not a whole gzip file. Copy it again, or unpack it and give the CSV."
        ) from error
    except OSError as error:
        raise TableError(f"{path} cannot be read ({error.strerror}). Check the file.") from error


def _decodes(decoder: codecs.IncrementalDecoder, part: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(part, final)
    except UnicodeDecodeError:
        return False
    return True


def _decode_all(path: Path, codec: str) -> None:
    decoder = codecs.getincrementaldecoder(codec)()
    whole = all(_decodes(decoder, part) for part in _parts(path, CHUNK))
    if not (whole and _decodes(decoder, b"", final=True)):
        raise TableError(
            f"{path.name} is not text in UTF-8, UTF-16 or cp1252. Save it as UTF-8 and try again."
        )
