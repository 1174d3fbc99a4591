import json

import pandas as pd
import pytest

from core.data import Roles, assign_roles
from core.errors import TableError
from core.values import Kind


@pytest.fixture
def frame():
    columns = ["id", "age", "sex", "y [mg]", "y_a", "y_b", "a,b", "split"]
    return pd.DataFrame([range(8), range(8, 16), range(16, 24)], columns=columns)


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        ("y_*", ("y_a", "y_b")),
        ("y_b,y_a", ("y_a", "y_b")),
        (["y_b", "y_?"], ("y_a", "y_b")),
        ("y [mg]", ("y [mg]",)),
        ("a,b", ("a,b",)),
        ("y_a, a,b", None),
    ],
)
def test_targets_are_names_or_globs(frame, patterns, found):
    if found is None:
        with pytest.raises(TableError, match="'a' matches no column"):
            assign_roles(frame, patterns)
    else:
        assert assign_roles(frame, patterns).targets == found


def test_every_column_has_one_role(frame):
    roles = assign_roles(frame, "y_*", ignore="split", patient_id="id")
    groups = [roles.targets, roles.features, roles.ignore, (roles.patient_id,)]
    assert sorted(name for group in groups for name in group) == sorted(frame.columns)


def test_ignore_wins_over_target(frame):
    roles = assign_roles(frame, "y_*", ignore="y_a")
    assert roles.targets == ("y_b",)
    assert "y_a" not in roles.features


@pytest.mark.parametrize(
    "wrong",
    [{"ignore": "splt"}, {"patient_id": "pid"}, {"learn_from": "agee"}, {"kinds": {"x": "b"}}],
)
def test_unknown_column_is_refused(frame, wrong):
    with pytest.raises(TableError):
        assign_roles(frame, "y_*", **wrong)


def test_spec_round_trip(frame):
    roles = assign_roles(frame, "y_*", ignore="split", kinds={"y_b": "regression"})
    assert Roles.from_spec(json.loads(json.dumps(roles.to_spec()))) == roles
    assert roles.kind("y_b") is Kind.REGRESSION
