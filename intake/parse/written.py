"""Finds what the sender wrote in the bodies of a message: no quoted text, no signature, no forwarded message.

Instructions are taken from this text and from nothing else, so quoted text that slips in is worse than a signature that
stays. All work is bounded: a text of any length ends in a bounded time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mailparser_reply.parser import EmailMessage
from selectolax.lexbor import LexborHTMLParser, LexborNode

LANGUAGES = ("en", "de", "fr", "es", "nl", "it", "pt")
_MAX_CHARACTERS = 200_000
_MAX_HTML_CHARACTERS = 1_000_000
_WINDOW_CHARACTERS = 6_000
_WINDOW_LINES = 300
_WINDOW_OVERLAP = 12
_SEARCHED_OF_LINE = 250
_MAX_SIGNATURE_LINES = 12
_MAX_OPEN_ELEMENTS = 3_000
_OPENED = re.compile(
    r"<(?!(?:br|img|hr|meta|link|input|p|td|th|tr|li|option|wbr|col|source)\b)[a-z]", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
_BREAK = "\x1e"
_BLOCKS = "p, div, tr, li, ul, ol, table, h1, h2, h3, h4, h5, h6, pre, section, article, hr"
_UNSEEN = "head, style, script, title, template"
_QUOTES = (
    'blockquote[type="cite"], blockquote.gmail_quote, div.gmail_quote, div.yahoo_quoted, '
    "div.moz-cite-prefix, div.protonmail_quote, div.moz-forward-container"
)
_SIGNATURES = 'div.gmail_signature, [data-smartmail="gmail_signature"], .moz-signature, #Signature'
# Outlook marks where the older message begins, and puts all of it behind that mark.
_REST_IS_QUOTED = '#divRplyFwdMsg, #appendonsend, div[style*="border-top:solid #E1E1E1 1.0pt"]'
_FORWARDED = re.compile(
    r"^\s*(-{2,}\s*(forwarded message|original message|weitergeleitete nachricht|"
    r"urspr(ü|ue)ngliche nachricht|original-nachricht|message transf[ée]r[ée]|message d'origine|"
    r"mensaje reenviado|mensaje original|doorgestuurd bericht|oorspronkelijk bericht|"
    r"messaggio inoltrato|mensagem encaminhada)\s*-{2,}|"
    r"begin forwarded message:|anfang der weitergeleiteten nachricht:|"
    r"début du message (réexpédié|transféré)\s?:|inicio del mensaje reenviado:)\s*$",
    re.IGNORECASE,
)
_ATTRIBUTION_STARTS = re.compile(r"^\s*(on|am|le|el|op|il|em|den)\b", re.IGNORECASE)
_CLOSING = re.compile(r"^--\s?$")
_RULE = re.compile(r"^\s*[_-]{10,}\s*$")
_NUMBERED = re.compile(
    r"^\W{0,3}((file|item|datei|fichier|archivo|bestand)\s+)?\d{1,2}\s*[:=)]", re.IGNORECASE
)
_FORMULA = re.compile(
    r"^\s*("
    r"((best|kind|kindest|warm|warmest|with (best|kind)) )?regards|(best|kind) wishes|all the best|best|cheers|"
    r"(many )?thanks( (a lot|again|so much|in advance))?|thank you( (so|very) much| in advance)?|thx|br|"
    r"(yours )?sincerely( yours)?|yours( faithfully| truly)?|"
    r"mit (freundlichen|besten|herzlichen|lieben) gr(ü|ue)(ß|ss)en|mfg|lg|vg|gru(ß|ss)|(vielen )?danke?|"
    r"(viele|beste|liebe|herzliche|sch(ö|oe)ne|freundliche) gr(ü|ue)(ß|ss)e|"
    r"(bien )?cordialement|bien (à|a) vous|cdlt|merci( (beaucoup|d'avance))?|sincères salutations|"
    r"(un )?(cordial )?saludos?( cordiales)?|atentamente|(muchas )?gracias|"
    r"(met )?(vriendelijke|hartelijke) groet(en)?|groet(en|jes)?|mvg|bedankt|"
    r"(cordiali|distinti) saluti|saluti|grazie|atenciosamente|cumprimentos|obrigad[oa]|"
    r"sent from my .{2,40}|get outlook for .{2,60}|gesendet (von|mit) .{2,40}|von meinem .{2,40} gesendet|"
    r"envoyé (de|depuis) mon .{2,40}|enviado desde mi .{2,40}|verstuurd vanaf mijn .{2,40}|inviato da .{2,40}"
    r")\s*[,.!;\u2013-]*\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Written:
    """What the sender wrote: as text, and the HTML bodies with their quoted parts removed (links are read there)."""

    text: str = field(repr=False)
    html: str = field(default="", repr=False)


def written(plain: Sequence[str], html: Sequence[str]) -> Written:
    """What the sender wrote; read from HTML only where there is no plain text."""
    trees = [_tree(text) for text in html]
    for tree in trees:
        _drop_quoted(tree)
    cleaned = "\n".join(tree.html or "" for tree in trees)
    source = _joined(plain) or "\n".join(_shown(tree) for tree in trees)
    return Written(_own_words(source[:_MAX_CHARACTERS]), cleaned)


def whole(plain: Sequence[str], html: Sequence[str]) -> str:
    """The whole of the bodies as text."""
    return (_joined(plain) or "\n".join(_shown(_tree(text)) for text in html))[:_MAX_CHARACTERS]


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(texts).replace("\r\n", "\n").replace("\r", "\n").strip()


def _tree(html: str) -> LexborHTMLParser:
    """A tree of bounded depth: the parser's time grows with the square of it, so what is deeper loses its tags."""
    bounded = html[:_MAX_HTML_CHARACTERS]
    if len(_OPENED.findall(bounded)) - bounded.count("</") > _MAX_OPEN_ELEMENTS:
        bounded = _TAG.sub(" ", bounded)
    return LexborHTMLParser(bounded)


def _drop_quoted(tree: LexborHTMLParser) -> None:
    for mark in tree.css(_REST_IS_QUOTED):
        _drop_from(mark)
    for node in tree.css(f"{_QUOTES}, {_SIGNATURES}"):
        node.decompose()


def _drop_from(mark: LexborNode) -> None:
    """Remove a node, and all that follows it in the document."""
    node: LexborNode | None = mark
    while node is not None and node.tag not in {"body", "html"}:
        while (after := node.next) is not None:
            after.decompose()
        node = node.parent
    mark.decompose()


def _shown(tree: LexborHTMLParser) -> str:
    """The text that a reader sees, one line for each block."""
    for node in tree.css(_UNSEEN):
        node.decompose()
    for node in tree.css("br"):
        node.replace_with(_BREAK)
    for node in tree.css(_BLOCKS):
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    for node in tree.css("td, th"):
        node.insert_after(" ")
    text = tree.body.text() if tree.body else ""
    lines = (" ".join(line.split()) for line in text.split(_BREAK))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _own_words(text: str) -> str:
    lines = _without_quotes(_before_forwarded(text.strip().split("\n")))
    own = lines[: _quotation_starts(lines)]
    while own and (not own[-1].strip() or _RULE.match(own[-1])):
        own.pop()
    return "\n".join(_without_signature(own)).strip()


def _quotation_starts(lines: list[str]) -> int:
    """The number of the line where an older message begins; the number of lines where none does.

    The library's patterns grow quickly with the text, so it sees a window at a time, and the beginning of each line.
    """
    first = 0
    while first < len(lines):
        window: list[str] = []
        size = 0
        for line in lines[first:]:
            if size > _WINDOW_CHARACTERS or len(window) > _WINDOW_LINES:
                break
            window.append("" if _RULE.match(line) else line.strip()[:_SEARCHED_OF_LINE])
            size += len(window[-1]) + 1
        found = _header_in(window)
        if found is not None:
            return first + found
        if first + len(window) >= len(lines):
            break
        first += max(1, len(window) - _WINDOW_OVERLAP)
    return len(lines)


def _header_in(window: list[str]) -> int | None:
    """The number of the line in which mail-parser-reply sees the header of an older message."""
    message = EmailMessage(text="\n".join(window), languages=list(LANGUAGES)).read()
    header = next((reply.headers for reply in message.replies if reply.headers), None)
    if not header:
        return None
    opening = header.strip().split("\n")[0]
    return next((number for number, line in enumerate(window) if line.startswith(opening)), None)


def _before_forwarded(lines: list[str]) -> list[str]:
    """The lines before a forwarded message: its words are another person's."""
    for number, line in enumerate(lines):
        if len(line) < 120 and _FORWARDED.match(line):
            return lines[:number]
    return lines


def _without_quotes(lines: list[str]) -> list[str]:
    """The lines that are not quoted, without the sentence that introduces a quotation.

    What follows a quotation stays: people answer between the lines.
    """
    kept: list[str] = []
    quoting = False
    for line in lines:
        if line.lstrip().startswith(">"):
            if not quoting:
                _drop_attribution(kept)
            quoting = True
        else:
            quoting = quoting and not line.strip()
            kept.append(line)
    return kept


def _drop_attribution(kept: list[str]) -> None:
    """Remove "On … wrote:" from the end, which may be folded over three lines."""
    last = len(kept) - 1
    while last >= 0 and not kept[last].strip():
        last -= 1
    if last < 0 or not kept[last].rstrip().endswith(":"):
        return
    for first in range(last, max(-1, last - 3), -1):
        if _ATTRIBUTION_STARTS.match(kept[first]):
            del kept[first:]
            return
    if "@" in kept[last] or re.search(r"\d", kept[last]):
        del kept[last:]


def _without_signature(lines: list[str]) -> list[str]:
    """The lines before a signature: behind "-- ", or behind a closing formula with no more than a card after it."""
    for number in range(len(lines) - 1, -1, -1):
        block = [line for line in lines[number + 1 :] if line.strip()]
        if len(block) > _MAX_SIGNATURE_LINES:
            break
        if _CLOSING.match(lines[number]) or (
            _FORMULA.match(lines[number]) and not any(_says_something(line) for line in block)
        ):
            return lines[:number]
    return lines


def _says_something(line: str) -> bool:
    """A numbered answer or a whole sentence is no part of a signature."""
    return bool(_NUMBERED.match(line)) or (
        len(line.split()) > 5 and line.rstrip().endswith((".", "!", "?"))
    )
