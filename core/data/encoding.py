"""Bytes of a text file become UTF-8, and files that are no text are named for what they are."""

import codecs

from core.errors import TableError

MAGIC = {
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"BZh": "a bzip2 archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x89HDF": "an HDF5 file",
    b"ARROW1": "an Arrow file",
    b"SQLite format 3": "a SQLite database",
    b"$FL2": "an SPSS file",
    b"<!DOCTYPE": "a web page",
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"<?xml": "an XML document",
    b"{": "JSON",
    b"[{": "JSON",
}
"""How files that are no text table begin."""

_CHUNK = 1 << 24


def recognise(content: bytes) -> str:
    """What the first bytes say the file is, '' where they say nothing."""
    return next((what for start, what in MAGIC.items() if content.startswith(start)), "")


def to_utf8(content: bytes, name: str) -> tuple[bytes, tuple[str, ...]]:
    """The text in UTF-8 without a byte-order mark, and what was assumed about its encoding.

    Raises:
        TableError: the content is no text in UTF-8, UTF-16 or cp1252.
    """
    if content.startswith(codecs.BOM_UTF8):
        content = content[len(codecs.BOM_UTF8) :]
    wide = utf16_codec(content)
    if wide:
        return _recode(content, wide, name), (f"{name} was read as UTF-16 text.",)
    if b"\0" in content:
        raise TableError(f"{name} is not text: it has zero bytes. Save it as UTF-8 CSV or Parquet.")
    if b"\n" not in content:  # line ends of old Macs
        content = content.replace(b"\r", b"\n")
    if _is_utf8(content):
        return content, ()
    notice = (
        f"{name} is not UTF-8; it was read as Windows text (cp1252). Check letters with accents."
    )
    return _recode(content, "cp1252", name), (notice,)


def utf16_codec(content: bytes) -> str:
    """The UTF-16 codec of the content, '' where it is something else."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = content[:4096]
    if len(start) >= 4 and start[1::2].count(0) > len(start) * 0.4 and 0 not in start[::2]:
        return "utf-16-le"
    if len(start) >= 4 and start[::2].count(0) > len(start) * 0.4 and 0 not in start[1::2]:
        return "utf-16-be"
    return ""


def _is_utf8(content: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _CHUNK):
            decoder.decode(content[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _recode(content: bytes, codec: str, name: str) -> bytes:
    try:
        return content.decode(codec).encode("utf-8")
    except UnicodeError as error:
        raise TableError(
            f"{name} is not text in UTF-8, UTF-16 or cp1252. Save it as UTF-8 and try again."
        ) from error
