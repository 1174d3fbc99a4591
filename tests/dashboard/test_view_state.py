"""A view is one value: it survives a file and an address, and takes nothing it cannot be."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest

from core.errors import RunError
from dashboard.selection import Part, Range, SampleSelection, TaskSelection
from dashboard.view_file import read_view, write_view
from dashboard.view_state import PRIVATE, ViewState, has_large_fields, read_small, small_fields

TRIANGLE = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
OLD = SampleSelection("tsne", (Part(TRIANGLE), Part(TRIANGLE, True)), "old <b>")
BY_VALUE = SampleSelection("", (), "young", Range("age", False, None, 40.0))
FULL = ViewState(
    run="r" * 32,
    measure="sca",
    beside="cosine",
    pair=("y_a", "y_b"),
    task="y_a",
    map_method="tsne",
    more_seeds=True,
    colour_by="selection",
    column="ward",
    n_components=4,
    way="diag",
    show_attention=True,
    minimum_weight=0.35,
    networks=2.0,
    overlap=True,
    larger_is_better=True,
    audience="engineer",
    samples=OLD,
    tasks=TaskSelection("two", ("y_a", "y_b")),
    kept_samples=(OLD, BY_VALUE),
    kept_tasks=(TaskSelection("two", ("y_a", "y_b")),),
)


def document(**changes):
    return {**json.loads(json.dumps(write_view(FULL))), **changes}


def test_every_field_comes_back_from_a_file():
    assert read_view(document()) == FULL
    changed = [one.name for one in fields(FULL) if getattr(FULL, one.name) != one.default]
    assert set(changed) == {one.name for one in fields(FULL)} - set(PRIVATE), "the test sets all"
    assert read_view(json.loads(json.dumps(write_view(ViewState())))) == ViewState()


def test_what_is_private_to_a_visit_is_in_no_file():
    text = json.dumps(write_view(replace(FULL, draft="d" * 32, upload="u" * 32)))
    assert "d" * 32 not in text
    assert "u" * 32 not in text


def test_small_fields_come_back_from_an_address_and_no_name_stands_there():
    address = small_fields(FULL)
    assert not set("".join(address.values())) & set("<>&\n")
    assert "y_a" not in address.values()
    back = read_small(ViewState(run=FULL.run), address)
    for name in ("measure", "map_method", "n_components", "way", "show_attention", "colour_by"):
        assert getattr(back, name) == getattr(FULL, name), name
    assert back.minimum_weight == 0.35
    assert small_fields(ViewState()) == {}
    assert has_large_fields(FULL)
    assert not has_large_fields(replace(ViewState(run="x", draft="y"), n_components=3))


@pytest.mark.parametrize(
    "address",
    [
        {"k": "many"},
        {"k": ""},
        {"map": "globe"},
        {"colour": "<script>"},
        {"edges": "nan"},
        {"edges": "7"},
        {"attention": "perhaps"},
        {"unknown": "1"},
    ],
)
def test_what_cannot_be_in_an_address_is_passed_over(address):
    assert read_small(ViewState(), address) == ViewState()


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "not a view"),
        ([], "not a view"),
        ({}, "not a view"),
        (document(schema_version=99), "newer version"),
        (document(surprise=1), "surprise"),
        (document(n_components="4"), "n_components of this view is damaged"),
        (document(n_components=True), "n_components of this view is damaged"),
        (document(map_method="globe"), "map_method of this view is damaged"),
        (document(minimum_weight=float("nan")), "minimum_weight of this view is damaged"),
        (document(pair=["y_a"]), "not two names"),
        (document(samples={"name": "x"}), "map_method"),
        (document(samples="all"), "samples of this view is damaged"),
        (document(kept_tasks=[{"name": "x", "tasks": "y_a"}]), "tasks in this view is damaged"),
        (
            document(samples={"name": "x", "map_method": "pca", "parts": [{"polygon": [[0, 0]]}]}),
            "outline",
        ),
        (
            document(samples={"name": "x", "map_method": "", "parts": [], "range": {"low": 1}}),
            "range of values",
        ),
    ],
)
def test_a_view_that_cannot_be_is_a_sentence(found, words):
    with pytest.raises(RunError, match=words):
        read_view(found)


def test_a_view_of_an_older_version_begins_where_it_says_nothing():
    assert read_view({"schema_version": 1, "way": "diag"}) == ViewState(way="diag")


def test_a_range_takes_its_edges_and_no_missing_value():
    values = np.array([1.0, 2.0, 3.0, np.nan])
    assert Range("age", False, 1.0, 2.0).covers(values).tolist() == [True, True, False, False]
    assert Range("age", False, 2.0).covers(values).tolist() == [False, True, True, False]
    assert Range("age", False).covers(values).tolist() == [True, True, True, False]


def test_outlines_add_and_take_away_in_their_order():
    xy = np.array([[0.2, 0.2], [0.6, 0.1], [3.0, 3.0]])
    small = ((0.5, 0.0), (0.9, 0.0), (0.9, 0.4), (0.5, 0.4))
    both = SampleSelection("pca", (Part(TRIANGLE), Part(small, True)))
    assert both.covers(xy).tolist() == [True, False, False]
    again = SampleSelection("pca", (*both.parts, Part(small)))
    assert again.covers(xy).tolist() == [True, True, False]
    from_all = SampleSelection("pca", (Part(TRIANGLE, True),))
    assert from_all.covers(xy).tolist() == [False, False, True]
    assert not SampleSelection("pca", ()).covers(xy).any()
