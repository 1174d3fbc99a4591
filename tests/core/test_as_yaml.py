"""What we write, an independent YAML reader reads back."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.as_yaml import to_yaml

AWKWARD = [
    *("yes", "NO", "null", "~", "True", "off", "y", "1e3", "0x1F", "1_000", "12:30", "2020-01-01"),
    *(
        ".nan",
        "-.inf",
        "#",
        "# no",
        "=1+1 😀",
        "'",
        '"',
        "\\",
        "%",
        "!!",
        "<<",
        "&a",
        "*a",
        "{",
        "[",
    ),
    *(",", "?", "@", "`", "a: b", "- x", "| x", "> x", "", " ", "\ttab", "line\nbreak"),
]
UNPRINTABLE = ["\x85", "\u2028", "\ufeff", "\x7f", "\uffff", "\0", "\r"]
texts = st.text() | st.sampled_from(AWKWARD + UNPRINTABLE)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def finite(value):
    """Infinity is written as null."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return None if value in (float("inf"), float("-inf")) else value


@given(st.dictionaries(texts, values, min_size=1, max_size=4))
def test_any_value_round_trips(value):
    read = yaml.safe_load(to_yaml(value))
    assert json.dumps(read) == json.dumps(finite(value))


@pytest.mark.parametrize("number", [1e-05, 1e16, -1.5e-300, 1e22, 0.1, -0.0, 5.0])
def test_numbers_stay_numbers(number):
    assert repr(yaml.safe_load(to_yaml({"a": number}))["a"]) == repr(number)


def test_people_can_read_it():
    document = {"groups": [{"name": "A", "tasks": ["x", "y"]}, {"name": "B", "tasks": []}]}
    assert to_yaml(document) == (
        'groups:\n  - name: "A"\n    tasks:\n      - "x"\n      - "y"\n'
        '  - name: "B"\n    tasks: []\n'
    )
