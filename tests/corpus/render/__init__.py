"""Blocks to files, one module a family of formats; each copy has a look of its own, the same each time."""

from __future__ import annotations

from typing import assert_never

from tests.corpus.blocks import SLIDE_FORMS, Document, File, Form, chance
from tests.corpus.render import looks, office, paper, plain, powerpoint, sheets, web, word


def render(document: Document, form: Form) -> File:  # noqa: C901, PLR0912  # one case a format
    """The document as a file of that format."""
    rng = chance(document.labels.content, form.value)
    look = looks.draw(document, rng, slides=form in SLIDE_FORMS)
    match form:
        case Form.DOCX:
            octets = word.render(document, look, rng)
        case Form.PDF:
            octets = paper.render(document, look, rng)
        case Form.SLIDES_PDF:
            octets = paper.render_slides(document, look, rng)
        case Form.PPTX:
            octets = powerpoint.render(document, look, rng)
        case Form.XLSX:
            octets = sheets.render_workbook(document, look, rng)
        case Form.CSV:
            octets = sheets.render_csv(document, rng)
        case Form.HTML:
            octets = web.render(document, look, rng)
        case Form.TXT:
            octets = plain.render_text(document, rng)
        case Form.MD:
            octets = plain.render_markdown(document)
        case Form.ODT:
            octets = office.render_text(document, look, rng)
        case Form.ODP:
            octets = office.render_slides(document, look, rng)
        case Form.RTF:
            octets = office.render_rich_text(document, look, rng)
        case _:
            assert_never(form)
    return File(document.labels, form.suffix, octets)
