"""Values on disk: one .npz each, arrays as arrays, everything else as JSON. Never pickle."""

import json
import os
import tempfile
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from tokenize import TokenError
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from zipfile import BadZipFile, ZipFile, is_zipfile
from zlib import error as CompressionError  # noqa: N812 (a class, whatever its name)

import numpy as np

from core.frozen import Frozen

V = TypeVar("V", bound=Frozen)

_TREE = "tree.json"

UNREADABLE = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,
    MemoryError,
    BadZipFile,
    CompressionError,
    TokenError,
)
"""What reading a missing, cut-off or overwritten value raises."""


def save_value(path: Path, value: Frozen) -> None:
    """Write `value` to `path` (.npz) through a temporary file, so that it is whole or absent."""
    arrays: dict[str, np.ndarray] = {}
    tree = json.dumps(_pack(value, "", arrays))
    arrays[_TREE] = np.frombuffer(tree.encode(), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        try:
            np.savez(file, allow_pickle=False, **arrays)
            file.close()
            os.replace(file.name, path)
        finally:
            Path(file.name).unlink(missing_ok=True)


def load_value(path: Path, kind: type[V]) -> V:
    """Read back the value of class `kind` that `save_value` wrote.

    Raises:
        OSError, ValueError, KeyError: the file is missing, damaged, or holds another class.
    """
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        tree = json.loads(arrays[_TREE].tobytes())
        value: V = _unpack(kind, tree, arrays)
        return value


def holds_value(path: Path) -> bool:
    """Whether `save_value` wrote the file, be it whole or damaged; not which value."""
    try:
        if not is_zipfile(path):
            return False
        with ZipFile(path) as archive:
            return f"{_TREE}.npy" in archive.namelist()
    except (OSError, BadZipFile):
        return False


def _pack(value: Any, name: str, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return {"array": name}
    if isinstance(value, Frozen):
        return {key: _pack(item, f"{name}/{key}", arrays) for key, item in value._items()}
    if isinstance(value, tuple):
        return [_pack(item, f"{name}/{i}", arrays) for i, item in enumerate(value)]
    if isinstance(value, Mapping):
        return dict(value)
    return value.value if isinstance(value, Enum) else value


def _unpack(hint: Any, tree: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    if tree is None:
        return None
    if isinstance(tree, dict) and set(tree) == {"array"}:
        return arrays[tree["array"]]
    if get_origin(hint) is UnionType:
        hint = next(part for part in get_args(hint) if part is not NoneType)
    if isinstance(hint, type) and issubclass(hint, Frozen):
        hints = get_type_hints(hint)
        return hint(**{key: _unpack(hints[key], item, arrays) for key, item in tree.items()})
    if get_origin(hint) is tuple:
        return tuple(_unpack(get_args(hint)[0], item, arrays) for item in tree)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(tree)
    return tree
