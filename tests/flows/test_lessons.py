"""A person corrects the desk once, and is not asked again: by mail and commands, on a desk that works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.app import App
from intake.cli.commands import app as command
from intake.demo import documents
from intake.demo.documents import Enclosure
from intake.model import (
    Address,
    BlobNote,
    Classification,
    ClientId,
    Document,
    Fate,
    HoldId,
    Kind,
    ProjectId,
    Span,
    Token,
)
from intake.reader import Reader
from intake.worker import Worker
from storage.directory import NewProject
from tests.desks import CONTACT, FREELANCER, TODAY, TOKEN, Wiring, letter
from tests.ledgers import accepted, claimed, document
from tests.maildesks import MailDesk, at_work, mail_desk

pytestmark = pytest.mark.proof

OTHER_CLIENT = Address("bea@brixton.example")
BRAND_GUIDE, ROADMAP = Kind("brand_guide"), Kind("roadmap")
OWN_KINDS: dict[str, object] = {
    "kinds": {"case_brief": {"label": "Case brief", "words": ["case brief"]}}
}
SAID = "of a file with a name like this"


def named(enclosure: Enclosure, filename: str) -> Enclosure:
    return replace(enclosure, filename=filename)


FIRST = named(documents.investor_deck(TODAY), "Brand guidelines Q3 v2.pptx")
NEXT = named(documents.scanned_deck(TODAY), "Brand guidelines Q4 (final).pdf")
"""Slides whose name says what they are not: nobody can be sure of them, whatever the classifier has learned."""


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    desk = mail_desk(tmp_path, Wiring(further=OWN_KINDS))
    with desk.ledger() as ledger:
        ledger.directory.add_client("Brixton", contacts=[OTHER_CLIENT])
        ledger.directory.open_project(
            NewProject(
                "Brixton", "Brixton", "onboarding", (FREELANCER,), "UTC", TODAY, token=Token("brix")
            )
        )
    return desk


@pytest.fixture
def app(desk: MailDesk, reader: Reader) -> Iterator[App]:
    with at_work(desk, reader) as opened:
        yield opened


def run(desk: MailDesk, *arguments: str) -> str:
    """One command; what it prints."""
    done = CliRunner().invoke(
        command, [*arguments, "--config", str(desk.config)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.stderr
    return done.stdout


def send(
    desk: MailDesk,
    app: App,
    enclosure: Enclosure,
    *,
    token: str = TOKEN,
    sender: str = f"Ana Ruiz <{CONTACT}>",
) -> Document:
    """One mail with one document; the document as the ledger then has it."""
    number = len(desk.done()) + 1
    to = f"intake+{token}@studio.example"
    desk.post(letter(number=number, sender=sender, to=to, attach=[enclosure]), str(number))
    Worker(app).once()
    return app.ledger.standing(app.ledger.directory.project(Token(token)).id).documents[-1]


def teach(desk: MailDesk, app: App, kind: Kind = BRAND_GUIDE) -> None:
    """A first document comes, nobody is sure, and a person says what it is."""
    send(desk, app, FIRST)
    [held] = app.ledger.holds.waiting()
    app.reviewer.relabel(held.id, kind)


def hold(app: App, octets: bytes, filename: str) -> HoldId:
    """A document of which nobody is sure; its number in the review queue."""
    project = app.ledger.directory.project(TOKEN).id
    unsure = replace(document(1, fate=Fate.UNSURE), filename=filename)
    assert unsure.blob is not None
    app.blobs.put(unsure.blob, octets, BlobNote("application/octet-stream"))
    outcome = accepted(app.ledger.standing(project), documents=[unsure])
    app.ledger.messages.settle(claimed(app.ledger), outcome)
    return app.ledger.holds.waiting()[-1].id


def classification(app: App, number: int = 1) -> Classification:
    standing = app.ledger.standing(ProjectId(1))
    return next(entry.classification for entry in standing.documents if entry.number == number)


# ---------------------------------------------------------------- the next document


def test_a_document_is_filed_by_what_was_said_of_the_one_before(desk: MailDesk, app: App) -> None:
    teach(desk, app)

    filed = send(desk, app, NEXT)

    assert (filed.fate, filed.filed_for) == (Fate.FILED, ("brand-guide",))
    assert filed.classification.kind == BRAND_GUIDE
    assert filed.classification.evidence[0].endswith(SAID)
    assert app.ledger.holds.waiting() == ()


def test_a_yes_teaches_too(desk: MailDesk, app: App) -> None:
    send(desk, app, FIRST)
    [held] = app.ledger.holds.waiting()
    run(desk, "review", "accept", str(held.id))

    filed = send(desk, app, NEXT)

    assert (filed.fate, filed.filed_for) == (Fate.FILED, ("investor-deck",))
    assert filed.classification.evidence[0].endswith(SAID)


def test_a_no_teaches_nothing(desk: MailDesk, app: App) -> None:
    send(desk, app, FIRST)
    [held] = app.ledger.holds.waiting()

    run(desk, "review", "reject", str(held.id), "--reason", "an old draft")

    assert app.ledger.lessons.listed() == ()


def test_another_clients_document_of_the_same_name_is_asked_about(desk: MailDesk, app: App) -> None:
    teach(desk, app)

    foreign = send(desk, app, NEXT, token="brix", sender=f"Bea <{OTHER_CLIENT}>")

    assert foreign.fate is Fate.UNSURE
    assert not any(SAID in reason for reason in foreign.classification.evidence)


def test_another_clients_very_same_file_is_asked_about(desk: MailDesk, app: App) -> None:
    teach(desk, app)

    foreign = send(desk, app, FIRST, token="brix", sender=f"Bea <{OTHER_CLIENT}>")

    assert foreign.fate is Fate.UNSURE


def test_a_document_of_another_name_is_asked_about(desk: MailDesk, app: App) -> None:
    teach(desk, app)

    other = send(desk, app, replace(NEXT, filename="Brand guidelines appendix.pdf"))

    assert other.fate is Fate.UNSURE


def test_a_forgotten_lesson_decides_nothing(desk: MailDesk, app: App) -> None:
    teach(desk, app)
    number = json.loads(run(desk, "lessons", "--json"))["id"]

    said = run(desk, "lessons", "forget", str(number))

    assert said.startswith(f"Lesson {number} is forgotten.")
    assert send(desk, app, NEXT).fate is Fate.UNSURE


# ---------------------------------------------------------------- what is told


def test_lessons_are_listed_as_json(desk: MailDesk, app: App) -> None:
    teach(desk, app)

    [line] = run(desk, "lessons", "--json").splitlines()

    told = json.loads(line)
    assert told | {"id": 0, "sha256": "", "since": ""} == {
        "schema": 1,
        "id": 0,
        "client": "Halden Robotics",
        "project": TOKEN,
        "sender": "ana@halden.example",
        "pattern": "brand guidelines",
        "filename": "Brand guidelines Q3 v2.pptx",
        "sha256": "",
        "kind": "brand_guide",
        "taken_for": "deck",
        "since": "",
    }


def test_lessons_are_listed_for_people(desk: MailDesk, app: App) -> None:
    teach(desk, app)

    told = run(desk, "lessons")

    assert "brand guidelines" in told
    assert "brand_guide (not deck)" in told


def test_a_document_without_a_telling_name_is_remembered_alone(desk: MailDesk, app: App) -> None:
    app.reviewer.relabel(hold(app, b"a scan", "scan_0043.pdf"), BRAND_GUIDE)

    assert "this document only" in run(desk, "lessons")


def test_without_a_lesson_the_list_says_how_they_come(desk: MailDesk) -> None:
    assert run(desk, "lessons").startswith("No lesson yet.")


def test_options_before_the_second_command_are_refused(desk: MailDesk) -> None:
    done = CliRunner().invoke(command, ["lessons", "--config", str(desk.config), "forget", "1"])

    assert done.exit_code == 2
    assert "Put the options after `forget`." in done.stderr


def test_a_document_said_to_be_of_an_own_kind_is_an_example_of_it(desk: MailDesk, app: App) -> None:
    teach(desk, app, Kind("case_brief"))

    [example] = app.ledger.lessons.examples(ClientId(1))

    assert (example.client, example.kind) == (1, "case_brief")
    assert example.blob is not None
    assert app.blobs.get(example.blob) == FIRST.octets


# ---------------------------------------------------------------- periods


def test_a_document_relabelled_as_a_roadmap_has_the_period_that_it_states(
    desk: MailDesk, app: App
) -> None:
    octets = documents.quarterly_roadmap_sheet(TODAY).octets

    run(desk, "review", "relabel", str(hold(app, octets, "plan.xlsx")), "roadmap")

    decided = classification(app)
    assert (decided.cadence, decided.period) == ("quarterly", "2026-Q4")
    assert decided.span == Span(date(2026, 10, 1), date(2026, 12, 31))


def test_a_document_relabelled_as_a_calendar_has_its_first_and_last_day(app: App) -> None:
    octets = documents.event_calendar(TODAY).octets

    app.reviewer.relabel(hold(app, octets, "dates.ics"), Kind("event_calendar"))

    span = classification(app).span
    assert span is not None
    assert span.last > TODAY


def test_a_document_that_can_no_longer_be_read_is_relabelled_all_the_same(app: App) -> None:
    app.reviewer.relabel(hold(app, b"\x00\x01", "plan.xlsx"), ROADMAP)

    decided = classification(app)
    assert (decided.kind, decided.period) == (ROADMAP, None)


def test_a_roadmap_that_a_lesson_recognised_has_its_period_read(desk: MailDesk, app: App) -> None:
    octets = documents.quarterly_roadmap_sheet(TODAY).octets
    app.reviewer.relabel(hold(app, octets, "Media plan Q3 2026.xlsx"), ROADMAP)

    filed = send(desk, app, replace(NEXT, filename="Media plan Q4 2026.pdf"))

    assert (filed.fate, filed.filed_for) == (Fate.FILED, ("quarterly-roadmap",))
    assert filed.classification.period == "2026-Q4"
