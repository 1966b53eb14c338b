"""Tries everything that is configured, one connection after the other, and says how to mend what does not work."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

from intake.app import open_blobs, open_ledger, open_sent_folder, open_sink, open_source
from intake.config import Settings
from intake.config.checks import is_loopback
from intake.errors import IntakeError
from intake.model import BlobKey, BlobNote, CheckLine, InboundMessage
from intake.reader import Reader, reader_settings
from intake.resolver import DnsResolver
from intake.scan import Scanner
from intake.signins import DELIVERY, access_tokens, token_file
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
    if settings.authentication.own_dkim:
        yield check_dns(
            settings, DnsResolver(timeout_seconds=settings.authentication.timeout_seconds)
        )
    if settings.scan.clamd is not None:
        yield _check_scanner(settings.scan.clamd)
    if settings.metrics.bind is not None:
        yield _check_metrics(settings.metrics.bind)


def check_dns(settings: Settings, texts: Callable[[str], tuple[bytes, ...]]) -> CheckLine:
    """Whether DNS answers, without which no signature can be checked: it is asked about the desk's own domain."""
    what = "DNS for the signatures of mail"
    try:
        texts(f"_dmarc.{settings.intake.address.rpartition('@')[2]}")
    except IntakeError as error:
        return CheckLine(what, works=False, advice=f"{error} See authentication.own_dkim.")
    return CheckLine(what, works=True)


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
    yield from _check_sign_in(settings, source.name)
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


def _check_sign_in(settings: Settings, name: str) -> Iterator[CheckLine]:
    """Whether the provider gives a token, and where the refresh token lies; nothing where there is a password."""
    tokens = access_tokens(settings, name)
    if tokens is None:
        return
    what = f"{name}: an access token from {tokens.sign_in.provider_name}"
    try:
        tokens.token()
    except IntakeError as error:
        yield CheckLine(what, works=False, advice=f"{error}.")
        return
    yield CheckLine(what, works=True)
    file = token_file(settings, tokens.sign_in)
    if file.in_clear():
        advice = "It lies there in clear, for this user only. Set keys.tokens to encrypt it."
        yield CheckLine(f"{name}: the refresh token is kept in {file.path}", True, advice)
    elif file.path.exists():
        yield CheckLine(f"{name}: the refresh token is kept, encrypted", works=True)


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
    if settings.authentication.own_dkim:
        return CheckLine(f"{what}: the signatures of mail are checked here", works=True)
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
    # Header blocks hold no parts: there is nothing in them for a virus scanner.
    with closing(Reader(replace(reader_settings(settings), clamd=None))) as reader:
        found: list[InboundMessage] = []
        for octets in header_blocks:
            with closing(reader.open(octets, envelope_recipient=None)) as opened:
                found.append(opened.message)
        return found


def _check_delivery(settings: Settings) -> Iterator[CheckLine]:
    sink = open_sink(settings)
    yield from _check_sign_in(settings, DELIVERY)
    if isinstance(sink, MaildirSink):
        yield from sink.check()
    if isinstance(sink, SmtpSink):
        with closing(sink):
            yield from sink.check()
    sent_folder = open_sent_folder(settings)
    if sent_folder is not None:
        with closing(sent_folder):
            yield from sent_folder.check()
    if settings.delivery.hold:
        yield CheckLine("delivery.hold: letters are composed and not sent", works=True)
    if settings.webhook.url is not None:
        yield CheckLine("webhook: called when a project is complete; not tried now", works=True)
    if settings.alerts.to:
        yield CheckLine("alerts: sent to the addresses under alerts.to", works=True)


def _check_scanner(address: str) -> CheckLine:
    """Whether the virus scanner answers."""
    try:
        version = Scanner(address, patience_seconds=10).version()
    except IntakeError as error:
        advice = f"{error} All mail waits until it does. See scan.clamd."
        return CheckLine("scan: virus scanner", works=False, advice=advice)
    near = address.startswith("unix:") or is_loopback(address.rpartition(":")[0])
    advice = "" if near else "All mail goes there in clear: only over a network that is yours."
    return CheckLine(f"scan: {version}", works=True, advice=advice)


def _check_metrics(bind: str) -> CheckLine:
    """Whether only this machine can read the figures. Nothing is tried: a worker may have the port."""
    near = is_loopback(bind.rpartition(":")[0])
    advice = "" if near else "Whoever reaches that address can read them: do you want that?"
    return CheckLine(f"metrics: served on {bind} by the worker", works=True, advice=advice)
