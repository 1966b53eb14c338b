"""What becomes of a message where something gives way in the middle of it: its project, its claim, a proof, an example."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from intake.app import App, open_ledger
from intake.demo import documents, posts
from intake.errors import ClaimLostError, ContendedError
from intake.instants import Instant
from intake.model import (
    Address,
    Authentication,
    Fate,
    HoldReason,
    Kind,
    Locator,
    ProjectState,
    RawMessage,
    Token,
)
from intake.pipeline import Desk, process, receive
from intake.reader import Reader
from intake.worker import Worker
from storage.messages import LEASE
from storage.values import MessageStatus
from tests.desks import CONTACT, FREELANCER, TODAY, TOKEN, Wiring, engagement, letter
from tests.ledgers import NOON, parts_of
from tests.maildesks import Later, MailDesk, at_work, mail_desk

pytestmark = pytest.mark.proof

DECK = documents.investor_deck(TODAY)
SPRING = Token("spring")
TO_SPRING = Address("intake+spring@studio.example")
OWN_KINDS: dict[str, object] = {"kinds": {"case_brief": {"label": "Case brief"}}}
WITH_DECK = letter(attach=[DECK])


@pytest.fixture
def clock() -> Later:
    return Later()


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    return mail_desk(tmp_path, Wiring(further=OWN_KINDS))


@pytest.fixture
def app(desk: MailDesk, reader: Reader, clock: Later) -> Iterator[App]:
    with at_work(desk, reader, clock=clock) as opened:
        yield opened


@pytest.fixture
def strict(tmp_path: Path, reader: Reader) -> Iterator[App]:
    """A desk that believes nobody without a proof."""
    desk = mail_desk(tmp_path, Wiring(intake={"unverified_senders": "hold"}))
    with at_work(desk, reader) as opened:
        yield opened


def take(
    desk: Desk,
    octets: bytes,
    *,
    recipient: Address | None = None,
    oversize_octets: int | None = None,
) -> MessageStatus:
    """Receive and process a message; `recipient` is that of its envelope, where it is known."""
    locator = Locator("inbox", hashlib.sha256(octets).hexdigest())
    raw = RawMessage(octets, locator, NOON, recipient, oversize_octets)
    claim = receive(desk, raw).claim
    assert claim is not None
    return process(desk, claim)


def when_stored(desk: Desk, do: Callable[[], object], *, times: int = 1) -> Desk:
    """The same desk, where something happens between the documents and the commit, the first so many times."""
    left = [do] * times

    def passed(instant: Instant) -> None:
        if instant is Instant.DOCUMENTS_KEPT and left:
            left.pop()()

    return replace(desk, passed=passed)


def stored(desk: MailDesk) -> list[str]:
    """The names of the documents in the store."""
    folder = desk.folder / "collateral" / "clients"
    return sorted(path.name for path in folder.rglob("*.pptx"))


# ---------------------------------------------------------------- the project changes, the claim is lost


def test_a_document_is_kept_where_its_project_changed_before_the_commit(app: App) -> None:
    changing = when_stored(
        app.desk, lambda: app.ledger.directory.set_state(TOKEN, ProjectState.PAUSED)
    )

    status = take(changing, WITH_DECK)

    [filed] = app.ledger.standings()[0].documents
    assert (status, filed.fate) == (MessageStatus.ACCEPTED, Fate.FILED)
    assert filed.blob is not None
    assert app.blobs.get(filed.blob) == DECK.octets


def test_a_message_about_what_changes_all_the_time_waits_its_turn_again(app: App) -> None:
    states = [ProjectState.OPEN, ProjectState.PAUSED] * 10  # from the end
    changing = when_stored(
        app.desk, lambda: app.ledger.directory.set_state(TOKEN, states.pop()), times=len(states)
    )

    with pytest.raises(ContendedError):
        take(changing, WITH_DECK)

    assert app.ledger.messages.waiting() == 1
    assert app.ledger.standings()[0].documents == ()


def test_a_message_that_another_worker_took_over_is_filed_by_that_one(
    desk: MailDesk, app: App, clock: Later
) -> None:
    other = open_ledger(app.settings, clock=clock)

    def stand_still() -> None:
        clock.by = 2 * LEASE
        other.messages.take_over(other.worker)

    with pytest.raises(ClaimLostError):
        take(when_stored(app.desk, stand_still), WITH_DECK)
    before = (stored(desk), app.ledger.standings()[0].documents)
    claim = other.messages.claim(other.worker)
    assert claim is not None
    status = process(replace(app.desk, ledger=other), claim)
    other.close()

    assert (len(before[0]), before[1]) == (1, ())  # what was stored is what the other one files
    assert status is MessageStatus.ACCEPTED
    assert stored(desk) == before[0]


# ---------------------------------------------------------------- the same message again


def test_a_copy_that_was_sent_on_to_another_project_stores_nothing(
    desk: MailDesk, app: App
) -> None:
    engagement(app.ledger, token=SPRING, title="Spring fair")
    first = take(app.desk, WITH_DECK, recipient=Address("intake+q4-launch@studio.example"))
    before = stored(desk)

    again = take(app.desk, b"Received: by mx.example\r\n" + WITH_DECK, recipient=TO_SPRING)

    assert (first, again) == (MessageStatus.ACCEPTED, MessageStatus.REPEATED)
    assert stored(desk) == before
    assert len(before) == 1


# ---------------------------------------------------------------- whose it is


def test_the_recipient_of_the_envelope_outweighs_the_addresses_in_the_header(app: App) -> None:
    engagement(app.ledger, token=SPRING, title="Spring fair")
    both = letter(to=f"intake+{TOKEN}@studio.example, {TO_SPRING}", attach=[DECK])

    status = take(app.desk, both, recipient=TO_SPRING)

    assert status is MessageStatus.ACCEPTED
    filed = {each.project.token: len(each.documents) for each in app.ledger.standings()}
    assert filed == {TOKEN: 0, SPRING: 1}


@pytest.mark.parametrize("sender", [CONTACT, FREELANCER])
def test_without_an_envelope_two_addresses_in_the_header_are_asked_about(
    app: App, sender: Address
) -> None:
    engagement(app.ledger, token=SPRING, title="Spring fair")
    to = f"intake+{TOKEN}@studio.example, {TO_SPRING}"
    both = letter(sender=sender, to=to, attach=[DECK])

    assert take(app.desk, both) is MessageStatus.HELD

    assert [each.reason for each in app.ledger.holds.waiting()] == [HoldReason.AMBIGUOUS_PROJECT]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ((), MessageStatus.ACCEPTED),
        ([("Auto-Submitted", "auto-generated")], MessageStatus.HELD),
    ],
    ids=["a person's", "a machine's"],
)
def test_a_command_names_the_project_of_a_freelancer_s_mail(
    app: App, fields: Sequence[tuple[str, str]], status: MessageStatus
) -> None:
    engagement(app.ledger, token=SPRING, title="Spring fair")
    octets = letter(sender=FREELANCER, text=f"status {SPRING}\n", attach=[DECK], fields=fields)

    assert take(app.desk, octets) is status

    filed = sum(len(each.documents) for each in app.ledger.standings())
    assert filed == (status is MessageStatus.ACCEPTED)


def test_what_comes_again_without_a_word_stays_as_it_is(app: App) -> None:
    take(app.desk, WITH_DECK)
    take(app.desk, letter(number=2, text="Once more.\n", attach=[DECK]))

    [filed] = app.ledger.standings()[0].documents
    assert (filed.confidential, filed.confidential_for) == (False, None)


def test_a_person_s_release_outweighs_that_nobody_vouches(strict: App) -> None:
    held = take(strict.desk, WITH_DECK)
    [thing] = strict.ledger.holds.waiting()

    strict.ledger.holds.release_message(thing.id, decision="release", project=None)
    Worker(strict).once()

    assert (held, thing.reason) == (MessageStatus.HELD, HoldReason.UNVERIFIED_SENDER)
    assert strict.ledger.messages.statuses() == {MessageStatus.ACCEPTED: 1}
    assert len(strict.ledger.standings()[0].documents) == 1


def test_the_parts_of_a_mail_that_is_held_are_known_and_its_text_is_none(strict: App) -> None:
    take(strict.desk, letter(subject=posts.WALKING.title, text=posts.WALKING.body, attach=[DECK]))

    assert [each.filename for each in parts_of(strict.ledger, 1)] == [DECK.filename]


def test_the_signature_of_a_mail_that_is_not_all_here_proves_nothing(strict: App) -> None:
    believing = replace(strict.desk, own_check=lambda *_: Authentication.PASS)

    take(believing, letter(), oversize_octets=10**9)

    assert [each.reason for each in strict.ledger.holds.waiting()] == [HoldReason.TOO_LARGE]
    assert strict.ledger.letters.unsent() == 0


def test_a_machine_s_words_are_not_carried_out(app: App) -> None:
    octets = letter(
        text="We have no event calendar.\n",
        attach=[DECK],
        fields=[("Auto-Submitted", "auto-generated")],
    )

    status = take(app.desk, octets)

    [standing] = app.ledger.standings()
    assert (status, len(standing.documents)) == (MessageStatus.ACCEPTED, 1)
    assert (standing.wishes, standing.waived) == ((), frozenset())


# ---------------------------------------------------------------- what cannot be read


def test_an_example_whose_octets_are_gone_shows_nothing_and_stops_nothing(app: App) -> None:
    slides = replace(DECK, filename="Brand guidelines Q3 v2.pptx")
    take(app.desk, letter(attach=[slides]))
    [held] = app.ledger.holds.waiting()
    app.reviewer.relabel(held.id, Kind("case_brief"))
    [taught] = app.ledger.standings()[0].documents
    assert taught.blob is not None
    app.blobs.delete(taught.blob)

    status = take(app.desk, letter(number=2, attach=[documents.event_sheet(TODAY)]))

    assert status is MessageStatus.ACCEPTED
    assert len(app.ledger.standings()[0].documents) == 2
