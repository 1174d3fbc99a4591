"""A table too large for memory, in the dashboard: opened by its path, looked at, started, told."""

import json
import zipfile
from io import BytesIO

import numpy as np
import pytest
from pyarrow import parquet

from core.data import assign_roles, mend_columns
from core.data.streamed import draw, large, opening
from core.errors import RunError, TableError
from core.plan import PRESETS
from core.progress import silent
from core.runs import Draft, State, archive_run
from core.runs.incoming import find_draft
from core.runs.rows import take_in
from core.runs.streamed import load_survey
from core.runs.unpack import unpack_run
from core.runs.worker import _Journal, work
from core.selection.profile import selected_rows
from core.values import Kind
from dashboard.results import chosen_of, profile_of
from dashboard.selection import Part, SampleSelection
from tests.cohort import SMALL_PLAN
from tests.core.streamed_tables import make_frame, save
from tests.dashboard.visit import PAGES, boxes, check_sound, go_to, visit, words

N = 4000


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch):
    monkeypatch.setattr(large, "LARGE", 1000)
    for function in (draw.draw_sample, opening.open_file):
        defaults = (*function.__defaults__[:-1], 1200)
        monkeypatch.setattr(function, "__defaults__", defaults)
    monkeypatch.setitem(PRESETS, "quick", SMALL_PLAN)


@pytest.fixture(scope="module")
def frame():
    return make_frame(N, rare=0.05).drop(columns=["y_time", "died", "seen", "person"])


@pytest.fixture
def data(tmp_path, monkeypatch, frame):
    folder = tmp_path / "data"
    folder.mkdir()
    save(frame, folder / "big.parquet")
    frame.to_csv(folder / "text.csv", index=False)
    monkeypatch.setenv("TASKSCAPE_DATA", str(folder))
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path / "runs"))
    return folder


def opened(data, name="big.parquet"):
    at = visit()
    at.selectbox(key="data_path").set_value(name).run()
    check_sound(at)
    assert "read in batches" in words(at)
    at.button(key="open_path").click().run()
    check_sound(at)
    return at


@pytest.mark.parametrize("name", ["big.parquet", "text.csv"])
def test_from_its_path_to_every_page(data, started, name):
    at = opened(data, name)
    assert "4,000 rows" in words(at)
    assert "never held whole" in boxes(at)
    assert ("written anew as Parquet" in boxes(at)) == (name == "text.csv")
    assert len(at.dataframe[0].value) == 100
    at.button(key="start_draft").click().run()
    check_sound(at)
    (run,) = started
    assert work(run.path).state is State.DONE
    for page in PAGES:
        at = go_to(visit(run.id), page)
    said = words(go_to(visit(run.id), "data"))
    assert "4,000" in said
    assert "of all 4,000 rows" in said
    assert "drawn evenly and with more of rare labels" in words(go_to(visit(run.id), "evidence"))
    assert any("read from its file batch by batch" in note for note in run.report().notes)


def test_the_rows_of_a_selection_have_a_profile(data, started, frame):
    at = opened(data)
    at.button(key="start_draft").click().run()
    (run,) = started
    work(run.path)
    flat = run.map("pca")
    left, right = flat.xy[:, 0].min() - 1, float(np.median(flat.xy[:, 0]))
    low, high = flat.xy[:, 1].min() - 1, flat.xy[:, 1].max() + 1
    corners = ((left, low), (right, low), (right, high), (left, high))
    outline = tuple((float(x), float(y)) for x, y in corners)
    selection = SampleSelection("pca", (Part(outline),))
    profile = profile_of(run, selection)
    table, points = run.table(), run.landscape(run.plan.heads).points
    inside = selected_rows(points, chosen_of(run, selection))
    assert 10 < profile.n_inside == len(inside) < len(table.features)
    told = next(one for one in profile.differences if one.column == "b")
    values = table.features[inside, table.feature_names.index("b")]
    assert told.inside == pytest.approx(np.nanmean(values), abs=1e-3)
    np.testing.assert_array_equal(points.label, table.labels[points.sample, points.task])


@pytest.mark.parametrize("change", ["moved", "changed"])
def test_a_file_that_moved_before_the_start_is_one_sentence(data, started, frame, change):
    at = opened(data)
    if change == "moved":
        (data / "big.parquet").rename(data / "other.parquet")
    else:
        save(frame.iloc[:3000], data / "big.parquet")
    at.button(key="start_draft").click().run()
    check_sound(at)
    assert "was moved or changed since it was opened" in boxes(at)
    assert not started


def started_run(data, started, name="big.parquet"):
    at = opened(data, name)
    at.button(key="start_draft").click().run()
    check_sound(at)
    return started[-1]


def test_a_run_whose_rows_are_in_needs_its_file_no_more_and_travels(data, started, tmp_path):
    run = started_run(data, started)
    with pytest.raises(RunError, match="were not read yet; resume it"):
        archive_run(run, BytesIO())
    assert work(run.path).state is State.DONE
    (data / "big.parquet").unlink()
    with (tmp_path / "run.zip").open("wb") as file:
        archive_run(run, file)
    with (tmp_path / "run.zip").open("rb") as file:
        again = unpack_run(tmp_path / "elsewhere", file)
    (again.path / "report.json").unlink()
    assert work(again.path).state is State.DONE
    told = json.loads((again.path / "report.json").read_text())
    assert told["provenance"]["data"]["n_samples"] == N


def test_no_archive_says_where_rows_lie_on_this_machine(data, started, tmp_path):
    run = started_run(data, started)
    assert work(run.path).state is State.DONE
    (run.path / "incoming").mkdir()
    (run.path / "incoming" / "other.json").write_text("{}")
    with (tmp_path / "run.zip").open("w+b") as file:
        archive_run(run, file)
        assert not [name for name in zipfile.ZipFile(file).namelist() if "incoming" in name]


def test_a_run_whose_rows_are_gone_fails_in_one_sentence(data, started):
    run = started_run(data, started)
    assert work(run.path).state is State.DONE
    (run.path / "streamed" / "rows.parquet").unlink()
    status = work(run.path)
    assert status.state is State.FAILED
    assert "the rows of the run" in status.error
    assert str(data.parent) not in status.error
    assert not status.is_our_fault


def test_a_start_that_is_stopped_while_it_reads_begins_anew(data, started, monkeypatch):
    run = started_run(data, started, "text.csv")
    on_progress, told = _Journal.on_progress, []

    def stop(journal, fraction, message):
        told.append(message)
        journal.must_stop = len(told) > 2
        on_progress(journal, fraction, message)

    with monkeypatch.context() as patch:
        patch.setattr(_Journal, "on_progress", stop)
        assert work(run.path).state is State.CANCELLED
    assert set(told) == {"reading every row"}
    assert not (run.path / "streamed").exists()
    check_sound(go_to(visit(run.id), "data"))
    assert work(run.path).state is State.DONE
    assert not (run.path / "incoming").exists()
    assert not any((run.path.parent / ".drafts").iterdir())
    assert load_survey(run.path).n_rows == N


def test_a_file_that_moved_while_the_run_waited_is_one_sentence(data, started):
    run = started_run(data, started)
    (data / "big.parquet").rename(data / "other.parquet")
    status = work(run.path)
    assert status.state is State.FAILED
    assert "big.parquet was moved or changed since it was opened" in status.error
    (data / "other.parquet").rename(data / "big.parquet")
    assert work(run.path).state is State.DONE


def test_what_only_every_row_tells_leads_back_to_the_columns(data, started, frame):
    spoilt = frame.copy()
    seen = Draft.create_from_path(data.parent / "runs", data / "big.parquet", "y").frame()
    unseen = next(row for row in range(N) if not (seen["b"] == frame["b"][row]).any())
    spoilt.loc[unseen, "b"] = np.inf
    save(spoilt, data / "big.parquet")
    run = started_run(data, started)
    status = work(run.path)
    assert status.state is State.FAILED
    assert "'b' has an infinite value" in status.error
    at = go_to(visit(run.id), "data")
    assert "infinite value" in boxes(at)
    at.button(key="change_columns").click().run()
    at.text_input(key=f"ignore_{find_draft(run.path).name}").set_value("b").run()
    check_sound(at)
    at.button(key="start_draft").click().run()
    assert work(started[-1].path).state is State.DONE
    assert "b" not in started[-1].table().feature_names


def test_a_damaged_note_of_where_rows_are_is_one_sentence(data, started):
    run = started_run(data, started)
    (run.path / "incoming" / "rows.json").write_text('{"large": {"path"')
    status = work(run.path)
    assert status.state is State.FAILED
    assert "incoming/rows.json" in status.error
    assert not status.is_our_fault
    check_sound(go_to(visit(run.id), "data"))
    run.delete()
    assert not run.path.exists()


def test_a_run_that_goes_takes_its_draft_along(data, started):
    run = started_run(data, started)
    assert any((run.path.parent / ".drafts").iterdir())
    run.delete()
    assert not any((run.path.parent / ".drafts").iterdir())


def test_an_upload_that_is_large_is_kept_and_read_in_batches(data, tmp_path, frame):
    for name in ("big.parquet", "text.csv"):
        with (data / name).open("rb") as file:
            draft = Draft.create(tmp_path / "runs", name, file)
        kept = draft.spec.large
        assert kept.n_rows == N
        assert draft.path in kept.file().parents
        assert not (draft.path / "upload").exists()
        assert N > len(draft.frame()) > 500


def test_a_damaged_file_leaves_no_draft(data, tmp_path):
    whole = (data / "big.parquet").read_bytes()
    (data / "big.parquet").write_bytes(whole[: len(whole) // 3] + b"\xff" * 9000 + whole[-3000:])
    with pytest.raises(TableError, match="damaged"):
        Draft.create_from_path(tmp_path / "runs", data / "big.parquet", "y")
    assert not list((tmp_path / "runs" / ".drafts").iterdir())


def test_mends_and_kinds_chosen_on_the_page_reach_every_row(data, tmp_path, frame):
    spoilt = frame.assign(b=frame["b"].round(2).where(np.arange(N) % 4 > 0, -999.0))
    save(spoilt, data / "big.parquet")
    draft = Draft.create_from_path(tmp_path / "runs", data / "big.parquet", "y")
    mends, kinds = {"b": "missing:-999"}, {"y_rare": "regression"}
    seen = mend_columns(draft.frame(), mends)
    roles = assign_roles(seen, "y_*", ignore="ward", kinds=kinds, mends=mends)
    run = draft.to_run(tmp_path / "runs", roles, SMALL_PLAN)
    take_in(run, silent)
    rows = parquet.read_table(run.path / "streamed" / "rows.parquet").to_pandas()
    assert rows["b"].isna().sum() == N / 4
    assert "ward" not in rows
    kept = load_survey(run.path)
    assert next(task.kind for task in kept.tasks if task.name == "y_rare") is Kind.REGRESSION
    assert not draft.path.exists()
