"""Tells an article from other pages on a host that is no known service, by its path and by the words around it.

A path that says blog or news is strong evidence. A step that reads like a headline is weak: shops and products have such
addresses too, so it counts only where it reads as a sentence, or where the words around it speak of articles.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote

from intake.links.address import host_of
from intake.model import LinkFate

_DOCUMENT = re.compile(
    r"\.(pdf|pptx?|pptm|ppsx?|potx|key|docx?|docm|odt|odp|ods|rtf|xlsx?|xlsm|csv|pages|numbers|ics|"
    r"zip|7z|rar|tar|tgz|gz|eps|ai|indd|psd)$",
    re.IGNORECASE,
)
_NEXTCLOUD = re.compile(
    r"(/[\w-]{1,40})?(/index\.php)?/s/[A-Za-z0-9]{15,20}(/download)?/?", re.ASCII
)
_NO_ARTICLE = re.compile(
    r"\.(png|jpe?g|gif|svg|webp|avif|ico|css|js|json|xml|rss|exe|dmg|mp[34]|mov|avi|webm|wav)$|"
    r"/(about|about-us|ueber-uns|über-uns|team|contact|kontakt|impressum|imprint|privacy(-policy)?|datenschutz|"
    r"terms(-of-\w+)*|agb|login|signin|sign-in|signup|sign-up|register|pricing|preise|careers?|jobs?|karriere|"
    r"legal|cookies?(-policy)?|faq|search|suche)(/|\.html?$|$)",
    re.IGNORECASE,
)
_NO_ARTICLE_BELOW = re.compile(
    r"/(shop|store|products?|produkte?|produits?|productos?|prodotti|item|items|dp|gp|collections?|categor(y|ies)|"
    r"kategorien?|catalogue?|katalog|cart|checkout|warenkorb|features?|solutions?|loesungen|services?|leistungen|"
    r"platform|integrations?|docs?|documentation|help|support|hilfe|wiki|tree|blob|issues|pull|users?|profiles?|"
    r"events?|veranstaltungen|webinars?|tags?|authors?|topics?|page|wp-content|uploads|assets|downloads?)/",
    re.IGNORECASE,
)
_BLOG_STEP = re.compile(
    r"/(blog|blogs|news|articles?|artikel|articulos?|posts?|beitr(ae|ä)ge?|beitrag|story|stories|insights?|"
    r"actualites?|noticias|nieuws|magazine?|magazin|journal|perspectives|aktuelles|neuigkeiten)"
    r"(?P<rest>/.*)",
    re.IGNORECASE,
)
_DATED = re.compile(r"/(19|20)\d{2}/\d{1,2}/(\d{1,2}/)?[^/]+")
_BLOG_HOST = re.compile(
    r"(.+\.)?(blog|blogs|news|magazin|magazine|stories|insights|journal|newsroom)\..+"
)
_LISTING = re.compile(
    r"page|seite|tags?|categor(y|ies)|kategorien?|authors?|autor(en)?|topics?|thema|themen|search|archiv(es?)?|feed|rss|"
    r"all|index(\.html?)?",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"\d{1,4}|[a-z]{2}([-_][a-z]{2})?", re.IGNORECASE)
_SLUG = re.compile(r"[^\W_]{1,40}([-_][^\W_]{1,40}){2,40}(\.html?|\.php)?")
_LITTLE_WORDS = frozenset(
    word
    for words in (
        "a an and are as at be by can do does for from get has have how i if in into is it its make my new not of on or our",
        "should that the their these this to we what when where which why will with you your",
        "das dem den der des die ein eine einen für fuer im ist mit nicht oder sind so und unser unsere von warum was wenn",
        "wie wir zu zum zur",
        "à au aux avec ce comment dans des du en est et la le les nos notre nous ou par pas pour pourquoi que quoi sur un une",
        "al como con cómo de del el es lo los las más no nuestra nuestro para por porque qué se sin su una y",
        "aan bij dat de een hoe het naar niet om ons onze op te uit van voor waarom wat wij",
        "che come con da di e il i nel non per perché più una",
    )
    for word in words.split()
)
_NEAR_CHARACTERS = 2_000
_ADDRESS = re.compile(r"(?<!\S)\S*[./]\S+")
_SPEAKS_OF_ARTICLES = re.compile(
    r"\b(blog\w{0,6}|articles?|artikeln?|posts?|beitr(ag|äge)\w{0,2}|blogbeitr\w{2,4}|art[íi]culos?|publicaci[óo]n(es)?|"
    r"billets?|blogberichten?|articol[oi]|artigos?)\b",
    re.IGNORECASE,
)  # fmt: skip


def fate_elsewhere(split: SplitResult, around: str) -> LinkFate:
    """The fate of an address on a host that is no known service: the client's own, most of the time."""
    path = unquote(split.path) or "/"
    if _DOCUMENT.search(path) or _NEXTCLOUD.fullmatch(path):
        return LinkFate.NEEDS_ACCESS
    is_article = _says_article(host_of(split), path) or (
        _reads_like_headline(path, host_of(split)) and _is_told_or_sentence(path, split, around)
    )
    return LinkFate.COUNTED if is_article else LinkFate.NOTED


def _says_article(host: str, path: str) -> bool:
    """Strong evidence: a step that says blog or news, the year and month, or a host for it; with an article behind it."""
    if path == "/" or _NO_ARTICLE.search(path):
        return False
    below = _BLOG_STEP.search(path)
    if below is not None:
        return _names_article(below["rest"])
    if _DATED.search(path):
        return not _NO_ARTICLE_BELOW.search(path)
    return bool(_BLOG_HOST.fullmatch(host)) and _names_article(path)


def _names_article(path: str) -> bool:
    """Whether a path below a blog leads to one article, not to a year, a page of a list or all of an author's."""
    steps = [step for step in path.strip("/").split("/") if step and not _NO_NAME.fullmatch(step)]
    if not steps or _LISTING.fullmatch(steps[-1]):
        return False
    return not _LISTING.fullmatch(steps[0]) or bool(_SLUG.fullmatch(steps[-1]))


def _reads_like_headline(path: str, host: str) -> bool:
    """Weak evidence: three words or more in the last step, and nothing before it that says shop or product."""
    if _NO_ARTICLE.search(path) or _NO_ARTICLE_BELOW.search(path):
        return False
    if host.startswith(("shop.", "store.", "docs.", "help.", "support.", "app.", "cdn.")):
        return False
    steps = path.strip("/").split("/")
    return len(steps) <= 2 and bool(_SLUG.fullmatch(steps[-1]))


def _is_told_or_sentence(path: str, split: SplitResult, around: str) -> bool:
    """Whether the slug has two little words in four or more, as sentences have; else whether the mail calls it an article."""
    words = re.split(r"[-_.]", path.rstrip("/").rpartition("/")[2].lower())
    little = sum(word in _LITTLE_WORDS for word in words)
    if len(words) >= 4 and little >= 2:
        return True
    return bool(_SPEAKS_OF_ARTICLES.search(_lines_at(split, around)))


def _lines_at(split: SplitResult, around: str) -> str:
    """The line that holds the address without the address, and the line that introduces its list."""
    at = around.lower().find((split.netloc + split.path).lower().rstrip("/"))
    if at < 0:
        return ""
    rest_of_line = around[at : at + _NEAR_CHARACTERS].partition("\n")[0]
    lines = (around[max(0, at - _NEAR_CHARACTERS) : at] + rest_of_line).split("\n")
    said = [_without_addresses(lines.pop())]
    while lines and not re.search(r"\w{3}", said[-1]):
        said.append(_without_addresses(lines.pop()))
    return "\n".join(said)


def _without_addresses(line: str) -> str:
    return _ADDRESS.sub(" ", line)
