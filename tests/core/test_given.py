"""A matrix of one's own: read, checked, grouped; what nobody measured stays unknown."""

import dataclasses

import numpy as np
import pytest

from core import load_affinity, preset, run_matrix, to_document
from core.affinity import AbsCosine
from core.affinity.given import as_affinity
from core.affinity.similarity import scale_of
from core.data.matrix import looks_like_matrix
from core.errors import MethodError, TableError
from core.given import find_given
from core.values import Decision, Kind

QUICK = dataclasses.replace(preset("quick"), seed=3)


def write(path, names, values, corner="", delimiter=",", rows=None):
    lines = [delimiter.join([corner, *names])]
    for name, row in zip(rows or names, values, strict=True):
        cells = ["" if value is None else str(value) for value in row]
        lines.append(delimiter.join([name, *cells]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def planted(n_tasks=8, seed=0, directed=False):
    """Distances of two groups: near 1 inside, near 3 between, 0 to oneself."""
    rng = np.random.default_rng(seed)
    group = np.arange(n_tasks) * 2 // n_tasks
    values = np.where(group[:, None] == group[None, :], 1.0, 3.0)
    values = values + rng.uniform(0, 0.4, values.shape)
    values = values if directed else (values + values.T) / 2
    np.fill_diagonal(values, 0.0)
    return [f"t{k}" for k in range(n_tasks)], values


def as_cells(values):
    return [
        [None if np.isnan(value) else round(float(value), 6) for value in row] for row in values
    ]


def test_a_distance_is_read_as_it_stands_and_made_alike_by_its_median(tmp_path):
    names, values = planted()
    found = load_affinity(write(tmp_path / "m.csv", names, as_cells(values)))
    assert found.task_names == tuple(names)
    assert found.measure == "given"
    assert found.is_distance
    np.testing.assert_allclose(found.values, values, atol=1e-6)
    expected = np.exp(-((values / scale_of(values)) ** 2))
    np.testing.assert_allclose(found.similarity, expected, atol=1e-5)
    assert np.isnan(found.low).all()
    assert np.isnan(found.high).all()
    assert found.replicates.shape == (0, 8, 8)
    assert not found.gaps


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([[1, 0.2], [0.4, 1]], [0.2, 0.4]),
        ([[1, -1], [0.5, 1]], [0.0, 0.75]),
        ([[9, -3], [7, 9]], [0.0, 0.95]),
        ([[1e308, -1e308], [1e308, 1e308]], [0.0, 0.95]),
        ([[9, 5], [5, 9]], [0.475, 0.475]),
    ],
    ids=["unit", "signed", "own scale", "huge", "equal"],
)
def test_a_similarity_lies_in_the_unit_interval(tmp_path, values, expected):
    found = load_affinity(write(tmp_path / "m.csv", ["a", "b"], values), "similarity")
    assert [found.similarity[0, 1], found.similarity[1, 0]] == pytest.approx(expected)
    assert (np.diagonal(found.similarity) == 1).all()
    assert found.values[0, 1] == values[0][1]


def test_the_diagonal_tells_distance_from_similarity(tmp_path):
    names, values = planted(4)
    distance = write(tmp_path / "d.csv", names, as_cells(values))
    similarity = write(tmp_path / "s.csv", names, as_cells(4 - values))
    assert load_affinity(distance).is_distance
    assert not load_affinity(similarity).is_distance
    unclear = write(tmp_path / "u.csv", names, as_cells(values + 0.5 * np.eye(4)))
    with pytest.raises(TableError, match="--matrix distance or --matrix similarity"):
        load_affinity(unclear)
    with pytest.raises(TableError, match=r"'t0' is 0.5 away from itself"):
        load_affinity(unclear, "distance")
    assert any(
        "less like themselves" in note for note in load_affinity(unclear, "similarity").notes
    )


def test_planted_groups_of_a_matrix_are_recommended_with_stability_unknown(tmp_path):
    names, values = planted(10)
    report = run_matrix(load_affinity(write(tmp_path / "m.csv", names, as_cells(values))), QUICK)
    best = report.recommended.grouping
    assert report.recommended.decision is Decision.GROUPED
    assert {frozenset(group) for group in best.groups(report.task_names)} == {
        frozenset(names[:5]),
        frozenset(names[5:]),
    }
    assert np.isnan(best.stability)
    assert np.isnan(best.co_assignment[~np.eye(10, dtype=bool)]).all()
    assert "stability unknown" in report.recommended.reason
    assert all(task.kind is Kind.UNKNOWN for task in report.tasks)
    document = to_document(report)
    assert document["affinity"]["low"][0][1] is None
    assert document["recommended"]["stability"] is None
    assert document["provenance"]["data"]["source"] == "matrix"


def test_no_structure_no_groups():
    found = []
    for seed in range(10):
        noise = np.random.default_rng(seed).uniform(0, 1, (8, 8))
        noise = (noise + noise.T) / 2
        names = [f"t{k}" for k in range(8)]
        found.append(run_matrix(as_affinity(names, noise, False), QUICK).recommended.decision)
    assert found.count(Decision.GROUPED) <= 1


def test_both_directions_are_kept_and_the_graph_takes_their_mean(tmp_path):
    names, values = planted(6, directed=True)
    found = load_affinity(write(tmp_path / "m.csv", names, as_cells(values)))
    np.testing.assert_allclose(found.values, values, atol=1e-6)
    assert any("two directions of 15 pairs differ" in note for note in found.notes)
    graph = run_matrix(found, QUICK).graph
    mean = (found.similarity + found.similarity.T) / 2
    np.testing.assert_allclose(graph.similarity, mean, atol=1e-12)


def test_the_corner_may_say_that_rows_are_targets(tmp_path):
    values = [[5, 1], [2, 5]]
    turned = load_affinity(write(tmp_path / "m.csv", ["a", "b"], values, corner="target\\source"))
    assert turned.values[0, 1] == 2  # a is the source in the first column
    plain = load_affinity(write(tmp_path / "n.csv", ["a", "b"], values, corner="source/target"))
    assert plain.values[0, 1] == 1


def test_a_pair_that_is_not_given_has_its_reason_and_no_edge(tmp_path):
    names, values = planted(6)
    values[0, 1] = values[1, 0] = np.nan
    values[2, 5] = np.nan
    found = load_affinity(write(tmp_path / "m.csv", names, as_cells(values)))
    assert [gap.reason for gap in found.gaps] == ["not given"]
    assert np.argwhere(found.gaps[0].where).tolist() == [[0, 1], [1, 0], [2, 5]]
    assert any("1 pair is not given" in note for note in found.notes)
    graph = run_matrix(found, QUICK).graph
    assert not graph.adjacent[0, 1]
    assert graph.similarity[0, 1] == 0
    assert graph.similarity[2, 5] == found.similarity[5, 2]


def test_one_triangle_stands_for_both(tmp_path):
    names, values = planted(5)
    half = np.where(np.triu(np.ones_like(values), 1) > 0, np.nan, values)
    found = load_affinity(write(tmp_path / "m.csv", names, as_cells(half)))
    np.testing.assert_allclose(found.values, values, atol=1e-6)
    assert not found.gaps


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_rows_may_come_in_any_order_and_with_a_decimal_comma(tmp_path, delimiter):
    names, values = planted(4)
    turned = [[f"{cell:.6f}".replace(".", ",") for cell in row] for row in values[::-1]]
    path = write(tmp_path / "m.csv", names, turned, delimiter=delimiter, rows=names[::-1])
    np.testing.assert_allclose(load_affinity(path).values, values, atol=1e-6)


@pytest.mark.parametrize("n_tasks", [2, 300])
def test_two_tasks_and_three_hundred(tmp_path, n_tasks):
    names, values = planted(n_tasks)
    affinity = load_affinity(write(tmp_path / "m.csv", names, as_cells(values)))
    assert affinity.values.shape == (n_tasks, n_tasks)
    if n_tasks == 2:
        assert run_matrix(affinity, QUICK).recommended.decision is Decision.ALONE


@pytest.mark.parametrize("kind", ["distance", "similarity"])
@pytest.mark.parametrize("value", [0, 1, 7])
def test_a_matrix_of_equals_carries_no_structure(tmp_path, kind, value):
    values = np.full((6, 6), float(value))
    np.fill_diagonal(values, 0.0 if kind == "distance" else value)
    path = write(tmp_path / "m.csv", list("abcdef"), as_cells(values))
    report = run_matrix(load_affinity(path, kind), QUICK)
    assert "no structure" in " ".join(report.notes)
    assert report.recommended.decision in (Decision.ALONE, Decision.TOGETHER)


BAD = {
    "a,b\nx,1\n": "the header does not name 'x'",
    ",a,b\na,0,1\nb,1,0\nc,1,1\n": "not square: 3 rows and 2 columns",
    ",a,b\na,0,1\nc,1,0\n": "the header does not name 'c'",
    ",a,a\na,0,1\nb,1,0\n": "2 columns named 'a'",
    ",a,b\na,0,1\na,1,0\n": "the first column has 2 columns named 'a'",
    ",a,b\na,0,close\nb,1,0\n": "row 'a', column 'b' holds 'close', which is no number",
    ",a,b\na,0,inf\nb,1,0\n": "row 'a', column 'b' is infinite",
    ",a,b\na,0,1e999\nb,1,0\n": "row 'a', column 'b' is infinite",
    ",a,b\na,0,-1\nb,1,0\n": "row 'a', column 'b' is -1, but no distance is below 0",
    ",a,b\na,0\nb,1,0\n": "row 'a' has 1 values but there are 2 columns",
    ",a,b\na,0,\nb,,0\n": "no number between two different tasks",
    ",a\na,0\n": "has 1 task; grouping needs at least 2",
    ",a,\na,0,1\nb,1,0\n": "leaves 1 task(s) without a name",
    "": "is empty",
    "PAR1": "is a Parquet file",
}


@pytest.mark.parametrize("text", BAD, ids=BAD.values())
def test_a_bad_matrix_is_one_sentence_that_says_where(tmp_path, text):
    path = tmp_path / "m.csv"
    path.write_text(text)
    with pytest.raises(TableError) as caught:
        load_affinity(path, "distance")
    assert BAD[text] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_only_a_square_of_names_looks_like_a_matrix(tmp_path):
    names, values = planted(3)
    assert looks_like_matrix(write(tmp_path / "m.csv", names, as_cells(values)))
    table = write(tmp_path / "t.csv", ["x", "y_a", "y_b"], as_cells(values), rows=["1", "2", "3"])
    assert not looks_like_matrix(table)
    assert not looks_like_matrix(tmp_path / "absent.csv")
    assert not looks_like_matrix(tmp_path)
    assert find_given(table, None) is None


def test_an_unknown_kind_lists_the_known(tmp_path):
    with pytest.raises(MethodError, match="distance, similarity"):
        load_affinity(tmp_path / "m.csv", "near")


def test_published_matrices_are_read(shared_data):
    folder = shared_data.parent / "gold" / "tag_pairwise"
    if not folder.is_dir():
        pytest.skip("the published matrices are not beside the checkout")
    found = {path.name: load_affinity(path, "similarity") for path in sorted(folder.glob("*.csv"))}
    assert len(found) == 6
    tag = found["celeba9_tag_affinity.csv"]
    assert tag.values[tag.task_names.index("Black_Hair"), 0] == -83.3355  # row: target 5_o_Clock
    assert run_matrix(tag, QUICK).affinity.measure == "given"


def test_every_setting_of_a_measure_leaves_a_matrix_alone(tmp_path):
    names, values = planted(6)
    affinity = load_affinity(write(tmp_path / "m.csv", names, as_cells(values)))
    one, other = (
        run_matrix(affinity, dataclasses.replace(QUICK, measure=measure))
        for measure in (AbsCosine(), preset("paper").measure)
    )
    assert one.affinities == other.affinities == (affinity,)
    assert one.groupings == other.groupings
