"""Looks ahead, added up: the mean of a ratio of sums, and what each block of rows does to it.

With A = Σ_i ℓ_i(ahead) and B = Σ_i ℓ_i(here) over the rows of a look, Z = 1 − A/B. Weights w of
the blocks of rows change it by −Σ_b (w_b − 1) (A_b − A/B · B_b)/B to first order (ours), which adds
up over the looks as Z does: a sum a block is all that the bootstrap needs.
"""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

if TYPE_CHECKING:
    from torch import Tensor


class Tally:
    """Sums over the looks so far."""

    def __init__(self, n_blocks: int, n_tasks: int) -> None:
        self.n_looks = 0
        self.notes: tuple[str, ...] = ()
        self._gain = np.zeros((n_tasks, n_tasks))
        self._count = np.zeros((n_tasks, n_tasks))
        self._change = np.zeros((n_blocks, n_tasks, n_tasks))

    def add(
        self,
        here: "Float[Tensor, 'row target']",
        ahead: "Float[Tensor, 'source row target']",
        known: "Float[Tensor, 'row target']",
        block: Int[np.ndarray, " row"],
        steps: "Float[Tensor, ' source']",
    ) -> bool:
        """Add a look; False, and nothing added, where a loss is not finite.

        Args:
            here: losses where the run stands.
            ahead: losses one step of each source further.
            known: which of them count.
            block: of the rows.
            steps: sources that took a step: those with a label in the batch learnt from.
        """
        import torch

        here = torch.where(known, here, 0.0).double()
        ahead = torch.where(known, ahead, 0.0).double()
        if not (here.isfinite().all() and ahead.isfinite().all()):
            self.notes = (
                f"The joint run was cut off after {self.n_looks} looks ahead, as its losses were "
                "no longer finite; lower its learning_rate.",
            )
            return False
        member = torch.zeros(len(self._change), len(block), dtype=here.dtype, device=here.device)
        member[torch.from_numpy(block), torch.arange(len(block))] = 1.0
        whole = here.sum(0)
        counts = steps.unsqueeze(1) & (whole > 0)
        ratio = ahead.sum(1) / whole.clamp_min(1e-300)
        by_block = torch.einsum("br,srt->bst", member, ahead)
        change = (ratio * (member @ here).unsqueeze(1) - by_block) / whole.clamp_min(1e-300)
        self._gain += ((1 - ratio) * counts).cpu().numpy()
        self._change += (change * counts).cpu().numpy()
        self._count += counts.cpu().numpy()
        self.n_looks += 1
        return True

    def mean(self) -> Float[np.ndarray, "block source target"]:
        """Mean over the looks, spread over the blocks; NaN where no look had both tasks."""
        n_blocks = len(self._change)
        count = np.where(self._count > 0, self._count, np.nan)
        return np.asarray((self._gain / n_blocks + self._change) / count)
