import numpy as np
import pandas as pd
import pytest

from core.data import assign_roles, find_issues, load_table
from core.data.issues.identifiers import looks_identifying
from core.data.issues.issue import MOST_SENTENCES, PATIENT
from core.errors import TableError
from core.inputs import model_inputs
from tests.inputs import good_frame


def issues_of(frame, **roles):
    return find_issues(frame, assign_roles(frame, "y_*", **roles))


def test_a_clean_table_has_none():
    assert issues_of(good_frame()) == ()


def test_errors_come_first():
    frame = good_frame().assign(a=1.0, y_first=1, note=[f"n{k}" for k in range(200)])
    order = [issue.severity for issue in issues_of(frame)]
    assert order == ["error", "warning", "notice"]


def test_a_value_of_an_image_that_copies_a_target_costs_the_target():
    """None of its values can be left out, so that is no way out."""
    frame = good_frame()
    frame["c"] = frame["y_first"].astype(float)
    plain = issues_of(frame)[0]
    assert (plain.column, plain.mends) == ("c", (("c", "ignore"),))
    image = issues_of(frame, feature_shape=(2, 2))[0]
    assert image.mends == (("y_first", "ignore"),)
    assert "drop the target with --ignore" in image.message


@pytest.mark.parametrize("far", [1e6, -1e6, 1e140])
def test_a_number_far_from_all_others_is_told(far):
    labels = np.random.default_rng(0).normal(size=200)
    assert issues_of(good_frame().assign(y_size=labels)) == ()
    skewed = issues_of(good_frame().assign(y_size=np.exp(2 * labels)))
    assert skewed == ()
    labels[7] = far
    (issue,) = issues_of(good_frame().assign(y_size=labels))
    assert (issue.severity, issue.column) == ("warning", "y_size")
    assert "makes up 99% of the variance" in issue.message


@pytest.mark.parametrize("size", [1e160, 1e307, 1.7e308])
@pytest.mark.parametrize("one", [True, False])
def test_labels_near_the_largest_number_are_told_without_a_warning_of_numpy(size, one):
    """Means, differences and ranges of them are not finite; warnings are errors in these tests."""
    labels = np.random.default_rng(0).uniform(-1, 1, 200)
    labels[:2] = -1, 1
    labels[2:] *= 1 / size if one else 1
    frame = good_frame().assign(y_size=size * labels)
    (issue,) = issues_of(frame)
    assert (issue.severity, issue.column) == ("error", "y_size")
    assert f"labels as large as {size:.1e}" in issue.message
    with pytest.raises(TableError, match="as large as"):
        load_table(frame, targets="y_*")


@pytest.mark.parametrize("size", [1e200, 1e308, 1.7e308])
def test_features_near_the_largest_number_are_read(size):
    spread = size * np.random.default_rng(0).uniform(-1, 1, 200)
    one = np.where(np.arange(200) == 7, size, 0.5 * np.arange(200))
    table = load_table(good_frame().assign(spread=spread, one=one), targets="y_*")
    assert np.isfinite(model_inputs(table)).all()
    np.testing.assert_array_equal(table.features[:, -2], spread)


def test_the_sentence_of_the_style_guide():
    frame = good_frame()
    frame["y_rare"] = (frame.index == 5).astype(int)
    (issue,) = issues_of(frame)
    assert issue.column == "y_rare"
    assert issue.message == (
        "Column 'y_rare' has 1 positive label; at least 10 are needed. "
        "Drop it with --ignore or add labels."
    )


def test_a_number_column_with_a_few_texts_says_which_cells_to_mend():
    """'200 distinct texts' tells nobody that two results below the limit cost the column."""
    values = [f"{0.5 + k / 7:.3f}" for k in range(len(good_frame()))]
    values[3] = values[8] = "<0.01"
    (issue,) = issues_of(good_frame().assign(troponin=values))
    assert issue.message == (
        "Column 'troponin' has numbers but for 2 cells ('<0.01'), so it was read as text and left "
        "out: --mend 'troponin=numbers_but:<0.01' reads those cells as missing. Leave it where the "
        "texts are meant; put numbers in their place where they stand for some."
    )


def test_many_columns_with_one_issue_share_a_sentence():
    extra = {f"c{k}": 1.0 for k in range(MOST_SENTENCES + 1)}
    (issue,) = issues_of(good_frame().assign(**extra))
    assert issue.column is None
    assert issue.message.startswith("11 columns: 'c0', 'c1', 'c2', 'c3', 'c4' and 6 more")


@pytest.mark.parametrize("n_labelled", [1, 29])
def test_a_few_equal_labels_are_no_copy(n_labelled):
    frame = good_frame()
    frame["y_first"] = frame["y_first"].where(frame.index < n_labelled + 10)
    frame["e"] = frame["y_first"].where(frame.index < n_labelled)
    assert not [issue for issue in issues_of(frame) if "copy" in issue.message]


def test_an_opposite_feature_is_near_perfect():
    frame = good_frame()
    frame["e"] = -3.0 * frame["y_first"] + 0.01 * frame["c"]
    (issue,) = issues_of(frame)
    assert (issue.severity, issue.column) == ("warning", "e")


def test_a_near_perfect_predictor_of_a_regression():
    frame = good_frame()
    frame["y_third"] = frame["c"] ** 3
    (issue,) = issues_of(frame)
    assert "'c' alone predicts 'y_third' almost perfectly (concordance 1.000)" in issue.message


@pytest.mark.parametrize(("shift", "is_told"), [(2.0, False), (4.0, True)])
def test_near_perfect_means_auroc_above_098(shift, is_told):
    """The AUROC of two normals a shift apart is Φ(shift / √2): 0.921 and 0.998."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(4000, 3)), columns=list("abc"))
    frame["y_first"] = (np.arange(4000) % 2).astype(int)
    frame["y_second"] = rng.integers(0, 2, 4000)
    frame["a"] += shift * frame["y_first"]
    assert bool(issues_of(frame)) is is_told


@pytest.mark.parametrize(
    ("name", "is_told"),
    [
        ("Name", True), ("first_name", True), ("DateOfBirth", True), ("patient-id", True),
        ("MRN", True), ("homeAddress", True), ("dob", True), ("hospital number", True),
        ("age", False), ("surname_length_unrelated", True), ("lactate", False), ("birds", False),
        ("enameled", False), ("sodium", False),
    ],
)  # fmt: skip
def test_names_of_identifying_data(name, is_told):
    assert looks_identifying(name) is is_told


def of_patients(n_each, **columns):
    frame = good_frame()
    number = np.arange(len(frame)) // n_each
    return frame.assign(**{name: make(number) for name, make in columns.items()})


@pytest.mark.parametrize("name", ["patient_id", "SubjectID", "MRN", "person no", "patientid"])
@pytest.mark.parametrize(
    "make",
    [lambda k: k + 1000, lambda k: np.where(k == 3, np.nan, k), lambda k: [f"P{i}" for i in k]],
)
def test_a_column_that_says_whose_rows_they_are_is_no_column_to_drop(name, make):
    """Without it the rows of a patient may stand on both sides of a split."""
    frame = of_patients(4, **{name: make})
    (issue,) = [one for one in issues_of(frame) if "whose row" in one.message]
    assert (issue.severity, issue.column, issue.mends) == ("warning", name, ((name, PATIENT),))
    assert "--patient-id" in issue.message
    assert "--ignore" not in issue.message
    assert [one for one in issues_of(frame) if one.column == name] == [issue], "once is enough"
    roles = assign_roles(frame, targets="y_*", patient_id=name)
    assert not [one for one in find_issues(frame, roles) if "whose row" in one.message]


def test_patients_of_whom_few_have_two_rows_in_a_sample_are_not_called_record_numbers_too():
    """Of a table that is streamed a few rows are looked at, where most patients have one."""
    frame = of_patients(1, patient_id=lambda k: np.where(k % 50 == 1, k - 1, k))
    (issue,) = [one for one in issues_of(frame) if one.column == "patient_id"]
    assert issue.mends == (("patient_id", PATIENT),)


@pytest.mark.parametrize(
    ("name", "n_each", "scale"),
    [("patient_id", 1, 1), ("patient_age", 4, 1), ("lactate", 4, 1), ("subject", 4, 0.37),
     ("patient_id", 50, 1)],
)  # fmt: skip
def test_what_does_not_repeat_or_is_a_measurement_names_no_patients(name, n_each, scale):
    frame = of_patients(n_each, **{name: lambda k: k * scale})
    assert not [one for one in issues_of(frame) if "whose row" in one.message]


def test_ages_are_no_record_numbers():
    frame = good_frame().assign(age=np.random.default_rng(0).integers(20, 90, 200))
    assert issues_of(frame) == ()


def test_rare_classes_are_told():
    frame = good_frame()
    frame["y_third"] = ["a"] * 100 + ["b"] * 95 + ["c"] * 5
    (issue,) = issues_of(frame)
    assert "fewer than 10 labels: 'c'" in issue.message


def test_too_few_patients():
    frame = good_frame().assign(mrn=np.arange(200) // 25)
    messages = [issue.message for issue in issues_of(frame, patient_id="mrn")]
    assert any("names 8 patients; at least 10" in message for message in messages)


def test_a_date_of_every_day_is_no_record_number():
    days = pd.date_range("2020-01-01", periods=200)
    assert issues_of(good_frame().assign(day=days)) == ()
    (issue,) = issues_of(good_frame().assign(record=np.arange(200)))
    assert "record number" in issue.message
    huge = np.random.default_rng(0).normal(size=200) * 1e200
    assert issues_of(good_frame().assign(huge=huge)) == ()


def test_what_to_do_about_texts_and_about_nothing():
    frame = good_frame().assign(remark=[f"p{k // 2}" for k in range(200)], empty=np.nan)
    texts, empty = issues_of(frame)
    assert "name it with --patient-id if it is one" in texts.message
    assert (empty.severity, empty.message) == (
        "notice",
        "Column 'empty' has no values and was left out. Nothing is lost.",
    )


@pytest.mark.parametrize(
    ("targets", "told"),
    [
        ("y_first,y_second", ["y_third"]),
        ("y_*", []),
        ("y_first,d", []),  # nothing in common
        ("y_first", []),  # one target tells no rule
    ],
)
def test_an_outcome_that_nobody_named_is_told(targets, told):
    frame = good_frame()
    frame["y_third"] = (frame["c"] > 0).astype(int)
    found = find_issues(frame, assign_roles(frame, targets))
    assert [issue.column for issue in found if "as the targets do" in issue.message] == told
    constant = find_issues(frame.assign(y_third=1), assign_roles(frame, targets))
    assert not [issue for issue in constant if "as the targets do" in issue.message]


def test_copies_of_rows_are_told_unless_a_patient_keeps_them_together():
    frame = good_frame()
    twice = pd.concat([frame, frame.iloc[:40]], ignore_index=True)
    (issue,) = issues_of(twice)
    assert issue.message.startswith("40 of 240 rows are copies of earlier ones, so test rows may")
    assert issues_of(frame) == ()
    person = np.r_[np.arange(200), np.arange(40)]
    assert issues_of(twice.assign(person=person), patient_id="person") == ()


def test_rows_of_a_few_answers_are_alike_by_chance():
    answers = np.random.default_rng(0).integers(0, 3, (200, 6))
    assert issues_of(pd.DataFrame(answers, columns=["a", "b", "c", "d", "y_a", "y_b"])) == ()


def test_many_rows_of_few_patients_are_as_uncertain_as_few_rows():
    """Two hundred events of twenty patients; of two hundred patients they are no reason to warn."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(600, 2)), columns=["a", "b"])
    frame["y_rare"] = (np.arange(600) < 200).astype(int)
    frame["y_other"] = rng.integers(0, 2, 600)
    frame["id"] = np.where(frame.index < 200, np.arange(600) // 10, np.arange(600))
    roles = assign_roles(frame, "y_*", patient_id="id")
    said = [one.message for one in find_issues(frame, roles) if one.column == "y_rare"]
    assert said == [
        "Column 'y_rare' has positive labels of 20 patients; fewer than 50 make results uncertain."
    ]
    alone = frame.drop(columns="id")
    assert not [one for one in find_issues(alone, assign_roles(alone, "y_*")) if one.column]
