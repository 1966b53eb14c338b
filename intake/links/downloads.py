"""Asking a service for a file itself, where its share address tells how; and knowing a door that asks who one is."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urlencode, urlunsplit

from intake.links.address import host_of, is_on, parameter, taken_apart
from intake.links.redirects import unwrapped

_DRIVE_FILE = re.compile(r"/file/(u/\d+/)?d/(?P<id>[\w-]{10,200})", re.ASCII)
_GOOGLE_DOCUMENT = re.compile(
    r"(/a/[^/]+)?/(?P<what>document|presentation|spreadsheets)/(u/\d+/)?d/(?P<id>[\w-]{10,200})(/|$)",
    re.ASCII,
)
_EXPORTS = {
    "document": "export?format=docx",
    "presentation": "export/pptx",
    "spreadsheets": "export?format=xlsx",
}
_SIGN_IN_HOSTS = ("accounts.google.com", "login.microsoftonline.com", "login.live.com")
_SIGN_IN_LABELS = ("login.", "signin.", "accounts.", "auth.", "sso.", "idp.")
_SIGN_IN = re.compile(r"/(login|log-in|signin|sign-in|sign_in|servicelogin|sso|authenticate)\b", re.IGNORECASE)  # fmt: skip


def download_address(url: str) -> str:
    """The address at which a service hands out the file itself, where its share address tells; else the same address."""
    target = unwrapped(url)
    split = taken_apart(target)
    if split is None:
        return target
    host = host_of(split).removeprefix("www.")
    if host == "drive.google.com":
        return _drive_download(split) or target
    if host == "docs.google.com":
        found = _GOOGLE_DOCUMENT.match(split.path)
        if found is None:
            return target
        return f"https://{host}/{found['what']}/d/{found['id']}/{_EXPORTS[found['what']]}"
    if host == "dropbox.com":
        return _with_parameter(split, "dl", "1")
    if is_on(host, ("sharepoint.com", "sharepoint.us", "sharepoint.cn")):
        return _with_parameter(split, "download", "1")
    return target


def _drive_download(split: SplitResult) -> str | None:
    found = _DRIVE_FILE.match(split.path)
    identity = found["id"] if found else None
    if identity is None and split.path in {"/open", "/uc"}:
        identity = parameter(split.query, "id")
    if identity is None:
        return None
    asked = {"export": "download", "id": identity}
    key = parameter(split.query, "resourcekey")
    return f"https://drive.google.com/uc?{urlencode(asked | ({'resourcekey': key} if key else {}))}"


def _with_parameter(split: SplitResult, name: str, value: str) -> str:
    kept = [pair for pair in split.query.split("&") if pair and not pair.startswith(f"{name}=")]
    query = "&".join([*kept, f"{name}={quote(value)}"])
    return urlunsplit((split.scheme, split.netloc, split.path, query, ""))


def is_sign_in(url: str) -> bool:
    """Whether an address asks who one is, as services do for files that are not open to everybody."""
    split = taken_apart(url)
    if split is None:
        return False
    host = host_of(split)
    return (
        is_on(host, _SIGN_IN_HOSTS)
        or host.startswith(_SIGN_IN_LABELS)
        or bool(_SIGN_IN.search(split.path))
    )
