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


def explain_trunk(kind: str, shape: tuple[int, ...], is_own: bool) -> tuple[str, ...]:
    """What the samples were read as, where they are not rows of a table."""
    if is_own:
        return ("The shared layers are a module of the user's own, in evaluation mode.",)
    sides = " × ".join(map(str, shape))
    if kind == "cnn":
        return (f"A convolutional trunk read every sample as an image of {sides}.",)
    if kind == "conv1d":
        found = (f"A convolutional trunk read every sample as series of {sides} (steps × series).",)
        return found + _turned(*shape)
    return ()


def _turned(n_steps: int, n_series: int = 1) -> tuple[str, ...]:
    """A question where the axes of a series look swapped."""
    if n_steps >= n_series:
        return ()
    return (
        f"That is fewer steps than series: if these are {n_series} steps of {n_steps} series, swap "
        "the last two axes of the array and run it again.",
    )


def explain_start(start: str, steps: int, is_trained: bool) -> tuple[str, ...]:
    """Where the shared layers started, where that was not at random."""
    notes = []
    if is_trained:
        notes.append("The shared layers start at the weights that were given.")
    if start == "warmup":
        notes.append(
            f"The shared layers start where {steps} joint steps over the training rows left them, "
            "so all tasks have shaped them already."
        )
    return tuple(notes)


def explain_estimate(n_estimated: int) -> tuple[str, ...]:
    """Layers too large to be compared whole between different samples."""
    if n_estimated == 0:
        return ()
    return (
        f"Between different samples {n_estimated} layers are compared on a random draw of their "
        "parameters (4096 or more), scaled up: expect errors of a few percent.",
    )


def explain_pairing(pairing: str, n_samples: int, are_own: bool) -> tuple[str, ...]:
    """How tasks without common samples were compared, or that they cannot be."""
    if pairing == "matched":
        return (
            "Every task has samples of its own, so no two can be compared sample by sample, as "
            "pairing = matched (the preset paper) asks: what needs that is unknown. Take another "
            "preset, which compares them by energy distance, or the measure mean_gradient or tag.",
        ) * are_own
    if pairing == "mean":
        return (
            "Tasks are compared by their mean displacements, so how samples differ is not seen; "
            "means of few samples are noisy and look further apart.",
        )
    return (
        f"The samples of two tasks are not matched: {n_samples} samples of each task, drawn evenly "
        "by label, are compared with those of the others; raise pair_samples for less noise and "
        "truer intervals.",
    )


def explain_walks(
    curve: Float[np.ndarray, "step 2"], step_size: float, heads: str, n_rows: int
) -> tuple[str, ...]:
    """A note on how far the walks of several steps have converged; none for one step."""
    if len(curve) == 0:
        return ()
    return (
        f"{curve[-1, 0]:.0%} of the walks of {len(curve)} steps of {step_size:g} with {heads} "
        "heads have converged; "
        f"the last step changed their mean length by {_last_change(curve):.1%}. About {n_rows} "
        "rows were followed; points and mean gradients show the first step.",
    )


def _last_change(curve: Float[np.ndarray, "step 2"]) -> float:
    before, after = curve[-2:, 1]
    return float(abs(after - before) / after) if after > 0 else 0.0


def explain_undrawn(samples: int, n_rows: int, is_drawn: bool) -> tuple[str, ...]:
    """That a coreset was asked for where none is drawn."""
    if is_drawn or not 0 < samples < n_rows:
        return ()
    return (
        f"No coreset of {samples:,} rows was drawn: it is for one step of matched samples. Tasks "
        "with samples of their own are compared on pair_samples of each, and several steps are "
        "followed on step_rows rows.",
    )


def explain_probes(n_held: int, n_rows: int, heads: str) -> tuple[str, ...]:
    """What the probes of a streamed table learned from; none where all rows are at hand."""
    if n_held == n_rows or heads != "probe":
        return ()
    return (
        f"Probes were fitted to the sample of {n_held:,} training rows, then moved to where all "
        f"{n_rows:,} that were streamed have them.",
    )


def explain_sample(n_held: int, n_rows: int, pairing: str, steps: int) -> tuple[str, ...]:
    """What of a streamed table was not summed over every row; none where all rows are at hand."""
    if n_held == n_rows or (pairing == "matched" and steps == 1):
        return ()
    what = "Several steps are followed" if pairing == "matched" else "Tasks are compared"
    return (
        f"{what} on rows of the sample of {n_held:,} training rows, not on all "
        f"{n_rows:,} that were streamed.",
    )
