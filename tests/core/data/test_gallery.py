"""Every hard table gets its one clear sentence, or is accepted."""

import pytest

from core.data import assign_roles, build_table, find_issues, load_table, read_source
from core.errors import TableError
from core.inputs import model_inputs
from tests.inputs import GALLERY, OWN_SAMPLES, Case

EVERY = (*GALLERY, *OWN_SAMPLES)


@pytest.mark.parametrize("case", [c for c in EVERY if c.expected], ids=str)
def test_bad_table_is_refused_in_one_line(case: Case, tmp_path):
    path = case.write(tmp_path)
    with pytest.raises(TableError) as caught:
        load_table(path, case.targets, ignore=case.ignore)
    assert case.expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("case", [c for c in EVERY if not c.expected], ids=str)
def test_odd_table_is_accepted(case: Case, tmp_path):
    found = read_source(case.write(tmp_path), case.targets, case.ignore)
    shape = found.feature_shape
    roles = assign_roles(found.frame, found.targets, ignore=found.ignore, feature_shape=shape)
    issues = find_issues(found.frame, roles)
    assert not [issue for issue in issues if issue.severity == "error"]
    assert case.warned in " ".join(issue.message for issue in issues)
    assert not any("\n" in text for text in (*found.notices, *(issue.message for issue in issues)))
    table = build_table(found.frame, roles)
    assert len(table.tasks) >= 2
    assert model_inputs(table).shape[0] == len(found.frame)


def test_every_case_has_its_own_name():
    assert len({case.name for case in EVERY}) == len(EVERY)
