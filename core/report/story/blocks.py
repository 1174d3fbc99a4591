"""What a story is made of. Every form of the report draws these blocks and adds no word or number.

Numbers are texts here, said once: so all forms say them alike. A chart keeps its numbers beside.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from core.frozen import Frozen


class Audience(StrEnum):
    """Who reads; a choice hides blocks and never changes one."""

    CLINICIAN = "clinician"
    SCIENTIST = "scientist"
    ENGINEER = "engineer"


EVERYBODY = tuple(Audience)
EXPERTS = (Audience.SCIENTIST, Audience.ENGINEER)
ENGINEERS = (Audience.ENGINEER,)


@dataclass(frozen=True, eq=False)
class Lines(Frozen):
    """Sentences: one paragraph each, or a list of points."""

    lines: tuple[str, ...]
    is_list: bool = False
    audiences: tuple[Audience, ...] = EVERYBODY


@dataclass(frozen=True, eq=False)
class Card(Frozen):
    """One group of at least two tasks. `number` is its place among all groups (0, 1, …), from
    which its letter, colour and shape follow; `in_100` is None where no re-runs are known."""

    number: int
    letter: str
    name: str
    """What people call it; empty until somebody named it."""
    members: tuple[str, ...]
    why: tuple[str, ...]
    stability: str
    likelihood: str
    in_100: int | None

    @property
    def title(self) -> str:
        """`Group A`, or `Group A: heart`."""
        return f"Group {self.letter}" + (f": {self.name}" if self.name else "")


@dataclass(frozen=True, eq=False)
class Cards(Frozen):
    """The groups side by side."""

    cards: tuple[Card, ...]
    audiences: tuple[Audience, ...] = EVERYBODY


@dataclass(frozen=True, eq=False)
class Grid(Frozen):
    """A table; `numeric` says which columns hold numbers and are set to the right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    audiences: tuple[Audience, ...] = EVERYBODY


@dataclass(frozen=True, eq=False)
class Interval(Frozen):
    """One row of a chart: a value between its bounds, and the same as text."""

    name: str
    value: float
    low: float
    high: float
    text: str


@dataclass(frozen=True, eq=False)
class Chart(Frozen):
    """Intervals about a line at 0. `is_share` marks values that are shares (0.02 is 2 %)."""

    title: str
    axis: str
    intervals: tuple[Interval, ...]
    alt: str
    is_share: bool = False
    audiences: tuple[Audience, ...] = EVERYBODY


@dataclass(frozen=True, eq=False)
class Terms(Frozen):
    """Words and what they mean."""

    terms: tuple[tuple[str, str], ...]
    audiences: tuple[Audience, ...] = EVERYBODY


Block: TypeAlias = Lines | Cards | Grid | Chart | Terms


@dataclass(frozen=True, eq=False)
class Section(Frozen):
    """A part of the report; `key` is stable."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, eq=False)
class Slide(Frozen):
    """One message: a sentence in large type, at most one block under it, and what to say."""

    message: str
    block: Block | None
    notes: str


@dataclass(frozen=True, eq=False)
class Story(Frozen):
    """The whole report, told from report.json."""

    title: str
    footer: str
    """Stands on every page."""
    sections: tuple[Section, ...]
    slides: tuple[Slide, ...]
    verdict: str
    """alone | together | grouped | no detectable difference; empty before anything was trained."""
    group_names: tuple[str, ...] = ()
    """What people call each recommended group; empty where they do not."""

    def section(self, key: str) -> Section:
        """The section with this key."""
        return next(section for section in self.sections if section.key == key)

    def for_audience(self, audience: Audience) -> "Story":
        """The same story without what this audience is spared; empty sections go."""
        kept = (
            replace(one, blocks=tuple(b for b in one.blocks if audience in b.audiences))
            for one in self.sections
        )
        return replace(self, sections=tuple(one for one in kept if one.blocks))
