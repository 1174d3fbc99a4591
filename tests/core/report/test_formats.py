"""All formats say what the story says, are inert, and are what their names promise."""

import io
import json
import os
import re
import time

import pytest
import yaml

from core.errors import MethodError, RunError
from core.report import FORMATS, Audience, render_report, save_report, tell
from tests.core.report.documents import document, evidence_of
from tests.core.report.reading import (
    html_tags,
    html_words,
    packed,
    pdf_words,
    pptx_words,
    squeeze,
)
from tests.core.report.test_story import texts, texts_of

HARD = [
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://x.example","y")',
    '#read("/etc/passwd")',
    "$x$ *bold* _it_ @ref <lab>",
    "{{7*7}}{% for a in b %}",
    "'\"`\\",
    "n" * 300,
    "ضغط الدم",
    "\u202eevil",
    "a\nb\tc",
    "http://x.example/y",
    "😀 smile",
]


@pytest.fixture(scope="module")
def made():
    return document(12, evidence=evidence_of(not_counted=1, lost=1))


@pytest.fixture(scope="module")
def hard():
    return document(
        len(HARD), [[0, 1, 2, 3, 6], [4, 5, 7, 8], [9, 10, 11]], evidence_of(), HARD, HARD[:3]
    )


@pytest.mark.parametrize("audience", list(Audience))
def test_html_says_every_word_of_the_story(made, audience):
    found = packed(html_words(render_report(made, "html", audience)))
    for text in texts(tell(made).for_audience(audience)):
        assert packed(squeeze(text)) in found


@pytest.mark.parametrize("audience", list(Audience))
def test_pdf_says_every_word_and_number_of_the_story(made, audience):
    found = pdf_words(render_report(made, "pdf", audience)).replace("\u00a0", " ")
    words = set(found.split()) | set(re.sub(r"-\n\s*", "-", found).split())
    words |= {word.rstrip(":") for word in found.split()}
    story = tell(made).for_audience(audience)
    for text in texts(story):
        assert set(squeeze(text).split()) <= words | {"·"}, text


def test_slides_say_every_slide_of_the_story(made):
    found = pptx_words(render_report(made, "pptx"))
    for slide in tell(made).slides:
        assert squeeze(slide.message) in found
        assert squeeze(slide.notes) in found
        for text in texts_of(slide.block):
            missing = [word for word in squeeze(text).split() if word not in found]
            assert not missing, text


def numbers(text):
    return re.findall(r"[+−]?\d+\.\d{3}", text)


def test_the_gains_are_those_of_the_document(made):
    """Independent of the story: rounded here, looked for in every format."""
    rows = made["evidence"]["candidates"][0]["per_task"]
    expected = {f"{row['gain']:+.3f}".replace("-", "−") for row in rows}
    expected |= {f"{made['evidence'][key]['low']:+.3f}" for key in ("grouped_over_alone",)}
    for read, form in ((html_words, "html"), (pdf_words, "pdf"), (pptx_words, "pptx")):
        found = set(numbers(read(render_report(made, form))))
        assert expected <= found, form
    metrics = {f"{row['metric']:.3f}" for row in made["evidence"]["alone"]["per_task"]}
    for read, form in ((html_words, "html"), (pdf_words, "pdf")):
        assert metrics <= set(numbers(read(render_report(made, form)))), form


def test_chart_values_are_those_of_the_document(made):
    from pptx import Presentation

    deck = Presentation(io.BytesIO(render_report(made, "pptx")))
    charts = [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    found = [value for chart in charts[1:] for value in reversed(chart.plots[0].series[0].values)]
    rows = made["evidence"]["candidates"][0]["per_task"]
    assert found == pytest.approx([row["gain"] for row in rows])


def test_json_is_the_document_and_yaml_its_groups(made):
    assert json.loads(render_report(made, "json", "clinician")) == made
    groups = made["recommended"]["groups"]
    named = {tuple(groups[0]): "Heart"}
    found = yaml.safe_load(render_report(made, "yaml", names=named))
    assert [one["tasks"] for one in found["groups"]] == groups
    assert [one["title"] for one in found["groups"]] == ["Heart", None]
    assert json.loads(render_report(made, "json", names=named))["group_names"] == [
        {"tasks": groups[0], "name": "Heart"}
    ]


def test_names_are_inert_in_html(hard):
    content = render_report(hard, "html", names={tuple(HARD[4:6]): HARD[0]})
    tags = html_tags(content)
    assert not {name for name, _ in tags} & {"img", "script", "a", "iframe", "link", "form"}
    assert not any(key.startswith("on") for _, attrs in tags for key in attrs)
    assert not any(key in ("style", "src", "href") for _, attrs in tags for key in attrs)
    assert "{{7*7}}" in html_words(content)
    policy = next(a["content"] for n, a in tags if n == "meta" and a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_names_are_inert_in_pdf(hard):
    found = pdf_words(render_report(hard, "pdf"))
    assert "root:" not in found
    assert '#read("/etc/passwd")' in squeeze(found)
    assert "{{7*7}}{%" in found


def test_names_are_no_formula_and_no_link_in_slides(hard):
    import zipfile

    content = render_report(hard, "pptx")
    with zipfile.ZipFile(io.BytesIO(content)) as deck:
        assert not [name for name in deck.namelist() if "thumbnail" in name]
        for name in deck.namelist():
            if name.endswith(".rels"):
                assert b"x.example" not in deck.read(name)
            if not name.endswith(".xlsx"):
                continue
            with zipfile.ZipFile(io.BytesIO(deck.read(name))) as book:
                sheet = book.read("xl/worksheets/sheet1.xml")
                assert b"<f>" not in sheet
                assert b"hyperlink" not in sheet.lower()


def test_nothing_on_a_slide_overlaps_leaves_it_or_is_small():
    from pptx import Presentation

    for n_tasks in (2, 12, 60):
        made = document(n_tasks, evidence=evidence_of(), names=HARD[:2] if n_tasks == 2 else None)
        deck = Presentation(io.BytesIO(render_report(made, "pptx")))
        for slide in deck.slides:
            boxes = [(s.left, s.top, s.left + s.width, s.top + s.height) for s in slide.shapes]
            for left, top, right, bottom in boxes:
                assert left >= 0
                assert top >= 0
                assert right <= deck.slide_width
                assert bottom <= deck.slide_height
            for number, one in enumerate(boxes):
                for other in boxes[number + 1 :]:
                    apart = one[2] <= other[0] or other[2] <= one[0]
                    assert apart or one[3] <= other[1] or other[3] <= one[1]
            for shape in slide.shapes:
                if shape.has_text_frame:
                    sizes = [r.font.size.pt for p in shape.text_frame.paragraphs for r in p.runs]
                    assert all(size >= 12 for size in sizes)


@pytest.mark.parametrize("form", list(FORMATS))
@pytest.mark.parametrize("state", ["untested", "one group", "two tasks", "sixty tasks", "old"])
def test_every_format_takes_every_state(form, state):
    made = {
        "untested": lambda: document(6),
        "one group": lambda: document(5, [[0, 1, 2, 3, 4]], evidence_of("together")),
        "two tasks": lambda: document(2, evidence=evidence_of("alone")),
        "sixty tasks": lambda: document(60, evidence=evidence_of()),
        "old": lambda: {k: v for k, v in document(6).items() if k not in ("data", "why")},
    }[state]()
    assert len(render_report(made, form, "clinician")) > 100


def test_pdf_is_tagged_titled_and_passes_an_independent_checker(made, hard, tmp_path):
    import pdfua
    import pikepdf

    for number, one in enumerate((made, hard, document(2))):
        path = tmp_path / f"{number}.pdf"
        save_report(render_report(one, "pdf"), path)
        found = pdfua.validate(str(path)).findings
        assert [f.rule_id for f in found] == []
        with pikepdf.open(path) as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert str(pdf.Root.Lang) == "en"
            assert pdf.Root.ViewerPreferences.DisplayDocTitle
            assert "/StructTreeRoot" in pdf.Root
            with pdf.open_metadata() as about:
                assert about["pdfuaid:part"] == "1"
                assert about["dc:title"] == "Which outcomes should share a model?"


def test_the_same_document_gives_the_same_page_and_pdf(made):
    for form in ("html", "pdf", "json", "yaml"):
        assert render_report(made, form) == render_report(made, form)


def test_a_sign_that_no_font_has_becomes_a_box(monkeypatch):
    from core.report.pdf import typeset

    def without_emoji(told, when):
        if "🫀" in told:
            raise RuntimeError("no font")
        return real(told, when)

    real = typeset._compile
    monkeypatch.setattr(typeset, "_compile", without_emoji)
    found = pdf_words(render_report(document(3, names=["🫀 heart", "Größe", "c"]), "pdf"))
    assert "□ heart" in found
    assert "Größe" in found


def test_twelve_tasks_in_all_formats_take_seconds(made):
    start = time.process_time()
    render_report(made, "pdf")
    pdf = time.process_time() - start
    for form in FORMATS:
        render_report(made, form)
    assert pdf < 5
    assert time.process_time() - start < 15


def test_unknown_formats_and_audiences_list_the_known(made):
    with pytest.raises(MethodError, match="choose one of html, pdf, pptx, json, yaml"):
        render_report(made, "docx")
    with pytest.raises(MethodError, match="choose one of clinician, scientist, engineer"):
        render_report(made, "html", "nurse")


@pytest.mark.parametrize("form", ["html", "pdf", "pptx"])
def test_a_path_that_cannot_be_written_leaves_nothing(made, form, tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(RunError, match="Cannot write"):
        save_report(render_report(made, form), tmp_path / "file" / "report")
    (tmp_path / "folder").mkdir()
    with pytest.raises(RunError, match="Cannot write"):
        save_report(render_report(made, form), tmp_path / "folder")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "kept"


def test_a_report_replaces_an_older_one_as_a_whole(made, tmp_path):
    path = tmp_path / "deep" / "report.html"
    save_report(render_report(made, "html", "clinician"), path)
    save_report(render_report(made, "html", "engineer"), path)
    assert path.read_bytes() == render_report(made, "html", "engineer")
    assert os.listdir(path.parent) == ["report.html"]
