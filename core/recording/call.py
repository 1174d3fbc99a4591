"""One use of a layer, sample by sample."""

from typing import TYPE_CHECKING, Any, NamedTuple

from core.landscape.layers.written_out import Product
from core.recording.layout import Ways

if TYPE_CHECKING:
    from torch import Tensor

Place = tuple[str, Product | None]
"""A module by its path; of one that is written out, the linear map inside."""


class Call(NamedTuple):
    """What a layer was fed, and what comes back to it."""

    tree: Any
    """How the module takes its tensors."""
    fed: "tuple[Tensor, ...]"
    """[sample, …] each, but for those that are the same for all."""
    deltas: "tuple[Tensor | None, ...]"
    """[task, sample, …] of every output; None where no loss depends on it."""
    ways: Ways

    def of(self, samples: "Tensor | slice") -> "Call":
        """The call as it was for some of the samples."""
        pairs = zip(self.fed, self.ways.fed, strict=True)
        fed = tuple(part if way == "same" else part[samples] for part, way in pairs)
        deltas = tuple(None if part is None else part[:, samples] for part in self.deltas)
        return Call(self.tree, fed, deltas, self.ways)

    @property
    def inputs(self) -> "Tensor":
        """What a layer with one input was fed."""
        return self.fed[0]

    @property
    def back(self) -> "Tensor":
        """What comes back to a layer with one output."""
        assert self.deltas[0] is not None  # such a call is only kept where a loss reaches it
        return self.deltas[0]
