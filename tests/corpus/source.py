"""Reads written documents: a YAML header, checked, and a Markdown body, parsed to blocks.

Mistakes of a file are values, reported together with path and line; a file with mistakes gives no document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tests.corpus import markdown, periods
from tests.corpus.blocks import Document, Form, Labels, Period, Source

FOLDER = Path(__file__).with_name("written")

KindName = Literal[
    "deck", "roadmap", "event_calendar", "blog_post", "brand_guide", "case_study", "press_release", "other"
]  # fmt: skip
_DAY = Annotated[str, Field(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$")]
_HEADER = re.compile(r"\A\ufeff?---[ \t]*\n(.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)
_QUARTER = re.compile(r"\b[QT]\s?([1-4])\b|\b([1-4])\.\s?Quartal")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a written document; `line` counts from 1."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


class Header(BaseModel):
    """What a writer says of a document."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: KindName
    also: tuple[KindName, ...] = ()
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    formats: Annotated[tuple[Form, ...], Field(min_length=1, max_length=4)]
    name: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^/\\\x00-\x1f]+$")]
    cadence: Literal["quarterly", "yearly"] | None = None
    period: str | None = None
    span: tuple[_DAY, _DAY] | None = None

    @field_validator("period")
    @classmethod
    def _period_is_canonical(cls, period: str | None) -> str | None:
        return None if period is None else periods.canonical(period)

    @field_validator("span")
    @classmethod
    def _span_runs_forward(cls, span: tuple[str, str] | None) -> tuple[str, str] | None:
        if span is not None and span[0][:7] > span[1][:7]:
            raise ValueError("ends before it begins")
        return span

    @model_validator(mode="after")
    def _fields_fit_the_kind(self) -> Self:
        kinds = {self.kind, *self.also}
        if (self.cadence or self.period) and "roadmap" not in kinds:
            raise ValueError("cadence and period are for roadmaps")
        if self.span and "event_calendar" not in kinds:
            raise ValueError("span is for event calendars")
        return self


def read_all(folder: Path = FOLDER) -> tuple[list[Document], list[Mistake]]:
    """Every written document under the folder, in the order of their paths, and what is wrong with the others."""
    documents: list[Document] = []
    mistakes: list[Mistake] = []
    for path in sorted(folder.rglob("*.md")):
        read = read_one(path, folder)
        if isinstance(read, Document):
            documents.append(read)
        else:
            mistakes += read
    return documents, mistakes


def read_one(path: Path, folder: Path) -> Document | list[Mistake]:
    """The document in one file, or everything that is wrong with it."""
    try:
        text = path.read_text("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        return [Mistake(path, 1, f"cannot be read as UTF-8 ({type(error).__name__})")]
    found = _HEADER.match(text)
    if found is None:
        return [Mistake(path, 1, "has no header between two lines of ---")]
    body = text[found.end() :].strip("\n") + "\n"
    header = _header(found[1])
    mistakes = (
        [Mistake(path, line, said) for line, said in header] if isinstance(header, list) else []
    )
    blocks = markdown.parse(body)
    if not blocks:
        mistakes.append(Mistake(path, found[0].count("\n") + 1, "has no text after its header"))
    if mistakes or isinstance(header, list):
        return mistakes
    content = f"written/{path.relative_to(folder).with_suffix('').as_posix()}"
    labels = Labels(
        content=content,
        group=content,
        source=Source.WRITTEN,
        kind=header.kind,
        also=tuple(kind for kind in header.also if kind != header.kind),
        language=header.language,
        name=header.name,
        period=_period(header, body),
        span=header.span,
    )
    return Document(labels, tuple(dict.fromkeys(header.formats)), blocks, body)


def _header(text: str) -> Header | list[tuple[int, str]]:
    try:
        # Plain strings only: `no` is a language, 2026-03-02 no object.
        fields = yaml.load(text, yaml.CBaseLoader)  # noqa: S506  # the base loader makes nothing but text
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        return [(line + 2, f"the header is no YAML: {error.problem}")]
    if not isinstance(fields, dict):
        return [(1, "the header is no list of fields")]
    given = {name: value for name, value in fields.items() if value not in ("", "null", "~", [])}
    try:
        return Header.model_validate(given)
    except ValidationError as error:
        return list(_complaints(error, text))


def _complaints(error: ValidationError, text: str) -> Iterator[tuple[int, str]]:
    lines = text.split("\n")
    for entry in error.errors(include_url=False):
        name = str(entry["loc"][0]) if entry["loc"] else ""
        at = next((n for n, line in enumerate(lines) if name and line.startswith(f"{name}:")), -1)
        yield at + 2, f"{name or 'header'}: {entry['msg']} (given: {entry['input']!r:.60})"


def _period(header: Header, body: str) -> Period | None:
    """A year laid out in quarters is both, and so is a plan by quarters that fills years."""
    if header.kind != "roadmap":
        return None
    also: tuple[str, ...] = ()
    quarters = {one or other for one, other in _QUARTER.findall(body)}
    if header.cadence != "quarterly" and len(quarters) >= 3:
        also = ("quarterly",)
    if header.cadence == "quarterly" and header.period and periods.months(header.period) >= 12:
        also = ("yearly",)
    return Period(header.cadence or "other", header.period, also)
