"""The gallery of hard tables through the command line: one line, exit 2, nothing half-written."""

import pytest
from click.testing import CliRunner

from core.__main__ import main
from core.data import load_table, plant_groups
from core.pipeline import run
from tests.cohort import SMALL_PLAN
from tests.inputs import GALLERY

REFUSED = [case for case in GALLERY if case.expected is not None]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_a_table_that_cannot_be_used_is_one_line_and_exit_2(case, tmp_path):
    (tmp_path / "data").mkdir()
    path = case.write(tmp_path / "data")
    before = sorted(found.name for found in (tmp_path / "data").iterdir())
    words = ["group", str(path), "--targets", case.targets, "-o", str(tmp_path / "run")]
    words += ["--ignore", case.ignore] if case.ignore else []
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2, done.output
    assert case.expected in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(found.name for found in tmp_path.iterdir()) == ["data"]
    assert sorted(found.name for found in (tmp_path / "data").iterdir()) == before


def test_copies_end_in_one_group():
    cohort = plant_groups(n_samples=400, group_sizes=(3, 3))
    first = cohort.targets[0]
    frame = cohort.frame.assign(y_copy=cohort.frame[first])
    report = run(load_table(frame, targets="y_*"), SMALL_PLAN)
    one, other = report.task_names.index(first), report.task_names.index("y_copy")
    assert report.affinity.values[one, other] == 0
    assert report.affinity.similarity[one, other] == 1
    for grouping in report.groupings:
        if grouping.method not in ("alone",):
            assert grouping.labels[one] == grouping.labels[other], grouping.method


def test_two_tasks_go_through():
    cohort = plant_groups(n_samples=300, group_sizes=(2,))
    report = run(load_table(cohort.frame, targets="y_*"), SMALL_PLAN)
    assert {grouping.n_groups for grouping in report.groupings} == {1, 2}
    assert report.recommended.reason


def test_one_target_says_that_two_are_needed(tmp_path):
    path = tmp_path / "cohort.csv"
    plant_groups(n_samples=300, group_sizes=(2,)).frame.to_csv(path, index=False)
    names = plant_groups(n_samples=300, group_sizes=(2,)).targets
    done = CliRunner().invoke(
        main, ["group", str(path), "--targets", names[0], "-o", str(tmp_path / "r")]
    )
    assert done.exit_code == 2
    assert "at least" in done.stderr
