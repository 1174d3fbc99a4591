"""What a run takes is said on the page before it starts."""

import re

import pytest

from dashboard.needs import SPREAD, say_range
from tests.cohort import small_cohort
from tests.dashboard.visit import boxes, check_sound, visit, words

IN_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}


@pytest.mark.parametrize("seconds", [0.1, 6, 9, 40, 62, 70, 600, 3000, 6000, 3e5])
def test_a_range_holds_the_estimate_and_is_no_wider_than_needed(seconds):
    first, last, unit = re.fullmatch(r"(\d+) to (\d+) (\w+)", say_range(seconds)).groups()
    low, high = int(first) * IN_SECONDS[unit], int(last) * IN_SECONDS[unit]
    assert low <= max(seconds, 1) <= high
    assert high / low <= 1.6 * SPREAD**2
    assert int(last) <= 100 or unit == "hours"


@pytest.fixture
def draft(tmp_path, monkeypatch):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path))
    at = visit()
    at.file_uploader[0].upload("mine.csv", small_cohort().frame.to_csv(index=False).encode()).run()
    check_sound(at)
    return at


def test_time_and_memory_are_said_before_the_start(draft):
    found = re.search(r"This takes (\d+) to (\d+) \w+ and about 0\.\d GB of memory", words(draft))
    assert found
    assert "are free" in words(draft)


def test_too_little_memory_is_a_warning_with_a_way_out(draft, monkeypatch):
    monkeypatch.setattr("dashboard.needs.free_memory", lambda: 10**8)
    draft.run()
    check_sound(draft)
    assert "It may not fit: keep fewer columns" in boxes(draft)


def test_without_a_start_there_is_nothing_to_say(draft):
    targets = next(one for one in draft.text_input if one.label == "Targets, by pattern")
    targets.set_value("").run()
    check_sound(draft)
    assert "This takes" not in words(draft)
