"""The gallery of hard tables: every file a user may come with, and what must be said about it.

    from tests.inputs import GALLERY

Used by the tests of the engine, the command line and the dashboard alike.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Case:
    """One table: `write(folder)` makes the file; `expected` is part of the error, None where the
    table must be accepted. `warned` is part of a warning that `find_issues` must give."""

    name: str
    write: Callable[[Path], Path]
    expected: str | None = None
    targets: str = "y_*"
    ignore: str = ""
    warned: str = ""

    def __str__(self) -> str:
        return self.name


def good_frame(n_samples: int = 200, seed: int = 0) -> pd.DataFrame:
    """Four features, two targets that depend on them; nothing wrong with it."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n_samples, 4)).round(3), columns=list("abcd"))
    frame["y_first"] = (frame["a"] + rng.normal(size=n_samples) > 0).astype(int)
    frame["y_second"] = (frame["b"] + rng.normal(size=n_samples) > 0).astype(int)
    return frame


def _csv(**columns: object) -> Callable[[Path], Path]:
    """A good table with these columns set: values, or a function of the good frame."""
    return lambda folder: save_csv(_changed(columns), folder)


def _changed(columns: dict[str, object]) -> pd.DataFrame:
    frame = good_frame()
    values = {name: make(frame) if callable(make) else make for name, make in columns.items()}
    return frame.assign(**values)


def save_csv(frame: pd.DataFrame, folder: Path, name: str = "table.csv") -> Path:
    path = folder / name
    frame.to_csv(path, index=False)
    return path


def _bytes(name: str, content: bytes | str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def _text(**options: object) -> str:
    return good_frame().to_csv(index=False, **options)


def _labels(n_positive: int, n_labelled: int = 200) -> np.ndarray:
    labels = np.full(200, np.nan)
    labels[:n_labelled] = 0
    labels[:n_positive] = 1
    return np.random.default_rng(1).permutation(labels)


def _renamed(*names: str) -> Callable[[Path], Path]:
    new = dict(zip("abcd", names, strict=False))
    return lambda folder: save_csv(good_frame().rename(columns=new), folder)


def _duplicate_names(folder: Path) -> Path:
    frame = good_frame()
    frame.columns = ["a", "b", "a", "d", "y_first", "y_second"]
    return save_csv(frame, folder)


def _duplicate_in_parquet(folder: Path) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pandas(good_frame())
    path = folder / "table.parquet"
    parquet.write_table(table.rename_columns(["a", "b", "a", "d", "y_first", "y_second"]), path)
    return path


def _parquet(folder: Path) -> Path:
    path = folder / "table.parquet"
    good_frame().to_parquet(path)
    return path


def _truncated(folder: Path) -> Path:
    path = _parquet(folder)
    path.write_bytes(path.read_bytes()[:-100])
    return path


def _damaged(folder: Path) -> Path:
    path = _parquet(folder)
    content = path.read_bytes()
    path.write_bytes(content[:-200] + b"\xff" * 150 + content[-50:])
    return path


def _parquet_as_csv(folder: Path) -> Path:
    return _parquet(folder).rename(folder / "table.csv")


def _csv_as_parquet(folder: Path) -> Path:
    return save_csv(good_frame(), folder).rename(folder / "table.parquet")


def _workbook_as_csv(folder: Path) -> Path:
    from zipfile import ZipFile

    path = folder / "table.csv"
    with ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return path


def _wide(folder: Path) -> Path:
    wide = np.random.default_rng(0).normal(size=(60, 10_000)).round(2)
    frame = pd.DataFrame(wide, columns=[f"gene_{k}" for k in range(10_000)])
    frame["y_first"] = np.arange(60) % 2
    frame["y_second"] = (np.arange(60) // 2) % 2
    return save_csv(frame, folder)


def _folder(folder: Path) -> Path:
    (folder / "table.csv").mkdir()
    return folder / "table.csv"


def _decimal_comma(folder: Path) -> Path:
    path = folder / "table.csv"
    good_frame().to_csv(path, index=False, sep=";", decimal=",")
    return path


def _ragged(line: int, cells: str) -> Callable[[Path], Path]:
    lines = _text().splitlines()
    lines[line - 1] = cells
    return _bytes("table.csv", "\n".join(lines))


_RENAMED_A = good_frame().rename(columns={"a": "Größe", "b": "µ-Wert"})

GALLERY: tuple[Case, ...] = (
    # the file
    Case("missing file", lambda folder: folder / "table.csv", "There is no file"),
    Case("folder", _folder, "has no table in it"),
    Case("empty", _bytes("table.csv", b""), "is empty"),
    Case("blank lines only", _bytes("table.csv", " \n\n"), "is empty"),
    Case("empty parquet", _bytes("table.parquet", b""), "is empty"),
    Case("header only", _bytes("table.csv", "a,b,y_first\n"), "has a header but no rows"),
    Case("one column", _bytes("table.csv", "y_first\n1\n0\n"), "has one column ('y_first')"),
    Case("blanks between columns", _bytes("table.csv", _text(sep=" ")), "has one column"),
    Case("unknown ending", _bytes("table.xlsx", b"PK\x03\x04"), "does not end in .csv"),
    Case("parquet named csv", _parquet_as_csv, "is a Parquet file, not a text table"),
    Case("workbook named csv", _workbook_as_csv, "an Excel workbook, not a text table"),
    Case("picture named csv", _bytes("table.csv", b"\x89PNG\r\n\x1a\n\0"), "is a PNG picture"),
    Case("csv named parquet", _csv_as_parquet, "is not a Parquet file but text"),
    Case("bytes named csv", _bytes("table.csv", bytes(range(256)) * 9), "is not text"),
    Case("truncated parquet", _truncated, "is cut off"),
    Case("damaged parquet", _damaged, "is damaged Parquet"),
    Case("csv named csv.gz", _bytes("table.csv.gz", _text()), "is not a whole gzip file"),
    # the text
    Case("ragged short", _ragged(4, "1,2,3"), "line 4 has 3 values but the header names 6"),
    Case("ragged long", _ragged(7, "1,2,3,4,5,6,7"), "line 7 has 7 values"),
    Case(
        "open quote", _bytes("table.csv", _text() + '1,2,3,4,1,"0\n1,2,3,4,1,0'), "does not close"
    ),
    Case("semicolons", _bytes("table.csv", _text(sep=";"))),
    Case("decimal comma", _decimal_comma),
    Case("tabs in csv", _bytes("table.csv", _text(sep="\t"))),
    Case("tsv", _bytes("table.tsv", _text(sep="\t"))),
    Case("commas in tsv", _bytes("table.tsv", _text())),
    Case("windows line ends", _bytes("table.csv", _text(lineterminator="\r\n"))),
    Case("cp1252", _bytes("table.csv", _RENAMED_A.to_csv(index=False).encode("cp1252"))),
    Case("utf-16", _bytes("table.csv", _RENAMED_A.to_csv(index=False).encode("utf-16"))),
    Case(
        "utf-8 with mark", _bytes("table.csv", _RENAMED_A.to_csv(index=False).encode("utf-8-sig"))
    ),
    Case("duplicate names", _duplicate_names, "has 2 columns named 'a'"),
    Case("duplicate names in parquet", _duplicate_in_parquet, "has 2 columns named 'a'"),
    Case(
        "markup in names", _renamed("<img src=x onerror=alert(1)>", '=HYPERLINK("http://x")', "😀")
    ),
    Case("long names", _renamed("n" * 300, "m" * 300)),
    Case("names with line ends", _renamed("two\nlines", 'a "quote"', "a,comma")),
    Case("no header line", _bytes("table.csv", "5.1,3.5,0,0\n4.9,3.0,1,0\n"), "Add a header line"),
    Case("name too long", lambda folder: folder / f"{'n' * 256}.csv", "File name too long"),
    # the targets
    Case("no target matched", _csv(), "'z_*' matches no column", targets="z_*"),
    Case("misspelt target", _csv(), "Did you mean 'y_first'?", targets="y_frist,y_second"),
    Case("one target", _csv(), "There is one target ('y_first')", targets="y_first"),
    Case("targets all ignored", _csv(), "No target column is left", ignore="y_*"),
    Case("constant target", _csv(y_first=3), "'y_first' is constant: every label is 3"),
    Case("one class", _csv(y_first="yes"), "'y_first' is constant: every label is yes"),
    Case("no labels", _csv(y_first=np.nan), "'y_first' has no labels"),
    Case("nine labels", _csv(y_first=_labels(4, 9)), "'y_first' has 9 labels; at least 10"),
    Case("one positive", _csv(y_first=_labels(1)), "'y_first' has 1 positive label; at least 10"),
    Case("nine positives", _csv(y_first=_labels(9)), "'y_first' has 9 positive labels"),
    Case("nine negatives", _csv(y_first=1 - _labels(9)), "'y_first' has 9 negative labels"),
    Case("ten positives", _csv(y_first=_labels(10)), warned="'y_first' has 10 positive labels"),
    Case("most labels missing", _csv(y_first=_labels(20, 45)), warned="'y_first' has 45 labels"),
    Case("infinite label", _csv(y_first=lambda f: f["a"].replace(f["a"][3], np.inf)), "infinite"),
    Case(
        "free text target", _csv(y_first=[f"word {k}" for k in range(200)]), "200 distinct values"
    ),
    Case("date target", _csv(y_first=pd.date_range("2020-01-01", periods=200)), "holds dates"),
    Case("copied tasks", _csv(y_third=lambda f: f["y_first"]), warned="hold the same labels"),
    Case("opposite tasks", _csv(y_third=lambda f: 1 - f["y_first"]), warned="hold opposite labels"),
    Case("words as labels", _csv(y_first=lambda f: f["y_first"].map({0: "no", 1: "yes"}))),
    Case("infinite class", _csv(y_first=[0, 1, 2, np.inf] * 50), "has 50 infinite labels"),
    # the features
    Case(
        "target among the features", _csv(outcome=lambda f: f["y_first"]), "is a copy of the target"
    ),
    Case(
        "text target among the features",
        _csv(
            y_first=lambda f: np.where(f["a"] > 0.5, "high", np.where(f["a"] > 0, "mid", "low")),
            band=lambda f: np.where(f["a"] > 0.5, "high", np.where(f["a"] > 0, "mid", "low")),
        ),
        "'band' is a copy of the target 'y_first'",
    ),
    Case(
        "near-perfect feature",
        _csv(after=lambda f: f["y_first"] * 10 + f["c"]),
        warned="'after' alone predicts 'y_first' almost perfectly",
    ),
    Case(
        "infinite feature", _csv(a=lambda f: f["a"].replace(f["a"][3], -np.inf)), "infinite value"
    ),
    Case("empty feature", _csv(a=np.nan), warned="'a' has no values and was left out"),
    Case("constant feature", _csv(a=1.5), warned="'a' has the same value everywhere"),
    Case("only empty features", _csv(a=np.nan, b=np.nan, c=np.nan, d=""), "None of the 4 feature"),
    Case(
        "no features",
        lambda folder: save_csv(good_frame()[["y_first", "y_second"]], folder),
        "There is no feature column",
    ),
    Case("missing features", _csv(a=lambda f: f["a"].where(f["b"] > 0))),
    Case("record number", _csv(visit=range(1000, 1200)), warned="looks like a record number"),
    Case("names of people", _csv(Name=[f"P {k}" for k in range(200)]), warned="identifying data"),
    Case(
        "free text feature", _csv(note=[f"n {k}" for k in range(200)]), warned="200 distinct texts"
    ),
    Case("10 000 columns", _wide),
    # the rows
    Case("one row", lambda folder: save_csv(good_frame(1), folder), "The table has 1 row;"),
    Case("29 rows", lambda folder: save_csv(good_frame(29), folder), "The table has 29 rows;"),
)


def task_frames(n_tasks: int = 3, n_samples: int = 60, seed: int = 0) -> dict[str, pd.DataFrame]:
    """Own samples for every task: four features and a target `y` that depends on the first."""
    made = {}
    for number in range(n_tasks):
        rng = np.random.default_rng([seed, number])
        features = rng.normal(size=(n_samples + number, 4)).round(3)
        frame = pd.DataFrame(features, columns=list("abcd"))
        made[f"field_{number}"] = frame.assign(y=(frame["a"] > rng.normal(size=len(frame))) * 1)
    return made


def _tasks(change: Callable[[dict[str, pd.DataFrame]], object] = dict) -> Callable[[Path], Path]:
    """A folder of good frames, one a task, after `change` has been at them."""

    def write(folder: Path) -> Path:
        frames = task_frames()
        change(frames)
        (folder / "tasks").mkdir()
        for name, frame in frames.items():
            frame.to_csv(folder / "tasks" / f"{name}.csv", index=False)
        return folder / "tasks"

    return write


def _changing(**columns: object) -> Callable[[dict[str, pd.DataFrame]], object]:
    """Set columns in the second frame; None takes the column away."""

    def change(frames: dict[str, pd.DataFrame]) -> None:
        frame = frames["field_1"].assign(**{k: v for k, v in columns.items() if v is not None})
        frames["field_1"] = frame.drop(columns=[k for k, v in columns.items() if v is None])

    return change


def _one_of_each(folder: Path) -> Path:
    path = _tasks()(folder)
    task_frames()["field_1"].to_parquet(path / "field_1.parquet")
    return path


def arrays(n: int = 200, seed: int = 0) -> dict[str, np.ndarray]:
    """Features and labels of two tasks as they are saved in an .npz."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3, 4))
    first = (x[:, 0, 0] > 0).astype(float)
    return {"x": x, "y_first": first, "y_second": (x[:, 1, 1] + x[:, 0, 0] > 0).astype(int)}


def own_arrays(seed: int = 0) -> dict[str, np.ndarray]:
    """Own samples for each of two tasks as they are saved in an .npz."""
    one, other = arrays(60, seed), arrays(90, seed + 1)
    labels = {"y_first": one["y_first"], "y_second": other["y_second"]}
    return {"x_first": one["x"], "x_second": other["x"], **labels}


def _npz(made: Callable[[], dict[str, np.ndarray]], **change: object) -> Callable[[Path], Path]:
    """The arrays with some set (values, or a function of all of them); None takes one away."""

    def write(folder: Path) -> Path:
        every = made()
        values = {name: new(every) if callable(new) else new for name, new in change.items()}
        kept = {name: value for name, value in {**every, **values}.items() if value is not None}
        np.savez(folder / "arrays.npz", **kept)
        return folder / "arrays.npz"

    return write


def _cut_npz(folder: Path) -> Path:
    path = _npz(arrays)(folder)
    path.write_bytes(path.read_bytes()[:-300])
    return path


def _with_a_note(folder: Path) -> Path:
    from zipfile import ZipFile

    path = _npz(arrays)(folder)
    with ZipFile(path, "a") as archive:
        archive.writestr("note.txt", "about")
    return path


_DAYS = np.datetime64("2020-01-01") + np.arange(60)

OWN_SAMPLES: tuple[Case, ...] = (
    # a folder with one file per task
    Case("a file a task", _tasks(), targets="y"),
    Case("a glob for the target", _tasks(_changing(y=None, z=[0, 1] * 30 + [1])), targets="[yz]"),
    Case("a column the others lack", _tasks(_changing(e=1.5)), "field_1.csv adds 'e'", "y"),
    Case("a column less", _tasks(_changing(b=None)), "field_1.csv lacks 'b'", "y"),
    Case("a renamed column", _tasks(_changing(b=None, B=1)), "lacks 'b' and adds 'B'", "y"),
    Case("an extra column ignored", _tasks(_changing(e=1.5)), targets="y", ignore="e"),
    Case("ignored nowhere", _tasks(), "--ignore 'e' matches no column", "y", "e"),
    Case("text in one file", _tasks(_changing(b="low")), "'b' holds numbers in field_0.csv", "y"),
    Case("no values in one file", _tasks(_changing(b=np.nan)), targets="y"),
    Case("a file without the target", _tasks(_changing(y=None)), "field_1.csv: --targets 'y'", "y"),
    Case("two targets a file", _tasks(_changing(y2=1)), "field_1.csv has 2 target columns", "y*"),
    Case("own task without labels", _tasks(_changing(y=np.nan)), "'field_1' has no labels", "y"),
    Case(
        "own task with text labels", _tasks(_changing(y=["no", "yes"] * 30 + ["yes"])), targets="y"
    ),
    Case("a file cut short", _tasks(lambda f: f.update(field_1=f["field_1"][:0])), "no rows", "y"),
    Case("one file", _tasks(lambda f: (f.pop("field_1"), f.pop("field_2"))), "one target", "y"),
    Case(
        "called like a column",
        _tasks(lambda f: f.update(a=f.pop("field_1"))),
        "a.csv is called",
        "y",
    ),
    Case("one task twice", _one_of_each, "field_1.csv and field_1.parquet are both", "y"),
    Case("no table in the folder", lambda folder: folder, "has no table in it", "y"),
    # an .npz of arrays
    Case("arrays", _npz(arrays)),
    Case("arrays of rows", _npz(arrays, x=lambda a: a["x"][:, 0])),
    Case("arrays of one number", _npz(arrays, x=lambda a: a["x"][:, 0, 0])),
    Case("arrays with missing labels", _npz(arrays, y_first=[0, 1, np.nan, 1] * 50)),
    Case("arrays with text labels", _npz(arrays, y_first=["no", "yes"] * 100)),
    Case("half precision", _npz(arrays, x=lambda a: a["x"].astype(np.float16))),
    Case("the other byte order", _npz(arrays, x=lambda a: a["x"].astype(">f8"))),
    Case("pictures in bytes", _npz(arrays, x=lambda a: (a["x"] * 40 + 128).astype(np.uint8))),
    Case("an array more", _npz(arrays, age=np.arange(200) % 7), "shape (3, 4) = 12 features"),
    Case("an array more ignored", _npz(arrays, age=np.arange(200) % 7), ignore="age"),
    Case("an empty pixel", _npz(arrays, x=lambda a: a["x"] * [np.nan, 1, 1, 1]), "x0_0"),
    Case("no labels saved", _npz(arrays, y_first=None, y_second=None), "has no label array"),
    Case("no features saved", _npz(arrays, x=None), "has 'y_first' but neither 'x' nor 'x_first'"),
    Case("another length", _npz(arrays, y_first=np.zeros(199)), "'y_first' has the shape (199,)"),
    Case("two labels a row", _npz(arrays, y_first=np.zeros((200, 2))), "has the shape (200, 2)"),
    Case("text features", _npz(arrays, x=["a"] * 200), "holds <U1"),
    Case("complex features", _npz(arrays, x=np.zeros(200, complex)), "holds complex128"),
    Case("no samples", _npz(arrays, x=np.zeros((0, 3))), "has the shape (0, 3)"),
    Case("objects", _npz(arrays, y_first=np.array([0, 1, None, 1] * 50)), "Python objects"),
    Case("cut off arrays", _cut_npz, "is not a whole .npz file"),
    Case("text named npz", _bytes("t.npz", _text()), "is not a whole .npz file"),
    Case("empty npz", _bytes("t.npz", b""), "is not a whole .npz file"),
    Case("missing npz", lambda folder: folder / "t.npz", "There is no file"),
    Case("own arrays", _npz(own_arrays)),
    Case("own arrays of booleans", _npz(own_arrays, y_first=np.arange(60) % 2 == 0)),
    Case("own arrays of text", _npz(own_arrays, y_first=["no", "yes"] * 30)),
    Case("own arrays of dates", _npz(own_arrays, y_first=_DAYS), "'y_first' holds dates"),
    Case("a file that is no array", _with_a_note, "'note.txt' is no array"),
    Case("own arrays of another shape", _npz(own_arrays, x_second=np.zeros((90, 4, 3))), "(4, 3)"),
    Case("own arrays of another length", _npz(own_arrays, y_first=np.zeros(61)), "(61,)"),
    Case("own arrays, one without x", _npz(own_arrays, x_first=None), "nor 'x_first'"),
    Case("own arrays, one without y", _npz(own_arrays, y_first=None), "'x_first' belongs to no"),
)
"""Tasks that come with their own samples, and arrays."""
