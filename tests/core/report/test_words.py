"""Plurals, zeros, joins and rounding of the sentences."""

import pytest

from core.report import amounts, driven_words, words
from core.report.glossary import GLOSSARY


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "no groups"), (1, "1 group"), (2, "2 groups"), (1700, "1,700 groups")],
)
def test_a_count_has_its_plural(number, text):
    assert amounts.count(number, "group") == text


def test_names_are_joined_as_people_say_them():
    assert amounts.join([]) == ""
    assert amounts.join(["a"]) == "a"
    assert amounts.join(["a", "b"]) == "a and b"
    assert amounts.join(["a", "b", "c"]) == "a, b and c"
    assert amounts.join_some(list("abcdef"), 4) == "a, b, c, d and 2 more"


@pytest.mark.parametrize(
    ("of_100", "word"),
    [
        (100, "very likely"),
        (80, "very likely"),
        (79, "likely"),
        (60, "likely"),
        (59, "uncertain"),
        (40, "uncertain"),
        (39, "unlikely"),
        (0, "unlikely"),
    ],
)
def test_a_probability_has_its_word(of_100, word):
    assert words.likelihood(of_100) == word


def test_a_rerun_names_two_and_speaks_of_any_two_of_more():
    assert words.rerun(["heart failure", "kidney injury"], 92, 200) == (
        "In 92 of 100 re-runs on resampled patients, heart failure and kidney injury stayed "
        "together: very likely (200 re-runs made)."
    )
    assert "any two of a, b, c and 1 more stayed" in words.rerun(list("abcd"), 50, None)


def test_a_comparison_says_when_there_may_be_no_difference():
    clear = words.comparison("sharing", "alone", "AUROC", 0.042, 0.007, 0.081)
    assert "AUROC of sharing was 0.042 higher than of alone" in clear
    assert "+0.007 to +0.081" in clear
    assert "includes no difference" not in clear
    assert "includes no difference" in words.comparison("a", "b", "AUROC", 0.01, -0.01, 0.03)
    assert "0.010 lower" in words.comparison("a", "b", "AUROC", -0.01, -0.02, -0.001)


def test_a_saved_loss_is_a_lower_error():
    text = words.comparison("sharing", "alone", "loss", 0.024, 0.001, 0.05)
    assert "mean error of sharing was 2.4\u00a0% lower" in text


@pytest.mark.parametrize("verdict", [None, "alone", "together", "grouped"])
@pytest.mark.parametrize("n_groups", [1, 3])
def test_every_answer_is_one_sentence(verdict, n_groups):
    decision = "grouped" if verdict is None else verdict
    text = words.advice(decision, verdict, 12, n_groups)
    assert text.endswith(".")
    assert text.count(".") == 1


def test_undecided_advises_nothing():
    assert words.advice("alone", "no detectable difference", 12, 12).startswith("It makes no clear")


def test_nothing_harmed_nobody_left_out_none_alone():
    assert words.harmed([]) == "No outcome was clearly harmed by sharing."
    assert words.not_counted([]) == "Every outcome had enough events to be judged."
    assert words.singles([]) == "Every outcome shares its model with another."
    assert words.singles(["a"]) == "1 outcome stands alone: a."
    assert words.singles(["a", "b"]) == "2 outcomes each stand alone: a and b."
    assert words.not_counted(["a"]).startswith("a has too few")
    assert words.not_counted(["a", "b"]).startswith("a and b have too few")


def test_events_meet_by_chance_or_not():
    assert "as often as chance" in words.meeting(1.0)
    assert words.meeting(2.44).endswith("2.4 times as often as by chance.")


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (("age", False, 3, 3, "more"), "All of these outcomes are more frequent with higher age."),
        (("sex=M", True, 2, 3, "less"), "2 of these 3 outcomes are less frequent with sex=M."),
        (("age", False, 1, 1, "more"), "This outcome is more frequent with higher age."),
        (("age", False, 1, 2, "less"), "1 of these 2 outcomes is less frequent with higher age."),
        (
            ("age", False, 3, 4, "mixed"),
            "3 of these 4 outcomes go with age, some of them the other way.",
        ),
    ],
)
def test_a_driver_agrees_with_its_number(asked, text):
    assert words.driver(*asked, {"binary"}) == text


@pytest.mark.parametrize(
    ("kinds", "how"),
    [
        ({"binary", "time_to_event"}, "are more frequent with"),
        ({"regression"}, "are higher with"),
        ({"binary", "regression"}, "are more frequent or higher with"),
    ],
)
def test_events_are_frequent_and_amounts_are_high(kinds, how):
    assert how in words.driver("age", False, 2, 2, "more", kinds)


@pytest.mark.parametrize(
    ("cell", "text"), [(None, "–"), (0, "0"), (1234, "1,234"), ("≤ 10", "≤ 10")]
)
def test_a_count_as_it_may_be_told(cell, text):
    assert amounts.told(cell) == text


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ([], "Of what these outcomes share, no column carries more than chance gives (6)."),
        (
            [("age", False, 40)],
            "Of what these outcomes share, 40 parts in 100 come through age. "
            "Chance gives a column up to 6.",
        ),
        (
            [("age", False, 40), ("lactate", True, 20), ("bmi", False, 9)],
            "Of what these outcomes share, 40 parts in 100 come through age, 20 through whether "
            "lactate was recorded and 9 through bmi. Chance gives a column up to 6.",
        ),
    ],
)
def test_what_is_shared_comes_through_none_one_or_more_columns(columns, text):
    assert driven_words.through(columns, 6) == text


def test_what_few_patients_carry_stands_beside_chance():
    few, many = driven_words.carried(10, 61, 52), driven_words.carried(10, 43, 52)
    assert few.startswith(
        "The 10 in 100 patients who pull most carry 61 parts in 100 of what is shared,"
    )
    assert few.endswith("more than the 52 that unrelated outcomes as frequent would reach.")
    assert many.endswith(
        "43 parts in 100 of what is shared. Unrelated outcomes as frequent would reach up to 52."
    )


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ([], "Those patients differ from the others no more than chance explains."),
        (
            [("shock", True, 0.4, 0.12)],
            "Those patients show shock more often (40 in 100 against 12).",
        ),
        (
            [("shock", True, 0.0, 0.12), ("age", False, 71.2, 63.48)],
            "Those patients show shock less often (0 in 100 against 12) and a higher age "
            "(71.2 against 63.5).",
        ),
    ],
)
def test_patients_differ_in_none_one_or_more_ways(found, text):
    assert driven_words.traits(found) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (71.2, "71.2"),
        (1510.6, "1,511"),
        (0.0823, "0.0823"),
        (0, "0"),
        (-3.14159, "−3.14"),
        (1e-9, "1.0e−09"),
        (2.5e200, "2.5e+200"),
        (50905, "50,905"),
    ],
)
def test_a_mean_has_three_digits(value, text):
    assert amounts.measured(value) == text


def test_the_range_promises_no_more_than_the_bootstrap_did():
    """Other patients of the same kind would put their gain outside more often than 5 times."""
    told = dict(GLOSSARY)["95 % range"]
    assert "from the same records" in told
    assert "would" not in told
