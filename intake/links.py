"""Addresses in what a sender wrote: finds them, tells a shared file from an article, gives one form to compare.

Nothing is ever fetched here. Whether an article counts toward an item is decided where the checklist is known; this
module only says that it could.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qs, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser

from intake.model import LinkFate, LinkFound

MAX_LINKS = 100
_MAX_CHARACTERS = 200_000
_MAX_URL = 2_000
_URL = re.compile(r"https?://[^\s<>\"'`{}|\\^\x00-\x1f]{3,2000}", re.IGNORECASE)
_TRAILING = ".,;:!?…*_"
_TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid|_hs(enc|mi)|hss_channel|igsh(id)?|mkt_tok|"
    r"vero_id|oly_(enc|anon)_id|trk\w*|s_cid|cmpid|ref_src)$",
    re.IGNORECASE,
)
_NOT_WANTED = re.compile(
    r"unsubscribe|opt-?out|email-?preferences|manage-?preferences|list-manage|abmelden|abbestellen|"
    r"d[ée]sabonn|desinscri|darse-de-baja|afmelden|view-?in-?browser|/track/|/open\.(gif|php)|/pixel",
    re.IGNORECASE,
)
_SOCIAL = (
    "facebook.com",
    "instagram.com",
    "twitter.com",
    "x.com",
    "linkedin.com",
    "xing.com",
    "tiktok.com",
    "pinterest.com",
    "threads.net",
    "mastodon.social",
    "bsky.app",
    "wa.me",
    "t.me",
)
_ARTICLES_ON_SOCIAL = re.compile(r"linkedin\.com/pulse/[^/]+", re.IGNORECASE)
# A host, its service's name, and whether the address leads to a file that somebody must open up.
_SERVICES: tuple[tuple[str, str, bool], ...] = (
    ("drive.google.com", "Google Drive", True),
    ("docs.google.com", "Google Docs", True),
    ("sheets.google.com", "Google Docs", True),
    ("slides.google.com", "Google Docs", True),
    ("dropbox.com", "Dropbox", True),
    ("db.tt", "Dropbox", True),
    ("onedrive.live.com", "OneDrive", True),
    ("1drv.ms", "OneDrive", True),
    ("sharepoint.com", "SharePoint", True),
    ("wetransfer.com", "WeTransfer", True),
    ("we.tl", "WeTransfer", True),
    ("box.com", "Box", True),
    ("icloud.com", "iCloud", True),
    ("notion.so", "Notion", True),
    ("notion.site", "Notion", True),
    ("figma.com", "Figma", True),
    ("canva.com", "Canva", True),
    ("pitch.com", "Pitch", True),
    ("docsend.com", "DocSend", True),
    ("miro.com", "Miro", True),
    ("airtable.com", "Airtable", True),
    ("youtube.com", "YouTube", False),
    ("youtu.be", "YouTube", False),
    ("vimeo.com", "Vimeo", False),
    ("loom.com", "Loom", False),
    ("zoom.us", "Zoom", False),
    ("meet.google.com", "Google Meet", False),
    ("teams.microsoft.com", "Microsoft Teams", False),
    ("calendly.com", "Calendly", False),
    ("maps.google.com", "Google Maps", False),
    ("maps.app.goo.gl", "Google Maps", False),
)
_NO_ARTICLE = re.compile(
    r"\.(png|jpe?g|gif|svg|webp|ico|css|js|zip|exe|dmg)$|"
    r"^/(about|about-us|contact|kontakt|impressum|imprint|privacy|datenschutz|terms|agb|login|signin|"
    r"pricing|careers|jobs|legal|cookies?)(/|\.html?$|$)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"/(blog|blogs|news|article|articles|artikel|posts?|p|stories|story|insights|magazin|magazine|"
    r"press|presse|journal|resources|\d{4}/\d{1,2})/[^/]+",
    re.IGNORECASE,
)
_SLUG = re.compile(r"[a-zà-ÿ0-9]+([-_][a-zà-ÿ0-9]+){2,}(\.html?)?$", re.IGNORECASE)


def find(text: str, html: str) -> tuple[str, ...]:
    """The web addresses in what the sender wrote, in order, without repeats in canonical form.

    `text` is the written text. An address behind a word in `html` is taken only if that word is in the text, so that
    logos, social icons and signatures do not bring theirs. What nobody means to send is left out.
    """
    found = [_trimmed(match) for match in _URL.findall(text[:_MAX_CHARACTERS])]
    found += _behind_words(text, html) if html else []
    by_form = {
        canonical(url): unwrapped(url) for url in reversed(found) if _is_meant(unwrapped(url))
    }
    first_seen = dict.fromkeys(canonical(url) for url in found)
    return tuple(by_form[form] for form in first_seen if form in by_form)[:MAX_LINKS]


def _behind_words(text: str, html: str) -> list[str]:
    seen = " ".join(text.split())
    urls: list[str] = []
    for anchor in LexborHTMLParser(html).css("a[href]"):
        shown = " ".join(anchor.text().split())
        href = (anchor.attributes.get("href") or "").strip()
        if shown and _URL.fullmatch(href) and shown in seen:
            urls.append(href)
    return urls


def _trimmed(url: str) -> str:
    """Without the punctuation of the sentence around it; a bracket goes where it closes none of its own."""
    while url and (
        url[-1] in _TRAILING
        or (url[-1] == ")" and url.count("(") < url.count(")"))
        or (url[-1] == "]" and url.count("[") < url.count("]"))
    ):
        url = url[:-1]
    return url


def _is_meant(url: str) -> bool:
    """Whether a person would say that they sent this address."""
    split = _split(url)
    if split is None or _NOT_WANTED.search(url):
        return False
    return not _is_on(split, _SOCIAL) or bool(_ARTICLES_ON_SOCIAL.search(url))


def unwrapped(url: str) -> str:
    """The address that a redirector of a mail service names in its own, else the address itself."""
    for _ in range(3):
        target = _target(url)
        if target is None or not _URL.fullmatch(target):
            return url
        url = target
    return url


def _target(url: str) -> str | None:
    split = _split(url)
    if split is None:
        return None
    host = (split.hostname or "").lower()
    query = parse_qs(split.query)
    if host.endswith(".safelinks.protection.outlook.com"):
        return _first(query, "url")
    if host in {"www.google.com", "google.com"} and split.path == "/url":
        return _first(query, "q") or _first(query, "url")
    if host == "urldefense.com" and split.path.startswith("/v3/__"):
        return split.path.removeprefix("/v3/__").partition("__;")[0]
    if host == "urldefense.proofpoint.com" and split.path.startswith("/v2/"):
        encoded = _first(query, "u")
        return unquote(encoded.replace("-", "%").replace("_", "/")) if encoded else None
    return None


def _first(query: dict[str, list[str]], name: str) -> str | None:
    return next(iter(query.get(name, [])), None)


def judge(url: str) -> LinkFound:
    """What an address leads to. `COUNTED` says that it looks like an article: a candidate for an item that takes links."""
    split = _split(unwrapped(url))
    if split is None:
        return LinkFound(url, LinkFate.NOTED, "")
    for host, service, needs_access in _SERVICES:
        if _is_on(split, (host,)):
            is_file = needs_access and split.path.strip("/") != ""
            return LinkFound(url, LinkFate.NEEDS_ACCESS if is_file else LinkFate.NOTED, service)
    host = (split.hostname or "").lower().removeprefix("www.")
    return LinkFound(url, LinkFate.COUNTED if _is_article(split) else LinkFate.NOTED, host)


def _is_article(split: SplitResult) -> bool:
    """A path that says blog or news, or whose last step reads like a headline."""
    path = unquote(split.path)
    if not path.strip("/") or _NO_ARTICLE.search(path):
        return False
    return bool(_ARTICLE.search(path) or _SLUG.search(path.rstrip("/").rpartition("/")[2]))


def canonical(url: str) -> str:
    """One form for addresses of the same page: unwrapped, no tracking parameters, no fragment, no final slash."""
    target = unwrapped(url)
    split = _split(target)
    if split is None:
        return target
    host = (split.hostname or "").lower()
    port = f":{split.port}" if split.port not in {None, 80, 443} else ""
    kept = [
        (name, value)
        for name, value in parse_qsl(split.query, keep_blank_values=True)
        if not _TRACKING.match(name)
    ]
    return urlunsplit(
        (split.scheme.lower(), host + port, split.path.rstrip("/"), urlencode(kept), "")
    )


def _split(url: str) -> SplitResult | None:
    try:
        split = urlsplit(url[:_MAX_URL])
        _ = split.port  # it is read here because a wrong one raises only then
    except ValueError:
        return None
    return split if split.hostname and split.scheme.lower() in {"http", "https"} else None


def _is_on(split: SplitResult, hosts: tuple[str, ...]) -> bool:
    name = (split.hostname or "").lower()
    return any(name == host or name.endswith(f".{host}") for host in hosts)
