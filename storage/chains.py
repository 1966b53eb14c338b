"""The audit's chains, read from end to end: whether each row follows from the one before, up to the end that is on record.

One statement reads everything, so that it is one moment's view while workers go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

import sqlalchemy as sa

from storage.audit import NO_PROJECT, PROJECT_OPENED, digest
from storage.database import Database
from storage.schema import Audit, AuditHead, Project

ROWS_AT_ONCE = 1_000


class Mark(StrEnum):
    """What a line of the audit is; sorted by these words, a chain's events come before its end."""

    EVENT = "event"
    HEAD = "head"
    PROJECT = "project"
    """Not of the audit: a project that must have a chain, since opening it is an event."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chain. `chain` is the project's id, 0 for what belongs to none."""

    chain: int
    mark: Mark
    position: int
    at: str
    event: str
    ids: str
    hash: str


class Flaw(StrEnum):
    """How a chain can break."""

    CHANGED = "changed"
    """The row at that position is not what was written there."""
    GAP = "gap"
    """Rows are missing before that position."""
    CUT = "cut"
    """Rows are missing from that position on."""
    BEYOND = "beyond"
    """The row at that position comes last, and the end that is on record is another one, or there is none."""


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain breaks first."""

    chain: int
    position: int
    flaw: Flaw


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: how many events, of how many projects, and the first break of each chain that has one."""

    events: int
    projects: int
    breaks: tuple[Break, ...]


class Chains:
    """Reads the audit; writes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def size(self) -> int:
        """About how many lines there are, for a progress bar."""
        with self._database.read() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(Audit)) or 0

    def lines(self) -> Iterator[Line]:
        """Every line, chain by chain: its events by position, then its end. Streamed; other workers go on meanwhile."""
        with self._database.read() as session:
            found = session.execute(_LINES, execution_options={"yield_per": ROWS_AT_ONCE})
            for row in found:
                yield Line(row[0], Mark(row[1]), *row[2:])


def verify(lines: Iterable[Line]) -> Verdict:
    """Whether the chains hold; `lines` as `Chains.lines` gives them. Pure."""
    events = 0
    chains: set[int] = set()
    breaks: list[Break] = []
    for chain, of_chain in groupby(lines, key=lambda line: line.chain):
        walk = _Walk(chain)
        for line in of_chain:
            walk.take(line)
        events += walk.events
        chains.add(chain)
        breaks.extend(walk.broken())
    return Verdict(events, len(chains - {NO_PROJECT}), tuple(breaks))


class _Walk:
    """One chain, line by line."""

    def __init__(self, chain: int) -> None:
        self._chain = chain
        self._position, self._hash = 0, ""
        self._found: Break | None = None
        self._ends = False
        self.events = 0

    def take(self, line: Line) -> None:
        """The next line. After the first break only events are counted."""
        if line.mark is Mark.EVENT:
            self.events += 1
        if self._found is not None:
            return
        match line.mark:
            case Mark.EVENT:
                self._event(line)
            case Mark.HEAD:
                self._head(line)
            case Mark.PROJECT if self._position == 0:
                self._note(1, Flaw.CUT)
            case Mark.PROJECT:
                pass

    def _event(self, line: Line) -> None:
        fields = (line.chain, line.position, line.at, line.event, line.ids)
        if line.position != self._position + 1:
            self._note(line.position, Flaw.GAP)
        elif line.hash != digest(self._hash, *fields) or self._begins_wrongly(line):
            self._note(line.position, Flaw.CHANGED)
        self._position, self._hash = line.position, line.hash

    def _begins_wrongly(self, line: Line) -> bool:
        return line.position == 1 and line.chain != NO_PROJECT and line.event != PROJECT_OPENED

    def _head(self, line: Line) -> None:
        self._ends = True
        if line.position > self._position:
            self._note(self._position + 1, Flaw.CUT)
        elif (line.position, line.hash) != (self._position, self._hash):
            self._note(self._position, Flaw.BEYOND)

    def _note(self, position: int, flaw: Flaw) -> None:
        self._found = Break(self._chain, position, flaw)

    def broken(self) -> Iterator[Break]:
        """The first break, if there is one."""
        if self._found is not None:
            yield self._found
        elif not self._ends:
            yield Break(self._chain, max(self._position, 1), Flaw.BEYOND)


_NOTHING = sa.literal("", sa.Text())
_LINES = sa.union_all(
    sa.select(
        Audit.chain,
        sa.literal(Mark.EVENT.value, sa.Text()).label("mark"),
        Audit.position,
        Audit.at,
        Audit.event,
        Audit.ids,
        Audit.hash,
    ),
    sa.select(
        AuditHead.chain,
        sa.literal(Mark.HEAD.value, sa.Text()),
        AuditHead.position,
        _NOTHING,
        _NOTHING,
        _NOTHING,
        AuditHead.hash,
    ),
    sa.select(
        Project.id,
        sa.literal(Mark.PROJECT.value, sa.Text()),
        sa.literal(0, sa.Integer()),
        _NOTHING,
        _NOTHING,
        _NOTHING,
        _NOTHING,
    ),
).order_by("chain", "mark", "position")
