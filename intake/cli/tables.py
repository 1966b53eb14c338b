"""What people read on a terminal: the status, the review queue, lessons, a message and a document, in rich's tables.

Only arranges values; the same facts as JSON stand in `contract`. Everything that came by mail is escaped: a subject in
square brackets is not a colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from intake.cli.contract import (
    auto_of,
    instant,
    reason_of,
    state_of,
    verdict_of,
)
from intake.model import (
    Address,
    CheckLine,
    Classification,
    Client,
    CompletenessReport,
    Disposition,
    Document,
    InboundMessage,
    ItemReport,
    ItemState,
    Project,
    ProjectState,
    SortedPart,
    subaddress,
)
from storage.health import Health
from storage.values import DoubtfulLetter, HeldThing, ListedLesson

_MARKS = {
    ItemState.RECEIVED: "[green]✓ received[/]",
    ItemState.PARTLY: "[yellow]◐ partly[/]",
    ItemState.MISSING: "[red]✗ missing[/]",
    ItemState.STALE: "[yellow]↻ stale[/]",
    ItemState.UNSURE: "[yellow]? unsure[/]",
    ItemState.WAIVED: "[dim]- waived[/]",
}
_COLOURS = {
    ProjectState.OPEN: "yellow",
    ProjectState.PAUSED: "dim",
    ProjectState.COMPLETE: "green",
    ProjectState.CLOSED: "dim",
}


def printable(text: str) -> str:
    """The text without control characters, which could move the cursor or colour the terminal, and with markup escaped."""
    return escape("".join(char if char.isprintable() else " " for char in text))


def status(
    reports: Sequence[CompletenessReport],
    *,
    address: Address,
    held: Sequence[HeldThing],
    doubtful: Sequence[DoubtfulLetter],
    rehearsed: int = 0,
) -> RenderableType:
    """Every project with its items, then what waits for a person, then how many letters a rehearsal keeps back."""
    parts: list[RenderableType] = [_project(report, address) for report in reports]
    if not reports:
        parts.append("No project matches. `intake project open` opens one.")
    if held:
        parts.append(_counted(len(held), "thing waits", "things wait", "`intake review list`"))
    if doubtful:
        parts.append(_doubtful(doubtful))
    if rehearsed:
        are = "letter is" if rehearsed == 1 else "letters are"
        parts.append(
            f"[yellow]{rehearsed} {are} held, for delivery.hold is true: "
            "`intake status --letters DIR` writes them down[/]"
        )
    return Group(*parts)


def health(found: Health) -> str:
    """The figures behind a verdict, in one line."""
    seen = f", last seen {instant(found.last_seen)}" if found.last_seen else ""
    held = sum(count for _, count in found.held)
    return (
        f"Waiting: {found.waiting}; unsent: {found.unsent}; held: {held};"
        f" doubtful: {found.doubtful}; workers: {found.workers}{seen}."
    )


def _counted(count: int, one: str, many: str, where: str) -> str:
    return f"[yellow]{count} {one if count == 1 else many} for a person: {where}[/]"


def _project(report: CompletenessReport, address: Address) -> Table:
    project = report.project
    state = state_of(report)
    required = [entry for entry in report.items if entry.item.required]
    ready = len(required) - len(report.wanted)
    table = Table(
        title=f"[bold]{printable(project.client.name)} · {printable(project.title)}[/]"
        f"  [{_COLOURS[state]}]{state}, {ready} of {len(required)}[/]\n"
        f"[dim]{printable(subaddress(address, project.token))}[/]",
        title_justify="left",
        title_style="",
    )
    table.add_column("", justify="right")
    table.add_column("Item")
    table.add_column("State", no_wrap=True)
    table.add_column("Have", no_wrap=True)
    table.add_column("Period", no_wrap=True)
    table.add_column("Documents")
    for number, entry in enumerate(report.items, start=1):
        table.add_row(
            str(number),
            printable(entry.item.label) + ("" if entry.item.required else " [dim](optional)[/]"),
            _MARKS[entry.state],
            f"{entry.have}/{entry.item.count}",
            entry.period or "",
            _documents(entry),
        )
    return table


def _documents(entry: ItemReport) -> str:
    return "\n".join(
        f"{listed.document.number}: "
        + (printable(listed.document.filename) or "(no name)")
        + ("" if listed.current else f" [dim]({_uncounted(listed.document)})[/]")
        for listed in entry.documents
    )


def _uncounted(document: Document) -> str:
    """Why a document does not count: what an earlier project had waits for a word."""
    if document.offer is None or not document.is_offered:
        return "not counted"
    return f"from {printable(document.offer.title or 'an earlier project')}, not kept yet"


def _doubtful(letters: Sequence[DoubtfulLetter]) -> Table:
    table = Table(
        title="[red]Letters in doubt: nobody knows whether they left[/]",
        title_justify="left",
        title_style="",
    )
    for heading in ("", "Letter", "To", "Since"):
        table.add_column(heading)
    for letter in letters:
        table.add_row(
            str(letter.id), letter.kind, printable(letter.recipient), instant(letter.since)
        )
    return table


def review_list(
    things: Sequence[HeldThing], actions: Callable[[HeldThing], Sequence[str]]
) -> RenderableType:
    """What waits for a person, oldest first."""
    if not things:
        return "Nothing waits for you."
    table = Table()
    for heading in ("", "What", "Why", "Project", "From", "About", "Since", "You can"):
        table.add_column(heading)
    for thing in things:
        table.add_row(
            str(thing.id),
            thing.what if thing.number is None else f"{thing.what} {thing.number}",
            thing.reason,
            thing.token or "",
            printable(thing.sender),
            printable(thing.filename or thing.subject),
            instant(thing.since),
            ", ".join(actions(thing)),
        )
    return table


def review_one(thing: HeldThing, actions: Sequence[str]) -> RenderableType:
    """One thing that waits, with the commands that settle it."""
    facts = _facts()
    for name, value in (
        ("What", thing.what),
        ("Why", thing.reason),
        ("Project", thing.token or ""),
        ("File", "" if thing.number is None else f"{thing.number}: {thing.filename}"),
        ("From", thing.sender),
        ("Subject", thing.subject),
        ("Since", instant(thing.since)),
        ("Detail", thing.detail),
    ):
        if value:
            facts.add_row(name, printable(value))
    commands = "\n".join(
        f"  intake review {action} {thing.id}{_ARGUMENTS.get(action, '')}" for action in actions
    )
    return Group(facts, "You can:", Text(commands))


_ARGUMENTS = {"relabel": " KIND", "reassign": " TOKEN", "reject": " --reason TEXT"}


def lessons(listed: Sequence[ListedLesson]) -> RenderableType:
    """What decisions taught: which documents are known again, and as what."""
    if not listed:
        return "No lesson yet. `intake review accept` and `intake review relabel` teach them."
    table = Table()
    for heading in ("", "Client", "Project", "From", "Named like", "Learned from", "Is", "Since"):
        table.add_column(heading)
    for entry in listed:
        lesson = entry.lesson
        mistaken = "" if lesson.taken_for == lesson.kind else f" [dim](not {lesson.taken_for})[/]"
        table.add_row(
            str(lesson.number),
            printable(entry.client),
            entry.token,
            printable(lesson.sender),
            "[dim]this document only[/]" if lesson.pattern is None else printable(lesson.pattern),
            printable(lesson.filename),
            f"{lesson.kind}{mistaken}",
            f"{lesson.taught_at:%Y-%m-%d}",
        )
    return table


def clients(listed: Sequence[Client]) -> RenderableType:
    """Every client with its people."""
    if not listed:
        return "No client yet. `intake client add NAME --contact ADDRESS` adds one."
    table = Table()
    for heading in ("Client", "Contacts", "Domains", "Language"):
        table.add_column(heading)
    for client in listed:
        table.add_row(
            printable(client.name),
            printable(", ".join(client.contacts)),
            printable(", ".join(client.domains)),
            client.language or "auto",
        )
    return table


def projects(listed: Sequence[Project], *, address: Address) -> RenderableType:
    """Every project with its address."""
    if not listed:
        return "No project yet. `intake project open CLIENT TITLE` opens one."
    table = Table()
    for heading in ("Client", "Project", "Address", "State", "Checklist", "Freelancers", "Due"):
        table.add_column(heading)
    for project in listed:
        table.add_row(
            printable(project.client.name),
            printable(project.title),
            printable(subaddress(address, project.token)),
            project.state,
            project.checklist,
            printable(", ".join(project.freelancers)),
            project.due.isoformat() if project.due else "",
        )
    return table


def message(
    path: str,
    read: InboundMessage,
    disposition: Disposition,
    *,
    parts: Sequence[SortedPart],
    signs: Sequence[str],
) -> RenderableType:
    """What the system reads in a message, and what it would decide."""
    facts = _facts()
    sender = f"{read.sender.name} <{read.sender.address}>" if read.sender else "(no single sender)"
    reason = reason_of(disposition)
    verdict = verdict_of(disposition) + (f" ({reason})" if reason else "")
    for name, value in (
        ("From", sender),
        ("Subject", read.subject),
        ("Date", instant(read.date) if read.date else "(none)"),
        ("Verdict", verdict),
        ("Automatic", ", ".join((auto_of(disposition) or "no", *signs))),
        ("Authentication", disposition.authentication),
        *(("Link", link) for link in read.links),
        *(("Defect", defect) for defect in read.defects),
    ):
        facts.add_row(name, printable(value))
    return Group(f"[bold]{printable(path)}[/]", facts, *_written(read), *_parts(parts), "")


def _written(read: InboundMessage) -> Iterator[RenderableType]:
    if read.written:
        lines = (printable(line) for line in read.written.splitlines())
        yield "\n".join(f"  [dim]│[/] {line}" for line in lines)


def _parts(parts: Sequence[SortedPart]) -> Iterator[RenderableType]:
    if not parts:
        return
    table = Table()
    for heading in ("Part", "Name", "Media type", "Octets", "Fate"):
        table.add_column(heading)
    for entry in parts:
        part = entry.part
        table.add_row(
            printable(part.path),
            printable(part.filename or ""),
            printable(part.sniffed or part.media_type),
            f"{part.size_octets:,}",
            f"{entry.fate}, holds macros" if part.macros else entry.fate,
        )
    yield table


def document(path: str, classification: Classification) -> RenderableType:
    """What a document is, and why."""
    facts = _facts()
    sure = "sure" if classification.sure else "a person should look"
    verdict = f"{classification.kind}, {classification.confidence:.0%} ({sure})"
    rest = (
        ("Problem", classification.problem or ""),
        ("Period", classification.period or ""),
        ("Title", classification.title or ""),
        ("Pages", str(classification.pages or "")),
        *(("Because", reason) for reason in classification.evidence),
        *(("Or", f"{other.kind}, {other.confidence:.0%}") for other in classification.alternatives),
    )
    facts.add_row("Kind", verdict)
    for name, value in rest:
        if value:
            facts.add_row(name, printable(value))
    return Group(f"[bold]{printable(path)}[/]", facts, "")


def check(line: CheckLine) -> str:
    """What was tried, whether it works, and how to fix it if it does not."""
    mark = "[green]✓[/]" if line.works else "[red]✗[/]"
    advice = f"\n    {printable(line.advice)}" if line.advice else ""
    return f"{mark} {printable(line.what)}{advice}"


def received(counts: Mapping[str, int]) -> str:
    """How many messages ended how; one that was delivered before is discarded, and said so."""
    again = counts.get("repeated", 0)
    ended = {name: count for name, count in counts.items() if name != "repeated"}
    if again:
        ended["discarded"] = ended.get("discarded", 0) + again
    listed = ", ".join(f"{count} {name}" for name, count in sorted(ended.items()))
    note = f" ({again} of the discarded had been delivered before)" if again else ""
    return f"{sum(counts.values())} messages taken: {listed}{note}."


def _facts() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column()
    return table
