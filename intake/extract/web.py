"""Web pages through selectolax: what a reader reads, without scripts, navigation and footers."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from intake.extract.content import Findings, assemble, stop
from intake.extract.limits import ExtractLimits
from intake.extract.package import day
from intake.extract.text import decode
from intake.markup import is_deep
from intake.model import Extract, Family, Page, Problem, Unusable

_OCTETS = 16 * 2**20
_NOISE = [
    "script", "style", "noscript", "template", "svg", "iframe", "object", "nav", "footer",
    "aside", "form", "button", "select", "[role=navigation]", "[role=banner] ul", "[hidden]",
]  # fmt: skip
_INLINE = [
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "dfn", "em", "font", "i", "ins", "kbd",
    "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
    "tt", "u", "var", "wbr",
]  # fmt: skip
_CHARSET = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_BLOCK_END = "\x1e"
_PUBLISHED = (
    "meta[property='article:published_time']", "meta[name=date]", "meta[itemprop=datePublished]"
)  # fmt: skip


def read(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """Lines are blocks; table rows have their cells parted by tabs."""
    if len(octets) > _OCTETS:
        raise stop(Problem.TOO_LARGE, "too much HTML")
    stated = _CHARSET.search(octets, 0, 4096)
    charset = stated[1].decode("ascii", "ignore") if stated else None
    html = decode(octets, charset=charset)
    tree = LexborHTMLParser(_TAG.sub(" ", html) if is_deep(html) else html)
    title = tree.css_first("title")
    published = next((found for name in _PUBLISHED if (found := tree.css_first(name))), None)
    saved = published.attributes.get("content") if published else None
    tree.strip_tags(_NOISE)
    headings = [_flat(node) for node in tree.css("h1, h2, h3")]
    tables = len(tree.css("table"))
    page = Page(_text(tree), pictures=len(tree.css("img")))
    findings = Findings(
        title=_flat(title) if title else next(iter(headings), None),
        headings=headings,
        tables=tables,
        document_date=day(saved),
    )
    return assemble(Family.WEB, [page], limits=limits, method="html", findings=findings)


def _text(tree: LexborHTMLParser) -> str:
    body = tree.body
    if body is None:
        return ""
    body.unwrap_tags(_INLINE)
    body.merge_text_nodes()
    for row in body.css("tr"):
        # Rows around other tables are layout, as in newsletters.
        if row.css_first("table") is None:
            cells = (_flat(cell) for cell in row.css("td, th"))
            row.replace_with("\t".join(cells))
    blocks = body.text(separator=_BLOCK_END).split(_BLOCK_END)
    return "\n".join(filter(None, map(_collapse, blocks)))


def _collapse(block: str) -> str:
    return "\t".join(" ".join(cell.split()) for cell in block.split("\t")).strip()


def _flat(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())
