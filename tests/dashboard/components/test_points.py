"""What goes down to the page and what may come back."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.errors import RunError
from dashboard.charts.legend import group_legend, name_legend, scale_legend
from dashboard.charts.point_colours import PointColours
from dashboard.components.points import read_place, read_selection
from dashboard.components.points_payload import describe_entries, mix, pack
from dashboard.selection import ADD, NEW, TAKE_AWAY, Part, with_outline
from dashboard.theme import contrast, ink
from tests.dashboard.charts.values import HOSTILE

PAGE = Path(__file__).with_name("points_app.py")


def outline(*corners, takes_away=False):
    return {"polygon": list(corners), "takes_away": takes_away}


def cloud_of(xy=None, index=None, legend=None):
    xy = np.array([[0.5, -1.5], [2.0, 3.0], [4.0, 5.0]]) if xy is None else xy
    index = np.array([0, 1, 1], dtype=np.uint8) if index is None else index
    return mix(xy, PointColours(index, legend or group_legend(2)))


def unpacked(payload):
    (length,) = struct.unpack_from("<I", payload)
    head, start, found = json.loads(payload[4 : 4 + length]), 4 + length, {}
    for name, size in head["sent"]:
        found[name] = payload[start : start + size]
        start += size
    assert start == len(payload), "nothing but what the header lists"
    return head, found


def test_no_task_covers_the_others_and_every_point_keeps_its_colour():
    index = np.repeat(np.arange(4, dtype=np.uint8), 250)
    xy = np.stack([index, np.arange(1000)], axis=1)
    cloud = mix(xy, PointColours(index, group_legend(4)))
    places = np.frombuffer(cloud.places.data, "<f4").reshape(-1, 2)
    entries = np.frombuffer(cloud.entries.data, "u1")
    assert (places[:, 0] == entries).all()
    assert (places == xy[cloud.order]).all()
    assert sorted(places[:, 1]) == list(range(1000))
    assert set(entries[:50]) == set(entries[-50:]) == {0, 1, 2, 3}
    assert (mix(xy, PointColours(index, group_legend(4))).order == cloud.order).all()


def test_the_payload_holds_the_points_and_nothing_more():
    cloud = cloud_of()
    head, found = unpacked(pack({"n": 3}, [cloud.places, cloud.entries]))
    assert head["n"] == 3
    assert len(found[cloud.places.id]) == 8 * 3
    assert len(found[cloud.entries.id]) == 3
    assert not unpacked(pack({"n": 3}, []))[1]


def test_other_colours_leave_the_places_as_they_are_and_equal_content_has_equal_names():
    before = cloud_of()
    moved, painted = cloud_of(xy=np.zeros((3, 2))), cloud_of(index=np.zeros(3, dtype=np.uint8))
    assert painted.places == before.places
    assert moved.entries == before.entries
    assert len({one.places.id for one in (before, moved)}) == 2
    assert len({one.entries.id for one in (before, painted)}) == 2
    assert cloud_of().places == before.places


def test_an_index_outside_the_legend_is_refused():
    with pytest.raises(ValueError, match="colour indices"):
        cloud_of(index=np.array([0, 1, 2], dtype=np.uint8))


def test_hostile_names_travel_as_json_text():
    entries = describe_entries(cloud_of(legend=name_legend("task", HOSTILE)).colours)
    assert unpacked(pack({"entries": entries}, []))[0]["entries"][0]["name"] == HOSTILE[0]


@pytest.mark.parametrize("dark", [False, True])
def test_marks_stand_out_from_the_page_three_to_one(dark):
    page = ink(dark).surface
    _, ramp = scale_legend("loss", np.linspace(0, 1, 50))
    for legend in (name_legend("task", [f"y_{k}" for k in range(100)]), group_legend(80), ramp):
        colours = PointColours(np.zeros(1, dtype=np.uint8), legend)
        shades = [entry["dark" if dark else "light"] for entry in describe_entries(colours)]
        assert min(contrast(shade, page) for shade in shades) >= 3
    lightness = [contrast(shade, "#000000") for shade in shades[:-1]]
    assert lightness == sorted(lightness), "a ramp rises from its first step to its last"
    assert lightness[-1] > 2.3 * lightness[0]


@pytest.mark.parametrize(
    "selection",
    [
        None,
        "text",
        {"points": "other", "number": 1, "parts": [outline([0, 0], [1, 0], [1, 1])]},
        {"points": "p", "number": 1, "parts": [outline([0, 0], [1, 0])]},
        {"points": "p", "number": 1, "parts": [outline([0, 0], [1, 0], ["x", 1])]},
        {"points": "p", "number": 1, "parts": [outline([0, 0], [1, 0], [float("nan"), 1])]},
        {"points": "p", "number": 1, "parts": [outline(0, 1, 2)]},
        {"points": "p", "number": "x", "parts": [outline([0, 0], [1, 0], [1, 1])]},
        {"points": "p", "number": 1, "parts": [outline([0, 0], [1, 0], [1, 1])] * 51},
        {"points": "p"},
    ],
)
def test_what_is_no_outline_of_these_points_is_ignored(selection):
    assert read_selection(selection, "p") is None


def test_outlines_of_these_points_are_read():
    parts = [outline([0, 0], [1, 0], [1, 1]), outline([0, 0], [2, 0], [2, 2], takes_away=True)]
    sent = read_selection({"points": "p", "number": 7, "parts": parts}, "p")
    assert sent.number == 7
    assert sent.parts[0] == Part(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)))
    assert [part.takes_away for part in sent.parts] == [False, True]


@pytest.mark.parametrize(
    ("resting", "place"),
    [
        ({"points": "p", "place": 2}, 2),
        ({"points": "p", "place": 3}, None),
        ({"points": "p", "place": -1}, None),
        ({"points": "other", "place": 0}, None),
        ({"points": "p", "place": "x"}, None),
        ({"points": "p"}, None),
        (None, None),
        ("text", None),
    ],
)
def test_only_a_point_that_is_there_can_be_asked_about(resting, place):
    assert read_place(resting, "p", 3) == place


def test_outlines_replace_add_and_take_away():
    corner, middle = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), ((0.2, 0.1), (0.4, 0.1), (0.4, 0.2))
    first = with_outline((), corner)
    assert first == with_outline((Part(middle),), corner, NEW) == (Part(corner),)
    assert with_outline(first, middle, ADD) == (Part(corner), Part(middle))
    assert with_outline(first, middle, TAKE_AWAY) == (Part(corner), Part(middle, takes_away=True))
    with pytest.raises(RunError, match="50 outlines"):
        with_outline(first * 50, middle, ADD)


def test_the_page_runs_twice_without_an_error():
    page = AppTest.from_file(str(PAGE), default_timeout=30).run()
    page.run()
    assert not page.exception
    assert page.text[-1].value == "all drawn"
