"""Every setting of a run as one frozen value, and the presets.

Plan()                       the defaults of every stage
preset("quick")              a named plan; "paper" is the published reading of arXiv 2412.04413:
                             one random start, one shared head, one step, L1, matched samples
Plan.from_spec(plan.to_spec())   what a run folder stores
"""

from dataclasses import dataclass, fields
from typing import Any

from core.affinity import MEASURES, SCA, AbsCosine, Measure
from core.errors import MethodError
from core.graph import ENCODERS, GRAPHS, Encoder, GATv2, GraphMethod, NearestNeighbours
from core.grouping import GROUPERS, Mixture
from core.landscape import LANDSCAPES, OneStep
from core.methods import Method, Stage, from_spec, to_spec

STAGES: dict[str, Stage[Any]] = {
    "landscape": LANDSCAPES,
    "measure": MEASURES,
    "graph": GRAPHS,
    "encoder": ENCODERS,
    "grouping": GROUPERS,
}
"""Which table of methods each field of a Plan is chosen from."""


@dataclass(frozen=True)
class Plan:
    """Everything a run depends on beside the table; equal plans give equal reports on one device.

    Raises:
        MethodError: a setting outside its range.
    """

    landscape: OneStep = OneStep()
    measure: Measure = AbsCosine()
    """Of the measures, |cosine| on probe heads found planted groups whatever their base rates,
    kinds, missing and flipped labels (`python -m tests.benchmarks.landscape_measures`)."""
    graph: GraphMethod = NearestNeighbours()
    encoder: Encoder = GATv2()
    grouping: Mixture = Mixture()
    n_groups: int | None = None
    """Number of groups to recommend; None lets the scores choose."""
    n_replicates: int = 200
    """Bootstrap re-runs behind every interval and stability."""
    seed: int = 0
    device: str = "auto"

    def __post_init__(self) -> None:
        for name, stage in STAGES.items():
            if type(getattr(self, name)) not in stage.methods.values():
                known = ", ".join(method.__name__ for method in stage.methods.values())
                raise MethodError(
                    f"{name}={getattr(self, name)!r} is not a method of {stage.name}: {known}."
                )
        if not isinstance(self.grouping, Mixture):
            raise MethodError("grouping takes Mixture(…): the other ways stand beside it anyway.")
        if not 0 <= self.seed < 2**32:
            raise MethodError(f"seed={self.seed} is outside 0 … 4294967295.")
        if self.n_groups is not None and self.n_groups < 1:
            raise MethodError(f"n_groups={self.n_groups} is not a number of groups; use 1 or more.")
        if not 2 <= self.n_replicates <= 10_000:
            raise MethodError(f"n_replicates={self.n_replicates} is outside 2 … 10000.")

    @property
    def heads(self) -> str:
        """The heads of the landscape that the groups rest on; it is the one drawn as a map."""
        return self.measure.heads or self.landscape.heads

    def check_fit(self, n_tasks: int) -> None:
        """Raise MethodError when more groups are asked for than there are tasks."""
        if self.n_groups is not None and self.n_groups > n_tasks:
            raise MethodError(
                f"{self.n_groups} groups were asked for but the table has {n_tasks} tasks; "
                f"ask for {n_tasks} at most."
            )
        if self.grouping.max_groups > n_tasks:
            raise MethodError(
                f"max_groups={self.grouping.max_groups} is more than the {n_tasks} tasks of the "
                "table; lower it."
            )

    def to_spec(self) -> dict[str, Any]:
        """A JSON-ready description; `from_spec` reads it back."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: to_spec(STAGES[name], value) if isinstance(value, Method) else value
            for name, value in values.items()
        }

    @classmethod
    def from_spec(cls, spec: dict[str, Any]) -> "Plan":
        """The plan that `to_spec` described; MethodError on unknown keys (the known are listed)."""
        known = [field.name for field in fields(cls)]
        for name in spec:
            if name not in known:
                raise MethodError(f"A plan has no {name!r}; it has: {', '.join(known)}.")
        return cls(
            **{
                name: from_spec(STAGES[name], value) if name in STAGES else value
                for name, value in spec.items()
            }
        )


PRESETS: dict[str, Plan] = {
    "quick": Plan(
        landscape=OneStep(starts=1),
        encoder=GATv2(seeds=2),
        grouping=Mixture(n_init=5),
        n_replicates=50,
    ),
    "standard": Plan(),
    "paper": Plan(
        landscape=OneStep(heads="shared", head_bias="zero", pairing="matched", starts=1),
        measure=SCA(),
    ),
    "thorough": Plan(landscape=OneStep(starts=10, refits=100), n_replicates=500),
}


def preset(key: str) -> Plan:
    """The plan of a preset; MethodError lists the known ones."""
    if key not in PRESETS:
        raise MethodError(f"Unknown preset {key!r}; choose one of {', '.join(PRESETS)}.")
    return PRESETS[key]
