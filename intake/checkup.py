"""Tries everything that is configured, one connection after the other, and says how to mend what does not work."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

from intake.app import open_blobs, open_ledger, open_sink, open_source
from intake.config import Settings
from intake.errors import IntakeError
from intake.model import BlobKey, BlobNote, CheckLine, InboundMessage
from intake.reader import Reader, reader_settings
from intake.sinks.maildir import MaildirSink
from intake.sinks.smtp import SmtpSink
from intake.sources.imap import ImapSource
from intake.sources.maildir import MaildirSource
from intake.vet import authentication, authserv_ids
from storage.schema import REVISION

LATEST = 50
"""How many messages of the inbox are looked at for Authentication-Results."""


def check(settings: Settings) -> Iterator[CheckLine]:
    """One line for each thing tried, as it was tried."""
    yield _check_database(settings)
    yield _check_checklists(settings)
    yield from _check_examples(settings)
    yield _check_blobs(settings)
    for number in range(len(settings.sources)):
        yield from _check_source(settings, number)
    yield from _check_delivery(settings)


def _check_database(settings: Settings) -> CheckLine:
    try:
        with closing(open_ledger(settings)) as ledger:
            if ledger.database.is_sqlite:
                ledger.database.require_current()
            revision = ledger.database.revision()
    except IntakeError as error:
        return CheckLine("database", works=False, advice=f"{error} See database.url.")
    if revision == REVISION:
        return CheckLine(f"database: revision {revision}", works=True)
    return CheckLine("database: not at this program's revision", False, "Run `intake migrate`.")


def _check_checklists(settings: Settings) -> CheckLine:
    """Every project needs its checklist in the file, or nothing can be said of it."""
    what = "checklists of all projects"
    try:
        with closing(open_ledger(settings)) as ledger:
            ledger.database.require_current()
            used = {project.checklist for project in ledger.directory.projects()}
    except IntakeError:
        return CheckLine(what, works=False, advice="The database does not say which are used.")
    missing = ", ".join(sorted(used - set(settings.checklists)))
    advice = (
        f"The file has no checklist {missing}: put it back, or edit the projects."
        if missing
        else ""
    )
    return CheckLine(what, works=not missing, advice=advice)


def _check_examples(settings: Settings) -> Iterator[CheckLine]:
    """Whether the files from which own kinds are learned can be read."""
    wanted = sum(len(kind.examples) for kind in settings.kinds.values())
    if not wanted:
        return
    with closing(Reader(reader_settings(settings))) as reader:
        mistakes, read = reader.examples.mistakes, len(reader.examples.files)
    yield CheckLine(
        f"kinds: {read} of {wanted} examples are read",
        works=not mistakes,
        advice=" ".join(mistakes),
    )


def _check_blobs(settings: Settings) -> CheckLine:
    """Put, get and delete one small blob."""
    key, octets = BlobKey(f"check/{secrets.token_hex(8)}"), b"intake check\n"
    try:
        store = open_blobs(settings)
        store.put(key, octets, BlobNote("text/plain"))
        same = store.get(key) == octets
        store.delete(key)
    except IntakeError as error:
        return CheckLine("blobs: put, get and delete", works=False, advice=f"{error} See blobs.")
    advice = "" if same else "What was read is not what was written: do not use this store."
    return CheckLine("blobs: put, get and delete", works=same, advice=advice)


def _check_source(settings: Settings, number: int) -> Iterator[CheckLine]:
    source = open_source(settings, number)
    if isinstance(source, MaildirSource):
        yield from source.check()
    if isinstance(source, ImapSource):
        with closing(source):
            yield from source.check()
            try:
                headers = source.recent_header_blocks(LATEST)
            except IntakeError:
                return
        yield _check_authentication(settings, source.name, headers)


def _check_authentication(
    settings: Settings, name: str, header_blocks: tuple[bytes, ...]
) -> CheckLine:
    """Whether a server that we trust vouches for senders (RFC 8601), as the inbox shows."""
    what = f"{name}: mail authentication"
    trusted = frozenset(settings.intake.trusted_authserv_ids)
    if settings.intake.unverified_senders == "accept":
        advice = (
            "" if trusted else "Everybody is believed: the mail server must refuse spoofed mail."
        )
        return CheckLine(f"{what} is not asked for", works=True, advice=advice)
    messages = _parsed(settings, header_blocks)
    seen = Counter(found for message in messages for found in authserv_ids(message))
    vouched = sum(bool(trusted.intersection(authserv_ids(message))) for message in messages)
    if vouched:
        passed = sum(authentication(message, trusted) == "pass" for message in messages)
        return CheckLine(f"{what}: {passed} of the last {len(messages)} messages pass", works=True)
    if not messages:
        return CheckLine(f"{what}: no mail there to look at yet", works=bool(trusted))
    likely = ", ".join(found for found, _ in seen.most_common(3))
    hint = f" Your mail shows {likely}: if that is your own server, name it." if likely else ""
    return CheckLine(
        f"{what}: no message has results of a server in intake.trusted_authserv_ids",
        works=False,
        advice=f"Every sender is unverified, and all mail will be held.{hint}",
    )


def _parsed(settings: Settings, header_blocks: tuple[bytes, ...]) -> list[InboundMessage]:
    with closing(Reader(reader_settings(settings))) as reader:
        found: list[InboundMessage] = []
        for octets in header_blocks:
            with closing(reader.open(octets, envelope_recipient=None)) as opened:
                found.append(opened.message)
        return found


def _check_delivery(settings: Settings) -> Iterator[CheckLine]:
    sink = open_sink(settings)
    if isinstance(sink, MaildirSink):
        yield from sink.check()
    if isinstance(sink, SmtpSink):
        with closing(sink):
            yield from sink.check()
    if settings.delivery.hold:
        yield CheckLine("delivery.hold: letters are composed and not sent", works=True)
