"""Flat maps of a run as jobs: which there are, and how they look while they are made."""

from collections.abc import Callable
from pathlib import Path

from core.methods import choose
from core.projection import PROJECTIONS, Mapper, OnPartial
from core.storage import UNREADABLE, load_value, save_value
from core.values import Projection

MORE_SEEDS = 2
"""Further seeds a map can be made with, to see what chance makes of it."""


def map_jobs() -> tuple[str, ...]:
    """Every map of a run as a job: `tsne` with the seed of the plan, `tsne-1` with the next one."""
    seeds = ("", *(f"-{more}" for more in range(1, MORE_SEEDS + 1)))
    return tuple(f"{method}{seed}" for method in PROJECTIONS.methods for seed in seeds)


def read_job(job: str, seed: int) -> tuple[Mapper, int]:
    """The map-maker and the seed of a job; `seed` is that of the plan."""
    method, _, more = job.partition("-")
    return choose(PROJECTIONS, method), seed + int(more or 0)


def load_partial(run_path: Path, job: str) -> Projection | None:
    """How far a map is laid out; None where its job has published nothing."""
    try:
        return load_value(_partial(run_path, job), Projection)
    except UNREADABLE:
        return None


def keep_partials(run_path: Path, job: str, make: Callable[[OnPartial], Projection]) -> Projection:
    """Make a map while what there is of it lies in the folder of the run."""
    path = _partial(run_path, job)
    try:
        return make(lambda projection: save_value(path, projection))
    finally:
        path.unlink(missing_ok=True)


def _partial(run_path: Path, job: str) -> Path:
    return run_path / "jobs" / f"{job}.npz"
