"""The groups that were trained so far; asked for again, they are not trained again."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int

from core.evidence.partitions import Group
from core.evidence.scoring import score_task
from core.progress import OnProgress, silent, within
from core.training import Examples, Trained, Trainer, predict, row_losses
from core.values import Split


class TrainedStore(Protocol):
    """Keeps finished networks, so that stopping at any moment loses none."""

    def load(self) -> Iterator[Trained]:
        """Every part that was kept, damaged ones left out."""

    def keep(self, part: Trained) -> None:
        """Keep a finished part."""


class Forgetful:
    """Keeps nothing beyond the pool."""

    def load(self) -> Iterator[Trained]:
        return iter(())

    def keep(self, part: Trained) -> None:
        pass


class Pool:
    """Networks by (group, seed). Losses are in units of the constant predictor's."""

    def __init__(
        self,
        examples: Examples,
        trainer: Trainer,
        device: str = "auto",
        store: TrainedStore | None = None,
    ) -> None:
        self.examples, self.trainer, self.device = examples, trainer, device
        self._store = store or Forgetful()
        self._place: dict[tuple[Group, int], tuple[Trained, int, int]] = {}
        self._metric: dict[tuple[Group, int], Float[np.ndarray, " member"]] = {}
        for part in self._store.load():
            self._take(part)

    @property
    def n_networks(self) -> int:
        return len(self._place)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Every group of which a network was trained."""
        return tuple(dict.fromkeys(group for group, _ in self._place))

    def train(
        self, groups: Iterable[Group], seeds: Sequence[int], on_progress: OnProgress = silent
    ) -> None:
        """Train what is missing of these groups; groups that lack the same seeds share a stack."""
        missing: dict[tuple[int, ...], list[Group]] = {}
        for group in dict.fromkeys(groups):
            lacking = tuple(seed for seed in seeds if (group, seed) not in self._place)
            if lacking:
                missing.setdefault(lacking, []).append(group)
        total = sum(len(lacking) * len(some) for lacking, some in missing.items())
        done = 0
        for lacking, some in missing.items():
            size = len(lacking) * len(some)
            part = within(on_progress, done / total, (done + size) / total)
            self.trainer(self.examples, sorted(some), lacking, self.device, part, self._finished)
            done += size

    def has(self, group: Group, seeds: Sequence[int]) -> bool:
        """Whether the group was trained with all of these seeds."""
        return all((group, seed) in self._place for seed in seeds)

    def validation_loss(
        self, group: Group, seeds: Sequence[int]
    ) -> Float[np.ndarray, "seed member"]:
        """Loss of the group's tasks on all validation rows; NaN for a network that diverged."""
        rows = []
        for seed in seeds:
            part, place, number = self._place[group, seed]
            rows.append(part.validation_loss[place, number, list(group)])
        return np.stack(rows)

    def validation_metric(
        self, group: Group, seeds: Sequence[int]
    ) -> Float[np.ndarray, "seed member"]:
        """Main metric of the group's tasks on all validation rows, larger is better; NaN where it
        is undefined or the network diverged."""
        rows = self.examples.rows(Split.VALIDATION)
        missing = [seed for seed in seeds if (group, seed) not in self._metric]
        for part, numbers, places in self._parts(group, missing):
            outputs = predict(part, self.examples, rows, group)[numbers]
            for place, predicted in zip(places, outputs, strict=True):
                found = [
                    score_task(self.examples, task, rows, predicted[:, member])[0]
                    for member, task in enumerate(group)
                ]
                self._metric[group, missing[place]] = np.array(found)
        return np.stack([self._metric[group, seed] for seed in seeds])

    def diverged(self, group: Group, seeds: Sequence[int]) -> tuple[int, ...]:
        """The seeds with which the group was trained and diverged."""
        places = ((seed, self._place.get((group, seed))) for seed in seeds)
        return tuple(seed for seed, at in places if at and at[0].diverged[at[1], at[2]])

    def test_losses(
        self, group: Group, seeds: Sequence[int]
    ) -> Float[np.ndarray, "seed row member"]:
        """Loss of the group's tasks on every test row; NaN without a label."""
        return self._read(row_losses, group, seeds)

    def test_predictions(
        self, group: Group, seeds: Sequence[int]
    ) -> Float[np.ndarray, "seed row member output"]:
        """Predictions of the group's tasks on every test row."""
        return self._read(predict, group, seeds)

    def _read(
        self, read: Callable[..., np.ndarray], group: Group, seeds: Sequence[int]
    ) -> Float[np.ndarray, "seed *what"]:
        found: dict[int, np.ndarray] = {}
        for part, numbers, places in self._parts(group, seeds):
            made = read(part, self.examples, self.test_rows, group)
            found.update(zip(places, made[numbers], strict=True))
        return np.stack([found[place] for place in range(len(seeds))])

    def _parts(
        self, group: Group, seeds: Sequence[int]
    ) -> list[tuple[Trained, list[int], list[int]]]:
        """The parts that hold the group's networks, with the numbers of the seeds in the part and
        their places among `seeds`."""
        parts: dict[int, tuple[Trained, list[int], list[int]]] = {}
        for place, seed in enumerate(seeds):
            part, _, number = self._place[group, seed]
            _, numbers, places = parts.setdefault(id(part), (part, [], []))
            numbers.append(number)
            places.append(place)
        return list(parts.values())

    @property
    def test_rows(self) -> Int[np.ndarray, " row"]:
        return self.examples.rows(Split.TEST)

    def _finished(self, part: Trained) -> None:
        self._store.keep(part)
        self._take(part)

    def _take(self, part: Trained) -> None:
        for place, group in enumerate(part.groups):
            for number, seed in enumerate(part.seeds):
                self._place[group, seed] = (part, place, number)
