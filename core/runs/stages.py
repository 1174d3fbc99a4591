"""Results of finished stages on disk, kept by what they were made from."""

import json
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from core.errors import RunError
from core.frozen import Frozen
from core.provenance import own_version
from core.runs.status import replace_text
from core.storage import UNREADABLE, load_value, save_value

V = TypeVar("V", bound=Frozen)


class StageFolder:
    """One .npz a stage result, named by a hash of its inputs; `index.json` names the current ones.

    A damaged file counts as absent and is made again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(
        self,
        name: str,
        kind: type[V],
        made_from: tuple[object, ...],
        make: Callable[[], V],
        is_current: Callable[[V], bool] = lambda value: True,
    ) -> V:
        """What `make` returns, read back where it was made from the same things before and is
        still current."""
        path = self.folder / f"{name}-{_key(made_from)}.npz"
        value = _read(path, kind)
        if value is None or not is_current(value):
            value = make()
            save_value(path, value)
        self._make_current(name, path.name)
        return value

    def find(self, name: str, kind: type[V], made_from: tuple[object, ...]) -> V | None:
        """The result made from exactly these things, whatever is current; None without one."""
        return _read(self.folder / f"{name}-{_key(made_from)}.npz", kind)

    def load(self, name: str, kind: type[V]) -> V:
        """The current result of a stage.

        Raises:
            RunError: the stage has not run yet, or its file is gone or damaged.
        """
        file = self._index().get(name)
        value = _read(self.folder / file, kind) if file else None
        if value is None:
            raise RunError(
                f"The result {name!r} of this run is missing or damaged; resume the run."
            )
        return value

    def _make_current(self, name: str, file: str) -> None:
        """Name a stage's current file. The worker of a map may do so at the same moment."""
        from filelock import FileLock

        with FileLock(self.folder.with_suffix(".lock")):
            replace_text(self._index_path, json.dumps({**self._index(), name: file}))

    @property
    def _index_path(self) -> Path:
        return self.folder / "index.json"

    def _index(self) -> dict[str, str]:
        try:
            index = json.loads(self._index_path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return index if isinstance(index, dict) else {}


def _key(made_from: tuple[object, ...]) -> str:
    """A hash of what a result was made from; a new version of the program makes it again."""
    return blake2b(repr((own_version(), *made_from)).encode(), digest_size=10).hexdigest()


def _read(path: Path, kind: type[V]) -> V | None:
    try:
        return load_value(path, kind)
    except UNREADABLE:
        return None
