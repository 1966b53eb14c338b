"""The IMAP source over real servers: waiting, losing the connection, servers that can little, encryption, login."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from intake.errors import AccessRefusedError, ConfigError, PermanentError, TransientError
from intake.model import RawMessage
from intake.sources.imap import ImapSettings, ImapSource
from tests import servers
from tests.servers import LOOPBACK, Dovecot, ImapAccount

pytestmark = [pytest.mark.dovecot, pytest.mark.usefixtures("dovecot_server")]  # or skipped

NOTHING_KNOWN: frozenset[str] = frozenset()
ONE = b"Subject: one\r\n\r\n1\r\n"
TWO = b"Subject: two\r\n\r\n2\r\n"

Security = Literal["tls", "starttls"]
Open = Callable[[ImapSettings], ImapSource]


def settings_for(account: ImapAccount) -> ImapSettings:
    return ImapSettings(
        LOOPBACK, account.username, account.password, port=account.port, security="plain"
    )


@pytest.fixture
def open_source() -> Iterator[Open]:
    """Sources that are logged out at the end."""
    with ExitStack() as opened:

        def make(settings: ImapSettings) -> ImapSource:
            return opened.enter_context(closing(ImapSource(settings)))

        yield make


@pytest.fixture
def source(dovecot_account: ImapAccount, open_source: Open) -> ImapSource:
    return open_source(settings_for(dovecot_account))


@pytest.fixture
def own_dovecot() -> Iterator[Dovecot]:
    """A Dovecot that a test may kill."""
    with servers.dovecot() as server:
        yield server


def fetched(source: ImapSource) -> list[bytes]:
    return [found.octets for found in source.fetch(NOTHING_KNOWN)]


def everything(source: ImapSource) -> list[RawMessage]:
    return list(source.fetch(NOTHING_KNOWN))


# ---------------------------------------------------------------- waiting


def test_idle_ends_when_a_message_arrives(source: ImapSource, dovecot_account: ImapAccount) -> None:
    everything(source)
    arrival = threading.Timer(0.2, dovecot_account.append, [ONE])
    arrival.start()

    came = source.wait(60)
    arrival.join()

    assert came is True
    assert fetched(source) == [ONE]


def test_idle_goes_on_over_several_waits(source: ImapSource, dovecot_account: ImapAccount) -> None:
    everything(source)
    source.wait(0.01)
    dovecot_account.append(ONE)

    assert source.wait(0.01) or source.wait(60)


def test_what_another_command_told_of_is_not_waited_for(
    source: ImapSource, dovecot_account: ImapAccount
) -> None:
    dovecot_account.append(ONE)
    [one] = everything(source)
    dovecot_account.append(TWO)
    source.acknowledge([one.locator], held=False)  # its answer tells of the second message

    assert source.wait(60) is True


def test_a_message_that_leaves_is_no_arrival(
    source: ImapSource, dovecot_account: ImapAccount, open_source: Open
) -> None:
    dovecot_account.append(ONE)
    [one] = everything(source)
    source.wait(0.01)
    open_source(settings_for(dovecot_account)).acknowledge([one.locator], held=False)

    assert source.wait(0.8) is False


def test_idle_is_renewed(dovecot_account: ImapAccount, open_source: Open) -> None:
    source = open_source(replace(settings_for(dovecot_account), idle_renew_seconds=0.05))
    everything(source)
    source.wait(0.3)
    dovecot_account.append(ONE)

    assert source.wait(60) is True


def test_a_server_without_idle_is_polled(open_source: Open) -> None:
    with servers.dovecot(capability="IMAP4rev1 UIDPLUS MOVE") as server:
        account = server.account()
        source = open_source(replace(settings_for(account), poll_seconds=0.1))
        everything(source)
        quiet = source.wait(0.25)
        account.append(ONE)

        assert (quiet, source.wait(60)) == (False, True)


# ---------------------------------------------------------------- losing the server


def test_a_killed_server_is_a_transient_error_and_the_next_call_connects_again(
    own_dovecot: Dovecot, open_source: Open
) -> None:
    account = own_dovecot.account()
    account.append(ONE)
    source = open_source(settings_for(account))
    everything(source)

    own_dovecot.kill()
    with pytest.raises(TransientError):
        everything(source)
    own_dovecot.start()

    assert fetched(source) == [ONE]


def test_a_server_killed_during_idle_is_a_transient_error(
    own_dovecot: Dovecot, open_source: Open
) -> None:
    source = open_source(settings_for(own_dovecot.account()))
    everything(source)
    source.wait(0.01)
    death = threading.Timer(0.2, own_dovecot.kill)
    death.start()

    with pytest.raises(TransientError):
        source.wait(60)
    death.join()


def test_a_server_killed_during_a_fetch_loses_nothing(
    own_dovecot: Dovecot, open_source: Open
) -> None:
    account = own_dovecot.account()
    large = b"Subject: large\r\n\r\n" + b"x" * 5_000_000 + b"\r\n"
    account.append(ONE)
    account.append(large)
    source = open_source(settings_for(account))
    fetching = source.fetch(NOTHING_KNOWN)

    first = next(fetching)
    own_dovecot.kill()
    with pytest.raises(TransientError):
        next(fetching)
    own_dovecot.start()

    assert first.octets == ONE
    assert sorted(fetched(source)) == sorted([ONE, large])


def test_what_was_fetched_before_the_loss_can_be_acknowledged_after_it(
    own_dovecot: Dovecot, open_source: Open
) -> None:
    account = own_dovecot.account()
    account.append(ONE)
    source = open_source(settings_for(account))
    [one] = everything(source)

    own_dovecot.kill()
    own_dovecot.start()
    with suppress(TransientError):
        source.acknowledge([one.locator], held=False)
    source.acknowledge([one.locator], held=False)

    assert account.messages("Intake/Done") == [ONE]


def lose_connection(source: ImapSource) -> None:
    with pytest.raises(TransientError):
        everything(source)


def test_a_message_that_the_server_cannot_read_does_not_keep_the_others_from_coming(
    dovecot_server: Dovecot, dovecot_account: ImapAccount, source: ImapSource
) -> None:
    dovecot_account.append(b"Subject: broken\r\n\r\n")
    make_unreadable(dovecot_server.mail_of(dovecot_account))
    dovecot_account.append_all([ONE, TWO])

    for _ in range(3):  # Dovecot ends the connection
        lose_connection(source)

    assert fetched(source) == [ONE, TWO]


def make_unreadable(maildir: Path) -> None:
    [file] = maildir.glob("new/*")
    file.chmod(0)


# ---------------------------------------------------------------- folders and UIDs


def test_a_folder_made_anew_makes_old_locators_harmless(
    dovecot_account: ImapAccount, open_source: Open
) -> None:
    dovecot_account.create("Desk")
    dovecot_account.append(ONE, "Desk")
    source = open_source(replace(settings_for(dovecot_account), folder="Desk"))
    old = [found.locator for found in everything(source)]
    dovecot_account.delete("Desk")
    dovecot_account.create("Desk")
    dovecot_account.append(TWO, "Desk")  # the same UID under another UIDVALIDITY

    source.acknowledge(old, held=False)

    assert fetched(source) == [TWO]
    assert dovecot_account.messages("Intake/Done") == []


def test_a_known_name_of_before_does_not_hide_a_message_of_the_new_folder(
    dovecot_account: ImapAccount, open_source: Open
) -> None:
    dovecot_account.create("Desk")
    dovecot_account.append(ONE, "Desk")
    settings = replace(settings_for(dovecot_account), folder="Desk")
    known = frozenset(found.locator.name for found in everything(open_source(settings)))
    dovecot_account.delete("Desk")
    dovecot_account.create("Desk")
    dovecot_account.append(TWO, "Desk")

    found = [message.octets for message in open_source(settings).fetch(known)]

    assert found == [TWO]


def test_messages_that_another_worker_moved_are_no_error(
    dovecot_account: ImapAccount, open_source: Open
) -> None:
    dovecot_account.append(ONE)
    dovecot_account.append(TWO)
    quick, slow = (open_source(settings_for(dovecot_account)) for _ in range(2))
    one, two = [found.locator for found in everything(quick)]
    everything(slow)

    quick.acknowledge([one], held=False)
    slow.acknowledge([one, two], held=False)

    assert dovecot_account.messages() == []
    assert dovecot_account.messages("Intake/Done") == [ONE, TWO]


def test_a_done_folder_that_somebody_deletes_is_made_again(
    source: ImapSource, dovecot_account: ImapAccount
) -> None:
    dovecot_account.append(ONE)
    dovecot_account.append(TWO)
    one, two = [found.locator for found in everything(source)]
    source.acknowledge([one], held=False)
    dovecot_account.delete("Intake/Done")

    source.acknowledge([two], held=False)

    assert dovecot_account.messages("Intake/Done") == [TWO]


def test_folders_follow_the_servers_namespace(open_source: Open) -> None:
    with servers.dovecot(namespace_prefix="INBOX.", separator=".") as server:
        account = server.account()
        account.append(ONE)
        source = open_source(settings_for(account))

        source.acknowledge([everything(source)[0].locator], held=False)

        assert account.messages("INBOX.Intake.Done") == [ONE]


def test_a_folder_that_does_not_exist_is_a_permanent_error(
    dovecot_account: ImapAccount, open_source: Open
) -> None:
    source = open_source(replace(settings_for(dovecot_account), folder="Nowhere"))

    with pytest.raises(PermanentError, match="folder"):
        everything(source)


@pytest.mark.parametrize(
    ("capability", "left_behind"),
    [
        pytest.param("IMAP4rev1 UIDPLUS", [], id="copy-and-expunge"),
        pytest.param("IMAP4rev1", [ONE], id="copy-and-mark"),
    ],
)
def test_a_server_without_move_gets_a_copy(
    capability: str, left_behind: list[bytes], open_source: Open
) -> None:
    with servers.dovecot(capability=capability) as server:
        account = server.account()
        account.append(ONE)
        source = open_source(settings_for(account))
        locators = [found.locator for found in everything(source)]

        source.acknowledge(locators, held=False)

        assert account.messages("Intake/Done") == [ONE]
        assert account.messages() == left_behind
        assert fetched(source) == []


def test_what_others_marked_as_deleted_is_never_expunged(open_source: Open) -> None:
    with servers.dovecot(capability="IMAP4rev1 UIDPLUS") as server:
        account = server.account()
        account.append(ONE)
        account.append(TWO)
        mark_first_as_deleted(account)
        source = open_source(settings_for(account))

        source.acknowledge([found.locator for found in everything(source)], held=False)

        assert account.messages() == [ONE]


def mark_first_as_deleted(account: ImapAccount) -> None:
    with account.connection() as connection:
        connection.select()
        connection.store("1", "+FLAGS", r"(\Deleted)")


# ---------------------------------------------------------------- what comes


def test_received_at_is_the_internal_date_in_utc(
    source: ImapSource, dovecot_account: ImapAccount
) -> None:
    arrived = datetime(2026, 3, 1, 8, 30, 15, tzinfo=UTC)
    dovecot_account.append(ONE, at=arrived)

    [found] = everything(source)

    assert found.received_at == arrived
    assert found.received_at.tzinfo is UTC


def test_octets_are_those_that_were_delivered(
    source: ImapSource, dovecot_account: ImapAccount
) -> None:
    odd = b"Subject: odd\r\nX-Odd: \xff\x80\r\n\r\n.dot\r\n\xc3\xa9{7}\r\n* 1 EXISTS\r\n)\r\n"
    dovecot_account.append(odd)

    assert fetched(source) == [odd]


def test_small_and_large_messages_come_in_order(
    source: ImapSource, dovecot_account: ImapAccount
) -> None:
    sizes = [10, 3_000_000, 2_000_000, 20, 5_000_000, 30]
    messages = [b"Subject: s\r\n\r\n" + b"x" * size + b"\r\n" for size in sizes]
    dovecot_account.append_all(messages)

    assert fetched(source) == messages


# ---------------------------------------------------------------- encryption and login


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_encrypted_connection_to_a_trusted_server_works(
    security: Security, dovecot_server: Dovecot, open_source: Open
) -> None:
    account = dovecot_server.account()
    account.append(ONE)
    ports = {"tls": dovecot_server.tls_port, "starttls": dovecot_server.port}
    settings = replace(
        settings_for(account),
        port=ports[security],
        security=security,
        ca_file=dovecot_server.certificate.certificate_file,
    )

    assert fetched(open_source(settings)) == [ONE]


def test_idle_works_over_tls(dovecot_server: Dovecot, open_source: Open) -> None:
    account = dovecot_server.account()
    settings = replace(
        settings_for(account),
        port=dovecot_server.tls_port,
        security="tls",
        ca_file=dovecot_server.certificate.certificate_file,
    )
    source = open_source(settings)
    everything(source)
    quiet = source.wait(0.1)
    account.append(ONE)

    assert (quiet, source.wait(60)) == (False, True)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_untrusted_certificate_is_refused(
    security: Security, dovecot_server: Dovecot, open_source: Open
) -> None:
    ports = {"tls": dovecot_server.tls_port, "starttls": dovecot_server.port}
    settings = replace(
        settings_for(dovecot_server.account()), port=ports[security], security=security
    )

    with pytest.raises(AccessRefusedError, match="certificate"):
        everything(open_source(settings))


def test_a_password_never_crosses_a_network_in_the_clear() -> None:
    with pytest.raises(ConfigError, match="plain"):
        ImapSource(ImapSettings("imap.studio.example", "desk", "secret", security="plain"))


def test_a_refused_login_says_so_and_names_neither_user_nor_password(
    dovecot_account: ImapAccount, open_source: Open
) -> None:
    source = open_source(replace(settings_for(dovecot_account), password="wrong-secret"))

    with pytest.raises(AccessRefusedError, match="refused the login") as raised:
        everything(source)

    assert "wrong-secret" not in str(raised.value)
    assert dovecot_account.username not in str(raised.value)


def test_a_password_that_is_not_ascii_works(open_source: Open) -> None:
    with servers.dovecot(password="schlüssel") as server:
        account = replace(server.account(), password="schlüssel")
        source = open_source(settings_for(account))

        assert fetched(source) == []


def test_secrets_are_not_in_the_repr_of_the_settings() -> None:
    settings = ImapSettings("imap.studio.example", "desk@studio.example", "secret")

    assert "secret" not in repr(settings)
    assert "desk" not in repr(settings)


# ---------------------------------------------------------------- check


def test_check_makes_the_folders_and_finds_all_well(
    source: ImapSource, dovecot_account: ImapAccount
) -> None:
    lines = source.check()

    assert all(line.works for line in lines)
    assert dovecot_account.folders() >= {"Intake/Done", "Intake/Held"}


def test_check_says_how_to_mend_a_refused_login(
    dovecot_account: ImapAccount, open_source: Open
) -> None:
    [line] = open_source(replace(settings_for(dovecot_account), password="wrong")).check()

    assert not line.works
    assert "password" in line.advice


def test_check_says_that_a_server_cannot_move(open_source: Open) -> None:
    with servers.dovecot(capability="IMAP4rev1") as server:
        lines = open_source(settings_for(server.account())).check()

    assert [line.works for line in lines][-1] is False


def test_recent_header_blocks_come_from_the_done_folder_as_well(
    source: ImapSource, dovecot_account: ImapAccount
) -> None:
    dovecot_account.append(ONE)
    source.acknowledge([found.locator for found in everything(source)], held=False)
    dovecot_account.append(TWO)

    assert source.recent_header_blocks(5) == (b"Subject: two\r\n\r\n", b"Subject: one\r\n\r\n")
