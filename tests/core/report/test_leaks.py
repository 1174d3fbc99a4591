"""A run with planted secrets, as every format: no byte of any file holds one of them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core import explain_groups
from core.report import FORMATS, make_manifest, render_report, save_report, to_document
from core.runs import name_group, read_document
from tests.core.export.cohort import BINARY, SECRET, SECRET_NOTE, make_run, mixed_frame
from tests.core.report.reading import pdf_bytes, zip_bytes

RARE, COMMON = "Tropical-XQ", "Northwing-YZ"
USER = "zebulon-the-user"


@pytest.fixture(scope="module")
def frame():
    """A rare ward whose patients are all sick, and a common one whose are too."""
    made = mixed_frame(600)
    sick = np.flatnonzero(made[BINARY] == "sick")
    made["ward"] = "general"
    made.loc[sick[:10], "ward"] = RARE
    made.loc[sick[10:70], "ward"] = COMMON
    made["mrn"] = [f"MRN{7_000_000 + 13 * number}" for number in range(len(made))]
    made["id"] = made["mrn"]
    return made


@pytest.fixture(scope="module")
def run(frame, tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("path-of-secrets") / "run-of-secrets", frame)


@pytest.fixture(scope="module")
def document(run):
    name_group(run.path, read_document(run)["recommended"]["groups"][0], "My group")
    return read_document(run)


def every_byte(content, form):
    if form == "pptx":
        return zip_bytes(content)
    return pdf_bytes(content) if form == "pdf" else content


def secrets(frame, run):
    yield from (RARE, SECRET_NOTE, str(SECRET), f"{SECRET:g}", "secret-file-name", USER)
    yield from (str(run.path), run.path.name, run.path.parent.name)
    yield from frame["mrn"].tolist()
    yield from ("note 17", "98765")


@pytest.mark.parametrize("form", list(FORMATS))
def test_no_secret_is_in_any_byte(form, document, frame, run, tmp_path, monkeypatch):
    for variable in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(variable, USER)
    path = tmp_path / f"secret-output-name.{form}"
    save_report(render_report(document, form), path)
    found = every_byte(path.read_bytes(), form)
    for secret in (*secrets(frame, run), "secret-output-name"):
        assert secret.encode() not in found, secret
        assert secret.encode("utf-16-be") not in found, secret


@pytest.mark.parametrize(
    ("form", "word"),
    [(form, f"ward={COMMON}") for form in ("html", "pdf", "json")] + [("pptx", "=1+1 😀")],
)
def test_what_is_looked_for_would_be_found(form, word, document):
    """The reader sees the words that are meant to leave: a common ward, the names of tasks."""
    assert word.encode() in every_byte(render_report(document, form), form)


def test_the_manifest_names_all_that_leaves(document):
    found = make_manifest(document, "html", "clinician")
    assert set(found.task_names) == {task["name"] for task in document["tasks"]}
    assert f"ward={COMMON}" in found.column_names
    assert RARE not in found.text
    assert "no file name" in found.text


@pytest.fixture(scope="module")
def driven(run):
    """The same run with all outcomes in one group, which the rare ward and the secrets go with."""
    report, table = run.report(), run.table()
    together = replace(report.recommended.grouping, labels=np.zeros(len(report.tasks), dtype=int))
    report = replace(report, recommended=replace(report.recommended, grouping=together))
    return to_document(explain_groups(table, report, run.plan))


@pytest.mark.parametrize("form", list(FORMATS))
def test_drivers_hold_no_secret_either(form, driven, frame, run):
    assert driven["why"][0]["holds"]
    assert driven["why"][0]["traits"]
    found = every_byte(render_report(driven, form), form)
    for secret in secrets(frame, run):
        assert secret.encode() not in found, secret
        assert secret.encode("utf-16-be") not in found, secret


def counts(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from counts(item)
    elif isinstance(value, list):
        for item in value:
            yield from counts(item)
    elif isinstance(value, int):
        yield value


def test_no_count_of_one_to_ten_is_in_the_data(document):
    assert not [count for count in counts(document["data"]) if 1 <= count <= 10]


def test_the_document_says_no_count_of_events_in_words(document):
    text = json.dumps(document["evidence"])
    assert "events among" not in text or "too few events" in text


def test_pptx_and_pdf_name_no_author(document):
    import io

    import pikepdf
    from pptx import Presentation

    about = Presentation(io.BytesIO(render_report(document, "pptx"))).core_properties
    assert about.author == about.last_modified_by == about.comments == ""
    with pikepdf.open(io.BytesIO(render_report(document, "pdf"))) as pdf:
        assert set(pdf.docinfo) <= {"/Title", "/Creator", "/CreationDate", "/ModDate"}


def test_the_command_line_takes_the_names_that_were_given(run, document, tmp_path):
    from click.testing import CliRunner

    from core.__main__ import main

    out = tmp_path / "report.html"
    words = ["report", str(run.path), "--format", "html", "-o", str(out)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "names given to groups: My group" in done.stderr
    if len(document["recommended"]["groups"][0]) > 1:
        assert ": My group" in out.read_text(encoding="utf-8")
