"""The composition root: settings in, a working desk out. The only place that names concrete adapters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from intake.compose import load_languages
from intake.config import ImapSource as ImapSourceSettings
from intake.config import MaildirDelivery, Settings, SmtpDelivery
from intake.fetch import FetchPolicy, FilesBehind, files_behind
from intake.instants import Passing, unnoticed
from intake.model import (
    Address,
    Authentication,
    Delivery,
    LinkFound,
    OutboundMessage,
    Sink,
    Source,
)
from intake.outbox import Outbox
from intake.pipeline import Desk
from intake.reader import Reader, reader_settings
from intake.review import Reviewer
from intake.sent_mail import SentMail
from intake.signins import access_tokens
from intake.sinks.maildir import MaildirSink
from intake.sinks.smtp import SmtpSettings, SmtpSink
from intake.sinks.webhook import WebhookSettings, WebhookSink
from intake.sources.imap import ImapSettings, ImapSource
from intake.sources.maildir import MaildirSource
from intake.sources.sent import SentFolder
from intake.telemetry import Timing, untimed
from storage.blobs import Store, open_store
from storage.ledger import Ledger

PARALLEL_PUTS = 4


@dataclass(frozen=True, slots=True)
class App:
    """A desk with its mailboxes and its outbox."""

    settings: Settings
    ledger: Ledger
    blobs: Store
    desk: Desk
    outbox: Outbox
    reviewer: Reviewer
    sources: tuple[Source, ...]
    passed: Passing = unnoticed
    timed: Timing = untimed


@contextmanager
def open_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] | None = None,
    passed: Passing = unnoticed,
    timed: Timing = untimed,
) -> Iterator[App]:
    """Put everything together, and take it apart at the end. No connection to mail or blobs is made yet.

    `passed` hears of each instant that work passes, `timed` measures its stages.

    Raises ConfigError where the database is behind (PostgreSQL), TransientError where it cannot be reached.
    """
    with ExitStack() as stack:
        ledger = open_ledger(settings, clock=clock)
        stack.callback(ledger.close)
        ledger.database.require_current()
        blobs = open_blobs(settings)
        reader = Reader(reader_settings(settings))
        stack.callback(reader.close)
        pool = stack.enter_context(ThreadPoolExecutor(PARALLEL_PUTS, "put"))
        sources = tuple(open_source(settings, number) for number in range(len(settings.sources)))
        for source in sources:
            if isinstance(source, ImapSource):
                stack.callback(source.close)
        sink = open_sink(settings)
        if isinstance(sink, SmtpSink):
            stack.callback(sink.close)
        sent_folder = open_sent_folder(settings)
        if sent_folder is not None:
            stack.callback(sent_folder.close)
        yield App(
            settings=settings,
            ledger=ledger,
            blobs=blobs,
            desk=Desk(
                settings,
                ledger,
                blobs,
                reader,
                pool,
                own_check=own_check(settings),
                fetch=link_fetcher(settings),
                passed=passed,
            ),
            outbox=Outbox(
                settings,
                ledger,
                blobs,
                sink,
                load_languages(settings.letters.templates, settings.letters.languages),
                passed,
                timed,
                _sent_mail(settings, ledger, sent_folder, passed),
                call=webhook(settings),
            ),
            reviewer=Reviewer(settings, ledger, blobs, reader, passed),
            sources=sources,
            passed=passed,
            timed=timed,
        )


def own_check(settings: Settings) -> Callable[[bytes, Address], Authentication] | None:
    """Our own look at the signatures of a message, None where it is off."""
    if not settings.authentication.own_dkim:
        return None
    # A fifth of a second, for those who want it.
    from intake.authenticate import authenticate  # noqa: PLC0415
    from intake.resolver import DnsResolver  # noqa: PLC0415

    resolver = DnsResolver(timeout_seconds=settings.authentication.timeout_seconds)

    def check(octets: bytes, sender: Address) -> Authentication:
        return authenticate(octets, sender=sender, resolver=resolver)

    return check


def link_fetcher(settings: Settings) -> Callable[[Sequence[LinkFound]], FilesBehind] | None:
    """What gets the files behind links, None where no host is allowed."""
    links = settings.links
    if not links.fetch_hosts:
        return None
    policy = FetchPolicy(
        tuple(links.fetch_hosts),
        max_octets=min(links.max_octets, settings.limits.document_octets),
        seconds=links.timeout_seconds,
    )
    return partial(files_behind, policy=policy)


def open_ledger(settings: Settings, *, clock: Callable[[], datetime] | None = None) -> Ledger:
    """The ledger that the settings name."""
    return Ledger(settings.database.url, clock=clock)


def open_blobs(settings: Settings) -> Store:
    """The blob store that the settings name."""
    blobs = settings.blobs
    return open_store(
        blobs.url,
        region=blobs.region,
        endpoint_url=blobs.endpoint_url,
        kms_key_id=blobs.kms_key_id,
        confidential_kms_key_id=blobs.confidential_kms_key_id,
    )


def open_sink(settings: Settings) -> Sink:
    """Where letters leave."""
    match settings.delivery:
        case MaildirDelivery(path=path):
            return MaildirSink(path)
        case SmtpDelivery() as smtp:
            return SmtpSink(
                SmtpSettings(
                    host=smtp.host,
                    port=smtp.port,
                    security=smtp.security,
                    username=smtp.username,
                    password=smtp.password.get_secret_value() if smtp.password else "",
                    tokens=access_tokens(settings, "delivery"),
                )
            )


def webhook(settings: Settings) -> Callable[[OutboundMessage], Delivery] | None:
    """What calls the operator's program, None where none is named."""
    if settings.webhook.url is None:
        return None
    secret = settings.webhook.secret.get_secret_value()
    return WebhookSink(WebhookSettings(settings.webhook.url, secret)).call


def open_source(settings: Settings, number: int) -> Source:
    """One mailbox; its name, `sources[0]`, is the path that the operator knows from the configuration."""
    name, limit = f"sources[{number}]", settings.limits.message_octets
    source = settings.sources[number]
    if not isinstance(source, ImapSourceSettings):
        return MaildirSource(name, source.path, max_message_octets=limit)
    return ImapSource(_imap_settings(settings, source, name))


def open_sent_folder(settings: Settings) -> SentFolder | None:
    """Where copies of letters are kept, on the server of the first source; None where no folder is named."""
    delivery, source = settings.delivery, next(iter(settings.sources), None)
    if not isinstance(delivery, SmtpDelivery) or delivery.sent_folder is None:
        return None
    if not isinstance(source, ImapSourceSettings):
        return None
    mailbox = replace(_imap_settings(settings, source, "sources[0]"), name="delivery.sent_folder")
    return SentFolder(mailbox, delivery.sent_folder)


def _sent_mail(
    settings: Settings, ledger: Ledger, folder: SentFolder | None, passed: Passing
) -> SentMail | None:
    if folder is None or not isinstance(settings.delivery, SmtpDelivery):
        return None
    return SentMail(folder, ledger.look_ups, settings.delivery.server_keeps_sent, passed)


def _imap_settings(settings: Settings, source: ImapSourceSettings, name: str) -> ImapSettings:
    return ImapSettings(
        host=source.host,
        username=source.username,
        password=source.password.get_secret_value() if source.password else "",
        tokens=access_tokens(settings, name),
        name=name,
        port=source.port,
        security=source.security,
        folder=source.folder,
        done_folder=source.done_folder,
        held_folder=source.held_folder,
        max_message_octets=settings.limits.message_octets,
        poll_seconds=source.poll_seconds,
    )
