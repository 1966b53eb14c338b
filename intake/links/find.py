"""Finds the web addresses in what a sender wrote, as text and behind words in HTML; any text in a bounded time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from selectolax.lexbor import LexborHTMLParser

from intake.links.address import WEB, host_of, is_on, taken_apart
from intake.links.compare import canonical
from intake.links.redirects import unwrapped
from intake.links.services import WELL_KNOWN, is_meant
from intake.markup import is_deep

MAX_LINKS = 100
_MOST_LOOKED_AT = 2_000
_MAX_CHARACTERS = 200_000
_MAX_HTML_CHARACTERS = 1_000_000
_NO_ANCHOR = re.compile(r"<(?!/?a[\s>])[^<>]*>", re.IGNORECASE)
_TRAILING = ".,;:!?…*_"
# RFC 3986, appendix C: blanks and line ends within angle brackets are no part of the address.
_FOLDED = re.compile(
    r"<(https?://[^\s<>]{20,2000}(?:[ \t]{0,8}\r?\n[ \t]{0,8}[^\s<>]{1,2000}){1,9})>"
)
_REST = r"[^\s<>\"'`{}|\\^\x00-\x20\x7f\ud800-\udfff]"
# Without a scheme: www and a host; a host and a path. Neither in the middle of a word, a path or a mail address.
_BARE = rf"(?<![\w@./:%=&?#~+-])(?:www\.)?(?:[^\W_](?:[\w-]{{0,61}})\.){{1,5}}[^\W\d_]{{2,24}}(?::\d{{2,5}})?(?:/{_REST}{{0,2000}}|(?![\w@]))"
_SHOWN = re.compile(f"{WEB.pattern}|{_BARE}", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE_WORDS = 4
_BLOG_BEHIND = re.compile(
    r"[^/]+/(?:[^/]+/)?(?:blog|news|articles?|artikel|posts?|press|presse|magazin|stories)/[^/]"
)
_PIECES = re.compile(r"[/?&=.#;]+")
_NOT_WANTED = re.compile(
    r"(e?-?mail-?)?(list-?)?(un|de)subscribe(-?\w{0,12})?|opt-?out(-?\w{0,12})?|"
    r"((e-?)?mail|manage|update|subscription)-?preferences?|preferences?-?cent(er|re)|manage-?subscriptions?|"
    r"(newsletter-?)?(abmelde[nr]|abmeldung|abbestell(en|ung))|d[ée]sabonn\w{0,10}|d[ée]sinscri\w{0,10}|"
    r"darse-?de-?baja|afmelden|uitschrijven|view-?(in|this-?email-?in-?your)-?browser|webversion|"
    r"tracking-?pixel|pixel",
    re.IGNORECASE,
)
_OPENED = re.compile(r"/(track|wf|e)/open\b|/open\.(gif|php|aspx)\b|/pixel[./?]", re.IGNORECASE)
_MAILCHIMP_OWN = re.compile(r"/(unsubscribe|profile|subscribe|vcard|about)\b", re.IGNORECASE)


def find(text: str, html: str = "") -> tuple[str, ...]:
    """The web addresses in what the sender wrote, unwrapped, in order, without repeats in canonical form.

    `text` is the written text. An address behind a word in `html` is taken only if that word is in the text, so that
    logos, social icons and signatures do not bring theirs. What nobody means to send is left out. For the text of a
    forwarded message, `html` may be the whole HTML.
    """
    bounded = _unfolded(text[:_MAX_CHARACTERS])
    found = _in_text(bounded)
    found += _behind_words(bounded, html) if html else []
    return joined([[target for url in found if _is_wanted(target := unwrapped(url))]])


def _in_text(text: str) -> list[str]:
    """The addresses that the text shows, with a scheme or as people type them without."""
    found: list[str] = []
    for match in islice(_SHOWN.finditer(text), _MOST_LOOKED_AT):
        url = _trimmed(match[0])
        if WEB.fullmatch(url):
            found.append(url)
        elif _is_typed_address(url, _words_beside(text, match)):
            found.append(f"https://{url}")
    return found


def _words_beside(text: str, match: re.Match[str]) -> int:
    """How many words stand in the same line, 300 characters to either side."""
    before = text[max(0, match.start() - 300) : match.start()].rpartition("\n")[2]
    after = text[match.end() : match.end() + 300].partition("\n")[0]
    return len(_WORD.findall(f"{before} {after}"))


def joined(groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The addresses of several texts of one message, in order, each page once, at most MAX_LINKS."""
    first: dict[str, str] = {}
    for group in groups:
        for url in group:
            first.setdefault(canonical(url), url)
    return tuple(first.values())[:MAX_LINKS]


def _unfolded(text: str) -> str:
    return _FOLDED.sub(lambda folded: f"<{''.join(folded[1].split())}>", text)


def _is_typed_address(url: str, words_beside: int) -> bool:
    """Whether a host without a scheme is meant as an address: not a file name, not the end of a sentence, no signature."""
    split = taken_apart(f"https://{url}")
    if split is None:
        return False
    leads_on = split.path.strip("/") != ""
    if url.lower().startswith("www."):
        return leads_on or words_beside >= _SENTENCE_WORDS
    is_known = is_on(host_of(split), WELL_KNOWN) and leads_on
    return is_known or bool(_BLOG_BEHIND.match(url.lower()))


def _behind_words(text: str, html: str) -> list[str]:
    seen = " ".join(text.split())
    urls: list[str] = []
    for anchor in _tree(html).css("a[href]")[:_MOST_LOOKED_AT]:
        shown = " ".join(anchor.text().split())
        href = (anchor.attributes.get("href") or "").strip()
        if shown and WEB.fullmatch(href) and shown in seen:
            urls.append(href)
    return urls


def _tree(html: str) -> LexborHTMLParser:
    """A tree of bounded depth: what is deeper keeps its anchors only."""
    bounded = html[:_MAX_HTML_CHARACTERS]
    if is_deep(bounded):
        bounded = _NO_ANCHOR.sub(" ", bounded)
    return LexborHTMLParser(bounded)


def _trimmed(url: str) -> str:
    """Without the punctuation of the sentence around it; a bracket goes where it closes none of its own."""
    unopened = {")": url.count(")") - url.count("("), "]": url.count("]") - url.count("[")}
    end = len(url)
    while end and (url[end - 1] in _TRAILING or unopened.get(url[end - 1], 0) > 0):
        end -= 1
        if url[end] in unopened:
            unopened[url[end]] -= 1
    return url[:end]


def _is_wanted(url: str) -> bool:
    """Whether a person would say that they sent this address: none that a newsletter or a signature brings along."""
    split = taken_apart(url)
    if split is None or not is_meant(url) or _OPENED.search(url):
        return False
    if is_on(host_of(split), ("list-manage.com",)) and _MAILCHIMP_OWN.match(split.path):
        return False
    pieces = _PIECES.split(f"{host_of(split)}/{split.path}?{split.query}")
    return not any(_NOT_WANTED.fullmatch(piece) for piece in pieces)
