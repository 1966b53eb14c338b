"""Messages from an IMAP folder, drained rather than mirrored: what is done moves away, and flags decide nothing.

It decides which messages to take, in which portions, and when to connect again. The protocol itself is spoken by
`intake.sources.imap_session`. A message is named by folder, UIDVALIDITY and UID until it has been moved.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from intake.errors import IntakeError, TransientError
from intake.model import CheckLine, Locator, RawMessage
from intake.sources.imap_session import (
    ImapSession,
    ImapSettings,
    RefusedError,
    require_safe_transport,
)

__all__ = ["ImapSettings", "ImapSource", "portions"]

_PORTION_OCTETS = 4_000_000
_SIZE_WINDOW = 500
_IDLE_ATTEMPTS = 3
_REFUSED_SECONDS = 3600.0
_LOSSES = 3
_LOCATOR = re.compile(r"(?P<folder>.*);UIDVALIDITY=(?P<validity>\d+)/;UID=(?P<uid>\d+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sized:
    """A message and its RFC822.SIZE. `alone` keeps it out of a portion with others."""

    uid: int
    octets: int
    alone: bool = False


class ImapSource:
    """One folder of one IMAP account. It connects when first used, and again when used after an error.

    It never sleeps on errors: whoever catches one waits before the next call, and for long after an AccessRefusedError.
    ConfigError where the settings would send a password unencrypted over a network.
    """

    def __init__(self, settings: ImapSettings) -> None:
        require_safe_transport(settings)
        self.name = settings.name
        self._settings = settings
        self._session: ImapSession | None = None
        self._idle_refusals = 0
        self._idle_since = 0.0
        self._looked_at = 0.0
        self._fetched_validity = 0
        self._next_uid = 1
        self._ready_folders: set[str] = set()
        self._refused: dict[str, float] = {}
        self._lost: Counter[str] = Counter()

    # ------------------------------------------------------------ the port

    def fetch(self, known: frozenset[str]) -> Iterator[RawMessage]:
        """The waiting messages, lowest UID first; no flag is set.

        A message over the limit comes as its header block only. One that the server will not give is left out for an
        hour, one at which the connection was lost comes last: the others come, and then the TransientError.
        """
        session = self._open_folder(afresh=True)
        validity = session.uidvalidity
        self._fetched_validity = 0  # until all have come: what is left must not be waited for
        self._looked_at = time.monotonic()
        uids = session.search()
        wanted = self._wanted(uids, validity, known)
        for start in range(0, len(wanted), _SIZE_WINDOW):
            yield from self._take_window(wanted[start : start + _SIZE_WINDOW], validity)
        self._next_uid = max(uids, default=0) + 1
        self._fetched_validity = validity
        if any(when > self._looked_at for when in self._refused.values()):
            raise RefusedError(f"{self.name}: the server did not give some of its messages")

    def acknowledge(self, locators: Sequence[Locator], *, held: bool) -> None:
        """Let the server release messages: one UID MOVE to the done or the held folder, which is created when missing.

        Call only after the ledger has committed. Idempotent: a UID that is gone, or a changed UIDVALIDITY, is not an
        error; the next fetch finds the message again and its digest is recognised.
        """
        session = self._open_folder(afresh=self._may_be_replaced())
        uids = sorted(set(self._uids_of(locators, session.uidvalidity)))
        folder = self._settings.held_folder if held else self._settings.done_folder
        try:
            self._release(session, uids, folder)
        except RefusedError:
            # Another worker was quicker with some of them, or the other folder went away: look again, once.
            self._ready_folders.discard(folder)
            session.select(self._settings.folder)
            there = set(session.search())
            still = set(self._uids_of(locators, session.uidvalidity)) & there
            self._release(session, sorted(still), folder)

    def wait(self, timeout_seconds: float) -> bool:
        """Block until something may have arrived. IDLE stays open between calls, so short time-outs cost nothing."""
        deadline = time.monotonic() + timeout_seconds
        session = self._open_folder()
        if session.uidvalidity != self._fetched_validity:
            return True
        if self._idle_refusals < _IDLE_ATTEMPTS and session.has("IDLE"):
            return self._wait_idle(session, deadline)
        return self._wait_polling(session, deadline)

    def close(self) -> None:
        """Log out."""
        if self._session is not None:
            self._session.close()
            self._session = None

    # ------------------------------------------------------------ for `intake check`

    def check(self) -> tuple[CheckLine, ...]:
        """Log in, open the folder, make the two others, and say what the server can do. Raises nothing."""
        try:
            session = self._open_folder(afresh=True)
            lines = [CheckLine(f"{self.name}: login, and the folder opens", works=True)]
            lines += [
                self._check_folder(session, folder)
                for folder in (self._settings.done_folder, self._settings.held_folder)
            ]
            return (*lines, *self._check_capabilities(session))
        except IntakeError as error:
            return (CheckLine(f"{self.name}: login", works=False, advice=str(error)),)

    def recent_header_blocks(self, count: int) -> tuple[bytes, ...]:
        """Header blocks of the newest messages, from the folder and, where that holds fewer, from the done folder."""
        session = self._open_folder(afresh=True)
        blocks = _newest_headers(session, count)
        done = self._settings.done_folder
        if len(blocks) < count and session.exists(done):
            session.select(done, readonly=True)
            blocks += _newest_headers(session, count - len(blocks))
        return tuple(blocks)

    def _check_folder(self, session: ImapSession, folder: str) -> CheckLine:
        try:
            self._make_ready(session, folder)
        except RefusedError:
            advice = "the server does not let it be created: create it by hand, or name another"
            return CheckLine(f"{self.name}: folder {folder}", works=False, advice=advice)
        return CheckLine(f"{self.name}: folder {folder}", works=True)

    def _check_capabilities(self, session: ImapSession) -> Iterator[CheckLine]:
        idle, move, plus = (session.has(name) for name in ("IDLE", "MOVE", "UIDPLUS"))
        every = f"{self._settings.poll_seconds:g} seconds"
        yield CheckLine(
            f"{self.name}: mail is noticed {'at once' if idle else f'every {every}'}", works=True
        )
        if move or plus:
            yield CheckLine(f"{self.name}: what is done moves away", works=True)
        else:
            advice = (
                "the server has neither MOVE nor UIDPLUS: what is done stays, marked as deleted"
            )
            yield CheckLine(f"{self.name}: what is done moves away", works=False, advice=advice)

    # ------------------------------------------------------------ the connection

    def _open_folder(self, *, afresh: bool = False) -> ImapSession:
        """A session with the folder selected; `afresh` asks the server again even where it is."""
        session = self._session
        if session is None or not session.alive:
            session = self._session = ImapSession(self._settings)
            self._ready_folders.clear()
        if afresh or session.selected != self._settings.folder:
            session.select(self._settings.folder)
        return session

    def _may_be_replaced(self) -> bool:
        """Whether the folder can be deleted and made anew while it is selected, so that its UIDs mean other messages.

        Dovecot goes on with the new folder's files then. INBOX cannot be deleted (RFC 3501, 6.3.4).
        """
        return self._settings.folder.upper() != "INBOX"

    def _release(self, session: ImapSession, uids: Sequence[int], folder: str) -> None:
        if uids:
            self._make_ready(session, folder)
            session.move(uids, folder)

    def _make_ready(self, session: ImapSession, folder: str) -> None:
        if folder not in self._ready_folders:
            if not session.exists(folder):
                session.create(folder)
            self._ready_folders.add(folder)

    # ------------------------------------------------------------ fetching

    def _wanted(self, uids: Iterable[int], validity: int, known: frozenset[str]) -> list[int]:
        """The UIDs to take now, in order; those at which a connection was lost come last."""
        named = {uid: self._locator_name(validity, uid) for uid in uids}
        long_ago = time.monotonic() - _REFUSED_SECONDS
        wanted = (
            uid
            for uid, name in named.items()
            if name not in known and self._refused.get(name, long_ago) <= long_ago
        )
        return sorted(wanted, key=lambda uid: (self._lost[named[uid]], uid))

    def _take_window(self, uids: Sequence[int], validity: int) -> Iterator[RawMessage]:
        session = self._same_folder(validity)
        if session is None:
            return
        sizes = session.sizes(uids)
        limit = self._settings.max_message_octets
        sized = (
            Sized(
                uid,
                sizes[uid],
                alone=sizes[uid] > limit or self._locator_name(validity, uid) in self._lost,
            )
            for uid in uids
            if uid in sizes
        )
        for portion in portions(sized, limit_octets=_PORTION_OCTETS):
            yield from self._take(portion, validity)

    def _take(self, portion: Sequence[Sized], validity: int) -> Iterator[RawMessage]:
        """The messages of one FETCH. Where it is refused as a whole, each is asked for alone."""
        session = self._same_folder(validity)
        if session is None:
            return
        uids = [entry.uid for entry in portion]
        size = portion[0].octets  # of the only one, where one is over the limit
        oversize = size if size > self._settings.max_message_octets else None
        try:
            found = session.bodies(uids) if oversize is None else session.header_blocks(uids)
        except RefusedError:
            if len(portion) == 1:
                self._refused[self._locator_name(validity, uids[0])] = time.monotonic()
                return
            for entry in portion:
                yield from self._take((entry,), validity)
            return
        except TransientError:
            self._note_loss([self._locator_name(validity, uid) for uid in uids])
            raise
        for uid in uids:
            name = self._locator_name(validity, uid)
            self._lost.pop(name, None)
            if uid in found:
                body = found.pop(uid)
                yield RawMessage(
                    body.octets,
                    Locator(self.name, name),
                    body.received_at,
                    oversize_octets=oversize,
                )
                del body  # while the next one is fetched, which may be large too

    def _note_loss(self, names: Sequence[str]) -> None:
        """Some servers end the connection at a message that they cannot read: it must not keep the others from coming."""
        self._lost.update(names)
        if len(names) == 1 and self._lost[names[0]] >= _LOSSES:
            self._refused[names[0]] = time.monotonic()

    def _same_folder(self, validity: int) -> ImapSession | None:
        """The session, None where the folder became another one since: its UIDs then mean other messages."""
        session = self._open_folder()
        return session if session.uidvalidity == validity else None

    def _locator_name(self, validity: int, uid: int) -> str:
        return f"{self._settings.folder};UIDVALIDITY={validity}/;UID={uid}"

    def _uids_of(self, locators: Iterable[Locator], validity: int) -> Iterator[int]:
        """The UIDs among locators that name this folder as it is now."""
        for locator in locators:
            named = _LOCATOR.fullmatch(locator.name)
            if named is None or locator.source != self.name:
                continue
            if named["folder"] == self._settings.folder and int(named["validity"]) == validity:
                yield int(named["uid"])

    # ------------------------------------------------------------ waiting

    def _wait_idle(self, session: ImapSession, deadline: float) -> bool:
        while True:
            # What arrived since the last fetch may have been told already, and IDLE tells nothing twice.
            if not session.idling and session.has_from(self._next_uid):
                return True
            if not session.idling and not self._begin_idle(session):
                return True
            renew_at = self._idle_since + self._settings.idle_renew_seconds
            if session.idle_arrival(min(deadline, renew_at) - time.monotonic()):
                return True
            now = time.monotonic()
            if now >= renew_at:
                session.end_idle()
            if now >= deadline:
                return False

    def _begin_idle(self, session: ImapSession) -> bool:
        """Whether the server idles now; one that refuses several times in a row is polled from then on."""
        try:
            session.begin_idle()
        except RefusedError:
            self._idle_refusals += 1
            return False
        self._idle_refusals = 0
        self._idle_since = time.monotonic()
        return True

    def _wait_polling(self, session: ImapSession, deadline: float) -> bool:
        while True:
            look_at = self._looked_at + self._settings.poll_seconds
            time.sleep(max(0.0, min(deadline, look_at) - time.monotonic()))
            if time.monotonic() >= look_at:
                self._looked_at = time.monotonic()
                if session.has_from(self._next_uid):
                    return True
            if time.monotonic() >= deadline:
                return False


def portions(sized: Iterable[Sized], *, limit_octets: int) -> Iterator[tuple[Sized, ...]]:
    """Messages in order, as many to a portion as fit the limit; one that does not fit, or must not, is one of its own."""
    gathered: list[Sized] = []
    octets = 0
    for entry in sized:
        if gathered and (entry.alone or gathered[-1].alone or octets + entry.octets > limit_octets):
            yield tuple(gathered)
            gathered, octets = [], 0
        gathered.append(entry)
        octets += entry.octets
    if gathered:
        yield tuple(gathered)


def _newest_headers(session: ImapSession, count: int) -> list[bytes]:
    newest = session.search()[-count:]
    return [body.octets for body in session.header_blocks(newest).values()] if newest else []
