"""A column that names a split made before is proposed as ignored, and said so."""

import numpy as np
import pytest

from core.command.tables import Columns, make_run
from core.data import Roles, assign_roles, find_issues, load_table
from core.data.earlier_split import find_splits, may_number_split
from core.data.streamed.opening import open_file
from tests.cohort import SMALL_PLAN
from tests.inputs import good_frame, save_csv

PARTS = np.array(["train", "train", "valid", "test"])


def dealt(n_rows=200, parts=PARTS):
    return good_frame(n_rows).assign(split=parts[np.arange(n_rows) % len(parts)])


def told(frame, roles):
    return [issue for issue in find_issues(frame, roles) if "split" in issue.message]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["train", "test"], True),
        (["Training", " TEST ", None, "val"], True),
        (["train_1", "train_2", "test"], True),
        (["derivation", "validation"], True),
        (["hold-out", "dev"], True),
        (["train", "train"], False),  # one part tells nothing apart
        (["test", "validation"], False),  # nobody trained
        (["test 1", "test 2"], False),
        (["train", "bus", "car"], False),
        (["007", "008"], False),
        ([0, 1], False),
    ],
)
def test_the_values_tell_a_split_whatever_the_name(values, found):
    frame = good_frame(4).assign(way=(values * 4)[:4])
    assert ("way" in find_splits(frame, ["way", "a"])) is found


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        ("split", [0, 1, 2, 0], True),
        ("cv_fold", [1, 2, 3, 4], True),
        ("isTrain", [True, False, True, True], True),
        ("fold", [1, 1, 1, 1], False),
        ("unfold", [1, 2, 3, 4], False),
        ("trainer", [1, 2, 3, 4], False),
    ],
)
def test_numbers_need_the_name(name, values, found):
    assert may_number_split(name, good_frame(4).assign(e=values)["e"]) is found


def test_it_is_no_feature_unless_it_is_asked_for():
    frame = dealt()
    roles = assign_roles(frame, "y_*")
    assert (roles.features, roles.ignore) == (("a", "b", "c", "d"), ("split",))
    asked = assign_roles(frame, "y_*", learn_from="split")
    assert (asked.features[-1], asked.ignore) == ("split", ())
    assert assign_roles(frame, "y_*", origins="split").origins == ("split",)
    assert "split=train" not in load_table(frame, "y_*").feature_names
    assert "split=train" in load_table(frame, "y_*", learn_from="split").feature_names


def test_a_sentence_says_so_and_how_to_choose_otherwise():
    frame = dealt()
    (issue,) = told(frame, assign_roles(frame, "y_*"))
    assert issue.message == (
        "Column 'split' names a split that was made before ('test', 'train', 'valid'), so it is "
        "ignored: rows are split anew here. Learn from it with --feature if that is meant."
    )
    (issue,) = told(frame, assign_roles(frame, "y_*", learn_from="split"))
    assert issue.severity == "warning"
    assert issue.mends == (("split", "ignore"),)


def test_a_number_of_a_fold_is_learned_from_and_warned_of():
    frame = good_frame().assign(fold=np.arange(200) % 5)
    roles = assign_roles(frame, "y_*")
    assert "fold" in roles.features
    (issue,) = told(frame, roles)
    assert "'fold' may number a split, by its name and its 5 values" in issue.message
    assert issue.mends == (("fold", "ignore"),)


@pytest.mark.parametrize("stream", ["never", "always"])
def test_the_command_line_says_it_once_and_takes_the_choice(tmp_path, capsys, stream):
    path = save_csv(dealt(), tmp_path)
    for number, (ignore, learn_from, n_notes) in enumerate(
        [((), (), 1), (("split",), (), 0), ((), ("split",), 1)]
    ):
        columns = Columns(("y_*",), ignore, None, {}, {}, (), learn_from)
        run = make_run(path, tmp_path / str(number), columns, SMALL_PLAN, stream)
        roles = Roles.from_spec(run.spec.roles)
        assert ("split" in roles.features) is bool(learn_from)
        assert ("split" in roles.ignore) is not bool(learn_from)
        assert capsys.readouterr().err.count("names a split") == n_notes


def test_rows_that_a_worker_reads_keep_the_choice(tmp_path):
    path = tmp_path / "t.parquet"
    dealt().to_parquet(path, index=False)
    for asked in ("", "split"):
        opened = open_file(path, "y_*", learn_from=asked)
        assert ("split" in opened.roles.features) is bool(asked)
        assert opened.roles.ignore == (() if asked else ("split",))
