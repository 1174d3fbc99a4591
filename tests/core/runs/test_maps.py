"""Maps as jobs: seen while they are made, made again with other seeds."""

from dataclasses import replace

import numpy as np
import pytest

from core.data import assign_roles
from core.errors import Cancelled, MethodError
from core.projection import PCA, TSNE, UMAP, align_map, project_points
from core.runs import Run, State, load_partial
from core.runs.maps import MapJob, keep_partials, map_jobs, read_job
from core.runs.worker import work
from core.values import Points
from tests.cohort import SMALL_PLAN, small_cohort


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    frame = small_cohort().frame
    path = tmp_path_factory.mktemp("runs") / "run"
    made = Run.create(path, frame, assign_roles(frame, targets="y_*"), SMALL_PLAN, "x", "0" * 64)
    assert work(path).state is State.DONE
    return made


def points_of(n=400):
    rng = np.random.default_rng(0)
    sketch = rng.normal(size=(n, 16)) + np.repeat([[0.0], [8.0]], n // 2, axis=0)
    return Points(sketch, np.arange(n), np.zeros(n, dtype=int), np.zeros(n), np.zeros(n), n)


@pytest.mark.parametrize("method", [TSNE(max_points=300), UMAP(max_points=300)])
def test_partial_layouts_place_the_points_of_the_last_one(method, monkeypatch):
    monkeypatch.setattr("core.projection.project.PUBLISH_EVERY_S", 0.0)
    seen = []
    final = project_points(points_of(), method, on_partial=seen.append)
    assert seen
    for partial in seen:
        np.testing.assert_array_equal(partial.index, final.index)
        assert partial.xy.shape == final.xy.shape
        assert np.isnan(partial.trustworthiness)
    if isinstance(method, TSNE):
        assert len(seen) > 10
        moved = [np.abs(partial.xy - final.xy).mean() for partial in seen]
        assert moved[-1] < moved[0]
    assert final == project_points(points_of(), method), "being looked at changes nothing"


def test_a_partial_lies_in_the_run_while_the_map_is_made(run, monkeypatch):
    monkeypatch.setattr("core.projection.project.PUBLISH_EVERY_S", 0.0)
    points = run.landscape(run.plan.heads).points
    found = []

    def make(show):
        def look(projection):
            show(projection)
            found.append(load_partial(run.path, "tsne"))

        return project_points(points, TSNE(), on_partial=look)

    keep_partials(run.path, "tsne", make)
    assert found
    assert all(partial is not None for partial in found)
    assert load_partial(run.path, "tsne") is None

    def stopped(show):
        show(found[0])
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        keep_partials(run.path, "tsne", stopped)
    assert load_partial(run.path, "tsne") is None


def test_a_map_of_another_seed_is_a_map_of_its_own(run):
    assert set(map_jobs()) >= {"pca", "tsne", "tsne-1", "umap-2"}
    for job in ("umap", "umap-1"):
        assert work(run.path, job).state is State.DONE
    first, second = run.map("umap"), run.map("umap-1")
    assert first is not None
    assert second is not None
    assert not np.allclose(first.xy, second.xy)
    np.testing.assert_array_equal(first.index, second.index, "the same points")
    assert read_job("umap-1", 5) == MapJob(UMAP(), 6)
    assert run.map("umap-2") is None


def test_a_map_of_another_start_shows_the_same_points_from_there(run):
    assert read_job("pca-start-2", 5) == MapJob(PCA(), 5, 2)
    run.set_plan(replace(run.plan, landscape=replace(run.plan.landscape, starts=2)))
    for job in ("run", "pca-start-1", "pca-start-2"):
        status = work(run.path, job)
        assert (status.state is State.DONE) == (job != "pca-start-2"), status.error
    assert "2 starts" in status.error
    first, second = run.map("pca"), run.map("pca-start-1")
    np.testing.assert_array_equal(first.index, second.index)
    aligned = align_map(second.xy, first.xy)
    assert 0 < aligned.alike < 0.999


@pytest.mark.parametrize(
    "job", ["umap-4", "pca-start-4", "umap-start-1", "umap-x", "globe", "../x"]
)
def test_a_job_that_is_none_is_refused(run, job):
    with pytest.raises(MethodError, match="Unknown job"):
        work(run.path, job)
