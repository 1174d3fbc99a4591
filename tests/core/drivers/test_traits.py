"""What is told of driving patients is true, and never rests on a count of 1 to 10."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.drivers.sources import find_columns
from core.drivers.traits import Traits, effects, scale_traits, tell_traits
from core.inputs import fit_scale
from tests.core.landscape.tables import make_table


def made(values):
    values = np.asarray(values, dtype=float)
    names = tuple(f"c{k}" for k in range(values.shape[1]))
    return Traits(names, np.full(values.shape[1], -1), values)


@st.composite
def columns_and_sides(draw):
    """Flags, small whole numbers, numbers and holes; any set of patients."""
    n = draw(st.integers(22, 90))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    share = draw(st.sampled_from([0.02, 0.1, 0.3, 0.9]))
    columns = [
        rng.random(n) < share,
        rng.integers(0, 4, n) * (rng.random(n) < share),
        rng.standard_normal(n),
        np.where(rng.random(n) < share, 98765.0, 0.0),
    ]
    values = np.stack([np.asarray(c, dtype=float) for c in columns], axis=1)
    values[rng.random(values.shape) < draw(st.sampled_from([0.0, 0.5]))] = np.nan
    driving = np.zeros(n, dtype=bool)
    driving[rng.permutation(n)[: draw(st.integers(11, n - 11))]] = True
    return made(values), driving


@settings(max_examples=200, deadline=None)
@given(columns_and_sides())
def test_no_trait_rests_on_a_small_count(problem):
    traits, driving = problem
    effect = np.arange(1.0, 1.0 + traits.values.shape[1])
    for one in tell_traits(traits, effect, np.ones(len(effect), dtype=bool), driving):
        values = traits.values[:, int(one.name[1:])]
        for side, told in ((driving, one.inside), (~driving, one.outside)):
            part = values[side & ~np.isnan(values)]
            assert len(part) >= 11
            _, counts = np.unique(part, return_counts=True)
            rest = counts.sum() - counts.max()
            assert rest == 0 or rest >= 11
            np.testing.assert_allclose(told, part.mean())
            if one.is_share:
                assert not any(1 <= (part == value).sum() <= 10 for value in (0, 1))


@settings(max_examples=50, deadline=None)
@given(columns_and_sides())
def test_effects_are_differences_of_means_in_standard_deviations(problem):
    traits, driving = problem
    effect, error = effects(scale_traits(traits), driving[:, None])
    for column, values in enumerate(traits.values.T):
        known = ~np.isnan(values)
        inside, outside = values[known & driving], values[known & ~driving]
        if min(len(inside), len(outside)) < 11 or values[known].std() == 0:
            assert effect[0, column] == 0
            continue
        expected = (inside.mean() - outside.mean()) / values[known].std()
        np.testing.assert_allclose(effect[0, column], expected, atol=1e-9)
        np.testing.assert_allclose(error[0, column] ** 2, 1 / len(inside) + 1 / len(outside))


def with_features(names, features):
    table = make_table(np.zeros((len(features), 2)), n_features=len(names))
    return type(table)(
        names, np.asarray(features, float), table.tasks, table.labels, table.split, table.patient
    )


def names_of(table):
    found = find_columns(table, fit_scale(table), np.arange(len(table.feature_names)))
    return [found.columns[place].name for place in found.of_input]


def test_levels_are_joined_only_where_no_row_is_in_two():
    rng = np.random.default_rng(0)
    hot = np.eye(3)[rng.integers(0, 3, 120)]
    both = rng.integers(0, 2, (120, 2))
    table = with_features(("w=a", "w=b", "w=c", "x=1", "x=2"), np.hstack([hot, both]))
    assert names_of(table) == ["w", "w", "w", "x=1", "x=2"]


def test_hard_names_stay_apart():
    rng = np.random.default_rng(0)
    features = rng.standard_normal((120, 4))
    names = ('=HYPERLINK("a")', "=1+1", "plain", "a=b")
    assert names_of(with_features(names, features)) == list(names)


def test_one_want_of_a_value_is_a_column_of_its_own():
    rng = np.random.default_rng(0)
    features = rng.standard_normal((120, 2))
    features[:40, 0] = np.nan
    found = find_columns(
        *(lambda t: (t, fit_scale(t), np.arange(2)))(with_features(("a", "b"), features))
    )
    assert [(c.name, c.is_recording, c.is_shown) for c in found.columns] == [
        ("a", False, True),
        ("b", False, True),
        ("a", True, True),
    ]
    sums = found.add_up(np.ones((3, 1)))
    np.testing.assert_array_equal(sums, [[1], [1], [1]])
    few = features.copy()
    few[10:, 0] = 1.0 + np.arange(110) / 100
    table = with_features(("a", "b"), few)
    assert not find_columns(table, fit_scale(table), np.arange(2)).columns[-1].is_shown
