"""Looks ahead, added up: the mean of a ratio of sums, and what each block of rows does to it.

With A = Σ_i ℓ_i(ahead) and B = Σ_i ℓ_i(here) over the rows of a look, Z = 1 − A/B. Weights w of
the blocks of rows change it by −Σ_b (w_b − 1) (A_b − A/B · B_b)/B to first order (ours), which adds
up over the looks as Z does: a sum a block is all that the bootstrap needs. Everything stays on the
device until the end, so that no step waits for another.
"""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Int

from core.joint_run import JointRun
from core.machine.device import send

if TYPE_CHECKING:
    import torch
    from torch import Tensor


ROUNDING = 1e-6
"""Shares of a loss up to which a step changed nothing, in single precision."""


class Tally:
    """Sums over the looks so far."""

    def __init__(self, n_blocks: int, n_tasks: int, device: "torch.device | str" = "cpu") -> None:
        import torch

        def zeros(*shape: int) -> "Tensor":
            return torch.zeros(shape, dtype=torch.float64, device=device)

        self.gain, self.count = zeros(n_tasks, n_tasks), zeros(n_tasks, n_tasks)
        self.change = zeros(n_blocks, n_tasks, n_tasks)
        self._n_looks, self._n_still, self._n_asked = zeros(), zeros(), 0

    def look(
        self,
        here: "Float[Tensor, 'row target']",
        known: "Bool[Tensor, 'row target']",
        block: Int[np.ndarray, " row"],
    ) -> "Look":
        """Begin a look.

        Args:
            here: losses where the run stands.
            known: which of them count.
            block: of the rows.
        """
        self._n_asked += 1
        return Look(self, here, known, block)

    def finish(self, is_finite: "Tensor", is_still: "Tensor") -> None:
        """A look is over; `is_still` where no step of any source changed any loss."""
        self._n_looks += is_finite
        self._n_still += is_still

    @property
    def n_looks(self) -> int:
        """Looks whose losses were all finite."""
        return int(self._n_looks)

    def notes(self, run: JointRun) -> tuple[str, ...]:
        lower = f"lower its learning_rate ({run.learning_rate:g})"
        n_still = int(self._n_still)
        if n_still > 1:  # before the first step all heads are 0, so nothing moves
            return (
                f"The joint run stood still: at {n_still} of {self._n_asked} looks ahead no step "
                f"changed any loss, as the shared layers pass nothing on any more; {lower}.",
            )
        if self.n_looks == self._n_asked:
            return ()
        return (
            f"The losses of the joint run were no longer finite after {self.n_looks} looks ahead, "
            f"which are all that counts; {lower}.",
        )

    def mean(self) -> Float[np.ndarray, "block source target"]:
        """Mean over the looks, spread over the blocks; NaN where no look had both tasks."""
        import torch

        n_blocks = len(self.change)
        count = torch.where(self.count > 0, self.count, torch.nan)
        return np.asarray(((self.gain / n_blocks + self.change) / count).cpu().numpy())


class Look:
    """One look ahead, some sources after others; a loss that is not finite counts for nothing."""

    def __init__(
        self,
        tally: Tally,
        here: "Float[Tensor, 'row target']",
        known: "Bool[Tensor, 'row target']",
        block: Int[np.ndarray, " row"],
    ) -> None:
        import torch

        self.tally, self.known = tally, known
        here = torch.where(known, here, 0.0).double()
        self.is_finite = here.isfinite().all()
        self.is_still = self.is_finite
        belongs = np.equal.outer(np.arange(len(tally.change)), block)
        self.member = send(belongs, here.device, here.dtype)
        self.whole, self.by_block = here.sum(0), (self.member @ here).unsqueeze(1)

    def add(
        self,
        start: int,
        ahead: "Float[Tensor, 'source row target']",
        stepped: "Bool[Tensor, ' source']",
    ) -> None:
        """Add the sources from `start` on.

        Args:
            start: the first of them.
            ahead: losses one step of each further.
            stepped: those that took a step, as they had a label in the batch learnt from.
        """
        import torch

        ahead = torch.where(self.known, ahead, 0.0).double()
        total = ahead.sum(1)  # of losses, none below 0: finite where they all are
        is_finite = self.is_finite & total.isfinite().all()
        whole = self.whole.clamp_min(1e-300)
        counts = stepped.unsqueeze(1) & (self.whole > 0) & is_finite
        ratio = total / whole
        by_block = torch.einsum("br,srt->bst", self.member, ahead)
        gain = torch.where(counts, 1 - ratio, 0.0)
        change = torch.where(counts, (ratio * self.by_block - by_block) / whole, 0.0)
        some, self.is_finite = slice(start, start + len(ahead)), is_finite
        self.is_still = self.is_still & (gain.abs() <= ROUNDING).all() & is_finite
        self.tally.gain[some] += gain
        self.tally.change[:, some] += change
        self.tally.count[some] += counts

    def finish(self) -> None:
        """All sources were added."""
        self.tally.finish(self.is_finite, self.is_still)
