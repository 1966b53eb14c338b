"""Blocks to web pages: bare, as a site shows them with navigation and footer, as Word exports them, as a newsletter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from random import Random

from tests.corpus.blocks import (
    Block,
    Code,
    Document,
    Grid,
    Heading,
    Items,
    PageBreak,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Runs,
)
from tests.corpus.render.looks import Look, heading_of

_PLACES = (
    "Home", "About", "Services", "Products", "Blog", "News", "Events", "Contact", "Careers", "Pricing", "Docs",
    "Team", "Press", "Customers", "Resources", "Shop", "Login", "Search", "Support", "Partners",
)  # fmt: skip
_SKELETONS = ("bare", "page", "site", "site", "word", "letter")


def render(document: Document, look: Look, rng: Random) -> bytes:
    """An .html file in one of several skeletons, in UTF-8 unless Word wrote it."""
    skeleton = rng.choice(_SKELETONS)
    body = "\n".join(_html(block, skeleton) for block in document.blocks)
    title = escape(look.title or heading_of(document) or "")
    match skeleton:
        case "bare":
            return f"<html><body>\n{body}\n</body></html>\n".encode()
        case "word":
            return _of_word(body, title).encode("cp1252", "xmlcharrefreplace")
        case "letter":
            return _letter(body, title, look).encode()
        case "site":
            return _site(body, title, document, rng).encode()
        case _:
            return _page(body, title, document.labels.language).encode()


def _page(body: str, title: str, language: str) -> str:
    named = f"<title>{title}</title>" if title else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head><meta charset="utf-8">{named}'
        "<style>body{max-width:42em;margin:auto;font-family:sans-serif}</style></head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _site(body: str, title: str, document: Document, rng: Random) -> str:
    places = rng.sample(_PLACES, rng.randrange(4, 9))
    links = "".join(f'<li><a href="/{place.lower()}">{place}</a></li>' for place in places)
    name = rng.choice(("Home", "Main", "Site", "Start"))
    wrapper = rng.choice(("main", "article", "div", "section"))
    header = f"<header><nav><ul>{links}</ul></nav></header>"
    if rng.random() < 0.4:  # old sites know no <nav>
        header = f'<div id="menu"><ul>{links}</ul></div>'
    aside = "<aside><h3>Archive</h3><ul><li>2025</li><li>2024</li></ul></aside>"
    footer = f"<footer><p>&copy; {rng.randrange(2018, 2027)} &middot; Privacy &middot; Imprint</p></footer>"
    return (
        f'<!doctype html><html lang="{document.labels.language}"><head><meta charset="utf-8">'
        f"<title>{title or name} | {name}</title><script>var page = 1;</script></head><body>"
        f'{header}<{wrapper} class="content">\n{body}\n</{wrapper}>'
        f"{aside if rng.random() < 0.3 else ''}{footer}</body></html>"
    )


def _of_word(body: str, title: str) -> str:
    marked = body.replace("<p>", "<p class=MsoNormal><span lang=EN-US>").replace(
        "</p>", "<o:p></o:p></span></p>"
    )
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">\n'
        '<head><meta http-equiv=Content-Type content="text/html; charset=windows-1252">\n'
        f'<meta name=Generator content="Microsoft Word 15 (filtered)">\n<title>{title}</title>\n'
        "<style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt;} --></style></head>\n"
        f"<body lang=EN-US><div class=WordSection1>\n{marked}\n</div></body></html>\n"
    )


def _letter(body: str, title: str, look: Look) -> str:
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title></head><body bgcolor="#{look.accent}">'
        '<table width="100%"><tr><td align="center"><table width="600" bgcolor="#ffffff"><tr><td>\n'
        f"{body}\n</td></tr></table></td></tr></table></body></html>\n"
    )


def _html(block: Block, skeleton: str) -> str:  # noqa: C901  # one case a block
    match block:
        case Heading(level=level, runs=runs):
            if skeleton == "letter":
                return f'<p><font size="{7 - level}"><b>{_inline(runs)}</b></font></p>'
            return f"<h{level}>{_inline(runs)}</h{level}>"
        case Paragraph(runs=runs):
            return f"<p>{_inline(runs)}</p>"
        case Quote(runs=runs):
            return f"<blockquote><p>{_inline(runs)}</p></blockquote>"
        case Items():
            return "\n".join(_items(block))
        case Grid(rows=rows):
            return f"<table border=1>\n{_rows(rows)}\n</table>"
        case Code(text=text):
            return f"<pre><code>{escape(text)}</code></pre>"
        case Picture():
            return '<p><img src="cid:picture" alt=""></p>'
        case Rule():
            return "<hr>"
        case PageBreak():
            return ""


def _items(block: Items) -> Iterator[str]:
    """Nested lists, opened and closed as the depth goes."""
    opened: list[str] = []
    for item in block.items:
        if not item.mark and opened:
            yield f"<li style='list-style:none'>{_inline(item.runs)}</li>"
            continue
        while len(opened) > item.depth + 1:
            yield f"</{opened.pop()}>"
        while len(opened) <= item.depth:
            opened.append("ul" if item.mark in {"-", ""} else "ol")
            yield f"<{opened[-1]}>"
        yield f"<li>{_inline(item.runs)}</li>"
    while opened:
        yield f"</{opened.pop()}>"


def _rows(rows: Iterable[Iterable[str]]) -> str:
    lines = []
    for number, row in enumerate(rows):
        tag = "td" if number else "th"
        lines.append("<tr>" + "".join(f"<{tag}>{_breaks(cell)}</{tag}>" for cell in row) + "</tr>")
    return "\n".join(lines)


def _inline(runs: Runs) -> str:
    parts = []
    for run in runs:
        text = _breaks(run.text)
        text = f"<b>{text}</b>" if run.bold else text
        parts.append(f"<i>{text}</i>" if run.italic else text)
    return "".join(parts)


def _breaks(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")
