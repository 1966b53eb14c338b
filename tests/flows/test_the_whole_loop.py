"""One client's story, from mail in to mail out, over real servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from intake.app import App, open_app
from intake.demo import documents
from intake.model import ItemState
from intake.outbox import reports_of
from intake.worker import Round, Worker
from tests import servers, stores
from tests.desks import (
    CONTACT,
    FREELANCER,
    TODAY,
    TOKEN,
    Wiring,
    desk_settings,
    imap_source,
    letter,
    open_engagement,
    smtp_delivery,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A desk over real servers, and what a test looks at."""

    app: App
    mailbox: servers.ImapAccount
    sink: servers.SmtpSink

    def work(self) -> Round:
        return Worker(self.app).once()

    def letters(self) -> list[EmailMessage]:
        return [
            message
            for sent in self.sink.letters
            if isinstance(message := message_from_bytes(sent.octets, policy=default), EmailMessage)
        ]

    def letters_to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.letters() if address in str(message["To"])]

    def states(self) -> dict[str, ItemState]:
        now = self.app.ledger.now()
        report = reports_of(self.app.settings, self.app.ledger.standings(), now=now, on=TODAY)[0]
        return {entry.item.item: entry.state for entry in report.items}


@pytest.fixture(params=["sqlite and a folder", "postgresql and s3"])
def stage(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    dovecot_account: servers.ImapAccount,
    smtp_sink: servers.SmtpSink,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    with ExitStack() as stack:
        wiring = Wiring(
            source=imap_source(
                dovecot_account.port, dovecot_account.username, dovecot_account.password
            ),
            delivery=smtp_delivery(smtp_sink.port),
        )
        if request.param == "postgresql and s3":
            for name, value in stores.S3_ENVIRONMENT.items():
                monkeypatch.setenv(name, value)
            endpoint = stack.enter_context(stores.ministack())
            bucket = stack.enter_context(stores.bucket(endpoint))
            wiring = Wiring(
                source=wiring.source,
                delivery=wiring.delivery,
                blobs={
                    "url": f"s3://{bucket}/intake",
                    "region": stores.S3_REGION,
                    "endpoint_url": endpoint,
                },
                database={"url": stack.enter_context(stores.postgres())},
            )
        settings = desk_settings(tmp_path, wiring)
        if request.param == "postgresql and s3":
            from storage.ledger import Ledger

            ledger = Ledger(settings.database.url)
            ledger.database.migrate()
            ledger.close()
        app = stack.enter_context(open_app(settings))
        open_engagement(app)
        yield Stage(app, dovecot_account, smtp_sink)


def test_documents_are_filed_and_the_client_is_told_what_is_missing(stage: Stage) -> None:
    deck = documents.investor_deck(TODAY)
    stage.mailbox.append(letter(attach=[deck, documents.misnamed_invoice(TODAY)]))

    assert stage.work().clean

    reply = stage.letters_to(CONTACT)[0]
    body = reply.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert stage.states()["investor-deck"] is ItemState.RECEIVED
    assert stage.states()["yearly-roadmap"] is ItemState.MISSING
    assert reply["In-Reply-To"] == "<1@halden.example>"
    assert reply["Auto-Submitted"] == "auto-replied"
    assert reply["X-Intake-Project"] == TOKEN
    assert "Yearly roadmap" in text
    assert deck.filename in text
    assert len(stage.letters_to(FREELANCER)) == 1
    assert stage.mailbox.messages() == []
    assert len(stage.mailbox.messages("Intake/Done")) == 1


def test_stored_documents_carry_the_octets_that_were_sent(stage: Stage) -> None:
    deck = documents.investor_deck(TODAY)
    stage.mailbox.append(letter(attach=[deck]))

    stage.work()

    stored = stage.app.ledger.standings()[0].documents[0]
    assert stored.blob is not None
    assert stage.app.blobs.get(stored.blob) == deck.octets


def test_the_index_of_a_project_names_its_documents(stage: Stage) -> None:
    deck = documents.investor_deck(TODAY)
    stage.mailbox.append(letter(attach=[deck]))

    stage.work()

    keys = [entry.key for entry in stage.app.blobs.entries()]
    page = next(key for key in keys if key.endswith("index.json"))
    assert deck.filename in json.dumps(json.loads(stage.app.blobs.get(page)), ensure_ascii=False)


def test_same_attachment_sent_twice_is_filed_once(stage: Stage) -> None:
    deck = documents.investor_deck(TODAY)
    stage.mailbox.append(letter(number=1, attach=[deck]))
    stage.mailbox.append(letter(number=2, attach=[deck]))

    stage.work()

    assert len(stage.app.ledger.standings()[0].documents) == 1
    assert len(stage.letters_to(CONTACT)) == 2


def test_a_second_round_over_the_same_mail_changes_nothing(stage: Stage) -> None:
    stage.mailbox.append(letter(attach=[documents.investor_deck(TODAY)]))
    stage.work()
    sent = len(stage.sink.letters)

    assert stage.work().clean

    assert len(stage.sink.letters) == sent


def test_message_delivered_again_with_other_trace_fields_is_not_answered_again(
    stage: Stage,
) -> None:
    octets = letter(attach=[documents.investor_deck(TODAY)])
    stage.mailbox.append(octets)
    stage.work()
    sent = len(stage.sink.letters)
    stage.mailbox.append(
        b"Received: from a.example by b.example; Mon, 23 Nov 2026 10:00:00 +0000\r\n" + octets
    )

    stage.work()

    assert len(stage.sink.letters) == sent
    assert stage.mailbox.messages() == []


def test_stranger_is_held_and_learns_nothing(stage: Stage) -> None:
    stage.mailbox.append(
        letter(sender="Eve <eve@elsewhere.example>", to=f"intake+{TOKEN}@studio.example")
    )

    stage.work()

    assert stage.sink.letters == []
    assert len(stage.mailbox.messages("Intake/Held")) == 1
    assert [held.reason for held in stage.app.ledger.holds.waiting()] == ["unidentified-sender"]


def test_vacation_reply_is_never_answered(stage: Stage) -> None:
    stage.mailbox.append(letter(fields=[("Auto-Submitted", "auto-replied")], text="I am away."))

    stage.work()

    assert stage.sink.letters == []


def test_client_with_two_projects_is_asked_which_one(stage: Stage) -> None:
    open_engagement(stage.app, token=type(TOKEN)("spring"), title="Spring fair")
    stage.mailbox.append(letter(attach=[documents.investor_deck(TODAY)]))

    stage.work()

    assert all(not standing.documents for standing in stage.app.ledger.standings())
    question = stage.letters_to(CONTACT)[0]
    body = question.get_body(("plain",))
    assert body is not None
    assert "Spring fair" in body.get_content()
    assert "intake+spring@studio.example" in body.get_content()


def test_answer_in_the_thread_of_a_letter_goes_to_its_project(stage: Stage) -> None:
    stage.mailbox.append(
        letter(to=f"intake+{TOKEN}@studio.example", attach=[documents.investor_deck(TODAY)])
    )
    stage.work()
    open_engagement(stage.app, token=type(TOKEN)("spring"), title="Spring fair")
    ours = stage.letters_to(CONTACT)[0]["Message-ID"]
    stage.mailbox.append(
        letter(number=2, attach=[documents.event_sheet(TODAY)], fields=[("In-Reply-To", ours)])
    )

    stage.work()

    standing = next(entry for entry in stage.app.ledger.standings() if entry.project.token == TOKEN)
    assert len(standing.documents) == 2


def test_letter_that_the_sink_defers_is_sent_later_with_the_same_message_id(stage: Stage) -> None:
    stage.sink.data_reply = "451 4.3.0 later"
    stage.mailbox.append(letter(attach=[documents.investor_deck(TODAY)]))

    assert not stage.work().clean

    assert stage.app.ledger.letters.unsent() == 2


def test_letter_cut_off_after_its_data_is_doubtful_and_not_sent_again(stage: Stage) -> None:
    stage.sink.lose_at = "DATA"
    stage.mailbox.append(letter(attach=[documents.investor_deck(TODAY)]))
    stage.work()
    stage.sink.lose_at = None
    stage.work()

    doubtful = stage.app.ledger.letters.doubtful_ones()

    ids = [message["Message-ID"] for message in stage.letters()]
    assert len(doubtful) >= 1
    assert len(ids) == len(set(ids))


def test_freelancer_who_forwards_is_answered_and_the_client_is_not(stage: Stage) -> None:
    stage.mailbox.append(
        letter(sender=f"Fay <{FREELANCER}>", attach=[documents.investor_deck(TODAY)])
    )

    stage.work()

    assert stage.letters_to(CONTACT) == []
    assert len(stage.letters_to(FREELANCER)) == 1
    assert stage.states()["investor-deck"] is ItemState.RECEIVED
