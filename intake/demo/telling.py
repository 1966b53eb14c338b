"""How the demo is told on a terminal: values in, rich renderables out, legible at 80 columns and without colours.

Only arranges what the mail, the letters and the ledger say. Everything that came by mail is shown as text, never as markup.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from intake.demo.people import MAYA, Engagement, Person
from intake.model import CompletenessReport, Document, Fate, ItemReport, ItemState

_WIDTH = 74
"""Columns for what people write, beside the bar."""
_LETTER_LINES = 16
_TOLD_ALREADY = "Still missing"
"""The heading in a letter after which it says what stands in a line of its own here."""
_WORDS = {
    ItemState.RECEIVED: Text("received", style="green"),
    ItemState.PARTLY: Text("partly", style="yellow"),
    ItemState.MISSING: Text("missing", style="red"),
    ItemState.STALE: Text("out of date", style="yellow"),
    ItemState.UNSURE: Text("unsure", style="yellow"),
    ItemState.WAIVED: Text("not needed", style="dim"),
}
_PLACES = (
    ("collateral/", "the filed documents, by client and project; open an index.html"),
    ("letters/", "what the desk wrote, as .eml and as .html"),
    ("mail/", "what the clients wrote, as .eml"),
    ("config.yaml", "this desk goes on: put mail into Maildir/new, run the worker"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one mail changed: new documents, where its project stands, what was held, what left.

    `report` is None where the writer has no project; `held` are the reasons.
    """

    documents: tuple[Document, ...]
    report: CompletenessReport | None
    held: tuple[str, ...]
    letters: tuple[EmailMessage, ...]


def show(console: Console, part: RenderableType) -> None:
    """Print, without rich's own colouring of numbers and paths."""
    console.print(part, highlight=False)


def introduction(engagements: Sequence[Engagement], folder: Path) -> RenderableType:
    """Who takes part, and where everything lies."""
    table = Table.grid(padding=(0, 2))
    for engagement in engagements:
        table.add_row(
            Text(engagement.contact.firm, style="bold"),
            Text(engagement.title),
            Text(engagement.address, style="dim"),
        )
    return Group(
        Rule("A day at the intake desk", style="cyan"),
        Text(
            "Three clients owe their documents to the freelancer Maya Lindqvist and e-mail them to "
            "the desk. An IMAP and an SMTP server run inside this command, on this machine only; "
            "the worker between them is the real one."
        ),
        Padding(table, (1, 2)),
        Text(f"Everything is kept in {folder}", style="dim", overflow="fold"),
    )


def mail(number: int, writer: Person, message: EmailMessage) -> RenderableType:
    """Who wrote what, with which attachments."""
    return Group(
        Text(),
        Rule(Text(f"{number}", style="cyan"), align="left", style="cyan"),
        Text.assemble(
            (f"{writer.name}, {writer.firm}", "bold"),
            " writes: ",
            (str(message["Subject"]), "italic"),
        ),
        *(_barred(line, "blue") for line in _own_lines(message, writer)),
        *(_attachment(part) for part in message.walk() if _is_told(part)),
    )


def outcome(result: Outcome, *, in_full: bool) -> RenderableType:
    """What the desk filed, what is still missing, and what it answered; `in_full` shows the whole answer."""
    parts: list[RenderableType] = []
    if result.documents:
        parts.append(_read(result.documents, result.report))
    if result.letters and result.report is not None:
        parts.append(_wanted(result.report))
    parts.extend(_letter(letter, in_full=in_full) for letter in result.letters)
    parts.extend(
        _indented(f"Held for a person to decide: {reason.replace('-', ' ')}.")
        for reason in result.held
    )
    if not result.letters:
        why = "" if result.held else "The mail itself says that it is automatic. "
        parts.append(_indented(f"{why}Nobody is answered."))
    return Group(*parts)


def summary(reports: Sequence[CompletenessReport]) -> RenderableType:
    """Every project, item by item."""
    table = Table(
        box=SIMPLE_HEAD, padding=(0, 1), title="Where the projects stand", title_justify="left"
    )
    table.add_column("Item", overflow="fold", min_width=22)
    table.add_column("State", no_wrap=True)
    table.add_column("Documents", overflow="fold")
    for report in reports:
        project = report.project
        table.add_row(
            Text(project.client.name, style="bold"),
            _score(report),
            Text(project.title, style="bold"),
        )
        for position, entry in enumerate(report.items, start=1):
            table.add_row(
                Text(f"  {entry.item.label}"),
                _state(entry),
                Text("\n".join(_listed(entry))),
                end_section=position == len(report.items),
            )
    return Group(Text(), table)


def farewell(folder: Path, program: str) -> RenderableType:
    """Where to look, and what to run next."""
    places = Table.grid(padding=(0, 2))
    places.add_column(no_wrap=True)
    for name, what in _PLACES:
        places.add_row(Text(name, style="bold"), Text(what))
    commands = (
        f"cd {folder}",
        f"{program} status",
        f"{program} review list",
        f"{program} inspect mail",
        f"{program} fsck",
        f"{program} worker --once",
        f"{program} init ~/desk        # your own desk",
    )
    return Group(
        Text.assemble("Look into ", (str(folder), "bold"), overflow="fold"),
        Padding(places, (0, 2)),
        Text("\nRun next"),
        *(Text(f"  {command}", style="cyan", overflow="fold") for command in commands),
        Text("\nNothing was written outside that folder; delete it when you have seen enough."),
    )


# ---------------------------------------------------------------- what people write


def _lines(message: EmailMessage) -> list[str]:
    body = message.get_body(("plain",))
    return str(body.get_content()).splitlines() if body else []


def _own_lines(message: EmailMessage, writer: Person) -> Iterator[str]:
    """What the writer wrote, without signature and quotation."""
    for line in _lines(message):
        if line.strip() in {"--", writer.signature[0]}:
            return
        yield from textwrap.wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _is_told(part: EmailMessage) -> bool:
    return bool(part.get_filename()) or part.get_content_type() == "message/rfc822"


def _attachment(part: EmailMessage) -> RenderableType:
    if part.get_content_type() == "message/rfc822":
        return Text("  + a forwarded mail, and in it", style="blue")
    octets = part.get_payload(decode=True)
    size = len(octets) if isinstance(octets, bytes) else 0
    return Text(f"  + {part.get_filename()} ({_size(size)})", style="blue", overflow="fold")


def _size(octets: int) -> str:
    return f"{octets} bytes" if octets < 1000 else f"{octets / 1000:.0f} kB"


def _barred(line: str, style: str) -> RenderableType:
    return Text.assemble(("  │ ", style), line, overflow="fold")


def _indented(line: str) -> RenderableType:
    return Padding(Text(line, style="yellow"), (0, 0, 0, 2))


# ---------------------------------------------------------------- what the desk makes of it


def _read(documents: Iterable[Document], report: CompletenessReport | None) -> RenderableType:
    labels = {str(entry.item.item): entry.item.label for entry in report.items} if report else {}
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold", max_width=34)
    table.add_column(overflow="fold")
    for document in documents:
        table.add_row(
            Text(_name(document), style="green"), Text(_judgement(document, labels), style="green")
        )
    return Group(Text("  The desk reads", style="green"), Padding(table, (0, 0, 0, 4)))


def _name(document: Document) -> str:
    """The file's name, or a link's host: addresses are long."""
    return f"{urlsplit(document.url).netloc}/…" if document.url else document.filename


def _judgement(document: Document, labels: dict[str, str]) -> str:
    found = document.classification
    what = str(found.kind).replace("_", " ")
    filed = ", ".join(labels.get(str(item), str(item)) for item in document.filed_for)
    told = f"for {filed}" if filed and document.fate is not Fate.UNSURE else str(document.fate)
    return f"{what} {found.period or ''}".rstrip() + f", {found.confidence:.0%}: {told}"


def _wanted(report: CompletenessReport) -> RenderableType:
    wanted = ", ".join(f"{entry.item.label} ({_word(entry)})" for entry in report.wanted)
    if not wanted:
        return Text("  Complete: nothing is missing any more.", style="bold green")
    return _indented(f"Still wanted: {wanted}")


def _word(entry: ItemReport) -> str:
    if entry.state is ItemState.PARTLY:
        return f"{entry.have} of {entry.item.count}"
    if entry.state is ItemState.STALE and entry.came and entry.period:
        return f"{entry.came} came, {entry.period} is wanted"
    return _WORDS[entry.state].plain


def _letter(letter: EmailMessage, *, in_full: bool) -> RenderableType:
    readers = letter["To"].addresses
    lines = _lines(letter)
    if any(reader.addr_spec == MAYA.address for reader in readers):
        return Padding(
            Text.assemble(("The freelancer is told: ", "bold magenta"), _headline(lines)),
            (0, 0, 0, 2),
        )
    heading = Text.assemble(
        ("  To ", "magenta"),
        (", ".join(reader.display_name for reader in readers), "bold magenta"),
        f": {letter['Subject']}",
    )
    shown = lines if in_full else list(_beginning(lines))
    return Group(heading, *(_barred(line, "magenta") for line in shown))


def _headline(lines: Sequence[str]) -> str:
    """A letter's first sentence or two; the line below them names the project."""
    paragraph = lines[: lines.index("")] if "" in lines else lines
    return " ".join(line for line in paragraph if " · " not in line)


def _beginning(lines: Iterable[str]) -> Iterator[str]:
    """The first lines of a letter, close together."""
    told = [line for line in lines if line.strip("- ")]
    if _TOLD_ALREADY in told:
        told = told[: told.index(_TOLD_ALREADY)]
    yield from told[:_LETTER_LINES]
    yield "…"


# ---------------------------------------------------------------- the table at the end


def _score(report: CompletenessReport) -> Text:
    if report.complete:
        return Text("complete", style="bold green")
    required = [entry for entry in report.items if entry.item.required]
    return Text(f"{len(required) - len(report.wanted)} of {len(required)}", style="bold yellow")


def _state(entry: ItemReport) -> Text:
    if entry.state is ItemState.PARTLY:
        return Text(_word(entry), style="yellow")
    if entry.state is ItemState.MISSING and not entry.item.required:
        return Text("optional", style="dim")
    return _WORDS[entry.state]


def _listed(entry: ItemReport) -> Iterator[str]:
    for listed in entry.documents:
        yield f"{_name(listed.document)}{'' if listed.current else ' (not counted)'}"
