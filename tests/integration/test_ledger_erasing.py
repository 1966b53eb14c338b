"""Rows of a project that is erased, on both engines: none of it stays, and nobody who is at work can write into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake.errors import ClaimLostError, ConfigError, StaleViewError
from intake.model import (
    Fate,
    HoldReason,
    ItemName,
    Kind,
    LetterKind,
    Project,
    ProjectState,
    Token,
    Verb,
    Wish,
    WishState,
)
from storage import schema
from storage.chains import Chains, verify
from storage.ledger import Ledger
from storage.owing import owe as write_down
from storage.values import Deed, NewLesson, Waived
from tests.ledgers import (
    Clock,
    accepted,
    claimed,
    count,
    document,
    engage,
    held,
    intent,
    letter_row,
    message_row,
    outbound,
    owe,
)

TOKEN = Token("q4")


def fill(ledger: Ledger, token: str = TOKEN) -> Project:
    """A project with two documents, a lesson that names one as an example, a waiver, letters and holds."""
    project = engage(ledger, token=token, title=token)
    unsure = document(2, f"roadmap {token}", fate=Fate.UNSURE)
    settlement = accepted(
        ledger.standing(project.id),
        f"mail {token}",
        documents=[document(1, f"deck {token}"), unsure],
        letters=[intent(f"one {token}"), intent(f"two {token}", kind=LetterKind.REPORT)],
    )
    ledger.messages.settle(claimed(ledger, f"mail {token}"), settlement)
    [hold] = [entry for entry in ledger.holds.waiting() if entry.token == token]
    lesson = NewLesson(Kind("rate_card"), Kind("other"), "roadmap", is_example=True)
    ledger.holds.decide_document(
        hold.id,
        decision="accept",
        classification=unsure.classification,
        filed_for=(ItemName("investor-deck"),),
        lesson=lesson,
    )
    wish = Wish(
        Verb.NOT_APPLICABLE, item=ItemName("brand-guide"), phrase=f"no brand guide, {token}"
    )
    said = Deed(wish, WishState.DONE, by_freelancer=False, change=Waived(ItemName("brand-guide")))
    words = replace(accepted(ledger.standing(project.id), f"words {token}"), deeds=(said,))
    ledger.messages.settle(claimed(ledger, f"words {token}"), words)
    return project


def rows_about(ledger: Ledger, project: int) -> dict[str, int]:
    """How many rows of each table name a project."""
    found: dict[str, int] = {}
    with ledger.database.read() as session:
        for table in schema.Base.metadata.sorted_tables:
            columns = [
                column
                for column in table.columns
                if any(key.column.table.name == "project" for key in column.foreign_keys)
            ]
            for column in columns:
                found[f"{table.name}.{column.name}"] = (
                    session.scalar(sa.select(sa.func.count()).where(column == project)) or 0
                )
    return found


def test_no_row_of_any_table_names_it_any_more(ledger: Ledger) -> None:
    project = fill(ledger)
    before = rows_about(ledger, project.id)

    ledger.erasures.begin(TOKEN)

    assert {name for name, number in before.items() if not number} == {
        "document.offered_from_id",
        "message.assigned_project_id",
    }
    assert set(rows_about(ledger, project.id).values()) == {0}
    assert [count(ledger, table) for table in (schema.Document, schema.Example)] == [0, 0]


def test_what_stays_of_its_mail_and_its_letters_is_empty(ledger: Ledger) -> None:
    fill(ledger)

    ledger.erasures.begin(TOKEN)

    message, letter = message_row(ledger, 1), letter_row(ledger, 1)
    assert (message.status, message.sender, message.subject, message.written) == (
        "removed",
        None,
        None,
        "",
    )
    assert (letter.state, letter.recipient, letter.octets, letter.cause) == (
        "dropped",
        "",
        None,
        "",
    )
    assert [count(ledger, table) for table in (schema.Part, schema.LetterCause)] == [0, 0]


def test_another_project_of_the_same_client_is_as_it_was(ledger: Ledger) -> None:
    fill(ledger)
    other = fill(ledger, "spring")
    before = (ledger.standing(other.id), rows_about(ledger, other.id))

    ledger.erasures.begin(TOKEN)

    assert (ledger.standing(other.id), rows_about(ledger, other.id)) == before


def test_the_audit_holds_and_says_that_it_happened(ledger: Ledger) -> None:
    project = fill(ledger)

    ledger.erasures.begin(TOKEN)
    ledger.erasures.finish(project.id)

    verdict = verify(Chains(ledger.database).lines())
    assert (verdict.breaks, verdict.projects) == ((), 1)
    with ledger.database.read() as session:
        last = session.scalars(
            sa.select(schema.Audit)
            .where(schema.Audit.chain == project.id)
            .order_by(schema.Audit.position.desc())
        ).first()
    assert last is not None
    assert last.event == "project.erased"


def test_begun_again_it_goes_on_and_finished_it_is_unknown(ledger: Ledger, other: Ledger) -> None:
    begun = (fill(ledger), ledger.erasures.begin(TOKEN))[1]

    again = other.erasures.begin(TOKEN)
    waiting = other.erasures.unfinished()
    other.erasures.finish(begun.project)

    assert (again, waiting) == (begun, (begun,))
    with pytest.raises(ConfigError, match="There is no project q4"):
        ledger.erasures.begin(TOKEN)


def test_what_is_left_to_do_is_forgotten_when_it_is_done(ledger: Ledger) -> None:
    begun = (fill(ledger), ledger.erasures.begin(TOKEN))[1]

    ledger.erasures.finish(begun.project)

    with ledger.database.read() as session:
        row = session.get_one(schema.Erasure, begun.project)
        assert (row.keys, row.folders, row.receipt, row.token_sha256) == ([], [], {}, None)


def test_a_message_that_was_decided_on_an_older_view_is_not_settled(
    ledger: Ledger, other: Ledger
) -> None:
    project = fill(ledger)
    view, claim = other.standing(project.id), claimed(other, "late")

    ledger.erasures.begin(TOKEN)

    with pytest.raises(StaleViewError):
        other.messages.settle(claim, accepted(view, "late", letters=[intent("late")]))
    with pytest.raises(StaleViewError):
        other.standing(project.id)


def test_a_letter_in_hand_is_lost(ledger: Ledger, other: Ledger) -> None:
    fill(ledger)
    claim = other.letters.claim(other.worker, ends_bursts=True)
    assert claim is not None
    other.letters.freeze(claim, outbound())

    ledger.erasures.begin(TOKEN)

    with pytest.raises(ClaimLostError):
        other.letters.sent(claim)
    assert other.letters.claim(other.worker, ends_bursts=True) is None


def test_a_message_in_hand_that_is_assigned_to_it_is_lost(ledger: Ledger, other: Ledger) -> None:
    project = engage(ledger)
    ledger.messages.settle(claimed(ledger, "who"), held(HoldReason.AMBIGUOUS_PROJECT, "who"))
    [hold] = ledger.holds.waiting()
    ledger.holds.release_message(hold.id, decision="reassign q4", project=project.id)
    claim = other.messages.claim(other.worker)
    assert claim is not None

    ledger.erasures.begin(TOKEN)

    with pytest.raises(ClaimLostError):
        other.messages.settle(claim, held(HoldReason.UNKNOWN_PROJECT, "who"))


def test_its_token_is_free_and_its_number_is_not(ledger: Ledger) -> None:
    erased = fill(ledger)
    begun = ledger.erasures.begin(TOKEN)
    ledger.erasures.finish(begun.project)

    opened = engage(ledger, token=TOKEN)

    assert opened.id == erased.id + 1
    assert ledger.standing(opened.id).documents == ()
    assert verify(Chains(ledger.database).lines()).breaks == ()


def test_a_question_about_nothing_else_goes_with_the_mail(ledger: Ledger) -> None:
    project = engage(ledger)
    ledger.messages.settle(
        claimed(ledger, "who"),
        held(HoldReason.AMBIGUOUS_PROJECT, "who"),
    )
    with ledger.database.write() as session:
        question = intent("who", kind=LetterKind.QUESTION)
        write_down(session, question, project=None, message=1, now=ledger.now())
        session.get_one(schema.Message, 1).assigned_project_id = project.id

    ledger.erasures.begin(TOKEN)

    assert letter_row(ledger, 1).recipient == ""


# ---------------------------------------------------------------- retention

KEEP = timedelta(days=90)
LONG = timedelta(days=91)


def stranger(
    ledger: Ledger, text: str, reason: HoldReason = HoldReason.UNIDENTIFIED_SENDER
) -> None:
    """Held mail of somebody whom nobody knows."""
    ledger.messages.settle(claimed(ledger, text), held(reason, text))


def test_held_mail_of_strangers_is_forgotten_in_small_batches(ledger: Ledger, clock: Clock) -> None:
    for text in ("one", "two", "three"):
        stranger(ledger, text)
    clock.advance(LONG)

    forgotten = [ledger.retention.expire(keep=KEEP, most=2) for _ in range(3)]

    assert forgotten == [2, 1, 0]
    assert ledger.holds.waiting() == ()
    assert [removal.number for removal in ledger.retention.removals()] == [1, 2, 3]
    assert message_row(ledger, 1).sender is None
    assert verify(Chains(ledger.database).lines()).breaks == ()


def test_what_is_not_old_enough_stays(ledger: Ledger, clock: Clock) -> None:
    stranger(ledger, "one")
    clock.advance(timedelta(days=89))

    assert ledger.retention.expire(keep=KEEP, most=10) == 0


def test_held_mail_of_people_we_know_stays(ledger: Ledger, clock: Clock) -> None:
    engage(ledger)  # makes the sender a contact
    stranger(ledger, "one", HoldReason.UNVERIFIED_SENDER)
    clock.advance(LONG)

    assert ledger.retention.expire(keep=KEEP, most=10) == 0


def test_mail_that_a_person_rejected_goes_too(ledger: Ledger, clock: Clock) -> None:
    stranger(ledger, "one")
    [hold] = ledger.holds.waiting()
    ledger.holds.reject_message(hold.id, reason="not for us")
    clock.advance(LONG)

    assert ledger.retention.expire(keep=KEEP, most=10) == 1


def test_mail_that_waits_again_because_it_was_released_stays(ledger: Ledger, clock: Clock) -> None:
    stranger(ledger, "one")
    [hold] = ledger.holds.waiting()
    ledger.holds.release_message(hold.id, decision="release", project=None)
    clock.advance(LONG)

    assert ledger.retention.expire(keep=KEEP, most=10) == 0


def test_octets_that_are_gone_are_new_when_they_come_again(ledger: Ledger, clock: Clock) -> None:
    stranger(ledger, "one")
    clock.advance(LONG)
    ledger.retention.expire(keep=KEEP, most=10)
    [removal] = ledger.retention.removals()

    ledger.retention.removed([removal.number])

    assert ledger.retention.removals() == ()
    assert claimed(ledger, "one").number == 2
    assert set(ledger.blobs()) == {entry.key for entry in ledger.inventory.kept()}


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (lambda _ledger: None, []),
        (lambda ledger: ledger.directory.set_state(TOKEN, ProjectState.CLOSED), [TOKEN]),
    ],
    ids=["open", "closed"],
)
def test_projects_that_are_closed_for_long_are_due(
    ledger: Ledger, clock: Clock, change: Callable[[Ledger], object], due: list[Token]
) -> None:
    engage(ledger)
    change(ledger)
    clock.advance(LONG)

    assert list(ledger.retention.closed_for(KEEP)) == due
    assert ledger.retention.closed_for(LONG + KEEP) == ()


def test_a_project_that_was_closed_again_counts_from_then(ledger: Ledger, clock: Clock) -> None:
    engage(ledger)
    ledger.directory.set_state(TOKEN, ProjectState.CLOSED)
    clock.advance(LONG)
    ledger.directory.set_state(TOKEN, ProjectState.OPEN)
    ledger.directory.set_state(TOKEN, ProjectState.CLOSED)

    assert ledger.retention.closed_for(KEEP) == ()


def test_what_was_said_of_another_project_stays_done_there(ledger: Ledger) -> None:
    project, target = fill(ledger), engage(ledger, token="spring", title="Spring")
    calendar = ItemName("event-calendar")
    deed = Deed(
        Wish(Verb.WAIVE, item=calendar, project=target.token),
        WishState.DONE,
        by_freelancer=True,
        change=Waived(calendar),
        about=ledger.standing(target.id),
    )
    outcome = replace(accepted(ledger.standing(project.id), "of another"), deeds=(deed,))
    ledger.messages.settle(claimed(ledger, "of another"), outcome)

    ledger.erasures.begin(TOKEN)

    left = ledger.standing(target.id)
    assert left.waived == {calendar}
    assert left.wishes == ()


def test_a_message_of_two_projects_is_left_to_the_other(ledger: Ledger) -> None:
    project, target = fill(ledger), engage(ledger, token="spring", title="Spring")
    with ledger.database.write() as session:
        copy = session.scalars(sa.select(schema.Document).filter_by(project_id=project.id)).first()
        assert copy is not None
        session.expunge(copy)
        sa.orm.make_transient(copy)
        copy.id, copy.project_id, copy.blob_key = 99, target.id, "clients/1/2/elsewhere.pdf"
        session.add(copy)

    removed = ledger.erasures.begin(TOKEN).removed

    row = message_row(ledger, 1)
    assert (removed.messages, removed.kept_messages) == (1, (1,))
    assert (row.project_id, row.status, row.subject) == (target.id, "accepted", "Launch material")
    owe(ledger, target, "after", intent("after"))
