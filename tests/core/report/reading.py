"""Every word of a report file, read back by other means than those that wrote it."""

import io
import re
import zipfile
from html.parser import HTMLParser


class _Words(HTMLParser):
    """The text between tags, without the style sheet."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.hidden, self.tags = [], 0, []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.hidden += tag == "style"

    def handle_endtag(self, tag):
        self.hidden -= tag == "style"

    def handle_data(self, data):
        if not self.hidden:
            self.found.append(data)


def html_words(content):
    parser = _Words()
    parser.feed(content.decode())
    return squeeze(" ".join(parser.found))


def html_tags(content):
    """(name, attributes) of every tag, as a browser would see them."""
    parser = _Words()
    parser.feed(content.decode())
    return parser.tags


def pdf_words(content):
    """The text of every page, pages parted by form feeds."""
    from pypdf import PdfReader

    return "".join(f"{page.extract_text()}\f" for page in PdfReader(io.BytesIO(content)).pages)


def pdf_bytes(content):
    """The file and all its streams, decompressed; and its text."""
    import pikepdf

    parts = [content]
    with pikepdf.open(io.BytesIO(content)) as pdf:
        parts += [pdf.Root.unparse(resolved=False), pdf.trailer.unparse(resolved=False)]
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream):
                try:
                    parts.append(thing.read_bytes())
                except pikepdf.PdfError:
                    parts.append(thing.read_raw_bytes())
            else:
                parts.append(thing.unparse(resolved=False))
    return b"\n".join([*parts, pdf_words(content).encode()])


def zip_bytes(content):
    """Names and contents of every file in an archive, of archives in it too."""
    parts = [content]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            inner = archive.read(name)
            parts += [name.encode(), zip_bytes(inner) if inner[:2] == b"PK" else inner]
    return b"\n".join(parts)


def pptx_words(content):
    """The text of shapes, tables, charts and notes."""
    from pptx import Presentation

    found = []
    for slide in Presentation(io.BytesIO(content)).slides:
        found.append(slide.notes_slide.notes_text_frame.text)
        for shape in slide.shapes:
            if shape.has_text_frame:
                found.append(shape.text_frame.text)
            if shape.has_table:
                found += [cell.text_frame.text for row in shape.table.rows for cell in row.cells]
            if shape.has_chart:
                found += [str(name) for name in shape.chart.plots[0].categories]
                found.append(shape.chart.value_axis.axis_title.text_frame.text)
                found += [repr(one) for one in shape.chart.plots[0].series[0].values]
    return squeeze(" ".join(found))


def squeeze(text):
    """One space wherever there is any space at all, also one that keeps words together."""
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def packed(text):
    """The text without any space: a line end may stand within a sentence or a long name."""
    return re.sub(r"\s+", "", text)
