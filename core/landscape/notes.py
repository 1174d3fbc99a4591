"""What a reader must know about a landscape, one sentence each."""

import numpy as np
from jaxtyping import Float


def explain_heads(heads: str) -> tuple[str, ...]:
    """A warning of heads that make the affinities meaningless."""
    if heads != "own":
        return ()
    return (
        "Every task has a random head of its own, so the affinities tell how the heads were drawn, "
        "not what the tasks need; use probe heads to group tasks.",
    )


def explain_pairing(pairing: str, n_samples: int) -> tuple[str, ...]:
    """How tasks without common samples were compared."""
    if pairing == "matched":
        return ()
    return (
        f"The samples of two tasks are not matched: {n_samples} samples of each task, drawn evenly "
        "by label, are compared with those of the others; raise pair_samples for less noise.",
    )


def explain_walks(
    curve: Float[np.ndarray, "step 2"], step_size: float, n_rows: int
) -> tuple[str, ...]:
    """A note on how far the walks of several steps have converged; none for one step."""
    if len(curve) == 0:
        return ()
    return (
        f"{curve[-1, 0]:.0%} of the walks of {len(curve)} steps of {step_size:g} have converged; "
        f"the last step changed their mean length by {_last_change(curve):.1%}. About {n_rows} "
        "rows were followed; points and mean gradients show the first step.",
    )


def _last_change(curve: Float[np.ndarray, "step 2"]) -> float:
    before, after = curve[-2:, 1]
    return float(abs(after - before) / after) if after > 0 else 0.0
