"""Redirectors of mail services and trackers: the address that one names in its own is the one that was sent.

A table says which host keeps its target where. Those that keep it on their server only (Mimecast, HubSpot, Mailchimp,
shorteners) are not here: their addresses stay as they are.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from urllib.parse import SplitResult, unquote

from intake.links.address import WEB, host_of, is_on, parameter, taken_apart

DEEPEST = 5
"""Redirectors within each other that are followed."""
_PROOFPOINT_V3 = re.compile(r"/v3/__(.+?)__;([A-Za-z0-9+/=_-]{0,3000})!")
_ONE_SLASH = re.compile(r"^(https?:/)(?=[^/])", re.IGNORECASE)
_RUN = re.compile(r"\*(\*[A-Za-z0-9_-])?")
_RUN_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_IN_PATH = re.compile(r"https?(:/|:%2f|%3a)", re.IGNORECASE)

Target = Callable[[str, SplitResult], str | None]


def _named(*names: str) -> Target:
    """The target is the value of a parameter."""
    return lambda _, split: parameter(split.query, *names)


def _within_path(url: str, split: SplitResult) -> str | None:
    """The target is the rest of the path, with its own query behind it, or one quoted step of it."""
    del split
    begin = _IN_PATH.search(url, pos=8)
    if begin is None:
        return None
    rest = url[begin.start() :]
    return unquote(rest.partition("/")[0]) if _quotes_slashes(rest) else rest


def _quotes_slashes(rest: str) -> bool:
    return "%2f%2f" in rest[:20].lower()


def _whole_query(url: str, split: SplitResult) -> str | None:
    del url
    return unquote(split.query)


def _proofpoint_v2(url: str, split: SplitResult) -> str | None:
    del url
    encoded = parameter(split.query, "u")
    return unquote(encoded.replace("-", "%").replace("_", "/")) if encoded else None


def _proofpoint_v3(url: str, split: SplitResult) -> str | None:
    """The target stands between `__` and `__;`, query and all; each `*` is a character kept in the base64 behind it.

    `**` and a letter stand for a run of such characters, A for two.
    """
    del split
    found = _PROOFPOINT_V3.search(url)
    if found is None:
        return None
    replaced = _base64(found[2])
    position = 0

    def characters(star: re.Match[str]) -> str:
        nonlocal position
        count = _RUN_LETTERS.index(star[0][2]) + 2 if star[1] else 1
        taken = replaced[position : position + count]
        position += count
        return taken or star[0]

    return _ONE_SLASH.sub(r"\1/", _RUN.sub(characters, found[1]))


def _base64_named(*names: str) -> Target:
    """The target is the value of a parameter, in base64."""
    return lambda _, split: _base64(parameter(split.query, *names) or "") or None


def _base64(text: str) -> str:
    """What the base64 says, of either alphabet; "" where it is none."""
    standard = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4)).decode("utf-8")
    except ValueError:  # also what base64 and UTF-8 raise
        return ""


# A host (it or what is below it), how its path begins, and where the target is.
_REDIRECTORS: tuple[tuple[str, str, Target], ...] = (
    ("safelinks.protection.outlook.com", "/", _named("url")),
    ("safelinks.protection.office365.us", "/", _named("url")),
    ("statics.teams.cdn.office.net", "/evergreen-assets/safelinks/", _named("url")),
    ("urldefense.proofpoint.com", "/v1/", _named("u")),
    ("urldefense.proofpoint.com", "/v2/", _proofpoint_v2),
    ("urldefense.proofpoint.com", "/v3/", _proofpoint_v3),
    ("urldefense.com", "/v1/", _named("u")),
    ("urldefense.com", "/v2/", _proofpoint_v2),
    ("urldefense.com", "/v3/", _proofpoint_v3),
    ("urldefense.us", "/v3/", _proofpoint_v3),
    ("linkprotect.cudasvc.com", "/url", _named("a")),
    ("secure-web.cisco.com", "/", _within_path),
    ("clicktime.symantec.com", "/", _named("u")),
    ("clicktime.cloud.postoffice.net", "/", _named("u")),
    ("protection.sophos.com", "/", _base64_named("u")),
    ("trendmicro.com", "/wis/clicktime/", _named("url")),
    ("protect.fireeye.com", "/", _named("u")),
    ("protect2.fireeye.com", "/", _named("u")),
    ("awstrack.me", "/L0/", _within_path),
    ("deref-gmx.net", "/", _named("redirecturl")),
    ("deref-gmx.com", "/", _named("redirecturl")),
    ("deref-web.de", "/", _named("redirecturl")),
    ("deref-mail.com", "/", _named("redirecturl")),
    ("l.facebook.com", "/", _named("u")),
    ("lm.facebook.com", "/", _named("u")),
    ("l.messenger.com", "/", _named("u")),
    ("l.instagram.com", "/", _named("u")),
    ("linkedin.com", "/redir/", _named("url")),
    ("linkedin.com", "/safety/go", _named("url")),
    ("youtube.com", "/redirect", _named("q")),
    ("slack-redir.net", "/link", _named("url")),
    ("t.umblr.com", "/redirect", _named("z")),
    ("out.reddit.com", "/", _named("url")),
    ("away.vk.com", "/away.php", _named("to")),
    ("href.li", "/", _whole_query),
)
_GOOGLE = re.compile(r"(www\.)?google\.(com|[a-z]{2}|com?\.[a-z]{2})", re.IGNORECASE)


def unwrapped(url: str) -> str:
    """The address that a redirector names in its own, also through several; else the address itself."""
    for _ in range(DEEPEST):
        target = _target(url)
        if target is None or not WEB.fullmatch(target) or taken_apart(target) is None:
            return url
        url = target
    return url


def _target(url: str) -> str | None:
    split = taken_apart(url)
    if split is None:
        return None
    host = host_of(split)
    if _GOOGLE.fullmatch(host) and split.path == "/url":
        return parameter(split.query, "q", "url")
    for name, path, target in _REDIRECTORS:
        if is_on(host, (name,)) and (split.path or "/").startswith(path):
            return target(url, split)
    return None
