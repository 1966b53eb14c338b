"""What every source promises, over Dovecot, pymap and a Maildir."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from intake.model import Locator, Source
from intake.sources.imap import ImapSettings, ImapSource
from intake.sources.maildir import MaildirSource
from tests.servers import LOOPBACK, ImapAccount

NOTHING_KNOWN: frozenset[str] = frozenset()
LIMIT_OCTETS = 2_000


@dataclass(frozen=True, slots=True)
class Desk:
    """A source, and the mailbox behind it as a mail program sees it."""

    source: Source
    deliver: Callable[[bytes], None]
    inbox: Callable[[], list[bytes]]
    done: Callable[[], list[bytes]]
    held: Callable[[], list[bytes]]
    marks: Callable[[], list[frozenset[str]]]


@pytest.fixture(
    params=[pytest.param("dovecot", marks=pytest.mark.dovecot), "pymap", "maildir"],
)
def desk(request: pytest.FixtureRequest) -> Desk:
    made: Desk = request.getfixturevalue(f"{request.param}_desk")
    return made


@pytest.fixture
def dovecot_desk(dovecot_account: ImapAccount) -> Iterator[Desk]:
    yield from _imap_desk(dovecot_account)


@pytest.fixture
def pymap_desk(pymap_account: ImapAccount) -> Iterator[Desk]:
    yield from _imap_desk(pymap_account)


def _imap_desk(account: ImapAccount) -> Iterator[Desk]:
    source = ImapSource(
        ImapSettings(
            LOOPBACK,
            account.username,
            account.password,
            port=account.port,
            security="plain",
            max_message_octets=LIMIT_OCTETS,
        )
    )
    yield Desk(
        source,
        deliver=account.append,
        inbox=account.messages,
        done=lambda: account.messages("Intake/Done"),
        held=lambda: account.messages("Intake/Held"),
        marks=account.flags,
    )
    source.close()


@pytest.fixture
def maildir_desk(tmp_path: Path) -> Desk:
    path = tmp_path / "Maildir"
    source = MaildirSource("maildir", path, max_message_octets=LIMIT_OCTETS)
    delivered = iter(range(1, 1000))

    def deliver(octets: bytes) -> None:
        new = path / "new"
        new.mkdir(parents=True, exist_ok=True)
        (new / f"{next(delivered):04}.test").write_bytes(octets)

    def listed(folder: Path) -> list[bytes]:
        return [file.read_bytes() for file in sorted(folder.glob("[nc]*/*"))]

    return Desk(
        source,
        deliver=deliver,
        inbox=lambda: listed(path),
        done=lambda: listed(path / ".Done"),
        held=lambda: listed(path / ".Held"),
        marks=lambda: [frozenset({file.name}) for file in sorted(path.glob("[nc]*/*"))],
    )


def message(subject: str, *, body_octets: int = 20) -> bytes:
    header = f"From: ana@client.example\r\nSubject: {subject}\r\n\r\n".encode()
    return header + b"x" * body_octets + b"\r\n"


def locators(desk: Desk) -> list[Locator]:
    return [found.locator for found in desk.source.fetch(NOTHING_KNOWN)]


def test_messages_come_whole_and_oldest_first(desk: Desk) -> None:
    desk.deliver(message("one"))
    desk.deliver(message("two"))

    fetched = [found.octets for found in desk.source.fetch(NOTHING_KNOWN)]

    assert fetched == [message("one"), message("two")]


def test_an_empty_mailbox_gives_nothing(desk: Desk) -> None:
    assert list(desk.source.fetch(NOTHING_KNOWN)) == []


def test_received_at_is_aware(desk: Desk) -> None:
    desk.deliver(message("one"))

    [found] = desk.source.fetch(NOTHING_KNOWN)

    assert found.received_at.utcoffset() is not None


def test_fetching_changes_nothing_in_the_mailbox(desk: Desk) -> None:
    desk.deliver(message("one"))
    before = (desk.inbox(), desk.marks())

    list(desk.source.fetch(NOTHING_KNOWN))

    assert (desk.inbox(), desk.marks()) == before


def test_what_is_not_acknowledged_comes_again(desk: Desk) -> None:
    desk.deliver(message("one"))

    first = list(desk.source.fetch(NOTHING_KNOWN))
    second = list(desk.source.fetch(NOTHING_KNOWN))

    assert first == second


def test_known_names_are_left_out(desk: Desk) -> None:
    desk.deliver(message("one"))
    desk.deliver(message("two"))
    first = locators(desk)[0]

    fetched = [found.octets for found in desk.source.fetch(frozenset({first.name}))]

    assert fetched == [message("two")]


def test_an_acknowledged_message_is_in_the_done_folder(desk: Desk) -> None:
    desk.deliver(message("one"))

    desk.source.acknowledge(locators(desk), held=False)

    assert (desk.inbox(), desk.done(), desk.held()) == ([], [message("one")], [])


def test_a_held_message_is_in_the_held_folder(desk: Desk) -> None:
    desk.deliver(message("one"))

    desk.source.acknowledge(locators(desk), held=True)

    assert (desk.inbox(), desk.done(), desk.held()) == ([], [], [message("one")])


def test_many_are_acknowledged_at_once(desk: Desk) -> None:
    desk.deliver(message("one"))
    desk.deliver(message("two"))
    desk.deliver(message("three"))
    one, _, three = locators(desk)

    desk.source.acknowledge([three, one], held=False)

    assert desk.inbox() == [message("two")]
    assert sorted(desk.done()) == sorted([message("one"), message("three")])


def test_a_second_acknowledgement_is_harmless(desk: Desk) -> None:
    desk.deliver(message("one"))
    found = locators(desk)

    desk.source.acknowledge(found, held=False)
    desk.source.acknowledge(found, held=False)

    assert desk.done() == [message("one")]


def test_acknowledging_while_fetching_loses_nothing(desk: Desk) -> None:
    desk.deliver(message("one"))
    desk.deliver(message("two"))
    fetching = desk.source.fetch(NOTHING_KNOWN)

    first = next(fetching)
    desk.source.acknowledge([first.locator], held=False)
    rest = [found.octets for found in fetching]

    assert rest == [message("two")]


def test_a_locator_of_another_source_moves_nothing(desk: Desk) -> None:
    desk.deliver(message("one"))
    [found] = locators(desk)

    desk.source.acknowledge([Locator("elsewhere", found.name)], held=False)

    assert desk.inbox() == [message("one")]


def test_a_message_over_the_limit_comes_as_its_header_block(desk: Desk) -> None:
    large = message("large", body_octets=LIMIT_OCTETS)
    desk.deliver(large)
    desk.deliver(message("small"))

    oversized, small = desk.source.fetch(NOTHING_KNOWN)

    assert oversized.octets == b"From: ana@client.example\r\nSubject: large\r\n\r\n"
    assert oversized.oversize_octets == len(large)
    assert small.oversize_octets is None


def test_waiting_ends_with_the_time_where_nothing_comes(desk: Desk) -> None:
    desk.deliver(message("one"))
    list(desk.source.fetch(NOTHING_KNOWN))

    assert desk.source.wait(0.05) is False


def test_waiting_ends_at_once_for_what_came_since_the_fetch(desk: Desk) -> None:
    list(desk.source.fetch(NOTHING_KNOWN))
    desk.deliver(message("one"))

    assert desk.source.wait(60) is True


def test_what_was_waited_for_is_fetched(desk: Desk) -> None:
    list(desk.source.fetch(NOTHING_KNOWN))
    desk.deliver(message("one"))
    desk.source.wait(60)

    [found] = desk.source.fetch(NOTHING_KNOWN)

    assert found.octets == message("one")


def test_a_fetch_that_was_broken_off_is_not_waited_for(desk: Desk) -> None:
    desk.deliver(message("one"))
    desk.deliver(message("two"))
    fetching = desk.source.fetch(NOTHING_KNOWN)
    next(fetching)
    fetching.close()  # type: ignore[attr-defined]  # the port says iterator; all sources are generators

    assert desk.source.wait(60) is True


def test_neither_content_nor_place_is_in_a_repr(desk: Desk) -> None:
    desk.deliver(message("canary"))

    [found] = desk.source.fetch(NOTHING_KNOWN)

    assert "canary" not in repr(found)
    assert found.locator.name not in repr(found)
