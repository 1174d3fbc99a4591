"""Flat maps of a run as jobs: which there are, and how they look while they are made."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.methods import choose
from core.projection import PROJECTIONS, Mapper, OnPartial
from core.storage import UNREADABLE, load_value, save_value
from core.values import Points, Projection

MORE_SEEDS = 3
"""Further seeds a map can be made with, to see what chance makes of it."""
MORE_STARTS = 3
"""Most further starts of the landscape that can be looked at beside the first."""
STARTS_ON = "pca"
"""The map that starts are compared on: it has no chance of its own."""


@dataclass(frozen=True)
class MapJob:
    """What a map is made with: `start` is the number of the landscape's start that it shows."""

    mapper: Mapper
    seed: int
    start: int = 0

    def made_from(self, points: Points) -> tuple[object, ...]:
        """What names the map among those that are kept; `points` are those of the landscape."""
        start = (f"start {self.start}",) if self.start else ()
        return (points.fingerprint, self.mapper, self.seed, *start)


def map_jobs() -> tuple[str, ...]:
    """Every map of a run as a job: `tsne` with the seed of the plan, `tsne-1` with the next one;
    `pca-start-1` is the second start of the landscape."""
    seeds = ("", *(f"-{more}" for more in range(1, MORE_SEEDS + 1)))
    starts = (f"{STARTS_ON}-start-{number}" for number in range(1, MORE_STARTS + 1))
    return (*(f"{method}{seed}" for method in PROJECTIONS.methods for seed in seeds), *starts)


def read_job(job: str, seed: int) -> MapJob:
    """The map that a job makes; `seed` is that of the plan."""
    method, _, rest = job.partition("-")
    kind, _, number = rest.rpartition("-")
    mapper, more = choose(PROJECTIONS, method), int(number or 0)
    return MapJob(mapper, seed, more) if kind == "start" else MapJob(mapper, seed + more)


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
