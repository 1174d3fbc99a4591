"""Tasks with samples of their own: rows stacked, each labelled for its own task only."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data import assign_roles, build_table, digest_source, load_table, read_frame, read_source
from core.data.split import split_rows
from core.data.stacking import Part, stack_parts
from core.errors import TableError
from core.storage import load_value, save_value
from core.values import Kind, Split, TaskTable
from tests.inputs import arrays, own_arrays, task_frames


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "tasks"
    path.mkdir()
    for name, frame in task_frames().items():
        frame.to_csv(path / f"{name}.csv", index=False)
    return path


def save(folder, **values):
    np.savez(folder / "t.npz", **values)
    return folder / "t.npz"


def test_rows_are_stacked_and_labelled_for_their_own_task(folder):
    table = load_table(folder)
    assert table.task_names == tuple(task_frames())
    assert table.has_own_samples
    for task, frame in enumerate(task_frames().values()):
        own = ~np.isnan(table.labels[:, task])
        assert own.sum() == len(frame)
        assert np.isnan(np.delete(table.labels[own], task, axis=1)).all()
        np.testing.assert_allclose(table.features[own], frame[list("abcd")], rtol=1e-6)
        np.testing.assert_array_equal(table.labels[own, task], frame["y"])


@pytest.mark.parametrize("n_shared", [0, 1])
def test_one_shared_sample_is_enough_to_share(n_shared):
    frame = pd.concat(task_frames().values(), ignore_index=True)
    first = frame["y"].where(frame.index < 90 + n_shared)
    other = frame["y"].where(frame.index >= 90)
    table = load_table(frame.assign(y_a=first, y_b=other), "y_a,y_b", ignore="y")
    assert table.has_own_samples == (n_shared == 0)


def test_columns_may_come_in_any_order_and_other_files_are_told(folder):
    before = load_table(folder)
    frame = task_frames()["field_1"]
    frame[["y", "d", "c", "b", "a"]].to_csv(folder / "field_1.csv", index=False)
    (folder / "README.md").write_text("about")
    (folder / ".hidden.csv").write_text("a,b\n")
    assert load_table(folder) == before
    assert read_source(folder).notices == ("Not read, as they are no tables: 'README.md'.",)


def test_each_task_has_classes_of_its_own(folder):
    for name, levels in [("field_0", ["no", "yes"]), ("field_1", ["b", "c", "d"])]:
        frame = task_frames(n_samples=90)[name]
        frame["y"] = np.resize(levels, len(frame))
        frame.to_csv(folder / f"{name}.csv", index=False)
    tasks = load_table(folder).tasks
    assert [task.classes for task in tasks] == [("no", "yes"), ("b", "c", "d"), ("0", "1")]
    assert [task.kind for task in tasks] == [Kind.BINARY, Kind.MULTICLASS, Kind.BINARY]


@pytest.mark.parametrize(
    ("first", "other", "expected"),
    [
        (pd.array([True, None], dtype="boolean"), [0.5, 2.0], [1, np.nan, 0.5, 2]),
        (pd.array([1, None], dtype="Int64"), np.array([7, 8], dtype="int16"), [1, np.nan, 7, 8]),
        (np.array([1, 2], dtype="uint8"), np.array([0.5, -1], dtype="float32"), [1, 2, 0.5, -1]),
        (["u", "v"], pd.Categorical(["v", "w"]), ["u", "v", "v", "w"]),
        ([np.nan, np.nan], ["v", None], [None, None, "v", None]),
        (
            pd.to_datetime(["2020-01-01", None]),
            pd.to_datetime(["2020-01-02", "2020-01-03"]).tz_localize("UTC"),
            pd.to_datetime(["2020-01-01", None, "2020-01-02", "2020-01-03"]).tolist(),
        ),
    ],
)
def test_columns_of_several_types_are_stacked(first, other, expected):
    parts = [
        Part(name, name, pd.DataFrame({"a": values, "y": [0, 1]}), "y")
        for name, values in [("one", first), ("two", other)]
    ]
    stacked = stack_parts(parts)["a"]
    wanted = pd.Series(expected)
    assert (stacked.isna() == wanted.isna()).all()
    assert stacked.dropna().tolist() == wanted.dropna().tolist()


@pytest.mark.parametrize("seed", range(3))
def test_each_task_is_split_60_20_20_with_its_events(seed):
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(4), [200, 35, 60, 1005])
    labels = np.full((1300, 4), np.nan)
    labels[np.arange(1300), owner] = rng.random(1300) < 0.5
    frame = pd.DataFrame(labels, columns=[f"y_{k}" for k in range(4)])
    table = load_table(frame.assign(a=rng.normal(size=1300)), "y_*", seed=seed)
    for task in range(4):
        known = ~np.isnan(labels[:, task])
        split = table.split[known]
        np.testing.assert_allclose(
            np.bincount(split, minlength=3), known.sum() * np.array([0.6, 0.2, 0.2]), atol=1
        )
        events = split[labels[known, task] == 1]
        np.testing.assert_allclose(
            np.bincount(events, minlength=3), len(events) * np.array([0.6, 0.2, 0.2]), atol=1
        )


def test_the_split_of_a_task_does_not_depend_on_the_others(folder):
    before = load_table(folder, seed=5)
    (folder / "field_0.csv").unlink()
    after = load_table(folder, seed=5)
    np.testing.assert_array_equal(before.split[60:], after.split)


def test_a_patient_of_several_tasks_stays_in_one_split(folder):
    for name, frame in task_frames().items():
        frame.assign(mrn=np.arange(len(frame)) // 2).to_csv(folder / f"{name}.csv", index=False)
    table = load_table(folder, patient_id="mrn")
    assert table.has_own_samples
    for number in set(table.patient):
        assert len(set(table.split[table.patient == number])) == 1
    for task in range(3):
        known = ~np.isnan(table.labels[:, task])
        assert set(table.split[known]) == {0, 1, 2}


def test_rows_without_any_label_are_split_too():
    labels = np.full((90, 2), np.nan)
    labels[:30, 0] = labels[30:60, 1] = np.arange(30) % 2
    tasks = load_table(
        pd.DataFrame({"a": np.arange(90.0), "y_a": labels[:, 0], "y_b": labels[:, 1]}), "y_*"
    ).tasks
    split = split_rows(np.arange(90), labels, tasks, seed=0)
    assert np.bincount(split[60:]).tolist() == [18, 6, 6]


def test_arrays_are_the_same_as_a_table(tmp_path):
    made = arrays()
    flat = pd.DataFrame(made["x"].reshape(200, 12), columns=[f"f{k}" for k in range(12)])
    plain = load_table(flat.assign(y_first=made["y_first"], y_second=made["y_second"]), "y_*")
    table = load_table(save(tmp_path, **made))
    assert table.feature_shape == (3, 4)
    assert table.feature_names[5] == "x1_1"
    assert replace(table, feature_names=plain.feature_names, feature_shape=()) == plain
    assert list(read_frame(tmp_path / "t.npz")[0]) == list(read_source(tmp_path / "t.npz").frame)


def test_own_arrays_are_the_same_as_a_folder(tmp_path):
    made = own_arrays()
    table = load_table(save(tmp_path, **made), "y_*")
    (tmp_path / "f").mkdir()
    for task in ("first", "second"):
        x = made[f"x_{task}"]
        frame = pd.DataFrame(x.reshape(len(x), -1), columns=table.feature_names)
        frame.assign(y=made[f"y_{task}"]).to_parquet(tmp_path / "f" / f"y_{task}.parquet")
    assert table.has_own_samples
    assert table == replace(load_table(tmp_path / "f"), feature_shape=(3, 4))


def test_other_arrays_are_columns(tmp_path):
    patient = np.arange(200) // 2
    table = load_table(save(tmp_path, **arrays(), mrn=patient), patient_id="mrn")
    assert len(set(table.patient)) == 100
    made = own_arrays()
    ids = {"mrn_first": np.arange(60) // 2, "mrn_second": np.arange(90) // 2}
    own = load_table(save(tmp_path, **made, **ids), patient_id="mrn")
    assert own.feature_shape == (3, 4)
    assert len(set(own.patient)) == 45


def plain(folder, arrays, **options):
    return load_table(save(folder, **arrays), **options)


@pytest.mark.parametrize("name", ["y", "Y", "labels", "Targets"])
@pytest.mark.parametrize("x", ["x", "X"])
def test_labels_of_all_tasks_in_one_array_are_found_by_its_name(tmp_path, name, x):
    made = arrays()
    both = np.stack([made["y_first"], made["y_second"]], axis=1)
    (tmp_path / "t").mkdir()
    wanted = plain(tmp_path / "t", {"x": made["x"], "y_0": both[:, 0], "y_1": both[:, 1]})
    kept = {x: made["x"], name: both, "age": np.arange(200)}
    assert plain(tmp_path, kept, ignore="age") == wanted
    (notice,) = read_source(tmp_path / "t.npz").notices
    assert f"Array '{name}' was taken for the labels of 2 tasks" in notice


def test_labels_under_other_names_are_those_that_are_asked_for(tmp_path):
    made = arrays()
    named = {"x": made["x"], "sick": made["y_first"], "worse": made["y_second"]}
    table = plain(tmp_path, named, targets="sick,worse")
    assert table.task_names == ("sick", "worse")
    assert table.feature_shape == (3, 4)
    both = {"x": made["x"], "out": np.stack([made["y_first"], made["y_second"]], axis=1)}
    assert plain(tmp_path, both, targets=["out"]).task_names == ("out_0", "out_1")
    with pytest.raises(TableError) as caught:
        plain(tmp_path, named)
    assert all(f"'{name}'" in str(caught.value) for name in named)
    assert "Name the labels with --targets" in str(caught.value)


def test_two_arrays_that_may_be_the_labels_are_not_guessed_between(tmp_path):
    made = arrays()
    labels = np.stack([made["y_first"], made["y_second"]], axis=1)
    either = {"x": made["x"], "y": 1 - labels, "labels": made["y_first"]}
    with pytest.raises(TableError, match=r"any may be the labels\. Name one with --targets"):
        plain(tmp_path, either)
    assert plain(tmp_path, either, targets="y", ignore="labels").task_names == ("y_0", "y_1")


def test_an_upload_that_does_not_tell_its_labels_is_opened_all_the_same(tmp_path):
    from core.runs import Draft

    made = arrays()
    for name, told in (("sick", ()), ("Y", ("Array 'Y' was taken for the labels of 2 tasks",))):
        labels = np.stack([made["y_first"], made["y_second"]], axis=1)
        one = made["y_first"] if name == "sick" else labels
        with save(tmp_path, x=made["x"], **{name: one}).open("rb") as file:
            draft = Draft.create(tmp_path / "runs", "t.npz", file)
        assert [notice.partition(", y_0")[0] for notice in draft.spec.notices] == list(told)
        assert draft.spec.targets == ()
        assert list(draft.frame())[12:] == (["sick"] if name == "sick" else ["y_0", "y_1"])


def test_pickles_are_never_opened(tmp_path):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("sprung").touch, ())

    made = arrays() | {"y_first": np.array([Trap()] * 200, dtype=object)}
    with pytest.raises(Exception, match="Python objects, which are never loaded"):
        load_table(save(tmp_path, **made))
    assert not (tmp_path / "sprung").exists()


def test_the_shape_survives_storage_and_roles(tmp_path):
    path = save(tmp_path, **arrays())
    table = load_table(path)
    save_value(tmp_path / "table.npz", table)
    assert load_value(tmp_path / "table.npz", TaskTable) == table
    found = read_source(path)
    roles = assign_roles(found.frame, found.targets, feature_shape=found.feature_shape)
    again = type(roles).from_spec(json.loads(json.dumps(roles.to_spec())))
    assert again == roles
    assert build_table(found.frame, again) == table
    with pytest.raises(ValueError, match="12 names for the shape"):
        replace(table, feature_shape=(5, 5))


def test_the_digest_of_a_folder_tells_names_and_contents(folder):
    before = digest_source(folder)
    assert digest_source(folder) == before
    (folder / "field_1.csv").rename(folder / "field_9.csv")
    renamed = digest_source(folder)
    (folder / "field_9.csv").write_text("a,b\n1,2\n")
    assert len({before, renamed, digest_source(folder)}) == 3


def test_a_run_folder_keeps_tasks_with_their_own_samples(folder, tmp_path):
    from core.plan import Plan
    from core.runs import Run

    made = own_arrays()
    made |= {"y_first": made["y_first"] == 1, "y_second": np.where(made["y_second"], "b", "a")}
    for path in (folder, save(tmp_path, **made)):
        found = read_source(path)
        shape = found.feature_shape
        roles = assign_roles(found.frame, found.targets, feature_shape=shape)
        digest = digest_source(path)
        run = Run.create(
            tmp_path / f"run_{path.stem}", found.frame, roles, Plan(), path.stem, digest
        )
        assert run.table() == load_table(path)


@pytest.mark.parametrize(
    ("name", "n_tasks", "n_rows", "n_features", "kind"),
    [
        ("landmine", 29, 14_820, 9, Kind.BINARY),
        ("omniglot_small", 8, 5_840, 784, Kind.MULTICLASS),
    ],
)
def test_real_folders_match_their_description(shared_data, name, n_tasks, n_rows, n_features, kind):
    about = json.loads((shared_data / f"{name}.json").read_text())
    table = load_table(shared_data / name, "y", ignore="split")
    assert table.features.shape == (n_rows, n_features)
    assert len(table.tasks) == n_tasks
    assert {task.kind for task in table.tasks} == {kind}
    assert table.has_own_samples
    n_labelled = {task.name: task.n_labelled for task in table.tasks}
    assert n_labelled == {task["task"]: task["n_rows"] for task in about["tasks"]}
    for task in range(n_tasks):
        own = ~np.isnan(table.labels[:, task])
        shares = [np.mean(table.split[own] == split.code) for split in Split]
        np.testing.assert_allclose(shares, [0.6, 0.2, 0.2], atol=0.01)


def test_an_uploaded_npz_becomes_a_table(tmp_path):
    from core.runs import Draft

    with save(tmp_path, **arrays()).open("rb") as file:
        draft = Draft.create(tmp_path / "runs", "t.npz", file)
    assert load_table(draft.frame()).features.shape == (200, 12)
