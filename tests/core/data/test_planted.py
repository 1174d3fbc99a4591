import numpy as np
import pandas as pd
import pytest

from core.data import EXAMPLES, load_example, load_table, plant_groups
from core.data.issues import find_issues
from core.data.kinds import KINDS
from core.data.roles import assign_roles
from core.errors import TableError
from core.inputs import model_inputs
from core.values import Kind


def correlations(planted):
    """Mean absolute label correlation inside and between the planted groups."""
    corr = planted.frame[list(planted.targets)].corr().abs().to_numpy()
    same = planted.labels[:, None] == planted.labels
    other = ~np.eye(len(corr), dtype=bool)
    return corr[same & other].mean(), corr[~same].mean()


def test_the_true_answer_is_consistent():
    planted = plant_groups(group_sizes=(2, 5, 3))
    assert sorted(map(len, planted.groups)) == [2, 3, 5]
    for number, group in enumerate(planted.groups):
        found = {
            name
            for name, label in zip(planted.targets, planted.labels, strict=True)
            if label == number
        }
        assert found == set(group)
    assert list(planted.frame.columns[-10:]) == list(planted.targets)


def test_same_seed_same_cohort():
    pd.testing.assert_frame_equal(plant_groups(seed=4).frame, plant_groups(seed=4).frame)
    assert not plant_groups(seed=4).frame.equals(plant_groups(seed=5).frame)


@pytest.mark.parametrize("seed", range(5))
def test_labels_agree_inside_groups_only(seed):
    inside, between = correlations(plant_groups(noise=0.1, seed=seed))
    assert inside > 0.6
    assert between < 0.15


@pytest.mark.parametrize("seed", range(5))
def test_decision_functions_agree_inside_groups_only(seed):
    """Ridge coefficients of each task on the inputs, an oracle that no engine code computes."""
    planted = plant_groups(noise=0.1, seed=seed)
    table = load_table(planted.frame, planted.targets)
    x = model_inputs(table).astype(float)
    y = table.labels - table.labels.mean(axis=0)
    weights = np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ y)
    cosine = np.corrcoef(weights.T)
    same = planted.labels[:, None] == planted.labels
    assert cosine[same].min() > 0.7
    assert np.abs(cosine[~same]).mean() < 0.35


@pytest.mark.parametrize("seed", range(3))
def test_structure_is_lost_when_removed(seed):
    planted = plant_groups(noise=0.0, structure=False, seed=seed)
    inside, between = correlations(planted)
    assert abs(inside - between) < 0.1
    kept = plant_groups(noise=0.0, seed=seed)
    assert planted.groups == kept.groups
    means = (p.frame[list(p.groups[0])].mean().to_numpy() for p in (planted, kept))
    np.testing.assert_allclose(*means, atol=1e-9)


def test_noise_blurs_the_groups():
    inside = [correlations(plant_groups(noise=noise))[0] for noise in (0.0, 0.3, 0.6, 1.0)]
    assert inside == sorted(inside, reverse=True)
    assert inside[-1] < 0.15


def test_prevalence_and_missing_are_as_asked():
    planted = plant_groups(
        n_samples=4000, prevalence=(0.05, 0.6), missing=0.2, missing_features=0.1
    )
    labels = planted.frame[list(planted.targets)]
    assert labels.mean().min() == pytest.approx(0.05, abs=0.01)
    assert labels.mean().max() == pytest.approx(0.6, abs=0.02)
    assert labels.isna().to_numpy().mean() == pytest.approx(0.2, abs=0.01)
    features = planted.frame.drop(columns=list(planted.targets))
    assert features.isna().to_numpy().mean() == pytest.approx(0.1, abs=0.01)
    for group in planted.groups:  # base rates vary inside every group
        assert labels[list(group)].mean().max() - labels[list(group)].mean().min() > 0.5


def test_mixed_kinds():
    planted = plant_groups(kinds="mixed", missing=0.1)
    table = load_table(planted.frame, planted.targets)
    assert {task.kind for task in table.tasks} == set(KINDS) - {Kind.TIME_TO_EVENT}
    assert {
        task.kind for task in load_table(plant_groups(kinds="regression").frame, "y_*").tasks
    } == {Kind.REGRESSION}


def test_more_features_and_tasks_than_the_story_has_words_for():
    planted = plant_groups(n_samples=300, n_features=40, group_sizes=(6,) * 8)
    assert len(set(planted.frame.columns)) == 88
    assert plant_groups(n_samples=300, n_features=5).frame.shape == (300, 17)


@pytest.mark.parametrize(
    "wrong",
    [{"noise": 1.5}, {"group_sizes": (3, 0)}, {"n_features": 0}, {"missing": 1.0}, {"prevalence": (0.5, 0.2)}, {"kinds": "survival"},
     {"missing_features": -0.1}],
)  # fmt: skip
def test_settings_outside_their_range(wrong):
    with pytest.raises(TableError):
        plant_groups(**wrong)


@pytest.mark.parametrize("key", EXAMPLES)
def test_example_is_a_clean_table(key):
    frame, targets = load_example(key)
    assert find_issues(frame, assign_roles(frame, targets)) == ()
    table = load_table(frame, targets)
    assert table.task_names == targets
    assert f"{len(frame):,} " in EXAMPLES[key].summary


def test_unknown_example_lists_the_known():
    with pytest.raises(TableError, match="choose one of cohort, breast_cancer, diabetes"):
        load_example("iris")
