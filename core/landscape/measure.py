"""A landscape: its training rows, the mean over its random starts, and what a reader must know."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Bool

from core.landscape.coreset import draw_coreset
from core.landscape.ground import Ground
from core.landscape.notes import (
    explain_estimate,
    explain_heads,
    explain_pairing,
    explain_probes,
    explain_sample,
    explain_start,
    explain_trunk,
    explain_undrawn,
    explain_walks,
)
from core.landscape.one_step import OneStep
from core.landscape.refits.measure import are_refitted, measure_refits
from core.landscape.rows.labels import CountedLabels, Distinct, Labels
from core.landscape.rows.material import Inputs, Material, from_stream, from_table
from core.landscape.rows.pieces import supply
from core.landscape.spread import explain_spread
from core.landscape.start import Start, generator_of, measure_start, place_start
from core.landscape.start_points import draw_points
from core.landscape.sums.accumulate import mean_of
from core.landscape.trunks.brought import Brought
from core.machine.device import pick_device
from core.progress import OnProgress, within
from core.streamed import StreamedTable
from core.values import Coreset, Landscape, PairSums, Points, Task, TaskTable


def average_starts(
    method: OneStep,
    table: TaskTable | StreamedTable,
    seed: int,
    device: str,
    on_progress: OnProgress,
    reads: frozenset[str],
    brought: Brought,
    inputs: Inputs | None = None,
) -> Landscape:
    """See `core.landscape.measure_landscape`. The points and the refits are of the first start."""
    material = _material(method, table, seed, inputs)
    is_streamed = isinstance(table, StreamedTable)
    ground, coreset = _ground(method, material, is_streamed, seed, device, reads, brought)
    starts, again = _measure(method, ground, seed, on_progress)
    return Landscape(
        tasks=table.tasks,
        heads=method.heads,
        n_samples=material.n_rows,
        sums=_with_copies(mean_of([start.sums for start in starts]), material.distinct),
        label_sums=material.label_sums(),
        points=draw_points(material, starts[0].trunk, starts[0].heads, method.max_points, seed),
        curve=np.mean([start.curve for start in starts], axis=0),
        coreset=coreset,
        refits=None if again is None else _with_copies(again[0], material.distinct),
        halves=None if again is None else again[1],
        notes=(*material.notes, *_notes(method, material, ground, starts)),
    )


def points_of_start(
    method: OneStep,
    number: int,
    table: TaskTable | StreamedTable,
    seed: int,
    device: str,
    on_progress: OnProgress,
    brought: Brought,
) -> Points:
    """See `core.landscape.measure_points`. A point is one step whatever is summed: nothing is."""
    material = _material(method, table, seed)
    tasks, labels, layout = material.own_tasks, _labels(method, material), material.layout
    on, beyond = pick_device(device), material.beyond(pick_device(device))
    rows = material.arrange(material.at_hand, on, _one_output(method, tasks))
    ground = Ground(tasks, labels, rows, layout, brought, "matched", None, frozenset(), beyond)
    trunk, heads = place_start(method, ground, generator_of(seed, number), on_progress)
    return draw_points(material, trunk, heads, method.max_points, seed)


def _material(
    method: OneStep, table: TaskTable | StreamedTable, seed: int, made: Inputs | None = None
) -> Material:
    blocks = (min(method.n_blocks, method.most_sums(len(table.tasks))), seed)
    if isinstance(table, TaskTable):
        return from_table(table, *blocks, made)
    return from_stream(table, *blocks)


def _ground(
    method: OneStep,
    material: Material,
    is_streamed: bool,
    seed: int,
    device: str,
    reads: frozenset[str],
    brought: Brought,
) -> tuple[Ground, Coreset | None]:
    """What every start is measured on, and the draw that this is of, if any."""
    tasks, labels = material.own_tasks, _labels(method, material)
    one_output, pairing = _one_output(method, tasks), method.pairing_of(material.has_own_samples)
    on = pick_device(device)
    rows = material.arrange(material.at_hand, on, one_output)
    every = material.every(on, one_output) if is_streamed else None
    coreset = None
    if 0 < method.samples < material.n_rows and _draws(method, pairing):
        drawn, coreset = draw_coreset(material, method.samples, seed, on, one_output)
        every = supply(drawn)
    summed = (pairing, every, reads, material.beyond(on))
    return Ground(tasks, labels, rows, material.layout, brought, *summed), coreset


def _labels(method: OneStep, material: Material) -> Labels | CountedLabels:
    """What base rates are taken from; of all rows where heads start at them."""
    is_drawn = method.start == "warmup" or method.heads != "probe"
    return material.own_counts() if is_drawn else material.own_labels


def _draws(method: OneStep, pairing: str) -> bool:
    """Whether a coreset can stand for all rows."""
    return pairing == "matched" and method.steps == 1


def _one_output(method: OneStep, tasks: Sequence[Task]) -> bool:
    """Whether all tasks read the same single output."""
    return method.heads == "shared" and all(task.n_outputs == 1 for task in tasks)


def _measure(
    method: OneStep, ground: Ground, seed: int, on_progress: OnProgress
) -> tuple[list[Start], tuple[PairSums, Bool[np.ndarray, "half block"]] | None]:
    """Every start, and the probes of the first fitted again where that tells anything."""
    n_refits = min(method.refits, method.most_sums(len(ground.tasks)))
    again = n_refits > 0 and are_refitted(method, ground)
    share = (0.5 if again else 1.0) / method.starts
    starts = [
        measure_start(
            method, ground, generator_of(seed, k), within(on_progress, k * share, (k + 1) * share)
        )
        for k in range(method.n_starts(ground.brought))
    ]
    if not again:
        return starts, None
    told = within(on_progress, 0.5, 1.0)
    return starts, measure_refits(method, ground, starts[0], n_refits, seed, told)


def _notes(
    method: OneStep, material: Material, ground: Ground, starts: Sequence[Start]
) -> tuple[str, ...]:
    brought, pairing = ground.brought, ground.pairing
    by_task = method.pair_samples * len(ground.tasks)
    n_followed = min(method.step_rows if pairing == "matched" else by_task, material.n_rows)
    return (
        *explain_trunk(*material.layout.kind(method.trunk), brought.trunk is not None),
        *explain_start(method.start, method.warmup_steps, brought.is_trained),
        *explain_walks(starts[0].curve, method.step_size, method.heads, n_followed),
        *explain_heads(method.heads),
        *explain_pairing(pairing, method.pair_samples, material.has_own_samples),
        *explain_undrawn(method.samples, material.n_rows, _draws(method, pairing)),
        *explain_probes(len(material.weight), material.n_rows, method.heads),
        *explain_sample(len(material.weight), material.n_rows, pairing, method.steps),
        *explain_estimate(starts[0].n_estimated),
        *explain_spread([start.sums for start in starts], method.is_drawn(brought)),
    )


def _with_copies(sums: PairSums, distinct: Distinct) -> PairSums:
    """Sums of all tasks from those of the distinct ones."""
    number = distinct.number
    if len(distinct.first) == len(number):
        return sums
    copied: dict[str, Any] = {
        name: values[:, number][:, :, number]
        for name, values in sums._items()
        if isinstance(values, np.ndarray)
    }
    return replace(sums, **copied)
