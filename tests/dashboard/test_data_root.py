"""Several tables at once, and tables opened by their path inside one folder and nowhere else."""

import io
import os

import pytest

from core.errors import TableError
from core.runs import Draft, Run, State
from core.runs.data_root import find_data, list_data, size_of
from core.runs.worker import work
from tests.cohort import small_cohort
from tests.dashboard.visit import boxes, check_sound, visit, words
from tests.inputs import good_frame


@pytest.fixture
def root(tmp_path, monkeypatch):
    folder = tmp_path / "runs"
    monkeypatch.setenv("TASKSCAPE_RUNS", str(folder))
    return folder


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    (folder / "deep").mkdir(parents=True)
    good_frame().to_csv(folder / "deep" / "good.csv", index=False)
    (tmp_path / "secret.csv").write_text("a,y_b\n1,2\n")
    (folder / "out.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "up").symlink_to(tmp_path)
    (folder / "tables").mkdir()
    (folder / "tables" / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / ".hidden.csv").write_text("a,y\n1,2\n")
    monkeypatch.setenv("TASKSCAPE_DATA", str(folder))
    return folder


def test_what_lies_inside_is_found(data):
    assert find_data(data, "deep/good.csv") == (data / "deep" / "good.csv").resolve()
    assert find_data(data, " deep/../deep/good.csv ") == (data / "deep" / "good.csv").resolve()
    assert find_data(data, "deep") == (data / "deep").resolve()
    assert list_data(data) == ("deep/good.csv",)


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "..",
        "../secret.csv",
        "deep/../../secret.csv",
        "out.csv",
        "up/secret.csv",
        "tables",
        "/etc/passwd",
        "nowhere.csv",
        "a\0b",
        "x" * 5000,
    ],
)
def test_nothing_outside_is_told_from_what_is_not_there(data, path):
    with pytest.raises(TableError, match="There is no table") as caught:
        find_data(data, path)
    assert "\n" not in str(caught.value)


def test_a_link_to_the_data_folder_itself_is_no_way_out(data, tmp_path):
    (tmp_path / "alias").symlink_to(data)
    assert find_data(tmp_path / "alias", "deep/good.csv").name == "good.csv"
    with pytest.raises(TableError):
        find_data(tmp_path / "alias", "../secret.csv")


def test_the_size_of_a_folder_is_that_of_its_files(data):
    size = size_of(data / "deep")
    assert size.on_disk == os.path.getsize(data / "deep" / "good.csv")
    assert size.needed > size.on_disk
    assert not size.is_tight


def test_a_table_is_opened_by_its_path_and_stays_where_it_is(root, data):
    at = visit()
    at.selectbox(key="data_path").set_value("deep/good.csv").run()
    check_sound(at)
    assert "are free" in words(at)
    at.button(key="open_path").click().run()
    check_sound(at)
    at.run()
    check_sound(at)
    assert "good: 200 rows" in words(at)
    assert (data / "deep" / "good.csv").exists()


@pytest.mark.parametrize("path", ["../secret.csv", "up/secret.csv", "nowhere.csv"])
def test_the_page_opens_nothing_outside(root, data, path, monkeypatch):
    monkeypatch.setattr("dashboard.upload.list_data", lambda root: (path,))  # as if typed
    at = visit()
    at.selectbox(key="data_path").set_value(path).run()
    check_sound(at)
    assert "There is no table" in boxes(at)
    assert not [one for one in at.button if one.key == "open_path"]


def test_without_a_data_folder_the_way_to_one_is_told(root, monkeypatch):
    monkeypatch.delenv("TASKSCAPE_DATA", raising=False)
    at = visit()
    assert "TASKSCAPE_DATA=FOLDER" in words(at)
    assert not [box for box in at.selectbox if box.key == "data_path"]


def tables(n=3):
    frame = small_cohort(n_samples=600).frame
    features = [name for name in frame.columns if not name.startswith("y_")]
    labels = [name for name in frame.columns if name.startswith("y_")]
    for place in range(n):
        rows = frame.iloc[place::n]
        yield f"clinic {place}.csv", rows[features].assign(y=rows[labels[place]])


def csv_of(frame):
    return frame.to_csv(index=False).encode()


def test_several_tables_become_one_task_each(root, monkeypatch):
    started = []
    monkeypatch.setattr(Run, "start", lambda run, job="run": started.append(run.path))
    at = visit()
    for name, frame in tables():
        at.file_uploader[0].upload(name, csv_of(frame))
    at.run()
    check_sound(at)
    assert "tables: 600 rows" in words(at)
    roles = at.dataframe[1].value
    assert list(roles.loc[roles["role"] == "target", "column"]) == [f"clinic {k}" for k in range(3)]
    at.button(key="start_draft").click().run()
    check_sound(at)
    run = Run(started[0])
    assert run.table().has_own_samples
    status = work(run.path)
    assert status.state is State.DONE, status.error


@pytest.mark.parametrize(
    ("change", "words_"),
    [
        (lambda name, frame: (name, frame.rename(columns={"y": "z"})), "y"),
        (lambda name, frame: ("same.csv", frame), "one name"),
    ],
)
def test_tables_that_do_not_fit_are_a_sentence_and_leave_nothing(tmp_path, change, words_):
    files = [change(name, frame) for name, frame in tables()]
    with pytest.raises(TableError, match=words_):
        Draft.create_from_tables(
            tmp_path, [(name, io.BytesIO(csv_of(frame))) for name, frame in files], "y"
        )
    assert not any((tmp_path / ".drafts").iterdir())
