"""A pretrained start of a run: `weights.safetensors` in its folder, numbers and never code."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.landscape import NOTHING, Brought, bring

if TYPE_CHECKING:
    from torch import Tensor

FILE = "weights.safetensors"


def keep_weights(run: Path, weights: "Mapping[str, Tensor] | None") -> None:
    """Put the weights that the landscape shall start at into a run; None takes them out."""
    if weights is None:
        (run / FILE).unlink(missing_ok=True)
        return
    from safetensors.torch import save_file

    partial = run / f".{FILE}.partial"
    save_file(dict(weights), partial)
    partial.replace(run / FILE)


def kept_weights(run: Path) -> Brought:
    """What the landscape of a run shall start at."""
    return bring(weights=run / FILE) if (run / FILE).is_file() else NOTHING
