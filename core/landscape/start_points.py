"""The (sample, task) points of one start, drawn fairly and sketched."""

import numpy as np

from core.landscape.points import draw_projections, sketch_points
from core.landscape.rows.material import Material
from core.landscape.rows.strata import draw_pairs
from core.landscape.start import Start, generator_of
from core.values import Points


def draw_points(material: Material, start: Start, max_points: int, seed: int) -> Points:
    """At most `max_points` points; every start shows the same samples and tasks.

    Args:
        material: what the start was measured on.
        start: where from.
        max_points: most points kept.
        seed: of the draw and of the sketches.
    """
    part = material.at_hand
    drawn = draw_pairs(material.tasks, part.raw, max_points, seed)
    projections = draw_projections(start.trunk, generator_of(seed, 0, 1))
    heads = [start.heads.only(int(number)) for number in material.distinct.number]
    found = sketch_points(start.trunk, heads, projections, part.x, part.labels, drawn)
    task = np.repeat(np.arange(len(drawn)), [len(rows) for rows in drawn])
    sample = np.concatenate(drawn)
    return Points(
        sketch=found.sketch,
        sample=part.number[sample],
        task=task,
        label=part.raw[sample, task],
        loss=found.loss,
        n_total=material.n_points,
    )
