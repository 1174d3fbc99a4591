"""Every setting of a validation as one frozen value, and the presets."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from core.convolutions import CONVOLUTIONS
from core.errors import MethodError
from core.evidence.search.rules import Rules, named_rules, why_too_few
from core.training import Trainer
from core.trials import Judge

SEARCHES = ("surrogate", "pairs", "exhaustive", "none")
MOST_TASKS = 8
"""Tasks up to which every group can be asked for."""
EVERY_GROUP_SEEDS = 5
"""Seeds on which every group is trained where none is left out (ours)."""
FEW_TASKS = 7
"""Tasks up to which every group is trained unasked: 127 groups are as many as a search of 10 tasks
looks at (ours)."""


@dataclass(frozen=True)
class Validation:
    """How groupings are put to the test; equal settings give equal evidence on one device.

    Raises:
        MethodError: a setting outside its range.
    """

    trainer: Trainer = Trainer()
    judge: Judge = Judge.METRIC
    """What ways to train are compared by: the task's own `metric`, or its `loss`."""
    n_seeds: int = 10
    """Networks of a group that choose among the finalists, and as many others that are judged."""
    first_seeds: int = 2
    """Networks of a group that decide whether it is tested."""
    random_seeds: int = 5
    """Networks of a group that only a random partition holds. Their gains scatter more than those
    of the best grouping, which makes the comparison stricter."""
    n_finalists: int = 10
    """Groupings that go from the first seeds to the test, beside alone and together."""
    search: str = "surrogate"
    """How further groups are found: by a `surrogate` (up to 7 tasks every group is trained), from
    all `pairs`, `exhaustive` (every group of at most 8 tasks), or `none`."""
    together: tuple[tuple[str, ...], ...] = ()
    """Sets of tasks, by name, that every grouping to choose from keeps in one network."""
    apart: tuple[tuple[str, ...], ...] = ()
    """Sets of tasks of which no two share a network."""
    networks: int | None = None
    """How many networks a grouping to choose from may take. Where that is said, a task may also
    help in networks that do not predict it."""
    groups_per_task: int = 12
    """Distinct groups that candidates and search may train, as a multiple of the tasks."""
    n_random: int = 20
    """Random partitions with the sizes of the best grouping: the null."""
    n_replicates: int = 1000
    """Bootstrap re-runs behind every interval."""
    seed: int = 0

    def __post_init__(self) -> None:
        ranges = {
            "n_seeds": (2, 100),
            "first_seeds": (1, self.n_seeds),
            "random_seeds": (1, 100),
            "n_finalists": (1, 1000),
            "groups_per_task": (2, 1000),
            "n_random": (0, 1000),
            "n_replicates": (100, 100_000),
            "seed": (0, 2**31),
        }
        if self.networks is not None:
            ranges["networks"] = (1, 1000)
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise MethodError(f"{name}={value} is outside {low} … {high}.")
        if self.judge not in list(Judge):
            known = ", ".join(Judge)
            raise MethodError(f"Unknown judge {self.judge!r}; choose one of {known}.")
        if self.search not in SEARCHES:
            known = ", ".join(SEARCHES)
            raise MethodError(f"Unknown search {self.search!r}; choose one of {known}.")

    @property
    def null(self) -> tuple[int, ...]:
        """The seeds of the random partitions."""
        return self.test_seeds[: self.random_seeds]

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed of every network that takes part in a choice, the first ones first."""
        return tuple(range(self.seed, self.seed + self.n_seeds))

    @property
    def test_seeds(self) -> tuple[int, ...]:
        """The seeds of the networks that are judged on test rows. None had a say in any choice: a
        grouping chosen for networks that came out well by luck would be judged by that luck (ours).
        """
        return tuple(range(self.seed + self.n_seeds, self.seed + 2 * self.n_seeds))

    def following(self, trunk: str) -> "Validation":
        """The same with networks of the kind that a landscape was measured with, where the
        trainer leaves that open."""
        if self.trainer.trunk != "auto" or trunk == "auto":
            return self
        kind = trunk if trunk in CONVOLUTIONS else "mlp"
        return replace(self, trainer=replace(self.trainer, trunk=kind))

    def trains_every_group(self, n_tasks: int) -> bool:
        """Whether no group is left out; then nothing has to be thinned out on the first seeds."""
        few = n_tasks <= FEW_TASKS or 2**n_tasks - 1 <= self.groups_per_task * n_tasks
        return n_tasks <= MOST_TASKS and (
            self.search == "exhaustive" or (self.search == "surrogate" and few)
        )

    def first(self, n_tasks: int) -> tuple[int, ...]:
        """The seeds that decide which groupings are tested; more of them where every group is
        trained, since a choice among hundreds of groupings on two seeds finds lucky ones."""
        most = EVERY_GROUP_SEEDS if self.trains_every_group(n_tasks) else 1
        return self.seeds[: max(self.first_seeds, most)]

    def rules(self, task_names: tuple[str, ...]) -> Rules:
        """Who is together, who is apart, and how many networks there may be; MethodError on an
        unknown task or a contradiction."""
        bound, helps = self.networks, self.networks is not None
        rules = named_rules(task_names, bound, helps, self.together, self.apart)
        if why := why_too_few(rules, task_names):
            raise MethodError(why)
        return rules

    def check_search(self, n_tasks: int) -> None:
        """Raise MethodError where every group of too many tasks is asked for."""
        if self.search == "exhaustive" and n_tasks > MOST_TASKS:
            raise MethodError(
                f"search='exhaustive' trains every group of at most {MOST_TASKS} tasks, and here "
                f"are {n_tasks} with {2**n_tasks - 1} groups; use the surrogate, or pairs."
            )

    def to_spec(self) -> dict[str, Any]:
        """A JSON-ready description; `from_spec` reads it back."""
        return asdict(self)

    @classmethod
    def from_spec(cls, spec: dict[str, Any]) -> "Validation":
        """The settings that `to_spec` described; MethodError on an unknown name."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(spec) - known):
            raise MethodError(
                f"A validation has no {unknown[0]!r}; it has: {', '.join(sorted(known))}."
            )
        made: dict[str, Any] = {}
        if "trainer" in spec:
            made["trainer"] = Trainer(**spec["trainer"])
        made |= {key: tuple(map(tuple, spec[key])) for key in ("together", "apart") if key in spec}
        if spec.get("judge") in list(Judge):
            made["judge"] = Judge(spec["judge"])
        return cls(**{**spec, **made})


VALIDATIONS: dict[str, Validation] = {
    "quick": Validation(n_seeds=5, search="none", groups_per_task=6, n_finalists=4),
    "standard": Validation(),
    "thorough": Validation(
        n_seeds=20, first_seeds=3, random_seeds=10, n_finalists=20, groups_per_task=30
    ),
}


def validation_preset(key: str) -> Validation:
    """The settings of a preset; MethodError lists the known ones."""
    if key not in VALIDATIONS:
        raise MethodError(f"Unknown preset {key!r}; choose one of {', '.join(VALIDATIONS)}.")
    return VALIDATIONS[key]


def with_seeds(
    validation: Validation,
    n_seeds: int | None,
    judge: Judge | None = None,
    search: str | None = None,
) -> Validation:
    """The same settings with another number of seeds, judge or search; None changes nothing."""
    asked = replace(validation, judge=judge or validation.judge, search=search or validation.search)
    if n_seeds is None:
        return asked
    first = max(1, min(asked.first_seeds, n_seeds))
    return replace(asked, n_seeds=n_seeds, first_seeds=first)
