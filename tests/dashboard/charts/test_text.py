"""Names are inert and numbers are rounded."""

import pytest

from dashboard.charts.text import clean, number, percent, plotly, rich, short


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.123456, "0.123"),
        (12.3456, "12.3"),
        (1234.5, "1,234"),
        (-0.05, "-0.0500"),
        (0.0, "0"),
        (1e-9, "1.00e-09"),
        (3e9, "3.00e+09"),
        (float("nan"), "–"),
    ],
)
def test_number_keeps_three_significant_digits(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.5, "50 %"), (0.001, "<1 %"), (0.9999, ">99 %"), (0.0, "0 %"), (1.0, "100 %")],
)
def test_percent_never_calls_some_none_or_all(share, text):
    assert percent(share) == text


def test_short_keeps_both_ends_and_the_width():
    text = short("a" * 30 + "_end_of_the_name", 20)
    assert len(text) == 20
    assert text.startswith("aaa")
    assert text.endswith("name")


def test_clean_leaves_one_line_in_reading_order():
    assert clean("a\nb\u202ec\x00") == "a b c"


def test_plotly_keeps_quotes_which_it_would_show_as_entities():
    assert plotly('O\'Brien "x" & <b>') == 'O\'Brien "x" &amp; &lt;b&gt;'


def test_plotly_escapes_tags_and_templates():
    text = plotly("<b>%{x}</b> & co")
    assert "<" not in text
    assert "%{" not in text
    assert "&amp;" in text


def test_rich_opens_no_style():
    assert not set(rich("{a|b}")) & set("{}|")
