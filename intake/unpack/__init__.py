"""Every leaf of a message and of what its containers hold, each with the fate that the message alone decides.

Containers are opened within bounds on count, octets, ratio and depth; what goes over a bound has a fate that says so.
Nothing is written to a disk, no name is used as a path, and any octets give a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from intake.model import Fate, InboundMessage, Part, Role, SortedPart, UnpackLimits
from intake.parse import parse
from intake.unpack.containers import Budget, Entry, entries, is_archive
from intake.unpack.fates import fate_of_leaf, is_message, is_report

__all__ = ["UnpackLimits", "unpack"]


def unpack(message: InboundMessage, limits: UnpackLimits) -> tuple[SortedPart, ...]:
    """All leaves in order; a container stands before what it holds."""
    budget = Budget(limits, octets=limits.archive_octets, entries=limits.archive_entries)
    return tuple(_sorted(message.parts, budget, depth=0, report=is_report(message)))


def _sorted(
    parts: Iterable[Part], budget: Budget, *, depth: int, report: bool
) -> Iterator[SortedPart]:
    for part in parts:
        if is_message(part):
            yield from _message(part, budget, depth=depth, report=report)
        elif is_archive(part):
            yield from _archive(part, budget, depth=depth)
        else:
            yield SortedPart(part, fate_of_leaf(part, budget.limits.document_octets))


def _message(part: Part, budget: Budget, *, depth: int, report: bool) -> Iterator[SortedPart]:
    """An embedded message; the one in a delivery report is what we sent ourselves, and stays closed."""
    if report:
        yield SortedPart(part, Fate.DELIVERY_REPORT)
        return
    if not part.octets.strip():
        yield SortedPart(part, Fate.EMPTY)
        return
    if depth >= budget.limits.depth:
        yield SortedPart(part, Fate.TOO_LARGE)
        return
    yield SortedPart(part, Fate.OPENED)
    inner = parse(part.octets)
    held = [
        replace(leaf, path=f"{part.path}!{leaf.path}", container=part.path) for leaf in inner.parts
    ]
    yield from _sorted(held, budget, depth=depth + 1, report=is_report(inner))


def _archive(part: Part, budget: Budget, *, depth: int) -> Iterator[SortedPart]:
    """A zip, tar, gzip or winmail.dat: itself, then its entries."""
    if not part.octets:
        yield SortedPart(part, Fate.EMPTY)
        return
    if depth >= budget.limits.depth:
        yield SortedPart(part, Fate.TOO_LARGE)
        return
    opened = entries(part, budget)
    if isinstance(opened, Fate):
        yield SortedPart(part, opened)
        return
    yield SortedPart(part, Fate.OPENED)
    for entry in _told_apart(opened):
        yield from _entry(entry, budget, depth=depth + 1)


def _told_apart(opened: Iterable[Entry]) -> Iterator[Entry]:
    """Entries with paths of their own: a zip may, and a winmail.dat often does, hold several files of one name."""
    taken: set[str] = set()
    for entry in opened:
        path, copies = entry.part.path, 1
        while path in taken:
            copies += 1
            path = f"{entry.part.path}#{copies}"
        taken.add(path)
        yield replace(entry, part=replace(entry.part, path=path))


def _entry(entry: Entry, budget: Budget, *, depth: int) -> Iterator[SortedPart]:
    if entry.fate is not None:
        yield SortedPart(entry.part, entry.fate)
    elif entry.part.role is Role.EMBEDDED_MESSAGE:
        yield from _message(entry.part, budget, depth=depth, report=False)
    else:
        yield from _sorted([entry.part], budget, depth=depth, report=False)
