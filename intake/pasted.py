"""Finds an article that was pasted into a mail: continuous prose, which its sender announces or which is no letter. Pure.

Only what the sender wrote is read, never what was quoted or forwarded. What the article is, and whether it counts, is
for the classifier to say.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace

from intake.model import InboundMessage, Part, Role, Sha256

LEAST_WORDS = 250
_LEAST_OF_PARAGRAPH = 20
_PROSE_SHARE = 0.7
_LETTERS_SHARE = 0.88
_LONGEST_SENTENCE = 80
_MOST_PARAGRAPHS = 2_000
_TITLE_WORDS = 16
_TITLE_CHARACTERS = 120
_COVER_WORDS = 60
_COVER_PARAGRAPHS = 5
_WORDS_PER_ARRANGEMENT = 125
"""Prose in which people arrange something more often than this is a letter."""
_RULE = re.compile(r"\s*([-_=*~#+]\s?){3,80}\s*")
_ROW = re.compile(
    r"\s{0,8}([-*\u2022\u00b7\u2013\u2014\u25aa\u25cf>+]\s|\(?\d{1,3}[.):]\s|[a-z][.)]\s)|"
    r"\s{0,8}(\w{2,10}\.?,?\s)?\d{1,2}([./:-]\d{1,2}|\.?\s\w{3,10}\b)|[^|\n]{0,200}\|[^|\n]{0,200}\||[^\t\n]{0,200}\t"
)
_SENTENCE_ENDS = re.compile(r"[.!?\u2026]['\"\u2019\u201d\u00bb)]{0,2}(\s|$)")
_GREETING = re.compile(
    r"\W{0,3}(hi|hello|hey|dear|good (morning|afternoon|evening|day)|hallo|liebe[rs]?|guten (tag|morgen|abend)|moin|servus|"
    r"sehr geehrte[rs]?|bonjour|bonsoir|salut|ch[eè]re?s?|hola|buen(os|as) (d[ií]as|tardes)|estimad[oa]s?|querid[oa]s?|"
    r"beste|geachte|dag|goede(morgen|middag|navond))\b[^.!?\n]{0,60}",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"\b(below|following|pasted?|here(['\u2019]s| is| comes| are)|copied (in|into|here)|in this (e-?mail|mail)|"
    r"unten|untenstehend|folgend\w*|nachstehend|nachfolgend|hier (ist|kommt|der|die|das)|eingef[üu]gt|"
    r"ci-dessous|voici|suivant|ci-apr[èe]s|coll[ée]|abajo|a continuaci[óo]n|aqu[íi]|pegado|"
    r"hieronder|onderstaand\w*|hierbij|hier is|volgend\w*|geplakt)\b",
    re.IGNORECASE,
)
_ARRANGES = re.compile(
    r"\b(please (send|find|let|confirm|check|reply|review|see|advise|get|note)|(could|would|will) you|can you (send|please|let|check|confirm)|let (me|us) know|attach(ed|ment)|as (discussed|agreed|promised)|"
    r"get back to|(send|sent|sending) (you|us|me|it over)|(a|the|our|quick|short) (call|meeting)|invoice|"
    r"tomorrow|next week|your (e-?mail|mail|feedback|message|reply)|"
    r"thank(s| you)|looking forward|(kind|best) regards|"
    r"bitte (sende|schick|best[äa]tig|pr[üu]f|melde|gib|lass)\w*|(k[öo]nnt|k[öo]nnten|w[üu]rden) (ihr|sie)|anbei|im anhang|wie besprochen|r[üu]ckmeldung|termin|rechnung|morgen fr[üu]h|"
    r"n[äa]chste woche|danke|"
    r"merci|pourriez|pouvez-vous|ci-joint|r[ée]union|rendez-vous|facture|la semaine prochaine|s'il vous pla[îi]t|"
    r"por favor|podr[íi]a|puede[ns]? enviar|adjunt[oa]s?|reuni[óo]n|factura|la pr[óo]xima semana|gracias|"
    r"alstublieft|kunt u|zou u|bijlage|vergadering|afspraak|factuur|volgende week|bedankt)\b",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"\b(let (me|us) know|thank(s| you)|regards|cheers|hope (you|this|it)|what (do )?you think|"
    r"danke|gr[üu](ß|ss)e|r[üu]ckmeldung|merci|cordialement|gracias|saludos|bedankt|groet(en)?)\b",
    re.IGNORECASE,
)
_REPLY_MARK = re.compile(
    r"\s*((re|aw|sv|antw|r|fwd?|wg|tr|rv|enc|doorst)\s*(\[\d{1,3}\])?\s*:|\[[^\]\n]{1,40}\])\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Lines that stand together, as written."""

    text: str = field(repr=False)
    words: int
    prose: bool

    @property
    def heading(self) -> bool:
        """One short line that is no sentence."""
        return (
            "\n" not in self.text
            and 1 <= self.words <= _TITLE_WORDS
            and len(self.text) <= _TITLE_CHARACTERS
            and not self.text.endswith((".", ",", ";", ":"))
            and not _ROW.match(self.text)
        )

    @property
    def markdown(self) -> str:
        """Prose on one line, however a mail program had folded it; all else as written."""
        return " ".join(self.text.split()) if self.prose else self.text


@dataclass(frozen=True, slots=True)
class _Cover:
    """What stands before an article: how many paragraphs, and whether they greet or announce."""

    paragraphs: int
    greets: bool = False
    announces: bool = False


def article(message: InboundMessage, *, body: str = "text") -> Part | None:
    """The article in the text of a message, as Markdown under its title; None where there is none.

    `body` names the text as what holds it; no part has that path. Words before and after the article, such as "Hi, below is the
    blog post:", are left out, so that the same article in another mail has the same octets.
    """
    paragraphs = _paragraphs(message.written)
    if len(paragraphs) > _MOST_PARAGRAPHS:
        return None
    cover = _cover(paragraphs)
    told = _without_closing(paragraphs[cover.paragraphs :])
    title = next((paragraph.text for paragraph in told[:1] if paragraph.heading), None)
    text = told[1:] if title else told
    if not _is_continuous(text) or not _is_no_letter(text, cover, titled=title is not None):
        return None
    title = title or _subject(message.subject) or text[0].text.split("\n")[0][:_TITLE_CHARACTERS]
    return _part(title, text, body)


def _part(title: str, text: list[_Paragraph], body: str) -> Part:
    told = "\n\n".join(paragraph.markdown for paragraph in text)
    octets = f"# {title}\n\n{told}\n".encode("utf-8", "replace")
    return Part(
        path=f"{body}!text.md",
        filename=f"{title}.md",
        media_type="text/markdown",
        sniffed="text/markdown",
        octets=octets,
        size_octets=len(octets),
        sha256=Sha256(hashlib.sha256(octets).hexdigest()),
        inline=False,
        role=Role.FILE,
        container=body,
        pasted=True,
    )


def _paragraphs(text: str) -> list[_Paragraph]:
    """Runs of lines; where a line alone is as long as a paragraph, each line is one."""
    found: list[_Paragraph] = []
    for run in re.split(r"\n[ \t\r\f\v]*\n\s*", text.strip(), maxsplit=_MOST_PARAGRAPHS):
        lines = run.split("\n")
        whole = any(len(line.split()) > 2 * _LEAST_OF_PARAGRAPH for line in lines)
        found.extend(
            _paragraph(piece.strip()) for piece in (lines if whole else [run]) if piece.strip()
        )
    return found


def _paragraph(text: str) -> _Paragraph:
    lines = text.split("\n")
    rows = sum(_ROW.match(line) is not None for line in lines)
    words = len(text.split())
    sentences = len(_SENTENCE_ENDS.findall(text))
    spoken = sum(character.isalpha() or character.isspace() for character in text)
    prose = (
        words >= _LEAST_OF_PARAGRAPH
        and 2 * rows < len(lines)
        and sentences * _LONGEST_SENTENCE >= words
        and spoken >= _LETTERS_SHARE * len(text)
    )
    return _Paragraph(text, words, prose)


def _cover(paragraphs: list[_Paragraph]) -> _Cover:
    """What comes before the article: a greeting, what is said of it, or all above a rule."""
    cover = _Cover(0)
    for number, paragraph in enumerate(paragraphs[:_COVER_PARAGRAPHS]):
        if _RULE.fullmatch(paragraph.text):
            return replace(cover, paragraphs=number + 1, announces=True)
        greets = cover.greets or _GREETING.match(paragraph.text) is not None
        announces = _ANNOUNCES.search(paragraph.text) is not None or paragraph.text.endswith(":")
        if paragraph.words > _COVER_WORDS or not _covers(
            paragraph, greets=greets, announces=announces
        ):
            break
        cover = _Cover(number + 1, greets=greets, announces=announces or cover.announces)
    return cover


def _covers(paragraph: _Paragraph, *, greets: bool, announces: bool) -> bool:
    """Short words to the reader; without a greeting, or as prose, only what announces something."""
    if _GREETING.match(paragraph.text):
        return announces or not paragraph.prose
    if paragraph.heading:
        return False
    if paragraph.prose:
        return paragraph.text.endswith(":") or (greets and announces)
    return greets or announces


def _without_closing(paragraphs: list[_Paragraph]) -> list[_Paragraph]:
    """Without the words behind the article that speak to its reader."""
    last = len(paragraphs)
    while last and (
        _RULE.fullmatch(paragraphs[last - 1].text)
        or (
            paragraphs[last - 1].words <= _COVER_WORDS and _CLOSES.search(paragraphs[last - 1].text)
        )
    ):
        last -= 1
    return paragraphs[:last]


def _is_continuous(text: list[_Paragraph]) -> bool:
    prose = sum(paragraph.words for paragraph in text if paragraph.prose)
    return prose >= LEAST_WORDS and prose >= _PROSE_SHARE * sum(each.words for each in text)


def _is_no_letter(text: list[_Paragraph], cover: _Cover, *, titled: bool) -> bool:
    """An article arranges nothing with its reader; what was neither announced nor has a title must be freer of it."""
    if cover.greets and not (cover.announces or titled):
        return False
    words = sum(paragraph.words for paragraph in text)
    arranged = sum(1 for each in text for _ in _ARRANGES.finditer(each.text))
    allowed = words // _WORDS_PER_ARRANGEMENT
    return arranged <= (allowed if cover.announces or titled else allowed // 2)


def _subject(subject: str) -> str | None:
    """The subject without "Re:", "Fwd:" and a list's name, None where nothing is left."""
    left = subject[: 4 * _TITLE_CHARACTERS]
    while (mark := _REPLY_MARK.match(left)) is not None:
        left = left[mark.end() :]
    return " ".join(left.split())[:_TITLE_CHARACTERS] or None
