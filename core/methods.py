"""How a method declares its controls, and how a method is chosen by its key.

A *method* is a frozen dataclass of hyper-parameters with `__call__`, where its stage does not read
them itself as the landscape does; each hyper-parameter is a `knob`, which carries its own help and
range. A *stage* is a table of methods written as a dict literal. The command line, the run folder
and the dashboard read everything from here.

    @dataclass(frozen=True)
    class SCA(Method):
        title = "SCA"
        summary = "Mean L1 distance between two tasks' sample-wise optima."
        def __call__(self, sums): ...

    MEASURES = Stage("affinity measure", {"sca": SCA, "abs_cosine": AbsCosine})
    choose(MEASURES, "sca")
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from typing import Any, ClassVar, Generic, TypeVar

from core.errors import MethodError


@dataclass(frozen=True)
class Control:
    """What a form needs to draw one hyper-parameter."""

    name: str
    default: Any
    help: str
    options: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None

    def check(self, value: Any, owner: str) -> None:
        """Raise MethodError when `value` is not among the options or outside [low, high]."""
        if self.options and value not in self.options:
            known = ", ".join(repr(option) for option in self.options)
            raise MethodError(f"{owner}: unknown {self.name}={value!r}; choose one of {known}.")
        if self.low is not None and not isinstance(value, str) and value < self.low:
            raise MethodError(f"{owner}: {self.name}={value!r} is below {self.low}; raise it.")
        if self.high is not None and not isinstance(value, str) and value > self.high:
            raise MethodError(f"{owner}: {self.name}={value!r} is above {self.high}; lower it.")


def knob(
    default: Any,
    help: str,
    options: tuple[Any, ...] = (),
    low: float | None = None,
    high: float | None = None,
) -> Any:
    """A dataclass field with a default, one sentence of help, and its options or range."""
    return dataclasses.field(
        default=default, metadata={"help": help, "options": options, "low": low, "high": high}
    )


@dataclass(frozen=True)
class Method:
    """Base of every method: immutable hyper-parameters, checked at birth."""

    title: ClassVar[str]
    summary: ClassVar[str]

    def __post_init__(self) -> None:
        for control in controls(type(self)):
            control.check(getattr(self, control.name), type(self).__name__)


def controls(method: type[Method]) -> tuple[Control, ...]:
    """The controls of a method class, in the order of its fields."""
    return tuple(
        Control(
            name=field.name,
            default=None if field.default is MISSING else field.default,
            help=field.metadata.get("help", ""),
            options=field.metadata.get("options", ()),
            low=field.metadata.get("low"),
            high=field.metadata.get("high"),
        )
        for field in dataclasses.fields(method)
    )


M = TypeVar("M", bound=Method)


@dataclass(frozen=True)
class Stage(Generic[M]):
    """One table of interchangeable methods; keys are stable ids that reports store."""

    name: str
    methods: Mapping[str, type[M]]

    def key_of(self, method: M) -> str:
        """The key under which the class of `method` stands in this table."""
        return next(key for key, known in self.methods.items() if known is type(method))


def choose(stage: Stage[M], key: str, **knobs: Any) -> M:
    """The method `key` of a stage with its knobs set.

    Raises:
        MethodError: unknown key or knob (the known ones are listed), or a knob out of range.
    """
    if key not in stage.methods:
        raise MethodError(
            f"Unknown {stage.name} {key!r}; choose one of {', '.join(stage.methods)}."
        )
    method = stage.methods[key]
    known = [control.name for control in controls(method)]
    for name in knobs:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise MethodError(f"{stage.name} {key!r} has no setting {name!r}; it has: {listed}.")
    return method(**knobs)


def to_spec(stage: Stage[M], method: M) -> dict[str, Any]:
    """A JSON-ready description from which `from_spec` rebuilds the method."""
    return {"key": stage.key_of(method), **dataclasses.asdict(method)}


def from_spec(stage: Stage[M], spec: Mapping[str, Any]) -> M:
    """The method that `to_spec` described; raises MethodError on an unknown key or knob."""
    knobs = {name: tuple(v) if isinstance(v, list) else v for name, v in spec.items()}
    return choose(stage, str(knobs.pop("key", "")), **knobs)
