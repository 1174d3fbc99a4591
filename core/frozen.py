"""The one base of every value: arrays read-only for good, checked at birth, equal by content."""

from collections.abc import Iterator
from dataclasses import fields
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np


class Frozen:
    """Base of the values in `core.values`; subclasses are `@dataclass(frozen=True, eq=False)`.

    Arrays handed to the constructor are copied and become read-only, unless whoever made them has
    made them so already; `check` runs once at the end of construction, and pickling or deep-copying
    goes through the constructor again, so no copy is ever writeable. Two values are equal when
    their `fingerprint` is.
    """

    def __post_init__(self) -> None:
        for name, value in self._items():
            if isinstance(value, np.ndarray):
                object.__setattr__(self, name, _read_only(value))
        self.check()

    def check(self) -> None:
        """Raise ValueError where the fields contradict each other; code after birth trusts them."""

    @cached_property
    def fingerprint(self) -> str:
        """Hex blake2b over class and field names, dtypes, shapes and bytes."""
        digest = blake2b(type(self).__name__.encode(), digest_size=16)
        for name, value in self._items():
            digest.update(f"\0{name}=".encode())
            _feed(digest, value)
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.fingerprint == self.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), tuple(value for _, value in self._items())

    def _items(self) -> Iterator[tuple[str, Any]]:
        for field in fields(self):  # type: ignore[arg-type]
            yield field.name, getattr(self, field.name)


def _read_only(array: np.ndarray) -> np.ndarray:
    if array.dtype.hasobject:
        raise ValueError(f"values hold numbers in arrays and text in tuples, not {array.dtype}")
    if 0 in array.strides and array.size > 0:  # repeats itself: what it repeats is enough
        core = array[tuple(slice(0, 1 if step == 0 else None) for step in array.strides)]
        return np.broadcast_to(_read_only(np.array(core, order="C")), array.shape)
    if array.flags.c_contiguous and _is_settled(array):
        return array.view()
    owner = np.array(array, order="C")
    owner.setflags(write=False)
    return owner.view()  # a view of a read-only owner cannot be made writeable again


def _is_settled(array: np.ndarray) -> bool:
    """Whether an array is read-only, and what it is a view of too, down to the memory itself."""
    while type(array) is np.ndarray and not array.flags.writeable:
        if array.base is None:
            return True
        array = array.base
    return False


def _feed(digest: Any, value: Any) -> None:
    if isinstance(value, np.ndarray):
        digest.update(f"{value.dtype.str}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).data)
    elif isinstance(value, Frozen):
        digest.update(value.fingerprint.encode())
    elif isinstance(value, tuple):
        digest.update(f"({len(value)}".encode())
        for item in value:
            _feed(digest, item)
    else:
        digest.update(f"{type(value).__name__}:{value!r};".encode())
