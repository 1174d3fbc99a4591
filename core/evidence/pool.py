"""The groups that were trained so far; asked for again, they are not trained again.

What the store holds from before is used when it is asked for, and counts only then: a search that
was interrupted goes the same way again, and an earlier validation does not use up its budget.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int

from core.evidence.partitions import Group
from core.evidence.scoring import score_task
from core.progress import OnProgress, silent, within
from core.training import Examples, Trained, Trainer, TrunkFactory, predict, row_losses
from core.training.modules import Seeded
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
    """Networks by (group, seed), all with one kind of trunk. Losses are in units of the constant
    predictor's."""

    def __init__(
        self,
        examples: Examples,
        trainer: Trainer,
        device: str = "auto",
        store: TrainedStore | None = None,
        trunk: TrunkFactory | None = None,
    ) -> None:
        self.examples, self.trainer, self.device = examples, trainer, device
        self.trunk = Seeded(trunk) if trunk else None
        self._store = store or Forgetful()
        self._place: dict[tuple[Group, int], tuple[Trained, int, int]] = {}
        self._asked: dict[tuple[Group, int], None] = {}
        self._metric: dict[tuple[Group, int], Float[np.ndarray, " member"]] = {}
        for part in self._store.load():
            self._take(part)

    @property
    def n_networks(self) -> int:
        """Networks that were asked for, trained now or before."""
        return len(self._asked)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Every group that was asked for, in that order."""
        return tuple(dict.fromkeys(group for group, _ in self._asked))

    def train(
        self, groups: Iterable[Group], seeds: Sequence[int], on_progress: OnProgress = silent
    ) -> None:
        """Train what is missing of these groups; groups that are new to the same seeds share a
        stack, and what the store holds of them is not trained again."""
        new: dict[tuple[int, ...], list[Group]] = {}
        for group in dict.fromkeys(groups):
            lacking = tuple(seed for seed in seeds if (group, seed) not in self._asked)
            if lacking:
                new.setdefault(lacking, []).append(group)
        total = sum(len(lacking) * len(some) for lacking, some in new.items())
        done = 0
        for lacking, some in new.items():
            size = len(lacking) * len(some)
            part = within(on_progress, done / total, (done + size) / total)
            self._train(sorted(some), lacking, part)
            done += size

    def _train(
        self, groups: Sequence[Group], seeds: tuple[int, ...], on_progress: OnProgress
    ) -> None:
        known = [group for group in groups if all((group, seed) in self._place for seed in seeds)]
        if len(known) < len(groups):
            self.trainer(
                self.examples,
                groups,
                seeds,
                self.device,
                on_progress,
                self._finished,
                self.trunk,
                known,
            )
        self._asked.update(dict.fromkeys((group, seed) for group in groups for seed in seeds))

    def has(self, group: Group, seeds: Sequence[int]) -> bool:
        """Whether the group was asked for with all of these seeds."""
        return all((group, seed) in self._asked for seed in seeds)

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
            outputs = predict(part, self.examples, rows, group, self.trunk)[numbers]
            for place, predicted in zip(places, outputs, strict=True):
                found = [
                    score_task(self.examples, task, rows, predicted[:, member])[0]
                    for member, task in enumerate(group)
                ]
                self._metric[group, missing[place]] = np.array(found)
        return np.stack([self._metric[group, seed] for seed in seeds])

    def diverged(self, group: Group, seeds: Sequence[int]) -> tuple[int, ...]:
        """The seeds with which the group was asked for and diverged."""
        asked = [seed for seed in seeds if (group, seed) in self._asked]
        places = [self._place[group, seed] for seed in asked]
        return tuple(
            seed
            for seed, (part, place, number) in zip(asked, places, strict=True)
            if part.diverged[place, number]
        )

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
            made = read(part, self.examples, self.test_rows, group, self.trunk)
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
