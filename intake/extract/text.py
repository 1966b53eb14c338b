"""Plain text, Markdown and RTF; also how octets without a stated charset become text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from intake.extract.content import Findings, assemble, clean
from intake.extract.limits import ExtractLimits
from intake.extract.package import day
from intake.model import Extract, Family, Page, Unusable

_OCTETS_PER_CHARACTER = 4
_SAMPLE_OCTETS = 4096
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(title|date)[ \t]*:[ \t]*(.+)$", re.MULTILINE | re.IGNORECASE)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_HASHED = re.compile(r"[ ]{0,3}#{1,6}[ \t]+(.+)")
_UNDERLINE = re.compile(r"(=+|-{3,})[ \t]*")
_HEADING_CHARACTERS = 300
_TABLE_RULE = re.compile(
    r"^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(\|[ \t]*:?-{2,}:?[ \t]*)+\|?[ \t]*$", re.MULTILINE
)
_PICTURE = re.compile(r"!\[[^\]\n]{0,300}\]\(|<img\s", re.IGNORECASE)
_MARK = re.compile(r"[*_`]{1,3}|\[([^\]]*)\]\([^)]*\)|<[^>]+>|\{[#:.][^}]*\}")


def decode(octets: bytes, *, charset: str | None = None) -> str:
    """By byte order mark, else as UTF-8, else by the stated charset, else UTF-16 or Windows-1252; never fails."""
    for mark, name in _BYTE_ORDER_MARKS:
        if octets.startswith(mark):
            return octets[len(mark) :].decode(name, "replace")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(octets) - 3:  # cut off inside a character
            return octets.decode("utf-8", "ignore")
    try:
        if charset:
            return octets.decode(charset)
    except (LookupError, ValueError):
        pass
    return octets.decode("cp1252", "replace")


def read_plain(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """The text as it stands; its first line is no title, since nothing says that it is one."""
    page = Page(_text(octets, limits))
    return assemble(Family.TEXT, [page], limits=limits, method="text", findings=Findings())


def read_markdown(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """The text with its marks, without YAML front matter; title from there, else the first heading."""
    text = _text(octets, limits)
    front = _FRONT_MATTER.match(text)
    fields = {
        name.lower(): value.strip(" \t\"'")
        for name, value in _FIELD.findall(front[1] if front else "")
    }
    body = text[front.end() :] if front else text
    headings = list(_headings(body))
    findings = Findings(
        title=fields.get("title") or next(iter(headings), None),
        headings=headings,
        tables=len(_TABLE_RULE.findall(body)),
        document_date=day(fields.get("date")),
    )
    page = Page(body, pictures=len(_PICTURE.findall(body)))
    return assemble(Family.TEXT, [page], limits=limits, method="markdown", findings=findings)


def _text(octets: bytes, limits: ExtractLimits) -> str:
    cut = octets[: limits.text_characters * _OCTETS_PER_CHARACTER]
    return clean(decode(cut))[: limits.text_characters]


def _headings(body: str) -> Iterator[str]:
    """Lines after number signs and lines that are underlined, outside of fenced code."""
    before = ""
    for line in _FENCE.sub("", body).split("\n"):
        hashed = _HASHED.match(line)
        if hashed:
            yield _bare(hashed[1].rstrip("# \t"))
        elif before and _UNDERLINE.fullmatch(line):
            yield _bare(before)
        before = line.strip()


def _bare(heading: str) -> str:
    return _MARK.sub(r"\1", heading[:_HEADING_CHARACTERS])
