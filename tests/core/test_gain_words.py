"""Gains as people read them: the side of 0 is always seen."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evidence.decide import decide
from core.export.groups import _interval as exported
from core.gain_words import KEPT, amount, interval, rounded, score, signed, with_interval
from core.report import words
from core.report.evidence import _rounded as reported
from core.trials import Contrast, Judge
from dashboard.charts.mean_gains import with_interval as on_the_page

gains = st.floats(-1, 1).filter(lambda gain: gain == 0 or abs(gain) > 1e-9)


@pytest.mark.parametrize(
    ("value", "is_share", "text"),
    [
        (0.0424, False, "+0.042"),
        (-0.0424, False, "−0.042"),
        (0.0, False, "0.000"),
        (-0.0, True, "0.0\u00a0%"),
        (0.00042, False, "+0.0004"),
        (-0.000012, False, "−0.00001"),
        (0.00098, False, "+0.001"),
        (1e-17, False, "0.000"),
        (0.0235, True, "+2.4\u00a0%"),
        (0.0002, True, "+0.02\u00a0%"),
        (-0.5, True, "−50.0\u00a0%"),
        (None, False, "–"),
        (math.nan, True, "–"),
    ],
)
def test_a_gain_is_rounded_and_signed(value, is_share, text):
    assert signed(value, is_share) == text
    assert amount(value, is_share) == text.removeprefix("+")


def read(text):
    """The number that a reader sees."""
    return float(re.sub("[ \u00a0%]", "", text).replace("−", "-"))


@given(gains, st.booleans())
def test_what_is_read_lies_on_the_same_side_of_0(gain, is_share):
    seen = read(signed(gain, is_share))
    assert np.sign(seen) == np.sign(gain)
    unit = 100 if is_share else 1
    assert seen == pytest.approx(unit * gain, rel=0.5, abs=0.0 if gain else 1e-9)
    assert np.sign(rounded(gain, 4)) == np.sign(gain)
    assert rounded(gain, 4) == pytest.approx(gain, abs=5.001e-5)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.68551, "0.685"),  # 0.6855 in a file
        (0.82247, "0.823"),
        (0.0, "0.000"),
        (0.00031, "0.0003"),
        (-0.25, "−0.250"),
        (9.87654, "9.877"),
        (12.345, "12.35"),
        (-1234.5, "−1,234"),
        (31_337.9, "31,338"),
        (None, "–"),
        (math.inf, "–"),
    ],
)
def test_a_score_has_three_decimals_or_four_digits(value, text):
    assert score(value) == text


@given(st.floats(-1e6, 1e6), st.booleans())
def test_a_page_which_knows_all_digits_reads_like_a_report_of_few(value, is_share):
    assert score(value) == score(rounded(value, KEPT))
    assert signed(value, is_share) == signed(rounded(value, KEPT), is_share)


def test_next_to_nothing_has_no_more_decimals_than_its_interval():
    assert with_interval(-0.00005, -0.006, 0.007) == "0.000 (−0.006 to +0.007)"
    assert with_interval(0.0004, 0.0001, 0.0008) == "+0.0004 (+0.0001 to +0.0008)"
    assert (
        with_interval(0.0002, -0.01, 0.01, is_share=True)
        == "0.0\u00a0% (−1.0\u00a0% to +1.0\u00a0%)"
    )
    told = words.comparison("one model", "alone", "AUROC", -0.00005, -0.006, 0.007)
    assert "the mean AUROC of one model was the same as of alone (95\u00a0% range" in told
    nothing = Contrast(-0.00005, -0.006, 0.007)
    answer = decide(0, nothing, nothing, nothing, np.zeros(0), Judge.METRIC, "AUROC")
    assert "0.000, −0.006 to +0.007" in answer.reason


def test_an_end_just_above_0_is_seen_above_0_wherever_it_is_told():
    just = Contrast(0.004, 0.0003, 0.008)
    bounds = "+0.0003 to +0.008"
    assert interval(just.low, just.high) == bounds
    assert with_interval(just.value, just.low, just.high) == f"+0.004 ({bounds})"
    assert on_the_page(just, Judge.METRIC) == f"+0.004 ({bounds})"
    assert bounds in words.comparison("a", "b", "AUROC", just.value, just.low, just.high)
    tiny = Contrast(0.004, 0.00003, 0.008)
    assert exported(tiny)["low"] == reported(tiny.low) == 0.00003
    none = Contrast(math.nan, math.nan, math.nan)
    answer = decide(0, none, none, tiny, np.zeros(0), Judge.METRIC, "AUROC")
    assert "0.004 (0.00003 to 0.008) higher" in answer.reason
    worse = Contrast(-0.004, -0.008, 0.0004)
    answer = decide(0, none, none, worse, np.zeros(0), Judge.LOSS)
    assert "−0.4\u00a0%, −0.8\u00a0% to +0.04\u00a0%" in answer.reason
