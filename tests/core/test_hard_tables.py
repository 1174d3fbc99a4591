"""Tables at the edge, from landscape to groups: scales, gaps, few and many tasks."""

from dataclasses import replace

import numpy as np
import pytest

from core.affinity import AbsCosine, measure_affinity
from core.affinity.notes import UNPAIRED
from core.graph import GATv2, build_graph
from core.grouping import Mixture
from core.landscape import OneStep, measure_landscape
from core.pipeline import run
from core.plan import Plan
from tests.core.landscape.tables import draw_labels, make_table

METHOD = OneStep(starts=1, width=16, depth=1, n_blocks=20, heads="probe", mean_rows=200)
QUICK = Plan(
    landscape=METHOD,
    encoder=GATv2(seeds=1),
    grouping=Mixture(n_init=2, max_groups=2),
    n_replicates=20,
)


def test_scales_of_features_do_not_matter():
    table = make_table(draw_labels(300, "bbr", missing=0.1), "bbr")
    scales = np.array([1e-10, 1e10, 1.0, 1e-10, 1e10])
    plain = measure_landscape(table, METHOD, device="cpu").sums
    scaled = replace(table, features=table.features * scales)
    found = measure_landscape(scaled, METHOD, device="cpu").sums
    for name, values in plain._items():
        if isinstance(values, np.ndarray):
            size = max(float(np.abs(values).max()), 1.0)
            np.testing.assert_allclose(
                getattr(found, name), values, 1e-3, 1e-4 * size, err_msg=name
            )


def test_tasks_without_a_common_row_have_no_affinity_and_say_why_and_the_graph_copes():
    labels = draw_labels(400, "bbbb")
    labels[:200, 0] = np.nan
    labels[200:, 1] = np.nan
    report = run(make_table(labels), QUICK)
    values = report.affinity.values
    assert np.isnan(values[0, 1])
    assert np.isnan(values[1, 0])
    assert np.isfinite(np.delete(np.delete(values, 0, 0), 0, 1)).all()
    (apart,) = [n for n in report.notes if "No training row is labelled for both tasks" in n]
    assert "of y0 and y1" in apart
    assert UNPAIRED in report.notes
    assert report.graph.similarity[0, 1] == 0
    assert np.isfinite(report.graph.similarity).all()
    assert np.isfinite(report.embedding.values).all()
    groups = report.groupings[0].groups(report.task_names)
    assert sorted(name for group in groups for name in group) == ["y0", "y1", "y2", "y3"]


def test_two_tasks_are_enough():
    report = run(make_table(draw_labels(300, "bb", missing=0.2)), QUICK)
    assert report.recommended.grouping.n_groups in (1, 2)
    assert np.isfinite(report.affinity.values).all()


def test_sixty_tasks_with_nine_labels_of_ten_missing():
    labels = draw_labels(1500, "b" * 60, missing=0.9)
    landscape = measure_landscape(make_table(labels), METHOD, device="cpu")
    affinity = measure_affinity(landscape, AbsCosine(), 20)
    shared = landscape.sums.count.sum(0)
    np.testing.assert_array_equal(np.isnan(affinity.values), shared == 0)
    assert ((affinity.similarity >= 0) | np.isnan(affinity.similarity)).all()
    graph = build_graph(affinity)
    assert graph.adjacent.sum(1).min() >= 1
    assert np.isfinite(graph.similarity).all()


@pytest.mark.parametrize("n_rows", [120, 121])
def test_sixty_tasks_that_hardly_meet(n_rows):
    labels = draw_labels(n_rows, "b" * 60, missing=0.9)
    affinity = measure_affinity(measure_landscape(make_table(labels), METHOD), AbsCosine(), 20)
    assert np.isnan(affinity.values).any()
    assert np.isfinite(build_graph(affinity).similarity).all()
