"""Documents of another corpus as they would be mailed: its Markdown and web pages, rendered to office formats.

Front matter, template tags and navigation are the site's, not the document's, and are taken off; labels are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.corpus import markdown
from tests.corpus.blocks import (
    Block,
    Code,
    Document,
    Form,
    Grid,
    Heading,
    Item,
    Items,
    Labels,
    Paragraph,
    Period,
    Picture,
    Quote,
    Rule,
    Source,
    full_text,
    runs_of,
)

_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TAGS = re.compile(
    r"\{%.*?%\}|\{\{.*?\}\}|\{:.*?\}|<!--.*?-->|<style.*?</style>|<script.*?</script>|^import .*$|^export .*$",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_HTML = re.compile(r"</?[a-zA-Z][^<>\n]{0,400}>")
_SLIDE_LABEL = re.compile(
    r"^(#+\s*)(?:slide|folie)\s*\d+\s*(?::|-|\u2013|\u2014|\.)\s*", re.IGNORECASE | re.MULTILINE
)
_NOISE = [
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "nav",
    "footer",
    "aside",
    "form",
    "button",
    "iframe",
]
_AROUND = frozenset(
    [
        "div",
        "section",
        "article",
        "main",
        "header",
        "body",
        "tbody",
        "thead",
        "tr",
        "td",
        "th",
        "center",
        "figure",
        "details",
    ]
)
_LEAST_CHARACTERS, _MOST_CHARACTERS = 40, 60_000


def read_all(corpus: Path) -> Iterator[Document]:
    """Every Markdown and HTML document of the corpus that has text."""
    for text in (corpus / "labels.jsonl").read_text("utf-8").splitlines():
        line = json.loads(text)
        suffix = Path(line["file"]).suffix
        if suffix not in {".md", ".markdown", ".html", ".htm"}:
            continue
        raw = (corpus / line["file"]).read_text("utf-8", errors="replace")[:_MOST_CHARACTERS]
        raw = raw.replace("\r\n", "\n")
        blocks = tuple(_of_html(raw) if suffix.startswith(".htm") else _of_markdown(raw))
        if len(full_text(blocks)) >= _LEAST_CHARACTERS:
            yield _document(line, blocks)


def _document(line: dict[str, object], blocks: tuple[Block, ...]) -> Document:
    label = str(line["label"])
    slides = label == "deck" or "slide" in str(line["note"]).lower()
    return Document(
        labels=Labels(
            content=f"mailed/{line['id']}",
            group=str(line["repo"]),
            source=Source.MAILED,
            kind=label,
            language=str(line["language"]),
            name=str(line["filename"]),
            also=tuple(_texts(line["alt_labels"])),
            period=_period(line["period"]),
            span=_span(line["span"]),
        ),
        forms=(Form.PPTX, Form.SLIDES_PDF) if slides else (Form.DOCX, Form.PDF),
        blocks=blocks,
    )


def _texts(value: object) -> list[str]:
    return [str(entry) for entry in value] if isinstance(value, list) else []


def _span(value: object) -> tuple[str, str] | None:
    texts = _texts(value)
    return (texts[0], texts[1]) if len(texts) == 2 else None


def _period(value: object) -> Period | None:
    if not isinstance(value, dict):
        return None
    covers = value.get("covers")
    return Period(
        str(value["kind"]), str(covers) if covers else None, tuple(_texts(value["alt_kinds"]))
    )


# ---------------------------------------------------------------- Markdown


def _of_markdown(text: str) -> Iterator[Block]:
    front = _FRONT_MATTER.match(text)
    body = text[front.end() :] if front else text
    body = _HTML.sub(" ", _TAGS.sub("", body))
    blocks = markdown.parse(_SLIDE_LABEL.sub(r"\1", body))
    if front and not any(isinstance(block, Heading) and block.level == 1 for block in blocks):
        yield from _opening(front[1])
    yield from blocks


def _opening(front: str) -> Iterator[Block]:
    """What a site shows of front matter: the title, and who wrote it when."""
    try:
        fields = yaml.load(front, yaml.CBaseLoader)  # noqa: S506  # the base loader makes nothing but text
    except yaml.YAMLError:
        return
    if not isinstance(fields, dict):
        return
    if isinstance(title := fields.get("title"), str) and title.strip():
        yield Heading(1, runs_of(title.strip()))
    byline = [fields.get(name) for name in ("author", "date")]
    shown = [text.strip()[:60] for text in byline if isinstance(text, str) and text.strip()]
    if shown:
        yield Paragraph(runs_of(", ".join(shown).split(" 00:00")[0]))


# ---------------------------------------------------------------- web pages


def _of_html(text: str) -> Iterator[Block]:
    tree = LexborHTMLParser(_TAGS.sub("", text))
    tree.strip_tags(_NOISE)
    if tree.body is not None:
        yield from _walk(tree.body)


def _walk(parent: LexborNode) -> Iterator[Block]:
    """Block elements in reading order; text that stands between them makes paragraphs."""
    loose: list[str] = []
    for node in parent.iter(include_text=True):
        blocks = list(_block(node))
        if not blocks:
            loose.append(node.text(deep=True))
            continue
        yield from _loose(loose)
        loose = []
        yield from blocks
    yield from _loose(loose)


def _loose(texts: list[str]) -> Iterator[Block]:
    text = " ".join(" ".join(texts).split())
    if text:
        yield Paragraph(runs_of(text))


def _block(node: LexborNode) -> Iterator[Block]:
    """Nothing for text and inline elements."""
    tag = node.tag or ""
    text = " ".join(node.text(deep=True).split())
    if tag in _AROUND or (tag == "table" and node.css_first("table table") is not None):
        yield from _walk(node)
    elif tag == "hr":
        yield Rule()
    elif tag == "img":
        yield Picture()
    elif text:
        yield from _textual(node, tag, text)


def _textual(node: LexborNode, tag: str, text: str) -> Iterator[Block]:
    match tag:
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
            yield Heading(int(tag[1]), runs_of(text))
        case "p":
            yield Paragraph(runs_of(text))
        case "blockquote":
            yield Quote(runs_of(text))
        case "pre":
            yield Code(node.text(deep=True).strip("\n"))
        case "ul" | "ol":
            entries = (" ".join(entry.text(deep=True).split()) for entry in node.css("li"))
            marked = (
                (f"{n}." if tag == "ol" else "-", entry) for n, entry in enumerate(entries, 1)
            )
            yield Items(tuple(Item(0, mark, runs_of(entry)) for mark, entry in marked if entry))
        case "table":
            yield from _table(node)
        case _:
            pass


def _table(node: LexborNode) -> Iterator[Block]:
    rows = [
        [" ".join(cell.text(deep=True).split()) for cell in row.css("td, th")]
        for row in node.css("tr")
    ]
    rows = [row for row in rows if any(row)]
    width = max(map(len, rows), default=0)
    if width > 1:
        yield Grid(tuple((*row, *[""] * (width - len(row))) for row in rows))
    else:
        yield from (Paragraph(runs_of(row[0])) for row in rows)
