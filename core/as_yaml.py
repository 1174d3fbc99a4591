"""JSON-like values as YAML that people read and every YAML reader takes, of version 1.1 or 1.2.

Texts are always in double quotes with JSON's escapes, which YAML shares, so a task called `yes`,
`a: b` or `# 1` stays a text. What YAML counts as a line break or as unprintable is escaped too.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PLAIN_KEY = re.compile("[a-z][a-z0-9_]*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def to_yaml(value: Mapping[str, Any]) -> str:
    """The YAML of nested dicts, lists, texts, numbers, booleans and None; NaN becomes null."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Any) -> Iterator[str]:
    """The lines of a filled dict or list."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _entry(f"{_key(key)}:", item)
    else:
        for item in value:
            if not _is_nested(item):
                yield f"- {_scalar(item)}"
                continue
            first, *rest = _lines(item)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)


def _entry(head: str, item: Any) -> Iterator[str]:
    if _is_nested(item):
        yield head
        yield from (f"  {line}" for line in _lines(item))
    else:
        yield f"{head} {_scalar(item)}"


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str) and len(value) > 0


def _key(key: str) -> str:
    is_plain = _PLAIN_KEY.fullmatch(key) and key not in _WORDS
    return key if is_plain else _text(key)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, Sequence):
        return "[]"
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "null"
    if isinstance(value, float):
        number = repr(value)
        return number if "." in number else number.replace("e", ".0e")  # 1e-05 is a text in 1.1
    return json.dumps(value)


def _text(text: str) -> str:
    return _UNPRINTABLE.sub(
        lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False)
    )
