"""A time and an event column become one task of signed times."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from core.data import Roles, assign_roles, build_table, find_issues, load_table
from core.errors import TableError
from core.hazard import N_INTERVALS
from core.values import Kind, Split
from tests.inputs import good_frame, save_csv, task_frames

KINDS = {"y_death": "time_to_event:died"}


def survival_frame(seed=0, n=200):
    rng = np.random.default_rng(seed)
    frame = good_frame(n, seed)
    times = rng.exponential(np.exp(-frame["a"])).clip(0.01).round(3)
    return frame.assign(y_death=times, died=(rng.random(n) < 0.4).astype(int))


def test_labels_are_signed_times():
    frame = survival_frame()
    frame.loc[3, "y_death"] = np.nan
    frame.loc[4, "died"] = np.nan
    table = load_table(frame, "y_*", kinds=KINDS)
    task, labels = table.tasks[2], table.labels[:, 2]
    known = np.delete(np.arange(200), [3, 4])
    assert np.isnan(labels[[3, 4]]).all()
    np.testing.assert_allclose(np.abs(labels[known]), frame["y_death"][known], rtol=1e-6)
    np.testing.assert_array_equal(labels[known] > 0, frame["died"][known] == 1)
    assert task.kind is Kind.TIME_TO_EVENT
    assert task.mean == pytest.approx(frame["died"][known].mean())
    assert (task.n_labelled, task.n_outputs, task.classes) == (198, N_INTERVALS, ())


def test_the_event_column_is_neither_feature_nor_target():
    frame = survival_frame().rename(columns={"died": "y_died"})
    kinds = {"y_death": "time_to_event:y_died"}
    for ignore in ((), "y_died"):
        roles = assign_roles(frame, "y_*", ignore=ignore, kinds=kinds)
        assert roles.targets == ("y_first", "y_second", "y_death")
        assert roles.features == tuple("abcd")
        assert set(roles.columns) == set(frame.columns)
        assert roles.event("y_death") == "y_died"


@pytest.mark.parametrize(
    ("events", "wanted"),
    [
        ([True, False], [1, 0]),
        (["died", "alive"], [1, 0]),
        (["Dead", "lost"], [1, 0]),
        (["no", "Yes"], [0, 1]),
        ([1.0, 0.0], [1, 0]),
    ],
)
def test_events_may_be_numbers_booleans_or_clear_words(events, wanted):
    frame = survival_frame().assign(died=events * 100)
    labels = load_table(frame, "y_*", kinds=KINDS).labels[:, 2]
    np.testing.assert_array_equal(labels[:2] > 0, np.array(wanted) == 1)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"y_death": lambda f: f["y_death"].where(f.index != 7, 0)}, "'y_death' has 1 time that"),
        ({"y_death": lambda f: f["y_death"].where(f.index > 7, -2)}, "8 times that cannot be"),
        ({"y_death": lambda f: f["y_death"].where(f.index != 7, np.inf)}, "(first inf)"),
        ({"y_death": "long"}, "'y_death' holds text, so it cannot be a time"),
        ({"died": [1, 2] * 100}, "'died' must tell whether the event of 'y_death' happened"),
        ({"died": ["a", "b"] * 100}, "but holds 'a', 'b'. Code it as 1 and 0"),
        ({"died": ["no", "yes", "dead", "no"] * 50}, "but holds 'dead', 'no', 'yes'"),
        ({"died": [1] * 9 + [0] * 191}, "'y_death' has 9 events; at least 10 are needed"),
        ({"died": 0}, "'y_death' has 0 events"),
        ({"died": np.nan}, "'y_death' has no labels"),
    ],
)
def test_what_cannot_be_a_time_to_an_event_is_refused(change, expected):
    frame = survival_frame().assign(**change)
    with pytest.raises(TableError) as caught:
        load_table(frame, "y_*", kinds=KINDS)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ({"y_death": "time_to_event"}, "y_death=time_to_event:EVENT_COLUMN"),
        ({"y_death": "time_to_event:dead"}, "Did you mean 'y_death'?|'dead' matches no column"),
        ({"died": "time_to_event:died"}, "'died', which is no target"),
        ({"z_*": "time_to_event:died"}, "'z_*', which is no target"),
    ],
)
def test_kinds_that_cannot_be(kinds, expected):
    with pytest.raises(TableError) as caught:
        assign_roles(survival_frame(), "y_*", kinds=kinds)
    assert any(part in str(caught.value) for part in expected.split("|"))


def test_a_glob_gives_a_kind_to_several_targets_and_a_name_overrules_it():
    frame = survival_frame().assign(y_relapse=lambda f: f["y_death"] / 2)
    kinds = {"y_re*": "time_to_event:died", "y_relapse": "regression", "*death": KINDS["y_death"]}
    roles = assign_roles(frame, "y_*", kinds=kinds)
    assert roles.kind("y_death") is Kind.TIME_TO_EVENT
    assert roles.kind("y_relapse") is Kind.REGRESSION
    assert roles.events == (("y_death", "died"),)


def test_a_spec_keeps_the_event_column():
    frame = survival_frame()
    roles = assign_roles(frame, "y_*", kinds=KINDS)
    again = Roles.from_spec(json.loads(json.dumps(roles.to_spec())))
    assert again == roles
    assert build_table(frame, again) == build_table(frame, roles)
    assert "events" not in assign_roles(frame, "y_first,y_second").to_spec()


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_the_rarer_of_events_and_censored_rows_reaches_every_part(share):
    n = 500
    frame = survival_frame(n=n).assign(died=(np.arange(n) < share * n).astype(int))
    table = load_table(frame[["a", "b", "y_death", "died", "y_first"]], "y_*", kinds=KINDS)
    task = table.task_names.index("y_death")
    rare = table.labels[:, task] > 0 if share < 0.5 else table.labels[:, task] < 0
    counts = [int(rare[table.split == split.code].sum()) for split in Split]
    assert counts[1] >= 8
    assert counts[2] >= 8
    assert sum(counts) == 50


def test_few_events_are_told():
    frame = survival_frame().assign(died=[1] * 20 + [0] * 180)
    (issue,) = find_issues(frame, assign_roles(frame, "y_*", kinds=KINDS))
    assert "'y_death' has 20 events; fewer than 50" in issue.message


def test_features_that_give_the_event_or_its_time_away_are_told():
    frame = survival_frame().assign(
        followup=lambda f: f["y_death"], cause=lambda f: f["died"] + 0.01 * f["c"]
    )
    issues = find_issues(frame, assign_roles(frame, "y_*", kinds=KINDS))
    copies = [issue.column for issue in issues if "is a copy" in issue.message]
    perfect = [issue.column for issue in issues if "almost perfectly" in issue.message]
    assert copies == ["followup"]
    assert set(perfect) == {"cause", "followup"}


def test_own_samples_share_the_name_of_the_event_column(tmp_path):
    for name, frame in task_frames().items():
        times = np.exp(frame["a"])
        frame.assign(y=times, died=np.arange(len(frame)) % 2).to_csv(
            tmp_path / f"{name}.csv", index=False
        )
    table = load_table(tmp_path, kinds={"field_*": "time_to_event:died"})
    assert {task.kind for task in table.tasks} == {Kind.TIME_TO_EVENT}
    assert table.has_own_samples
    assert table.feature_names == tuple("abcd")


def test_the_command_line_takes_a_time_and_its_event(tmp_path):
    from core.__main__ import main
    from core.runs import Run

    path = save_csv(survival_frame(), tmp_path)
    run = tmp_path / "run"
    words = ["group", str(path), "--targets", "y_*", "--preset", "quick", "-o", str(run)]
    done = CliRunner().invoke(main, [*words, "--kind", "y_death=time_to_event:died"])
    assert Run(run).table() == load_table(path, "y_*", kinds=KINDS)
    assert "Traceback" not in done.output
    if done.exit_code:  # a landscape that cannot take the kind says so in one line
        assert done.exit_code == 2
        assert "'y_death' is a time to an event" in done.stderr
    refused = CliRunner().invoke(main, [*words, "--kind", "y_death=time_to_event"])
    assert refused.exit_code == 2
    assert len(refused.stderr.strip().splitlines()) == 1


def test_report_and_page_tell_the_share_of_events():
    from core.report.document import _task
    from core.report.sizes import told_sizes
    from dashboard.tables import task_rows

    table = load_table(survival_frame(), "y_*", kinds=KINDS)
    task = table.tasks[2]
    entry = _task(task, told_sizes(None, (task,))[0], is_mean_of_few=False)
    assert entry["event_share"] == pytest.approx(task.mean)
    assert entry["kind"] == "time_to_event"
    assert task_rows(table.tasks, len(table.labels))["events"][2] == f"{task.mean:.1%}"


def test_frames_with_nullable_types_are_taken():
    frame = survival_frame()
    nullable = frame.convert_dtypes().assign(died=frame["died"].astype("boolean"))
    one = load_table(nullable, "y_*", kinds=KINDS)
    np.testing.assert_array_equal(one.labels, load_table(frame, "y_*", kinds=KINDS).labels)
    assert isinstance(nullable["died"].dtype, pd.BooleanDtype)
