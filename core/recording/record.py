"""Hooks on, hooks off, and one file at the end."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import RunError
from core.outputs import try_file
from core.recording.recorder import Recorder
from core.storage import holds_value, save_value
from core.values import Landscape, Task

if TYPE_CHECKING:
    import torch


@contextmanager
def record_landscape(
    trunk: "torch.nn.Module",
    tasks: Sequence[str | Task] | Mapping[str, str],
    path: str | Path | None = None,
    *,
    parameters: Sequence[str] = (),
    max_points: int = 20_000,
    n_blocks: int = 50,
    seed: int = 0,
) -> Iterator[Recorder]:
    """Record the landscape of a model inside its own loop; see `core.recording`.

    The model is not changed: no gradient, no mode, no random number, and the hooks go at the end,
    after an exception too. Backward hooks of the user's own run once more for every task.

    Args:
        trunk: the shared part of the model; its heads stay the user's own.
        tasks: names, names with their kinds (`{"died": "binary"}`), or tasks.
        path: the file to write, `….landscape.npz`; missing folders are made, an earlier landscape
            is replaced, and nothing is written after an exception, or when None (then
            `recorder.landscape()` is all there is). It holds single samples for the pictures, with
            their losses and, where they were given, their labels: keep it where the data may be. A
            report made from it holds aggregates only.
        parameters: names or globs of the parameters that count, or with a `!` in front, of those
            to leave out; without any, every weight of the trunk that is trained, but for biases
            and norm layers. With adapters: the adapters.
        max_points: most (sample, task) points kept for the pictures.
        n_blocks: blocks of whole samples that the bootstrap re-weights.
        seed: of the blocks and the points.

    Raises:
        MethodError: no parameter counts, or nothing was observed.
        RunError: the file cannot be written; that is found out before anything is observed.
    """
    if path is not None:
        _try(Path(path))
    recorder = Recorder(trunk, tasks, parameters, max_points, n_blocks, seed)
    try:
        yield recorder
    finally:
        recorder.close()
    if path is not None:
        _save(Path(path), recorder.landscape())


def _try(path: Path) -> None:
    """Find out that a landscape can be written there, and opened afterwards."""
    try_file(path)
    if path.suffix.lower() != ".npz":
        raise RunError(
            f"Cannot write {path}: a landscape is opened by the ending of its name; name it "
            f"{path.stem}.landscape.npz."
        )
    if path.exists() and not holds_value(path):
        raise RunError(f"Cannot write {path}: it holds something else; choose another name.")


def _save(path: Path, landscape: Landscape) -> None:
    try:
        save_value(path, landscape)
    except OSError as error:
        raise RunError(f"Cannot write {path}: {error.strerror}.") from error
