"""What goes down to the page and what may come back."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.charts.legend import group_legend, name_legend
from dashboard.charts.point_colours import PointColours
from dashboard.components.points import pack, read_selection, shuffle
from dashboard.selection import Part, read_parts, write_parts
from tests.dashboard.charts.values import HOSTILE

PAGE = Path(__file__).with_name("points_app.py")


def outline(*corners, takes_away=False):
    return {"polygon": list(corners), "takes_away": takes_away}


def packed(xy=None, index=None, legend=None):
    xy = np.array([[0.5, -1.5], [2.0, 3.0], [4.0, 5.0]], dtype=np.float32) if xy is None else xy
    index = np.array([0, 1, 1], dtype=np.uint8) if index is None else index
    colours = PointColours(index, legend or group_legend(2))
    return pack(xy, colours, axes=("across", "up"), height=400)


def unpacked(payload):
    (length,) = struct.unpack_from("<I", payload)
    head = json.loads(payload[4 : 4 + length])
    xy = np.frombuffer(payload, "<f4", 2 * head["n"], 4 + length).reshape(-1, 2)
    return head, xy, np.frombuffer(payload, "u1", head["n"], 4 + length + 8 * head["n"])


def test_no_task_covers_the_others_and_every_point_keeps_its_colour():
    index = np.repeat(np.arange(4, dtype=np.uint8), 250)
    xy = np.stack([index, np.arange(1000)], axis=1).astype(np.float32)
    mixed, colours = shuffle(xy, PointColours(index, group_legend(4)))
    assert (mixed[:, 0] == colours.index).all()
    assert sorted(mixed[:, 1]) == list(range(1000))
    assert set(colours.index[:50]) == set(colours.index[-50:]) == {0, 1, 2, 3}
    assert (shuffle(xy, PointColours(index, group_legend(4)))[0] == mixed).all()


def test_the_payload_holds_the_points_and_nothing_more():
    payload, points = packed()
    head, xy, index = unpacked(payload)
    assert xy.tolist() == [[0.5, -1.5], [2.0, 3.0], [4.0, 5.0]]
    assert index.tolist() == [0, 1, 1]
    assert head["points"] == points
    assert struct.unpack_from("<I", payload)[0] % 4 == 0  # floats must be aligned in the browser
    assert len(payload) == 4 + struct.unpack_from("<I", payload)[0] + 9 * 3


def test_an_update_of_equal_size_has_another_identity():
    before, points = packed()
    moved, moved_points = packed(xy=np.zeros((3, 2), dtype=np.float32))
    painted, painted_points = packed(index=np.zeros(3, dtype=np.uint8))
    contents = {unpacked(payload)[0]["content"] for payload in (before, moved, painted)}
    assert len(contents) == 3
    assert moved_points != points
    assert painted_points == points
    assert packed() == (before, points)


def test_an_index_outside_the_legend_is_refused():
    with pytest.raises(ValueError, match="colour indices"):
        packed(index=np.array([0, 1, 2], dtype=np.uint8))


def test_hostile_names_travel_as_json_text():
    payload, _ = packed(legend=name_legend("task", HOSTILE))
    assert unpacked(payload)[0]["entries"][0]["name"] == HOSTILE[0]


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


def test_what_the_page_shall_select_travels_beside_the_points():
    parts = (Part(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), takes_away=True),)
    colours = PointColours(np.zeros(3, dtype=np.uint8), group_legend(1))
    xy = np.zeros((3, 2), dtype=np.float32)
    plain, points = pack(xy, colours, axes=("a", "b"), height=400, key="map")
    told, same = pack(xy, colours, axes=("a", "b"), height=400, key="map", outline=(7, parts))
    assert same == points
    assert "outline" not in unpacked(plain)[0]
    assert unpacked(told)[0]["outline"] == {"number": 7, "parts": write_parts(parts)}
    assert unpacked(told)[0]["content"] != unpacked(plain)[0]["content"]
    assert read_parts(unpacked(told)[0]["outline"]["parts"]) == parts


def test_the_page_runs_twice_without_an_error():
    page = AppTest.from_file(str(PAGE), default_timeout=30).run()
    page.run()
    assert not page.exception
    assert page.text[-1].value == "all drawn"
