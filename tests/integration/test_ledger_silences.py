"""What the ledger knows of a silence, and the letters that it owes for one: each once, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.model import Address, AutoKind, LetterKind, LetterState, Project, ProjectState
from storage import schema
from storage.chains import Chains, verify
from storage.ledger import Ledger
from storage.restoring import begin_again, mark_as_copy
from storage.values import Handed, LetterIntent
from tests.integration.test_ledger_races import together
from tests.ledgers import (
    MIRA,
    NOON,
    ROBIN,
    Clock,
    accepted,
    claimed,
    count,
    engage,
    intent,
    letter_row,
    outbound,
    owe,
)

CAUSE = "silence:2026-11-23:1"
REMINDER = intent(CAUSE, kind=LetterKind.REMINDER)
NOTICE = intent("silence:2026-11-23:3", kind=LetterKind.NOTICE, to=ROBIN)
DIGEST = intent("digest:2026-11-23", kind=LetterKind.DIGEST, to=ROBIN)


def written(ledger: Ledger, project: Project, text: str, **changes: object) -> None:
    """The client, or whoever `changes` say, writes about the project."""
    settlement = accepted(ledger.standing(project.id), text)
    ledger.messages.settle(claimed(ledger, text), replace(settlement, **changes))  # type: ignore[arg-type]  # a test's few fields


def send(ledger: Ledger, text: str = "Thank you.") -> int:
    """The letter that is due first leaves; its number."""
    claim = ledger.letters.claim(ledger.worker)
    assert claim is not None
    ledger.letters.freeze(claim, outbound(text, message_id=f"<{claim.number}@studio.example>"))
    ledger.letters.sent(claim, Handed((MIRA.address,)))
    return claim.number


def test_a_project_of_which_nobody_wrote_has_no_moments(ledger: Ledger) -> None:
    project = engage(ledger)

    found = ledger.silences.of(project.id)

    assert (found.wrote_last, found.wrote_at, found.answered_at, found.letters) == (
        *(None, None, None),
        (),
    )
    assert [entry.address for entry in found.reach] == [MIRA.address]


def test_the_last_message_of_the_client_and_our_last_reply_are_told(
    ledger: Ledger, clock: Clock
) -> None:
    project = engage(ledger)
    owe(ledger, project, "one", intent("one"))
    clock.advance(timedelta(minutes=5))
    send(ledger)

    found = ledger.silences.of(project.id)

    assert (found.wrote_last, found.wrote_at, found.answerable) == (MIRA.address, NOON, True)
    assert found.answered_at == NOON + timedelta(minutes=5)


def test_what_a_machine_wrote_is_no_message_of_the_client(ledger: Ledger) -> None:
    project = engage(ledger)

    written(ledger, project, "one", auto=AutoKind.AUTO_REPLIED)

    assert ledger.silences.of(project.id).wrote_at is None


def test_closed_projects_are_left_out(ledger: Ledger) -> None:
    kept, closed = engage(ledger), engage(ledger, token="q3", title="Q3 launch")
    ledger.directory.set_state(closed.token, ProjectState.CLOSED)

    found = ledger.silences.all()

    assert [entry.standing.project.id for entry in found] == [kept.id]


def test_a_reminder_is_owed_once_and_is_on_record(ledger: Ledger) -> None:
    project = engage(ledger)

    new = [ledger.silences.owe(project.id, [REMINDER]) for _ in range(2)]

    assert new == [1, 0]
    assert count(ledger, schema.Letter) == 1
    assert [entry.cause for entry in ledger.silences.of(project.id).letters] == [CAUSE]
    assert verify(Chains(ledger.database).lines()).breaks == ()


def test_a_reminder_that_was_dropped_is_forgotten_and_can_be_owed_again(
    ledger: Ledger, clock: Clock
) -> None:
    project = engage(ledger)
    ledger.silences.owe(project.id, [REMINDER])
    claim = ledger.letters.claim(ledger.worker)
    assert claim is not None
    ledger.letters.dropped(claim)
    forgotten = ledger.silences.of(project.id).letters
    clock.advance(timedelta(days=1))

    again = ledger.silences.owe(project.id, [replace(REMINDER, due_at=clock.now)])

    row = letter_row(ledger, claim.number)
    assert (forgotten, again) == ((), 1)
    assert (row.state, row.due_at) == (LetterState.INTENT, clock.now)


def test_two_workers_owe_a_reminder_and_its_notices_once(ledger: Ledger, other: Ledger) -> None:
    project = engage(ledger)

    new = [
        together(
            lambda letters=letters: ledger.silences.owe(project.id, letters),  # type: ignore[misc]  # bound per round
            lambda letters=letters: other.silences.owe(project.id, letters),  # type: ignore[misc]  # as above
        )
        for letters in ([replace(REMINDER, cause=f"silence:{day}:1"), NOTICE] for day in range(8))
    ]

    assert count(ledger, schema.Letter) == 9
    assert sum(int(str(each)) for pair in new for each in pair) == 9


def test_two_workers_owe_a_digest_once(ledger: Ledger, other: Ledger) -> None:
    new = [
        together(
            lambda digest=digest: ledger.silences.owe_digests([digest]),  # type: ignore[misc]  # bound per round
            lambda digest=digest: other.silences.owe_digests([digest]),  # type: ignore[misc]  # as above
        )
        for digest in (replace(DIGEST, cause=f"digest:{week}") for week in range(8))
    ]

    assert [sorted(map(str, pair)) for pair in new] == [["0", "1"]] * 8
    assert count(ledger, schema.Letter) == 8


def test_the_last_digest_of_each_person_is_known(ledger: Ledger) -> None:
    later = replace(DIGEST, cause="digest:2026-11-30", due_at=NOON + timedelta(days=7))
    ledger.silences.owe_digests([DIGEST, later])

    assert ledger.silences.last_digests() == {ROBIN.address: NOON + timedelta(days=7)}


def test_a_reminder_goes_on_where_the_last_letter_to_that_person_ended(ledger: Ledger) -> None:
    project = engage(ledger)
    owe(ledger, project, "one", intent("one", thread="<root@larkfield.example>"))
    octets = "Subject: Re: Launch\r\nReferences: <a@x.example>\r\n <b@x.example>\r\n\r\nHello"
    number = send(ledger, octets)

    found = ledger.silences.conversation(project.id, MIRA.address)

    assert found is not None
    assert found.key == "<root@larkfield.example>"
    assert found.thread.subject == "Re: Launch"
    assert found.thread.message_id == f"<{number}@studio.example>"
    assert found.thread.references == ("<a@x.example>", "<b@x.example>")


def test_a_message_after_our_last_letter_is_what_a_reminder_goes_on_from(ledger: Ledger) -> None:
    project = engage(ledger)
    written(ledger, project, "one")

    found = ledger.silences.conversation(project.id, MIRA.address)

    assert found is not None
    assert found.thread.subject == "Launch material"
    assert found.key == found.thread.message_id


def test_somebody_who_never_wrote_has_no_conversation(ledger: Ledger) -> None:
    project = engage(ledger)
    written(ledger, project, "one")

    assert ledger.silences.conversation(project.id, Address("leo@larkfield.example")) is None


@pytest.mark.parametrize(
    ("owed_from", "doubted"),
    [(NOON - timedelta(days=1), True), (NOON + timedelta(minutes=1), False), (None, False)],
)
def test_a_reminder_that_was_due_before_a_backup_was_put_back_may_have_left(
    ledger: Ledger, clock: Clock, owed_from: object, *, doubted: bool
) -> None:
    project = engage(ledger)
    mark_as_copy(ledger.database)
    begin_again(ledger.database)
    clock.advance(timedelta(hours=1))
    letter: LetterIntent = replace(REMINDER, due_at=clock.now, owed_from=owed_from)  # type: ignore[arg-type]  # of a table

    ledger.silences.owe(project.id, [letter])

    claim = ledger.letters.claim(ledger.worker)
    assert claim is not None
    assert claim.may_have_left is doubted


def test_the_holidays_of_a_client_are_kept(ledger: Ledger) -> None:
    engage(ledger)

    ledger.directory.set_holidays("Larkfield", "GB-ENG")

    assert [client.holidays for client in ledger.directory.clients()] == ["GB-ENG"]
