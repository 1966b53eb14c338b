"""The Sent folder on real IMAP servers: what is kept there is found there, and an outage is survived."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from intake.errors import ConfigError, TransientError
from intake.model import Address, OutboundMessage
from intake.sources.imap_session import ImapSettings
from intake.sources.sent import SentFolder
from tests import servers
from tests.servers import LOOPBACK

TODAY = datetime.now(UTC).date()
LEFT_AT = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
LETTER = OutboundMessage(
    "<abc123@studio.example>",
    Address("bounces@studio.example"),
    (Address("ana@client.example"),),
    b"Message-ID: <abc123@studio.example>\r\nSubject: Thanks\r\n\r\nThank you.\r\n",
)


def mailbox(account: servers.ImapAccount) -> ImapSettings:
    return ImapSettings(
        LOOPBACK, account.username, account.password, port=account.port, security="plain"
    )


@pytest.fixture(params=["dovecot_account", "pymap_account"])
def account(request: pytest.FixtureRequest) -> servers.ImapAccount:
    made: servers.ImapAccount = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def sent(account: servers.ImapAccount) -> Iterator[SentFolder]:
    with closing(SentFolder(mailbox(account), "Sent")) as folder:
        yield folder


def test_a_letter_that_was_not_kept_is_not_found(sent: SentFolder) -> None:
    assert sent.find(LETTER.message_id, since=TODAY) is False


def test_a_letter_that_is_kept_is_found(sent: SentFolder) -> None:
    sent.find(LETTER.message_id, since=LEFT_AT.date())

    sent.keep(LETTER, at=LEFT_AT)

    assert sent.find(LETTER.message_id, since=LEFT_AT.date() - timedelta(days=1)) is True
    assert sent.find("<other@studio.example>", since=LEFT_AT.date()) is False


def test_a_copy_is_whole_and_has_been_seen(sent: SentFolder, account: servers.ImapAccount) -> None:
    sent.keep(LETTER, at=LEFT_AT)

    assert account.messages("Sent") == [LETTER.octets]
    assert account.flags("Sent") == [frozenset({r"\Seen"})]


def test_a_letter_of_before_the_day_is_not_looked_for(sent: SentFolder) -> None:
    sent.keep(LETTER, at=LEFT_AT)

    assert sent.find(LETTER.message_id, since=LEFT_AT.date() + timedelta(days=2)) is False


def test_what_the_server_files_while_the_folder_is_open_is_found(
    sent: SentFolder, account: servers.ImapAccount
) -> None:
    before = sent.find(LETTER.message_id, since=TODAY)
    account.append(LETTER.octets, "Sent")

    assert (before, sent.find(LETTER.message_id, since=TODAY)) == (False, True)


def test_a_folder_below_another_is_made_as_the_server_writes_it() -> None:
    if servers.dovecot_program() is None:
        pytest.skip("needs the program dovecot (Debian: dovecot-imapd)")
    with servers.dovecot(namespace_prefix="INBOX.", separator=".") as server:
        account = server.account()
        with closing(SentFolder(mailbox(account), "Desk/Sent")) as sent:
            sent.keep(LETTER, at=LEFT_AT)

        assert account.messages("INBOX.Desk.Sent") == [LETTER.octets]


def test_a_server_that_was_started_anew_is_asked_over_a_new_connection() -> None:
    if servers.dovecot_program() is None:
        pytest.skip("needs the program dovecot (Debian: dovecot-imapd)")
    with (
        servers.dovecot() as server,
        closing(SentFolder(mailbox(server.account("desk")), "Sent")) as sent,
    ):
        sent.keep(LETTER, at=LEFT_AT)
        server.kill()
        server.start()

        assert sent.find(LETTER.message_id, since=LEFT_AT.date()) is True


def test_a_server_that_is_not_there_is_left_alone_for_a_while() -> None:
    gone = servers.ImapAccount(servers.free_port(), "desk")
    sent = SentFolder(mailbox(gone), "Sent")
    with pytest.raises(TransientError, match="no connection"):
        sent.find(LETTER.message_id, since=TODAY)

    with pytest.raises(TransientError, match="left alone"):
        sent.find(LETTER.message_id, since=TODAY)


def test_check_says_that_it_works(sent: SentFolder) -> None:
    [line] = sent.check()

    assert line.works


def test_check_says_what_to_mend(account: servers.ImapAccount) -> None:
    wrong = replace(mailbox(account), password="wrong")

    [line] = SentFolder(wrong, "Sent").check()

    assert not line.works
    assert "password" in line.advice


def test_a_password_never_crosses_a_network_in_the_clear() -> None:
    with pytest.raises(ConfigError, match="plain"):
        SentFolder(ImapSettings("imap.studio.example", "u", "p", security="plain"), "Sent")
