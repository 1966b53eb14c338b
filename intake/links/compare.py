"""One form for the addresses of one page, so that an article sent twice counts once."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlunsplit

from intake.links.address import host_of, taken_apart
from intake.links.redirects import unwrapped

_TRACKING = re.compile(
    r"(utm_\w+|mtm_\w+|pk_\w+|fbclid|gclid|gclsrc|gbraid|wbraid|gad_source|dclid|msclkid|yclid|twclid|ttclid|"
    r"li_fat_id|mc_cid|mc_eid|_hs(enc|mi)|hsctatracking|hss_channel|igsh(id)?|mkt_tok|vero_id|oly_(enc|anon)_id|"
    r"trk\w*|s_cid|cmpid|ref|ref_src|ref_url|source|_ga|_gl|amp)",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_END = re.compile(r"(/amp)?/*\Z", re.IGNORECASE)


def canonical(url: str) -> str:
    """Unwrapped, by https, without www, tracking parameters, fragment and final slash; parameters in order."""
    target = unwrapped(url.encode("utf-8", "replace").decode())
    split = taken_apart(target)
    if split is None:
        return target
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(split.query, keep_blank_values=True)
        if not _TRACKING.fullmatch(name)
    )
    return urlunsplit(("https", _authority(split), _path(split), urlencode(kept), _route(split)))


def _authority(split: SplitResult) -> str:
    host = host_of(split).removeprefix("www.")
    with suppress(UnicodeError):  # a host that cannot be on the wire is compared as it stands
        host = host.encode("idna").decode("ascii")
    return host if split.port in {None, 80, 443} else f"{host}:{split.port}"


def _path(split: SplitResult) -> str:
    """The path as it goes over the wire, its escapes in capitals (RFC 3986, 6.2.2.1)."""
    path = quote(split.path, safe="/%:@!$&'()*+,;=~")
    return _END.sub("", _ESCAPE.sub(lambda found: found[0].upper(), path))


def _route(split: SplitResult) -> str:
    """The fragment where it is the path of a page that finds its own way ("#/blog/a"), else nothing."""
    return split.fragment.rstrip("/") if split.fragment.startswith(("/", "!")) else ""
