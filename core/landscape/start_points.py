"""The (sample, task) points of one start, drawn fairly and sketched."""

import numpy as np

from core.landscape.heads import Heads
from core.landscape.points import draw_projections, sketch_points
from core.landscape.rows.material import Material
from core.landscape.rows.strata import draw_pairs
from core.landscape.start import generator_of
from core.landscape.trunks.trunk import Trunk
from core.values import Points


def draw_points(
    material: Material, trunk: Trunk, heads: Heads, max_points: int, seed: int
) -> Points:
    """At most `max_points` points; every start shows the same samples and tasks.

    Args:
        material: what the start was measured on.
        trunk, heads: where from.
        max_points: most points kept.
        seed: of the draw and of the sketches.
    """
    part = material.at_hand
    drawn = draw_pairs(material.tasks, part.raw, max_points, seed)
    projections = draw_projections(trunk, generator_of(seed, 0, 1))
    own = [heads.only(int(number)) for number in material.distinct.number]
    found = sketch_points(trunk, own, projections, part.x, part.labels, drawn)
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
