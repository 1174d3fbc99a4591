"""The pages offer what this machine has, and say so where a run asks for more."""

from dataclasses import replace

import pytest

from core.machine.gpu import devices_here
from tests.dashboard.visit import boxes, check_sound, go_to, visit

pytestmark = pytest.mark.skipif("cuda" in devices_here(), reason="this machine has a GPU")


def test_no_gpu_is_offered_where_there_is_none(untrained):
    at = go_to(visit(untrained.id), "data")
    at.session_state[f"plan_{untrained.id}_settings"] = True
    at.run()
    check_sound(at)
    device = next(one for one in at.selectbox if one.label == "Device")
    assert device.options == ["auto", "cpu"]
    assert "no GPU" not in boxes(at)


def test_a_run_that_asks_for_a_gpu_is_offered_the_cpu_in_one_line(untrained, started):
    untrained.set_plan(replace(untrained.plan, device="cuda"))
    at = go_to(visit(untrained.id), "data")
    (line,) = [box.value for box in at.warning if "GPU" in box.value]
    assert "cpu is chosen in its place" in line
    assert "\n" not in line
    at.session_state[f"plan_{untrained.id}_settings"] = True
    at.run()
    device = next(one for one in at.selectbox if one.label == "Device")
    assert device.value == "cpu"
    at.button(key="recompute").click().run()
    check_sound(at)
    assert untrained.plan.device == "cpu"
    assert [run.id for run in started] == [untrained.id]
    assert "GPU" not in boxes(at)


def test_its_groups_cannot_be_trained_here_before_that(untrained):
    untrained.set_plan(replace(untrained.plan, device="cuda"))
    at = go_to(visit(untrained.id), "evidence")
    assert "compute it again on the cpu first" in boxes(at)
    assert "train" not in {button.key for button in at.button}
