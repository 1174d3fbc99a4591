"""What a reader must know before believing an affinity, one sentence each."""

import numpy as np
from jaxtyping import Float

from core.affinity.abs_cosine import AbsCosine
from core.affinity.base import Measure
from core.affinity.cosine import Cosine
from core.affinity.gaps import APART, UNLABELLED, UNSEEN, find_gaps
from core.affinity.sca import SCA
from core.affinity.sca_relative import SCARelative
from core.affinity.sign import Sign
from core.affinity.tag import TAG
from core.values import Coreset, Landscape

DRAWN = frozenset({"distance", "mass", "abs_cosine", "cosine", "opposite"})
"""The sums that a coreset is drawn for; mean displacements and labels have rows of their own."""

RECORDED = "recorded"
"""Heads of a landscape that was recorded in somebody's own model."""

BASE_RATES = (
    "Relative SCA takes base rates as known where heads start at them, so its intervals and "
    "re-runs are a little too narrow there.",
)

UNPAIRED = (
    "Tasks without a sample in common are compared, and all others with them, by the setting "
    "landscape.pairing = energy or by the measure mean_gradient."
)

FEW_BLOCKS = 20
"""Fewer blocks than this make a poor bootstrap."""


def explain(
    landscape: Landscape,
    measure: Measure,
    values: Float[np.ndarray, "source target"],
    replicates: Float[np.ndarray, "replicate source target"],
) -> tuple[str, ...]:
    """Notes about this measure on this landscape."""
    return (
        *_about_heads(landscape, measure),
        *_about_kinds(landscape, measure),
        *_about_joint_run(landscape, measure),
        *_about_fit(landscape, measure),
        *_about_pairs(landscape, measure, values),
        *_about_blocks(landscape),
        *_about_coreset(landscape, measure, replicates),
    )


def _about_heads(landscape: Landscape, measure: Measure) -> tuple[str, ...]:
    if landscape.heads != "shared":
        return ()
    if isinstance(measure, SCA | SCARelative):
        return (
            f"{measure.title} with one shared head compares labels only, each sample weighted by "
            "how strongly it pulls: it sees base rates and is blind to sign; see |cosine| with "
            "probe heads beside it.",
            *BASE_RATES * isinstance(measure, SCARelative),
        )
    if isinstance(measure, Cosine | Sign):
        return (
            f"{measure.title} with one shared head is the share of equal labels of two binary "
            "tasks, whatever the features; label agreement tells more.",
        )
    if isinstance(measure, AbsCosine):
        return (
            "|cosine| with one shared head is 1 for every pair of tasks with one output, whatever "
            "their labels; measure it with probe heads.",
        )
    return ()


def _about_kinds(landscape: Landscape, measure: Measure) -> tuple[str, ...]:
    kinds = dict.fromkeys(task.kind.value for task in landscape.tasks)
    if len(kinds) == 1 or not isinstance(measure, SCA | SCARelative):
        return ()
    return (
        f"{measure.title} on tasks of several kinds ({', '.join(kinds)}) tells the kinds apart "
        "before anything else, as their losses pull with different strength; see |cosine|.",
    )


def _about_joint_run(landscape: Landscape, measure: Measure) -> tuple[str, ...]:
    ahead = landscape.look_ahead
    if not isinstance(measure, TAG) or ahead is None:
        return ()
    rows = f"{ahead.n_rows:,} training rows held out" if ahead.n_rows else "the batches learnt from"
    return (
        f"{measure.title} rests on {ahead.n_looks} looks ahead in one joint run, at {rows}; its "
        "intervals and re-runs tell of these rows alone: another run on other patients differs by "
        "more than that.",
        *ahead.notes,
    )


def _about_fit(landscape: Landscape, measure: Measure) -> tuple[str, ...]:
    """That intervals take heads as they are, where these were fitted once and for all."""
    if landscape.heads == RECORDED and measure.reads:
        return (
            "The heads are those of a trained model, so intervals and re-runs tell of the samples "
            "that were recorded and not of what the model learned: trained on other patients it "
            "differs by more than that.",
        )
    if landscape.heads == "probe" and "mean_product" in measure.reads:
        return (
            f"{measure.title} holds the heads still while patients are drawn again, though heads "
            "would follow them: its intervals and re-runs can be up to twice as wide as need be.",
        )
    moved = landscape.sums.pairing != "mean" and DRAWN.intersection(measure.reads)
    if landscape.heads != "probe" or landscape.refits is not None or not moved:
        return ()
    return (
        "The heads were fitted once, on these patients. Intervals and re-runs of measures of "
        "single samples take them as they are, so they are too narrow for other patients.",
    )


def _about_pairs(
    landscape: Landscape, measure: Measure, values: Float[np.ndarray, "source target"]
) -> tuple[str, ...]:
    names = [task.name for task in landscape.tasks]
    notes = []
    for gap in find_gaps(landscape, measure, values):
        pairs = _list_pairs(gap.where, names)
        if not np.triu(gap.where, 1).any():
            continue
        if gap.reason == APART:
            notes.append(
                f"No training row is labelled for both tasks of {pairs}: their affinity is unknown."
            )
            notes += [UNPAIRED] * _can_do_without(landscape, measure)
        elif gap.reason == UNSEEN:
            notes.append(f"{measure.title} is unknown for {pairs}: {gap.reason}.")
        elif gap.reason == UNLABELLED:
            notes.append(f"{measure.title} is unknown for {pairs}: no labels were given.")
        else:
            notes.append(
                f"{measure.title} is not defined for {pairs}: a label is constant on the rows "
                "both tasks share."
            )
    return tuple(notes)


def _can_do_without(landscape: Landscape, measure: Measure) -> bool:
    """Whether the same could be measured without samples in common."""
    return landscape.heads != RECORDED and bool(DRAWN.intersection(measure.reads))


def _list_pairs(where: np.ndarray, names: list[str], shown: int = 3) -> str:
    pairs = np.argwhere(np.triu(where, 1))
    listed = ", ".join(f"{names[source]} and {names[target]}" for source, target in pairs[:shown])
    n_more = len(pairs) - shown
    return listed if n_more <= 0 else f"{listed} and {n_more} more pair{'s'[: n_more != 1]}"


def _about_blocks(landscape: Landscape) -> tuple[str, ...]:
    n_blocks = landscape.sums.n_blocks
    if n_blocks >= FEW_BLOCKS:
        return ()
    return (f"Intervals rest on {n_blocks} blocks of patients; they are rough below {FEW_BLOCKS}.",)


def _about_coreset(
    landscape: Landscape, measure: Measure, replicates: Float[np.ndarray, "replicate source target"]
) -> tuple[str, ...]:
    """The error that a coreset adds; none where labels alone are read, which are all counted."""
    coreset, shows = landscape.coreset, DRAWN.intersection(measure.reads)
    if coreset is None or not shows:
        return ()
    error = coreset_error(coreset, replicates)[np.triu_indices(len(landscape.tasks), 1)]
    known = error[np.isfinite(error)]
    if not len(known):
        return ()
    return (
        f"The coreset of {coreset.n_drawn:,} of {coreset.n_rows:,} training rows adds "
        f"± {np.median(known):.2g} to {measure.title} of a pair (95 %, median over pairs; at most "
        f"± {known.max():.2g}), estimated from the bootstrap; its intervals count that in.",
    )


def coreset_error(
    coreset: Coreset, replicates: Float[np.ndarray, "replicate source target"]
) -> Float[np.ndarray, "source target"]:
    """Half the width of the 95 % interval in which all rows would lie, for every pair.

    The bootstrap varies by the rows that are there and by those that the coreset left out; the
    second part is the draw's share of its variance (ours).
    """
    spread = np.full(replicates.shape[1:], np.nan)
    enough = np.isfinite(replicates).sum(axis=0) > 1
    spread[enough] = np.nanstd(replicates[:, enough], axis=0)
    return np.asarray(1.96 * spread * np.sqrt(coreset.error_share))
