"""The page that explains a project's folder to whoever opens it: `index.html` for people, `index.json` for programs.

Pure, and idempotent: the same value gives the same octets, so writing it again changes nothing. Both name what lies
beside them by relative links; a confidential document is counted there and never named.
"""

import html
import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import quote

from intake.model import SCHEMA, BlobKey, Sha256
from storage.blobs.keys import IndexKeys, shown_name


class IndexState(StrEnum):
    """How a document stands in its project; the page lists them in this order."""

    CURRENT = "current"
    UNSURE = "unsure"
    OFFERED = "offered"
    STALE = "stale"
    NOT_ASKED_FOR = "not-asked-for"
    OLDER_VERSION = "older-version"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One document. `key` is None for a link, `url` for a file; of a confidential one only number, date and state are told."""

    number: int
    filename: str = field(repr=False)
    kind_label: str
    received_at: datetime
    state: IndexState
    item_labels: tuple[str, ...] = ()
    period: str | None = None
    size_octets: int | None = None
    sha256: Sha256 | None = None
    key: BlobKey | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    confidential: bool = False
    origin: str | None = field(default=None, repr=False)
    """The earlier project of which it is a copy, "" for one that was erased; None for what came for this one."""


@dataclass(frozen=True, slots=True)
class ProjectIndex:
    """All that the two pages tell. `keys` is where they lie, from which their links are relative."""

    client: str = field(repr=False)
    project: str = field(repr=False)
    keys: IndexKeys
    entries: tuple[IndexEntry, ...]


_JsonObject = dict[str, str | int | list[str] | None]

_WEB_ADDRESS = re.compile(r"https?://(?P<host>[^\s<>\"/?#@\[\]]+)([/?#][^\s<>\"]*)?", re.IGNORECASE)

_HEADINGS = {
    IndexState.CURRENT: ("Up to date", "What counts today."),
    IndexState.UNSURE: ("To be looked at", "A person still has to say what these are."),
    IndexState.OFFERED: (
        "From earlier projects",
        "These count once the client says to keep them.",
    ),
    IndexState.STALE: ("Out of date", "Filed, but a newer one is wanted."),
    IndexState.NOT_ASKED_FOR: ("Also received", "Nobody asked for these; they are kept."),
    IndexState.OLDER_VERSION: ("Older versions", "A newer version of each is listed above."),
}

# strftime's months depend on the locale of the process.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #5b6068; --line: #d9dce1; --paper: #fff; --link: #0b57d0 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e7e9; --soft: #a2a7b0; --line: #3a3e45; --paper: #17181b; --link: #8ab4f8 }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25 }
h2 { margin: 2rem 0 0; font-size: 1.1rem }
p { margin: .25rem 0 0 }
.soft { color: var(--soft); font-size: .9rem }
ul { margin: .75rem 0 0; padding: 0; list-style: none; border-bottom: 1px solid var(--line) }
li { display: flex; flex-direction: column; padding: .6rem 0; border-top: 1px solid var(--line) }
a { color: var(--link) }
.facts { order: 1 }
.name { padding: .15rem 0; font-weight: 600 }
footer { margin-top: 2.5rem }
@media (min-width: 45rem) {
  li { display: grid; grid-template-columns: 1fr fit-content(24rem); column-gap: 2rem; align-items: baseline }
  .facts { order: 0; text-align: right }
}
""".strip()


def render_html(index: ProjectIndex) -> bytes:
    """`index.html`: one column on a phone, two on a desk; no script and nothing loaded from elsewhere."""
    title = _text(f"{index.project} · {index.client}")
    body = "".join(_section(index, state) for state in IndexState)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
{_STYLE}
</style>
</head>
<body>
<header>
<h1><bdi>{_text(index.project)}</bdi></h1>
<p><bdi>{_text(index.client)}</bdi></p>
<p class="soft">{_text(_summary(index))}</p>
</header>
<main>{body}
</main>
<footer class="soft">
<p>The links open the files that lie beside this page. It is written anew after each change, so edits to it are lost.</p>
</footer>
</body>
</html>
""".encode()


def render_json(index: ProjectIndex) -> bytes:
    """`index.json`: the same, with `path` relative to it."""
    described = {
        "schema": SCHEMA,
        "client": _plain(index.client),
        "project": _plain(index.project),
        "documents": [_described(index, entry) for entry in _ordered(index)],
    }
    return (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode()


def _ordered(index: ProjectIndex) -> list[IndexEntry]:
    return sorted(index.entries, key=lambda entry: entry.number)


def _described(index: ProjectIndex, entry: IndexEntry) -> _JsonObject:
    told: _JsonObject = {
        "number": entry.number,
        "state": entry.state,
        "received_at": entry.received_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "confidential": entry.confidential,
    }
    if entry.confidential:
        return told
    return told | {
        "filename": shown_name(entry.filename),
        "kind": entry.kind_label,
        "items": list(entry.item_labels),
        "period": entry.period,
        "size": entry.size_octets,
        "sha256": entry.sha256,
        "path": None if entry.key is None else _relative(index, entry.key),
        "url": entry.url,
        "offered_from": entry.origin,
    }


def _section(index: ProjectIndex, state: IndexState) -> str:
    entries = [entry for entry in _ordered(index) if entry.state == state]
    if not entries:
        return ""
    heading, meaning = _HEADINGS[state]
    lines = "".join(_line(index, entry) for entry in entries)
    return f"""
<section>
<h2>{heading}</h2>
<p class="soft">{meaning}</p>
<ul>{lines}
</ul>
</section>"""


def _line(index: ProjectIndex, entry: IndexEntry) -> str:
    received = f"received {_day(entry.received_at)}"
    if entry.confidential:
        name, purpose, facts = "A confidential document", "", [f"File {entry.number}", received]
    else:
        name, purpose = _link(index, entry), " · ".join(_purpose(entry))
        facts = [f"File {entry.number}", *_whereabouts(entry), received]
    return f"""
<li><span class="name">{name}</span>
<span class="soft facts">{_text(" · ".join(facts))}</span>
<span>{_text(purpose)}</span></li>"""


def _link(index: ProjectIndex, entry: IndexEntry) -> str:
    name = f"<bdi>{_text(shown_name(entry.filename))}</bdi>"
    if entry.key is not None:
        address = quote(_relative(index, entry.key))
        return f'<a href="{html.escape(address)}">{name}</a>'
    if entry.url is not None and _WEB_ADDRESS.fullmatch(entry.url):
        return f'<a href="{html.escape(_plain(entry.url))}" rel="noopener noreferrer">{name}</a>'
    return name


def _purpose(entry: IndexEntry) -> Iterator[str]:
    """What it is and what it counts toward, each word once."""
    yield entry.kind_label
    yield from (label for label in entry.item_labels if label != entry.kind_label)
    if entry.period:
        yield entry.period
    if entry.origin is not None:
        yield f"from {shown_name(entry.origin)}" if entry.origin else "from an earlier project"


def _relative(index: ProjectIndex, key: BlobKey) -> str:
    return posixpath.relpath(key, posixpath.dirname(index.keys.html))


def _summary(index: ProjectIndex) -> str:
    if not index.entries:
        return "No documents yet."
    count = len(index.entries)
    latest = max(entry.received_at for entry in index.entries)
    return f"{count} document{'' if count == 1 else 's'}, the latest received {_day(latest)}"


def _day(moment: datetime) -> str:
    day = moment.astimezone(UTC)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _whereabouts(entry: IndexEntry) -> Iterator[str]:
    """A file's size, or the host where a link leads."""
    if entry.key is None and entry.url and (address := _WEB_ADDRESS.fullmatch(entry.url)):
        yield address["host"].lower()
    elif entry.size_octets is not None and entry.size_octets < 1_000_000:
        yield f"{max(1, round(entry.size_octets / 1000))} KB"
    elif entry.size_octets is not None:
        yield f"{entry.size_octets / 1_000_000:.1f} MB"


def _text(text: str) -> str:
    return html.escape(_plain(text))


def _plain(text: str) -> str:
    """Without lone surrogates, which have no octets."""
    return text.encode(errors="replace").decode()
