"""The corpus that trains the classifier: what is built can be read, is the same each time, and says what is wrong."""

from __future__ import annotations

import io
import json
from datetime import datetime
from itertools import islice
from pathlib import Path

import pytest
from rich.console import Console

from intake.extract import ExtractLimits, extract
from intake.model import Extract
from tests.corpus import build, generated, markdown, periods, source
from tests.corpus.blocks import Document, File, Form, Grid, Labels, Source
from tests.corpus.render import render
from tests.corpus.render.cells import columns_of

LIMITS = ExtractLimits(document_octets=10_000_000, pages=100)

WRITTEN = """\
# Harbour works

We rebuild the *northern* quay before the herring comes, {accents}.

- Dredging, **Nadia**
- Cranes

| Task | Until | Cost |
|---|---|---|
| Piles | 2026-03-14 | 1250 |
| Decking | 2026-05-30 | |

\\newpage

## Afterwards

> Nobody has asked the gulls.
"""
SHEET = """\
# Harbour

Herring quay

| Task | Until |
|---|---|
| Piles | 2026-03-14 |
"""


def document(text: str, *, content: str = "written/test/quay", language: str = "en") -> Document:
    labels = Labels(content, content, Source.WRITTEN, "other", language, "quay final.docx")
    return Document(labels, tuple(Form), markdown.parse(text), text)


def read(file: File) -> Extract:
    found = extract(file.octets, filename=f"document{file.suffix}", media_type="", limits=LIMITS)
    assert isinstance(found, Extract)
    return found


@pytest.mark.parametrize("accents", ["Grüße aus Køge", "zażółć gęślą → ✓"])
@pytest.mark.parametrize("form", [form for form in Form if form not in {Form.XLSX, Form.CSV}])
def test_what_is_rendered_is_read_back(form: Form, accents: str) -> None:
    made = render(document(WRITTEN.format(accents=accents), content=f"written/{accents}"), form)

    text = " ".join(read(made).text.lower().split())

    words = ("harbour works", "herring", "dredging", "piles", "decking", "gulls")
    assert [word for word in words if word not in text] == []
    assert accents.partition(" ")[0].lower() in text


@pytest.mark.parametrize("content", ["written/a", "written/b"])
@pytest.mark.parametrize("form", [Form.XLSX, Form.CSV])
def test_tables_are_read_back_row_by_row(form: Form, content: str) -> None:
    made = render(document(SHEET, content=content), form)

    lines = read(made).text.splitlines()

    assert lines[0].strip() == "Herring quay"
    assert lines[1].split() == ["Task", "Until"]
    assert lines[2].split() == ["Piles", "2026-03-14"]


def test_japanese_slides_are_read_back_from_pdf() -> None:
    made = render(document("# 新しい港\n\n- 桟橋を直す\n", language="ja"), Form.SLIDES_PDF)

    assert "桟橋を直す" in read(made).text


@pytest.mark.parametrize("form", list(Form))
def test_the_same_document_gives_the_same_octets(form: Form) -> None:
    text = WRITTEN.format(accents="")

    assert render(document(text), form) == render(document(text), form)


@pytest.mark.proof
def test_everything_generated_renders_and_can_be_read(tmp_path: Path) -> None:
    jobs: list[build.Job] = [
        made if isinstance(made, File) else (made, made.forms[0])
        for made in generated.everything("test")
        if made.labels.content.endswith("-0")
    ]

    lines, failures = build.write(jobs, tmp_path, Console(file=io.StringIO()))

    assert failures == []
    assert len(lines) == len(jobs)
    assert all(
        isinstance(
            extract(
                (tmp_path / str(line["file"])).read_bytes(),
                filename=str(line["filename"]),
                media_type="",
                limits=LIMITS,
            ),
            Extract,
        )
        for line in lines
    )


def test_the_same_seed_generates_the_same_documents() -> None:
    first, again = (list(islice(generated.everything("1"), 60)) for _ in range(2))

    assert first == again


def test_a_build_replaces_what_it_wrote_before(tmp_path: Path) -> None:
    console = Console(file=io.StringIO())
    build.write([(document(SHEET), Form.CSV), (document(SHEET), Form.TXT)], tmp_path, console)

    build.write([(document(SHEET), Form.CSV)], tmp_path, console)

    labels = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    assert [path.name for path in (tmp_path / "files").iterdir()] == [Path(labels[0]["file"]).name]
    assert labels[0]["filename"] == "quay final.csv"
    assert labels[0]["source"] == "written"


def test_a_corpus_from_elsewhere_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text('{"file": "files/a.txt"}\n')

    with pytest.raises(SystemExit, match="choose another folder"):
        build.write([], tmp_path, Console(file=io.StringIO()))


def test_all_mistakes_of_a_header_are_told_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "plan.md"
    path.write_text(
        "---\nkind: roadmap\nlanguage: english\nformats: [doc]\nname: a.docx\nperiod: soon\n---\n# A\n"
    )

    found = source.read_one(path, tmp_path)

    assert isinstance(found, list)
    assert [mistake.line for mistake in found] == [3, 4, 4, 6]


def test_a_written_document_keeps_what_its_header_says(tmp_path: Path) -> None:
    path = tmp_path / "plans" / "year.md"
    path.parent.mkdir()
    path.write_text(
        "---\nkind: roadmap\nlanguage: no\nformats: [pptx, pdf]\nname: 2026.pptx\ncadence: yearly\n"
        "period: 2026-Q1..2026-Q4\n---\n# Plan\n\n## Q1\n\n## Q2\n\n## Q3\n"
    )

    found = source.read_one(path, tmp_path)

    assert isinstance(found, Document)
    assert found.labels.content == "written/plans/year"
    assert found.labels.language == "no"
    assert found.labels.period is not None
    assert found.labels.period.covers == "2026"
    assert found.labels.period.also == ("quarterly",)


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("2026-Q3..2026-Q4", "2026-H2"),
        ("2026-Q2..2027-Q1", "2026-Q2..2027-Q1"),
        ("2026-01..2026-12", "2026"),
        ("2025-H1..2026-H2", "2025..2026"),
        ("2026-02..2026-06", "2026-02..2026-06"),
    ],
)
def test_a_period_has_one_way_of_being_written(given: str, canonical: str) -> None:
    assert periods.canonical(given) == canonical


def test_a_table_without_its_rule_is_still_a_table() -> None:
    assert markdown.parse("| a | b |\n| c |") == (Grid((("a", "b"), ("c", ""))),)


def test_markdown_that_is_written_is_read_as_it_was() -> None:
    blocks = markdown.parse(WRITTEN.format(accents="").replace("\\newpage\n", ""))

    assert markdown.parse(markdown.write(blocks)) == blocks


def test_days_that_could_be_months_stay_text() -> None:
    doubtful, plain = columns_of([("01/02/2026", "01/02/2026"), ("03/04/2026", "30/04/2026")])

    assert doubtful == ["01/02/2026", "03/04/2026"]
    assert plain == [datetime(2026, 2, 1), datetime(2026, 4, 30)]  # noqa: DTZ001  # cells know no zone


@pytest.mark.proof
def test_every_written_document_can_be_used() -> None:
    documents, mistakes = source.read_all()

    assert list(map(str, mistakes)) == []
    assert len({entry.labels.content for entry in documents}) == len(documents)
