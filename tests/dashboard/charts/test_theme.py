"""Groups are told apart by letter and shape, and everything can be read."""

import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from core.report.letters import letter
from core.report.marks import GROUP_COLOURS, OKABE_ITO, SHAPES
from dashboard.theme import (
    CIVIDIS,
    DARK,
    DIVERGING,
    LIGHT,
    contrast,
    group_mark,
    mix,
    readable,
    text_on,
)

CONFIG = tomllib.loads(
    (Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
)


def test_letters_count_like_columns():
    assert [letter(group) for group in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


def test_eighty_groups_differ_in_colour_or_shape():
    marks = {(group_mark(group).colour, group_mark(group).shape) for group in range(80)}
    assert len(marks) == len(GROUP_COLOURS) * len(SHAPES)


@pytest.mark.parametrize("dark", [False, True])
def test_the_first_sixteen_of_one_shape_are_told_apart_by_colour(dark):
    for one, other in combinations(map(group_mark, range(16)), 2):
        if one.shape == other.shape:
            drawn = [red_green_blue(readable(mark.colour, dark)) for mark in (one, other)]
            assert np.linalg.norm(drawn[0] - drawn[1]) > 50, (one, other)


def red_green_blue(colour):
    return np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)])


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_text_reads_on_the_page(colours):
    for text in (colours.text, colours.muted, colours.accent):
        assert contrast(text, colours.surface) >= 4.5


@pytest.mark.parametrize("colour", GROUP_COLOURS)
@pytest.mark.parametrize("dark", [False, True])
def test_marks_stand_out_from_the_page(colour, dark):
    page = (DARK if dark else LIGHT).surface
    assert contrast(readable(colour, dark), page) >= 3
    assert contrast(text_on(colour), colour) >= 4.5


def test_mixing_goes_from_one_colour_to_the_other():
    assert mix("#000000", "#FFFFFF", 0) == "#000000"
    assert mix("#000000", "#FFFFFF", 1) == "#FFFFFF"


def test_the_page_theme_has_our_colours():
    theme = CONFIG["theme"]
    assert tuple(theme["chartCategoricalColors"]) == OKABE_ITO
    assert tuple(theme["chartSequentialColors"]) == CIVIDIS
    assert tuple(theme["chartDivergingColors"]) == DIVERGING
    assert theme["light"]["backgroundColor"] == LIGHT.surface
    assert theme["dark"]["backgroundColor"] == DARK.surface
    assert theme["light"]["textColor"] == LIGHT.text
    assert theme["dark"]["textColor"] == DARK.text


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_text_of_the_page_theme_reads(mode):
    theme = CONFIG["theme"][mode]
    for part in (theme, theme["sidebar"]):
        for page in (part["backgroundColor"], part["secondaryBackgroundColor"]):
            for text in (part["textColor"], part["linkColor"]):
                assert contrast(text, page) >= 4.5
        assert contrast("#FFFFFF", part["primaryColor"]) >= 4.5  # text of a primary button


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_primary_colour_reads_as_small_text_and_stands_out_as_a_mark(mode):
    theme = CONFIG["theme"][mode]
    assert contrast(theme["primaryColor"], theme["backgroundColor"]) >= 4.5  # a slider's number
    assert contrast(theme["primaryColor"], theme["secondaryBackgroundColor"]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_named_colour_reads_as_text(mode):
    theme = CONFIG["theme"][mode]
    pages = (theme["backgroundColor"], theme["sidebar"]["backgroundColor"])
    names = ("red", "orange", "yellow", "green", "blue", "violet", "gray")
    for name in names:
        for page in (*pages, theme["secondaryBackgroundColor"]):
            assert contrast(theme[f"{name}Color"], page) >= 4.5, name


def test_nothing_in_the_page_theme_comes_from_elsewhere():
    assert "http" not in str(CONFIG)
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["browser"]["gatherUsageStats"] is False


def test_every_option_is_one_streamlit_knows():
    from streamlit import config

    known = set(config.get_config_options())

    def names(table, prefix):
        for key, value in table.items():
            if isinstance(value, dict):
                yield from names(value, f"{prefix}{key}.")
            else:
                yield f"{prefix}{key}"

    assert set(names(CONFIG, "")) <= known
