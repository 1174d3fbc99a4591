"""Finished networks on disk, so that a validation goes on where it stopped."""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from core.provenance import own_version
from core.storage import UNREADABLE, load_value, save_value
from core.values import Kind, TaskTable

if TYPE_CHECKING:
    from core.training import Trained, Trainer

HOW_TIME_IS_CUT = "at means of 11 patients"
"""Networks that learned other intervals are trained anew."""


class TrainedFolder:
    """One .npz a finished part, in a folder named by what the networks were trained on and how.

    A damaged file counts as absent: its networks are trained again.
    """

    def __init__(self, root: Path, made_from: tuple[object, ...]) -> None:
        key = blake2b(repr(made_from).encode(), digest_size=10).hexdigest()
        self.folder = root / key

    @classmethod
    def of_run(
        cls, path: Path, table: TaskTable, trainer: "Trainer", device: str
    ) -> "TrainedFolder":
        """Where the run at `path` keeps what `trainer` made of `table` on a `device` (`cpu` or
        `cuda`); a new version of the program trains anew."""
        has_times = any(task.kind is Kind.TIME_TO_EVENT for task in table.tasks)
        cut = (HOW_TIME_IS_CUT,) if has_times else ()
        key = (table.fingerprint, trainer, device, own_version(), *cut)
        return cls(path / "trained", key)

    def load(self) -> "Iterator[Trained]":
        """Every part that can be read."""
        from core.training import Trained

        for path in sorted(self.folder.glob("*.npz")):
            try:
                yield load_value(path, Trained)
            except UNREADABLE:
                path.unlink(missing_ok=True)

    def keep(self, part: "Trained") -> None:
        """Write a finished part."""
        save_value(self.folder / f"{part.fingerprint}.npz", part)
