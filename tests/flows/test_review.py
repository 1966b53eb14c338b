"""What waits for a person, and the person's word on it: by commands, on a desk that works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.app import App
from intake.cli.commands import app as command
from intake.demo import documents
from intake.errors import ConfigError
from intake.model import BlobNote, Fate, HoldId, HoldReason, Token
from intake.reader import Reader
from intake.worker import Worker
from storage.values import HeldThing
from tests import servers
from tests.desks import (
    CLIENT,
    FREELANCER,
    TODAY,
    TOKEN,
    Wiring,
    engagement,
    letter,
    smtp_delivery,
)
from tests.ledgers import accepted, claimed, document, engage, letter_row
from tests.maildesks import MailDesk, at_work, mail_desk

pytestmark = pytest.mark.proof

DECK = documents.investor_deck(TODAY)
SPRING = Token("spring")
EVE = "eve@elsewhere.example"
STRANGER = letter(
    sender=f"Eve <{EVE}>", to=f"intake+{TOKEN}@studio.example", attach=[DECK], text="Our deck."
)


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    return mail_desk(tmp_path)


@pytest.fixture
def app(desk: MailDesk, reader: Reader) -> Iterator[App]:
    with at_work(desk, reader) as opened:
        yield opened


def run(desk: MailDesk, *arguments: str) -> str:
    """One command; what it prints. Raises what it raises."""
    done = CliRunner().invoke(
        command, [*arguments, "--config", str(desk.config)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.stderr
    return done.stdout


def items(desk: MailDesk, token: str = TOKEN) -> dict[str, str]:
    """The state of each item, as `status --json` tells it."""
    told = json.loads(run(desk, "status", token, "--on", TODAY.isoformat(), "--json"))
    return {item["item"]: item["state"] for item in told["projects"][0]["items"]}


def hold_document(app: App) -> HeldThing:
    """A document that may be the deck, of which nobody is sure; its octets are stored."""
    standing = app.ledger.standing(app.ledger.directory.project(TOKEN).id)
    unsure = document(1, fate=Fate.UNSURE)
    assert unsure.blob is not None
    app.blobs.put(unsure.blob, b"deck", BlobNote("application/pdf"))
    app.ledger.messages.settle(claimed(app.ledger), accepted(standing, documents=[unsure]))
    return app.ledger.holds.waiting()[-1]


def hold_message(desk: MailDesk, app: App, octets: bytes) -> HeldThing:
    desk.post(octets)
    Worker(app).once()
    return app.ledger.holds.waiting()[-1]


# ---------------------------------------------------------------- documents


def test_an_unsure_document_is_listed_with_what_can_be_done(desk: MailDesk, app: App) -> None:
    held = hold_document(app)

    [line] = run(desk, "review", "list", "--json").splitlines()

    assert json.loads(line) | {"since": ""} == {
        "schema": 1,
        "id": held.id,
        "what": "document",
        "reason": "unsure",
        "project": TOKEN,
        "number": 1,
        "since": "",
        "actions": ["accept", "relabel", "reassign", "reject"],
    }


def test_an_accepted_document_counts(desk: MailDesk, app: App) -> None:
    held = hold_document(app)
    before = items(desk)["investor-deck"]

    said = run(desk, "review", "accept", str(held.id))

    assert (before, items(desk)["investor-deck"]) == ("unsure", "received")
    assert said == f"{held.id}: accepted.\n"


def test_the_pages_of_the_project_follow_a_decision(desk: MailDesk, app: App) -> None:
    held = hold_document(app)
    run(desk, "review", "accept", str(held.id))

    Worker(app).once()

    page = next(entry.key for entry in app.blobs.entries() if entry.key.endswith("index.json"))
    [told] = json.loads(app.blobs.get(page))["documents"]
    assert told["state"] == "current"


def test_a_relabelled_document_counts_as_what_it_is(desk: MailDesk, app: App) -> None:
    held = hold_document(app)

    run(desk, "review", "relabel", str(held.id), "brand_guide")

    assert items(desk)["brand-guide"] == "received"
    assert items(desk)["investor-deck"] == "missing"


def test_a_kind_that_there_is_not_is_refused(desk: MailDesk, app: App) -> None:
    held = hold_document(app)

    with pytest.raises(ConfigError, match="There is no kind poem; there are deck, "):
        run(desk, "review", "relabel", str(held.id), "poem")

    assert len(app.ledger.holds.waiting()) == 1


def test_a_reassigned_document_counts_in_the_other_project(desk: MailDesk, app: App) -> None:
    held = hold_document(app)
    spring = engagement(app.ledger, token=SPRING, title="Spring fair")

    run(desk, "review", "reassign", str(held.id), SPRING)

    [moved] = app.ledger.standing(spring.id).documents
    assert items(desk)["investor-deck"] == "missing"
    assert items(desk, SPRING)["investor-deck"] == "received"
    assert moved.blob is not None
    assert "spring" in moved.blob
    assert app.blobs.get(moved.blob) == b"deck"


def test_a_document_never_crosses_to_another_client(desk: MailDesk, app: App) -> None:
    held = hold_document(app)
    engage(app.ledger, client="Brixton", token="other")

    with pytest.raises(ConfigError, match="documents never cross clients"):
        run(desk, "review", "reassign", str(held.id), "other")

    assert items(desk, "other")["investor-deck"] == "missing"


def test_a_document_that_the_other_project_has_is_not_moved_there(desk: MailDesk, app: App) -> None:
    held = hold_document(app)
    spring = engagement(app.ledger, token=SPRING, title="Spring fair")
    there = accepted(app.ledger.standing(spring.id), "there", documents=[document(1)])
    app.ledger.messages.settle(claimed(app.ledger, "there"), there)

    with pytest.raises(ConfigError, match="spring has that document already, as file 1"):
        run(desk, "review", "reassign", str(held.id), SPRING)


def test_a_document_is_not_moved_to_where_it_is(desk: MailDesk, app: App) -> None:
    held = hold_document(app)

    with pytest.raises(ConfigError, match="has that document already"):
        run(desk, "review", "reassign", str(held.id), TOKEN)


def test_a_rejected_document_counts_for_nothing_and_stays_stored(desk: MailDesk, app: App) -> None:
    held = hold_document(app)

    said = run(desk, "review", "reject", str(held.id), "--reason", "an old draft")

    [kept] = app.ledger.standings()[0].documents
    assert items(desk)["investor-deck"] == "missing"
    assert kept.blob is not None
    assert app.blobs.get(kept.blob) == b"deck"
    assert "Nothing was deleted" in said


# ---------------------------------------------------------------- messages


def test_a_stranger_who_becomes_a_contact_is_filed_and_answered_on_release(
    desk: MailDesk, app: App
) -> None:
    held = hold_message(desk, app, STRANGER)
    silent = desk.letters()
    run(desk, "client", "contact", "add", CLIENT, EVE)

    run(desk, "review", "release", str(held.id))
    Worker(app).once()

    assert silent == []
    assert items(desk)["investor-deck"] == "received"
    assert len(desk.letters_to(EVE)) == 1
    assert app.ledger.holds.waiting() == ()


def test_a_stranger_who_is_released_and_still_unknown_is_held_again_and_learns_nothing(
    desk: MailDesk, app: App
) -> None:
    held = hold_message(desk, app, STRANGER)

    run(desk, "review", "release", str(held.id))
    Worker(app).once()

    [again] = app.ledger.holds.waiting()
    assert (again.id, again.reason) == (held.id, HoldReason.UNIDENTIFIED_SENDER)
    assert desk.letters() == []


def test_a_strangers_message_that_is_reassigned_is_filed_and_the_stranger_learns_nothing(
    desk: MailDesk, app: App
) -> None:
    held = hold_message(desk, app, STRANGER)

    run(desk, "review", "reassign", str(held.id), TOKEN)
    Worker(app).once()

    assert items(desk)["investor-deck"] == "received"
    assert desk.letters_to(EVE) == []
    assert len(desk.letters_to(FREELANCER)) == 1


def test_a_message_that_fits_two_projects_is_filed_to_the_one_that_a_person_names(
    desk: MailDesk, app: App
) -> None:
    engagement(app.ledger, token=SPRING, title="Spring fair")
    held = hold_message(desk, app, letter(attach=[DECK]))

    run(desk, "review", "reassign", str(held.id), SPRING)
    Worker(app).once()

    assert held.reason == HoldReason.AMBIGUOUS_PROJECT
    assert items(desk)["investor-deck"] == "missing"
    assert items(desk, SPRING)["investor-deck"] == "received"


def test_a_rejected_message_is_never_filed(desk: MailDesk, app: App) -> None:
    held = hold_message(desk, app, STRANGER)

    run(desk, "review", "reject", str(held.id), "--reason", "spam")
    Worker(app).once()

    assert app.ledger.messages.statuses() == {"rejected": 1}
    assert items(desk)["investor-deck"] == "missing"


@pytest.mark.parametrize("action", ["accept", "relabel"])
def test_what_cannot_be_done_with_a_message_is_refused_with_what_can(
    desk: MailDesk, app: App, action: str
) -> None:
    held = hold_message(desk, app, STRANGER)
    kind = {"relabel": ["deck"]}.get(action, [])

    with pytest.raises(ConfigError, match="is a message: it takes release, reassign, reject"):
        run(desk, "review", action, str(held.id), *kind)


def test_deciding_twice_is_refused(desk: MailDesk, app: App) -> None:
    held = hold_message(desk, app, STRANGER)
    run(desk, "review", "reject", str(held.id), "--reason", "spam")

    with pytest.raises(ConfigError, match="Nothing with the number 1 waits"):
        run(desk, "review", "release", str(held.id))


def test_one_thing_is_shown_with_the_commands_that_settle_it(desk: MailDesk, app: App) -> None:
    held = hold_message(desk, app, STRANGER)

    shown = run(desk, "review", "show", str(held.id))

    assert EVE in shown
    assert f"intake review release {held.id}" in shown


# ---------------------------------------------------------------- letters


@pytest.fixture
def doubtful(tmp_path: Path, smtp_sink: servers.SmtpSink, reader: Reader) -> Iterator[App]:
    """A desk whose only answer was cut off after its data, so that nobody knows whether it left."""
    desk = mail_desk(tmp_path, Wiring(delivery=smtp_delivery(smtp_sink.port)))
    desk.post(letter(sender=f"Fay <{FREELANCER}>", attach=[DECK]))
    smtp_sink.lose_at = "DATA"
    with at_work(desk, reader) as app:
        Worker(app).once()
        smtp_sink.lose_at = None
        smtp_sink.letters.clear()
        yield app


def test_a_doubtful_letter_waits_for_a_person(doubtful: App, smtp_sink: servers.SmtpSink) -> None:
    Worker(doubtful).once()

    [held] = doubtful.ledger.holds.waiting()
    assert held.reason == HoldReason.DOUBTFUL_LETTER
    assert smtp_sink.letters == []


def test_a_doubtful_letter_that_is_released_is_sent_once_as_it_was(
    doubtful: App, smtp_sink: servers.SmtpSink
) -> None:
    [held] = doubtful.ledger.holds.waiting()
    assert held.letter is not None
    frozen = letter_row(doubtful.ledger, held.letter).octets

    doubtful.reviewer.release(HoldId(held.id))
    Worker(doubtful).once()
    Worker(doubtful).once()

    [sent] = smtp_sink.letters
    assert sent.octets == frozen
    assert doubtful.ledger.letters.unsent() == 0


def test_a_doubtful_letter_that_is_rejected_never_leaves(
    doubtful: App, smtp_sink: servers.SmtpSink
) -> None:
    [held] = doubtful.ledger.holds.waiting()

    doubtful.reviewer.reject(HoldId(held.id), reason="the client has it")
    Worker(doubtful).once()

    assert smtp_sink.letters == []
    assert doubtful.ledger.letters.doubtful_ones() == ()
