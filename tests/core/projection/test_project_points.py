"""Maps: whatever the points, a place for each that is shown, and an honest word about them."""

import numpy as np
import pytest

from core.errors import Cancelled
from core.methods import choose
from core.projection import PCA, PROJECTIONS, TSNE, UMAP, project_points
from core.projection.sample import draw_sample
from core.values import Points

EVERY_MAP = pytest.mark.parametrize("method", [m() for m in PROJECTIONS.methods.values()])
CAUTION = "Distances between islands"


def make_points(sketch, task=None, label=None):
    sketch = np.asarray(sketch, dtype=float)
    n = len(sketch)
    task = np.zeros(n, dtype=int) if task is None else task
    label = np.zeros(n) if label is None else label
    return Points(sketch, np.arange(n), task, label, np.zeros(n), n)


def normal(*shape):
    return np.random.default_rng(0).standard_normal(shape)


HARD = {
    "none": np.zeros((0, 64)),
    "one": normal(1, 64),
    "three": normal(3, 64),
    "nine": normal(9, 64),
    "all equal": np.ones((40, 64)),
    "all zero": np.zeros((40, 64)),
    "copies": np.repeat(normal(12, 64), 8, axis=0),
    "two places": np.repeat(normal(2, 64), 20, axis=0),
    "a line": np.linspace(0, 1, 30)[:, None],
    "huge": normal(30, 64) * 1e200,
    "tiny": normal(30, 64) * 1e-200,
    "one far away": np.concatenate([normal(30, 64), np.full((1, 64), 1e6)]),
}


@EVERY_MAP
@pytest.mark.parametrize("name", HARD)
def test_hard_points_are_mapped_to_finite_places(method, name):
    sketch = HARD[name]
    projection = project_points(make_points(sketch), method)
    assert projection.xy.shape == (len(sketch), 2)
    assert np.isfinite(projection.xy).all()
    np.testing.assert_array_equal(projection.index, np.arange(len(sketch)))
    assert np.isnan(projection.trustworthiness) or 0 <= projection.trustworthiness <= 1
    assert projection.notes


def blobs():
    centre = np.repeat([[0.0], [30.0]], 40, axis=0)
    return make_points(normal(80, 64) + centre, task=np.repeat([0, 1], 40))


@EVERY_MAP
def test_two_clouds_stay_two_clouds(method):
    projection = project_points(blobs(), method)
    one, other = projection.xy[:40], projection.xy[40:]
    gap = np.linalg.norm(one.mean(axis=0) - other.mean(axis=0))
    assert gap > 2 * max(one.std(axis=0).max(), other.std(axis=0).max())
    assert projection.trustworthiness > 0.6
    assert projection.method == PROJECTIONS.key_of(method)
    assert any(CAUTION in note for note in projection.notes) == (not isinstance(method, PCA))


@EVERY_MAP
def test_same_seed_same_map(method):
    one, same = (project_points(blobs(), method, seed=5) for _ in range(2))
    assert one.fingerprint == same.fingerprint


def test_pca_is_scikit_learns_up_to_scale_and_sign():
    from sklearn.decomposition import PCA as Oracle  # noqa: N811

    sketch = normal(60, 8) * np.arange(1, 9)
    found = project_points(make_points(sketch), PCA()).xy
    expected = Oracle(2).fit_transform(sketch) / np.abs(sketch).max()
    for axis in range(2):
        np.testing.assert_allclose(np.abs(found[:, axis]), np.abs(expected[:, axis]), atol=1e-9)


def test_trustworthiness_is_1_in_the_plane_and_near_a_half_by_chance():
    flat = np.pad(normal(300, 2), ((0, 0), (0, 6)))
    assert project_points(make_points(flat), PCA()).trustworthiness == pytest.approx(1.0)
    assert project_points(make_points(normal(300, 64)), PCA()).trustworthiness < 0.75


def test_a_sample_keeps_the_share_of_every_task_and_label():
    task = np.repeat([0, 1, 2], [1000, 500, 100])
    label = (np.arange(1600) % 10 == 0).astype(float)
    points = make_points(np.zeros((1600, 2)), task, label)
    index = draw_sample(points, 320, seed=0)
    assert len(set(index)) == 320
    np.testing.assert_allclose(np.bincount(task[index]), [200, 100, 20], atol=1)
    assert label[index][task[index] == 0].sum() == pytest.approx(20, abs=1)
    assert (np.diff(index) > 0).all()


@pytest.mark.parametrize("method", [TSNE(max_points=100), UMAP(max_points=100)])
def test_a_large_landscape_is_sampled_and_the_map_says_so(method):
    points = make_points(normal(400, 8))
    projection = project_points(points, method)
    assert projection.xy.shape == (100, 2)
    assert "100 of 400 points shown, stratified by task and label." in projection.notes


@EVERY_MAP
def test_progress_rises_to_1(method):
    told = []
    project_points(blobs(), method, on_progress=lambda share, text: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_t_sne_can_be_cancelled_midway():
    def stop(share, text):
        if share > 0.3:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        project_points(blobs(), TSNE(), on_progress=stop)


def test_too_few_points_fall_back_to_pca_and_say_so():
    projection = project_points(make_points(normal(5, 8)), choose(PROJECTIONS, "tsne"))
    assert projection.method == "tsne"
    assert "t-SNE needs 8 distinct points and there are 5; this is PCA." in projection.notes


@pytest.mark.filterwarnings("ignore::ImportWarning", "ignore:precomputed_knn:UserWarning")
@pytest.mark.filterwarnings("ignore:n_jobs value:UserWarning")
@pytest.mark.parametrize("min_dist", [0.0, 0.1])
def test_umap_in_view_is_the_plain_umap_to_the_last_bit(min_dist):
    import umap

    from core.projection.umap import _neighbours, _start

    sketch = np.concatenate([normal(150, 16), normal(150, 16) * 0.3 + 4])
    seen = []
    found = UMAP(min_dist=min_dist)(sketch, 3, lambda *_: None, lambda xy: seen.append(xy.copy()))
    plain = umap.UMAP(
        n_neighbors=15,
        min_dist=min_dist,
        init=_start(sketch, 3),
        precomputed_knn=_neighbours(sketch, 15),
        force_approximation_algorithm=True,
        random_state=3,
        n_jobs=1,
    )
    np.testing.assert_array_equal(found, plain.fit_transform(sketch).astype(float))
    assert np.isfinite(seen).all()


def test_umap_shows_layouts_that_settle_while_it_runs(monkeypatch):
    monkeypatch.setattr("core.projection.umap.REPORT_EVERY_S", 0.0)
    sketch, seen, told = blobs().sketch, [], []
    last = UMAP()(sketch, 0, lambda share, _: told.append(share), lambda xy: seen.append(xy.copy()))
    assert len(seen) > 100
    assert told == sorted(told)
    assert told[-1] <= 1
    assert len({one.tobytes() for one in seen[1:]}) > 100, "each is another layout"
    far = [np.abs(one - last).max() for one in seen[1:]]
    assert np.mean(far[-20:]) < np.mean(far[:20])


def test_umap_is_cancelled_between_two_epochs(monkeypatch):
    monkeypatch.setattr("core.projection.umap.REPORT_EVERY_S", 0.0)

    def stop_late(share, message):
        if share > 0.5:
            raise Cancelled("The run was cancelled.")

    with pytest.raises(Cancelled):
        UMAP()(blobs().sketch, 0, stop_late)
