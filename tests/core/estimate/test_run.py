"""What a run takes is told before it starts: near what was measured, more for more work."""

import dataclasses
from dataclasses import replace

import pytest

from core.affinity import TAG
from core.estimate import Size, estimate_run
from core.landscape import OneStep
from core.plan import PRESETS, Plan, preset

OWN = Size(14_820, 9, 29, has_own_samples=True)
STEPS = Plan(landscape=OneStep(steps=10))
STEPS_QUICK = replace(preset("quick"), landscape=OneStep(starts=1, steps=10))
STEPS_OF_PAPER = replace(preset("paper"), landscape=replace(preset("paper").landscape, steps=10))
LINEAR = OneStep(trunk="linear")
TAG_QUICK = replace(preset("quick"), measure=TAG())

MEASURED = {
    "1,700 rows, quick": (Size(1700, 102, 12), preset("quick"), 8.1, 730),
    "1,700 rows, standard": (Size(1700, 102, 12), preset("standard"), 9.2, 734),
    "1,700 rows, thorough": (Size(1700, 102, 12), preset("thorough"), 14.5, 744),
    "1,700 rows, paper": (Size(1700, 102, 12), preset("paper"), 8.3, 737),
    "400 rows": (Size(400, 10, 4), preset("quick"), 7.0, 586),
    "24 tasks, thorough": (Size(8000, 50, 24), preset("thorough"), 42.6, 959),
    "16 tasks, thirds missing": (Size(11_778, 30, 16), preset("standard"), 19.1, 790),
    "522 inputs": (Size(7823, 522, 12), preset("standard"), 21.2, 904),
    "60,000 rows": (Size(60_000, 12, 10), preset("standard"), 16.4, 851),
    "100,000 rows, quick": (Size(100_000, 50, 12), preset("quick"), 17.6, 944),
    "100,000 rows, standard": (Size(100_000, 50, 12), preset("standard"), 20.4, 949),
    "120 tasks, quick": (Size(2000, 20, 120), preset("quick"), 29.6, 1131),
    "120 tasks, standard": (Size(2000, 20, 120), preset("standard"), 44.2, 1244),
    "29 own samples, quick": (OWN, preset("quick"), 22.5, 749),
    "29 own samples, standard": (OWN, preset("standard"), 26.5, 773),
    "ten steps, a head for each task": (Size(1700, 102, 12), STEPS, 24.2, 734),
    "ten steps, one head": (Size(1700, 102, 12), STEPS_OF_PAPER, 15.3, 746),
    "ten steps, 40 tasks": (Size(2000, 20, 40), STEPS_QUICK, 41.8, 853),
    "TAG on permuted labels": (Size(1700, 102, 12), TAG_QUICK, 15.2, 744),
}
"""Size and plan; seconds that the processor was at work and MB at the peak, of one run each on a
machine that did other things as well."""


TEN_STEPS = (
    (Size(1700, 102, 12), STEPS, 22.9),
    (Size(2000, 20, 40), STEPS_QUICK, 43.2),
    (Size(1500, 400, 12), STEPS_QUICK, 28.6),
    (Size(7823, 522, 12), STEPS_QUICK, 33.4),
)
"""Size, plan and processor seconds of one run each, within ten minutes on one machine."""


def test_wide_tables_are_told_as_near_as_narrow_ones_where_many_steps_are_taken():
    """The layer that sees the inputs is cheap beyond the first step; a machine has its pace."""
    ratios = [estimate_run(size, plan).seconds / taken for size, plan, taken in TEN_STEPS]
    assert max(ratios) / min(ratios) < 1.4


def trunk_of(key, **layers):
    usual = preset(key)
    return replace(usual, landscape=replace(usual.landscape, **layers))


WIDE_AND_DEEP = (
    (Size(1700, 102, 12), preset("quick"), 7.9),
    (Size(8000, 40, 12), trunk_of("quick", width=32, depth=5), 9.2),
    (Size(1500, 20, 12), trunk_of("quick", width=512, depth=4), 36.9),
    (Size(1500, 20, 40), trunk_of("quick", width=256, depth=4), 37.1),
    (Size(1000, 50, 8), trunk_of("standard", width=1024), 46.8),
)
"""The same."""


def test_wide_and_deep_trunks_are_told_as_near_as_others():
    """Every task pulls at every weight, and the features of the last layer are whitened."""
    ratios = [estimate_run(size, plan).seconds / taken for size, plan, taken in WIDE_AND_DEEP]
    assert max(ratios) / min(ratios) < 1.4


@pytest.mark.parametrize("name", MEASURED)
def test_the_estimate_is_near_what_was_measured(name):
    size, plan, seconds, megabytes = MEASURED[name]
    needs = estimate_run(size, plan)
    assert needs.seconds == pytest.approx(seconds, rel=0.35)
    assert needs.memory / 2**20 == pytest.approx(megabytes, rel=0.25)


SIZE = Size(10_000, 50, 20)
MORE = {
    "rows": (dataclasses.replace(SIZE, n_rows=100_000), Plan()),
    "inputs": (dataclasses.replace(SIZE, n_inputs=500), Plan()),
    "tasks": (dataclasses.replace(SIZE, n_tasks=60), Plan()),
    "starts": (SIZE, Plan(landscape=OneStep(starts=10))),
    "steps": (SIZE, Plan(landscape=OneStep(steps=10))),
    "width": (SIZE, Plan(landscape=OneStep(width=512))),
    "warm-up": (SIZE, Plan(landscape=OneStep(start="warmup"))),
    "own heads": (SIZE, Plan(landscape=OneStep(heads="own"))),
    "re-runs": (SIZE, Plan(n_replicates=2000)),
    "a joint run for every permutation": (SIZE, Plan(measure=TAG())),
    "refits": (SIZE, Plan(landscape=OneStep(refits=100))),
    "classes": (dataclasses.replace(SIZE, n_classes=10), Plan()),
}


@pytest.mark.parametrize("more", MORE)
def test_more_work_takes_longer(more):
    size, plan = MORE[more]
    assert estimate_run(size, plan).seconds > 1.08 * estimate_run(SIZE, Plan()).seconds


def test_a_joint_run_of_many_tasks_counts_where_it_is_chosen():
    """Past the tasks that it is made of unasked a look reads fewer rows, so it grows more slowly."""
    seconds = {
        tasks: estimate_run(Size(10_000, 64, tasks), Plan(measure=TAG())).seconds
        - estimate_run(Size(10_000, 64, tasks), Plan(measure=TAG(steps=1))).seconds
        for tasks in (100, 200, 500)
    }
    assert seconds[100] < seconds[200] < seconds[500] < 5 * seconds[100]
    assert seconds[500] > 100


def test_a_table_that_stays_in_its_file_is_read_again_for_the_probes_of_every_start():
    large = dataclasses.replace(SIZE, n_rows=1_000_000)
    streamed = dataclasses.replace(large, n_held=10_000)
    more = [
        estimate_run(streamed, PRESETS[key]).seconds - estimate_run(large, PRESETS[key]).seconds
        for key in ("quick", "standard")
    ]
    assert more == pytest.approx([11.2, 28.0], rel=0.3), "of one start and of three, and of halves"
    assert estimate_run(dataclasses.replace(SIZE, n_held=10_000), Plan()) == estimate_run(
        SIZE, Plan()
    ), "whose rows are all at hand"


def test_a_coreset_and_a_faster_machine_take_less():
    few = Plan(landscape=OneStep(samples=1000))
    large = dataclasses.replace(SIZE, n_rows=1_000_000)
    assert estimate_run(large, few).seconds < estimate_run(large, Plan()).seconds
    whole = estimate_run(SIZE, Plan()).seconds
    assert estimate_run(SIZE, Plan(), 0.5).seconds == pytest.approx(whole / 2)
    presets = [estimate_run(SIZE, PRESETS[key]).seconds for key in ("quick", "standard")]
    assert presets == sorted(presets)


def test_a_plan_that_does_not_fit_the_samples_has_an_estimate_all_the_same():
    """It is refused where it is started, in words; a page must not end before that."""
    asked = Plan(landscape=OneStep(trunk="cnn"))
    assert estimate_run(Size(400, 10, 4), asked).seconds > 0
    images = Size(400, 784, 4, shape=(28, 28))
    assert (
        estimate_run(images, asked).seconds > estimate_run(images, Plan(landscape=LINEAR)).seconds
    )


def test_samples_that_are_not_matched_are_compared_two_by_two():
    """Their refits read distances only where the probes are the heads of every measure."""
    probes = Plan(landscape=OneStep(heads="probe"))
    more = [estimate_run(OWN, plan).seconds for plan in (Plan(), probes)]
    assert more[1] > 1.1 * more[0]
    fewer = replace(probes, landscape=replace(probes.landscape, refits=0))
    assert estimate_run(OWN, fewer).seconds < 0.8 * more[1]
