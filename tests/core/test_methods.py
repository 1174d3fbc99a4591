"""Methods declare their controls; a wrong key or knob is answered with the known ones."""

from dataclasses import dataclass

import pytest

from core.errors import MethodError
from core.methods import Method, Stage, choose, controls, from_spec, knob, to_spec


@dataclass(frozen=True)
class Walk(Method):
    title = "Walk"
    summary = "Go on foot."
    speed: float = knob(1.0, "km/h", low=0.5, high=8)
    gait: str = knob("amble", "How.", options=("amble", "march"))


@dataclass(frozen=True)
class Ride(Method):
    title = "Ride"
    summary = "Go by horse."


WAYS = Stage("way", {"walk": Walk, "ride": Ride})


def test_controls_say_what_a_form_needs():
    speed, gait = controls(Walk)
    assert (speed.name, speed.default, speed.low, speed.high) == ("speed", 1.0, 0.5, 8)
    assert gait.options == ("amble", "march")


def test_an_unknown_key_lists_the_known_ones():
    with pytest.raises(MethodError, match="Unknown way 'fly'; choose one of walk, ride"):
        choose(WAYS, "fly")


def test_an_unknown_knob_lists_the_known_ones():
    with pytest.raises(MethodError, match="no setting 'wind'; it has: speed, gait"):
        choose(WAYS, "walk", wind=1)


@pytest.mark.parametrize(
    ("knobs", "rule"),
    [({"speed": 9}, "above 8"), ({"speed": 0}, "below"), ({"gait": "hop"}, "amble")],
)
def test_a_knob_outside_its_range_is_refused(knobs, rule):
    with pytest.raises(MethodError, match=rule):
        choose(WAYS, "walk", **knobs)


def test_a_method_survives_its_spec():
    method = choose(WAYS, "walk", speed=2.0)
    assert from_spec(WAYS, to_spec(WAYS, method)) == method
