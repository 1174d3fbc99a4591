"""The trained networks of a run's recommended grouping, out of the run's folder."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from core.errors import MethodError, RunError
from core.evidence import to_partition
from core.export.recoding import Recoding
from core.machine.device import DEVICES
from core.runs import Run
from core.runs.trained import TrainedFolder
from core.training import Group, Trained
from core.trials import Evidence
from core.values import TaskTable


class Members(StrEnum):
    """Which networks of a group are exported."""

    ALL = "all"
    BEST = "best"


@dataclass(frozen=True)
class Network:
    """One network: the group and seed that it was trained for, and where it stands.

    It predicts some of the tasks of its group; the others only helped, and stay here.
    """

    group: Group
    seed: int
    part: Trained
    predicts: Group

    @property
    def place(self) -> tuple[int, int]:
        """Where the network stands in the arrays of its part."""
        return self.part.groups.index(self.group), self.part.seeds.index(self.seed)

    @property
    def diverged(self) -> bool:
        return bool(self.part.diverged[self.place])

    @property
    def validation_loss(self) -> float:
        """Mean loss of the tasks that it predicts and that have validation labels."""
        losses = self.part.validation_loss[self.place][list(self.predicts)]
        known = losses[np.isfinite(losses)]
        return float(known.mean()) if len(known) else float("inf")

    def tensors(self, recoding: Recoding) -> dict[str, Float[np.ndarray, "..."]]:
        """The parameters, recoded, under their names in a `GroupNetwork`."""
        place, number = self.place
        arrays = self.part.trunk_arrays(self.group)
        found = {f"trunk.{self._name(name)}": values[number] for name, values in arrays.items()}
        if not self.part.module:
            first = ("trunk.0.weight", "trunk.0.bias")
            found |= dict(zip(first, recoding(*map(found.__getitem__, first)), strict=True))
        for head, task in enumerate(self.predicts):
            member, n = self.group.index(task), self.part.n_outputs[task]
            weight = self.part.head_weights[place, number, member, :n]
            bias = self.part.head_biases[place, number, member, :n]
            names = (f"heads.{head}.weight", f"heads.{head}.bias")
            found |= dict(zip(names, recoding.head(task, weight, bias), strict=True))
        return found

    def _name(self, name: str) -> str:
        """What a parameter of the trunk is called there: rectifiers stand between plain layers."""
        if self.part.module:
            return name
        layer, part = name.split(".")
        return f"{2 * int(layer)}.{part}"


def find_networks(
    run: Run,
    table: TaskTable,
    evidence: Evidence,
    members: Members = Members.ALL,
) -> tuple[tuple[Network, ...], ...]:
    """For every advised group the networks that were judged, by seed; diverged ones are left out.

    Raises:
        RunError: a network is not in the run any more, or all of a group diverged.
    """
    settings, served = run.asked.settings, to_partition(evidence.labels)
    predicts = dict(zip(evidence.learned or served, served, strict=True))
    groups = tuple(predicts)
    kept = {(one.group, one.seed): one for one in _kept(run, table, predicts)}
    judged = settings.test_seeds[: evidence.n_seeds]
    if any((group, seed) not in kept for group in groups for seed in judged):
        judged = settings.seeds[: evidence.n_seeds]  # by an older version, that had no others
    return tuple(_of_group(run, table, kept, group, judged, members) for group in groups)


def parse_members(text: str) -> Members:
    """`all` or `best`; MethodError on anything else."""
    if text not in list(Members):
        raise MethodError(f"Unknown members {text!r}; choose one of {', '.join(Members)}.")
    return Members(text)


def _kept(run: Run, table: TaskTable, predicts: Mapping[Group, Group]) -> Iterable[Network]:
    """What the run trained on a device that its plan allows, whether it is here or not."""
    allowed = [name for name in DEVICES if run.plan.device in (name, "auto")]
    for device in allowed:
        folder = TrainedFolder.of_run(run.path, table, run.asked.settings.trainer, device)
        for part in folder.load():
            for group in predicts.keys() & set(part.groups):
                yield from (Network(group, seed, part, predicts[group]) for seed in part.seeds)


def _of_group(
    run: Run,
    table: TaskTable,
    kept: dict[tuple[Group, int], Network],
    group: Group,
    seeds: Sequence[int],
    members: Members,
) -> tuple[Network, ...]:
    if any((group, seed) not in kept for seed in seeds):
        raise RunError(
            f"The networks of the recommended groups are not in the run {run.id} (trained by "
            f"another version, device or setting); run `taskscape validate {run.path}` again."
        )
    found = [kept[group, seed] for seed in seeds if not kept[group, seed].diverged]
    if not found:
        names = ", ".join(table.task_names[task] for task in group)
        raise RunError(
            f"Training diverged for {names} with every seed, so there is no network to export; "
            f"run `taskscape validate {run.path}` with other settings."
        )
    if members is Members.BEST:
        found = [min(found, key=lambda one: one.validation_loss)]
    return tuple(found)
