"""What every start is measured on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from core.convolutions.canvas import Layout
from core.landscape.rows.labels import CountedLabels, Labels
from core.landscape.rows.pieces import Rows, Supply
from core.landscape.trunks.brought import Brought
from core.values import Task

if TYPE_CHECKING:
    import torch


class Ground(NamedTuple):
    """The same for all starts of a landscape."""

    tasks: Sequence[Task]
    labels: Labels | CountedLabels
    """Of the tasks: what base rates are taken from."""
    rows: Rows
    """At hand."""
    layout: Layout
    brought: Brought
    pairing: str
    every: Supply | None
    """What the terms of matched samples are summed over; the rows at hand when None."""
    reads: frozenset[str]
    """The sums that are wanted; others may be left out."""
    beyond: Supply | None = None
    """All rows, where those at hand only stand for them: what probes are fitted to in the end."""

    @property
    def device(self) -> "torch.device":
        return self.rows.x.device
