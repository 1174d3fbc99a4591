"""Every hard table gets its one clear sentence, or is accepted."""

import pytest

from core.data import assign_roles, find_issues, load_table, read_frame
from core.errors import TableError
from core.inputs import model_inputs
from tests.inputs import GALLERY, Case


@pytest.mark.parametrize("case", [c for c in GALLERY if c.expected], ids=str)
def test_bad_table_is_refused_in_one_line(case: Case, tmp_path):
    path = case.write(tmp_path)
    with pytest.raises(TableError) as caught:
        load_table(path, case.targets, ignore=case.ignore)
    assert case.expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("case", [c for c in GALLERY if not c.expected], ids=str)
def test_odd_table_is_accepted(case: Case, tmp_path):
    frame, notices = read_frame(case.write(tmp_path))
    roles = assign_roles(frame, case.targets, ignore=case.ignore)
    issues = find_issues(frame, roles)
    assert not [issue for issue in issues if issue.severity == "error"]
    assert case.warned in " ".join(issue.message for issue in issues)
    assert not any("\n" in text for text in (*notices, *(issue.message for issue in issues)))
    table = load_table(frame, case.targets)
    assert len(table.tasks) >= 2
    assert model_inputs(table).shape[0] == len(frame)


def test_every_case_has_its_own_name():
    assert len({case.name for case in GALLERY}) == len(GALLERY)
