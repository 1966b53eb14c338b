"""Every leaf of a message and of what its containers hold, each with the fate that the message alone decides.

Containers are opened within bounds on count, octets, ratio and depth; what goes over a bound has a fate that says so.
Nothing is written to a disk, no name is used as a path, and any octets give a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from intake import links
from intake.extract import sniff as media
from intake.extract.sniff import has_macros
from intake.model import Fate, InboundMessage, Part, SortedPart, Unpacked, UnpackLimits
from intake.parse import parse, written
from intake.unpack import mapi, tnef
from intake.unpack.containers import Budget, Entry, budget_for, entries, held, is_archive
from intake.unpack.fates import fate_of_leaf, is_message, is_report, is_small_picture
from intake.unpack.outlook import as_mail
from intake.unpack.smime import SignedFile, SignedMail, is_secured, opened

__all__ = ["UnpackLimits", "completed", "unpack"]

# What is signed has no header of its own, and a saved draft no sender: nothing is lost by either.
_NOT_OF_CONTENTS = frozenset({"no-single-sender", "no-header-fields"})


@dataclass(slots=True)
class _Run:
    """What is left of the bounds, and what was found beside the parts."""

    budget: Budget
    refusal: Callable[[Part], Fate | None] | None = None
    refused: dict[str, Fate] = field(default_factory=dict)
    """The paths of parts that stay closed."""
    taken: set[str] = field(default_factory=set)
    """The paths of all parts so far."""
    defects: list[str] = field(default_factory=list)
    inner: list[InboundMessage] = field(default_factory=list)

    @property
    def limits(self) -> UnpackLimits:
        return self.budget.limits

    def screened(self, part: Part) -> Part:
        """A part that came out of another: without its octets where it is refused, so that nobody looks into it."""
        fate = self.refusal(part) if self.refusal is not None else None
        if fate is None:
            return part
        self.refused[part.path] = fate
        return replace(part, octets=b"")

    def own_path(self, path: str) -> str:
        """The path, or one like it that no part has yet: names of entries repeat, and may look like other parts' paths."""
        own, copies = path, 1
        while own in self.taken:
            copies += 1
            own = f"{path}#{copies}"
        self.taken.add(own)
        return own


def unpack(
    message: InboundMessage,
    limits: UnpackLimits,
    *,
    refusal: Callable[[Part], Fate | None] | None = None,
) -> Unpacked:
    """All leaves in order; a container stands before what it holds.

    `refusal` is asked of each part that comes out of another, before anything looks into it: the fate of one that is to
    stay closed, None for one that may be opened.
    """
    run = _Run(budget_for(message.parts, limits), refusal)
    run.taken.update(part.path for part in message.parts)
    parts = tuple(
        _sorted(message.parts, run, depth=0, report=is_report(message), read=message.opened)
    )
    told = _with_winmail(message)
    return Unpacked(
        parts=parts,
        defects=tuple(dict.fromkeys(run.defects)),
        inner=tuple(run.inner),
        written=None if told is message else told.written,
    )


def completed(message: InboundMessage, unpacked: Unpacked) -> InboundMessage:
    """The message with the defects and links of what it holds, and with the text that only a winmail.dat has."""
    found = _with_winmail(message) if unpacked.written is not None else message
    if not unpacked.defects and not unpacked.inner:
        return found
    return replace(
        found,
        defects=tuple(dict.fromkeys((*found.defects, *unpacked.defects))),
        links=links.joined([found.links, *(inner.links for inner in unpacked.inner)]),
    )


def _with_winmail(message: InboundMessage) -> InboundMessage:
    """Where the mail itself says nothing, what its winmail.dat says: Exchange leaves the text in there alone."""
    if message.text.strip():
        return message
    for part in message.parts:
        if part.sniffed == media.TNEF:
            found = tnef.read(part.octets)
            if found is not None:
                return _saying(message, found)
    return message


def _saying(message: InboundMessage, found: tnef.Tnef) -> InboundMessage:
    plain = found.plain or ("" if found.html.strip() else mapi.rtf_text(found.rtf))
    if not plain.strip() and not found.html.strip():
        return message
    html = (found.html,) if found.html.strip() else ()
    own = written.written((plain,), html)
    return replace(
        message,
        written=own.text,
        text=written.whole((plain,), html),
        links=links.find(own.text, own.html),
    )


def _sorted(
    parts: Iterable[Part], run: _Run, *, depth: int, report: bool, read: Iterable[str] = ()
) -> Iterator[SortedPart]:
    """`read` are the paths of parts that were opened when the message was parsed."""
    opened_already = frozenset(read)
    for part in parts:
        if part.path in run.refused:
            yield SortedPart(part, run.refused[part.path])
        elif part.path in opened_already:
            yield SortedPart(part, Fate.OPENED)
        elif is_message(part):
            yield from _message(part, run, depth=depth, report=report)
        elif part.sniffed == media.OUTLOOK:
            yield from _outlook(part, run, depth=depth)
        elif is_secured(part):
            yield from _secured(part, run, depth=depth)
        elif is_archive(part):
            yield from _archive(part, run, depth=depth)
        else:
            yield _leaf(part, run)


def _leaf(part: Part, run: _Run) -> SortedPart:
    fate = fate_of_leaf(part, run.limits.document_octets)
    if fate is not Fate.DOCUMENT:
        return SortedPart(part, fate)
    macros, small = has_macros(part.octets), is_small_picture(part)
    seen = replace(part, macros=macros, small_picture=small) if macros or small else part
    return SortedPart(seen, fate)


def _refusal(part: Part, run: _Run, *, depth: int) -> Fate | None:
    """Why a container stays closed, whatever it holds."""
    if not part.octets.strip():
        return Fate.EMPTY
    return Fate.TOO_LARGE if depth >= run.limits.depth else None


def _message(part: Part, run: _Run, *, depth: int, report: bool) -> Iterator[SortedPart]:
    """An embedded message; the one in a delivery report is what we sent ourselves, and stays closed."""
    if report:
        yield SortedPart(part, Fate.DELIVERY_REPORT)
        return
    refusal = _refusal(part, run, depth=depth)
    if refusal is not None:
        yield SortedPart(part, refusal)
        return
    yield SortedPart(part, Fate.OPENED)
    yield from _contents(part, part.octets, run, depth=depth)


def _contents(part: Part, octets: bytes, run: _Run, *, depth: int) -> Iterator[SortedPart]:
    """What a part holds that is a message once it was opened."""
    inner = parse(octets)
    run.defects += (one for one in inner.defects if one not in _NOT_OF_CONTENTS)
    prefix = f"{part.path}!"
    moved = tuple(
        run.screened(
            replace(
                leaf,
                path=run.own_path(prefix + leaf.path),
                container=part.path if leaf.container is None else prefix + leaf.container,
            )
        )
        for leaf in inner.parts
    )
    run.inner.append(_with_winmail(replace(inner, parts=moved)))
    read = tuple(prefix + path for path in inner.opened)
    yield from _sorted(moved, run, depth=depth + 1, report=is_report(inner), read=read)


def _outlook(part: Part, run: _Run, *, depth: int) -> Iterator[SortedPart]:
    """A message that Outlook saved. What is left of the octets bounds it as it does an archive."""
    refusal = _refusal(part, run, depth=depth)
    if refusal is not None:
        yield SortedPart(part, refusal)
        return
    mail = as_mail(
        part.octets,
        octets_left=run.budget.octets,
        entries=run.budget.entries,
        levels=run.limits.depth - depth,
    )
    if isinstance(mail, Fate):
        yield SortedPart(part, mail)
        return
    run.budget.octets -= len(mail)
    yield SortedPart(part, Fate.OPENED)
    yield from _contents(part, mail, run, depth=depth)


def _secured(part: Part, run: _Run, *, depth: int) -> Iterator[SortedPart]:
    """Signed or encrypted CMS; where it is only signed, what it encloses."""
    found = opened(part)
    if isinstance(found, Fate):
        yield SortedPart(part, found)
        return
    if depth >= run.limits.depth:
        yield SortedPart(part, Fate.TOO_LARGE)
        return
    yield SortedPart(part, Fate.OPENED)
    match found:
        case SignedMail(octets):
            yield from _contents(part, octets, run, depth=depth)
        case SignedFile(name, octets):
            yield from _entry(Entry(held(part, name, octets)), run, depth=depth + 1)


def _archive(part: Part, run: _Run, *, depth: int) -> Iterator[SortedPart]:
    """A zip, tar, gzip or winmail.dat: itself, then its entries."""
    if not part.octets:
        yield SortedPart(part, Fate.EMPTY)
        return
    if depth >= run.limits.depth:
        yield SortedPart(part, Fate.TOO_LARGE)
        return
    found = entries(part, run.budget)
    if isinstance(found, Fate):
        yield SortedPart(part, found)
        return
    yield SortedPart(part, Fate.OPENED)
    for entry in found:
        part = replace(entry.part, path=run.own_path(entry.part.path))
        yield from _entry(replace(entry, part=part), run, depth=depth + 1)


def _entry(entry: Entry, run: _Run, *, depth: int) -> Iterator[SortedPart]:
    if entry.fate is not None:
        yield SortedPart(entry.part, entry.fate)
    else:
        yield from _sorted([run.screened(entry.part)], run, depth=depth, report=False)
