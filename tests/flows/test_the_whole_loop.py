"""One client's story, from mail in to mail out, over real servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from intake.app import App, open_app
from intake.demo import documents
from intake.model import ItemState
from intake.reports import reports_of
from intake.worker import Round, Worker
from storage.ledger import Ledger
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
        return [message_from_bytes(sent.octets, policy=default) for sent in self.sink.letters]

    def letters_to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.letters() if address in str(message["To"])]

    def states(self) -> dict[str, ItemState]:
        now = self.app.ledger.now()
        report = reports_of(self.app.settings, self.app.ledger.standings(), now=now, on=TODAY)[0]
        return {entry.item.item: entry.state for entry in report.items}


@contextmanager
def _stage(
    folder: Path, mailbox: servers.ImapAccount, sink: servers.SmtpSink, **kept: dict[str, object]
) -> Iterator[Stage]:
    """A desk that keeps its documents and its ledger as `kept` says; in a folder and SQLite if it says nothing."""
    wiring = Wiring(
        source=imap_source(mailbox.port, mailbox.username, mailbox.password),
        delivery=smtp_delivery(sink.port),
        **kept,
    )
    with open_app(desk_settings(folder, wiring)) as app:
        open_engagement(app)
        yield Stage(app, mailbox, sink)


@pytest.fixture
def stage(
    tmp_path: Path, dovecot_account: servers.ImapAccount, smtp_sink: servers.SmtpSink
) -> Iterator[Stage]:
    """Dovecot, a folder, SQLite and an SMTP server."""
    with _stage(tmp_path, dovecot_account, smtp_sink) as made:
        yield made


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    with stores.ministack() as endpoint:
        yield endpoint


@pytest.fixture
def on_postgres_and_s3(
    tmp_path: Path,
    dovecot_account: servers.ImapAccount,
    smtp_sink: servers.SmtpSink,
    s3_endpoint: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """Dovecot, S3, PostgreSQL and an SMTP server."""
    for name, value in stores.S3_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with stores.bucket(s3_endpoint) as bucket, stores.postgres() as database:
        ledger = Ledger(database)
        ledger.database.migrate()
        ledger.close()
        blobs: dict[str, object] = {
            "url": f"s3://{bucket}/intake",
            "region": stores.S3_REGION,
            "endpoint_url": s3_endpoint,
        }
        with _stage(
            tmp_path, dovecot_account, smtp_sink, blobs=blobs, database={"url": database}
        ) as made:
            yield made


@pytest.fixture(params=["stage", pytest.param("on_postgres_and_s3", marks=pytest.mark.proof)])
def each_stage(request: pytest.FixtureRequest) -> Stage:
    """The same story on both."""
    made = request.getfixturevalue(request.param)
    assert isinstance(made, Stage)
    return made


def test_documents_are_filed_and_the_client_is_told_what_is_missing(each_stage: Stage) -> None:
    deck = documents.investor_deck(TODAY)
    each_stage.mailbox.append(letter(attach=[deck, documents.misnamed_invoice(TODAY)]))

    assert each_stage.work().clean

    reply = each_stage.letters_to(CONTACT)[0]
    body = reply.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert each_stage.states()["investor-deck"] is ItemState.RECEIVED
    assert each_stage.states()["yearly-roadmap"] is ItemState.MISSING
    assert reply["In-Reply-To"] == "<1@halden.example>"
    assert reply["Auto-Submitted"] == "auto-replied"
    assert reply["X-Intake-Project"] == TOKEN
    assert "Yearly roadmap" in text
    assert deck.filename in text
    assert len(each_stage.letters_to(FREELANCER)) == 1
    assert each_stage.mailbox.messages() == []
    assert len(each_stage.mailbox.messages("Intake/Done")) == 1


def test_stored_documents_carry_the_octets_that_were_sent(each_stage: Stage) -> None:
    deck = documents.investor_deck(TODAY)
    each_stage.mailbox.append(letter(attach=[deck]))

    each_stage.work()

    stored = each_stage.app.ledger.standings()[0].documents[0]
    assert stored.blob is not None
    assert each_stage.app.blobs.get(stored.blob) == deck.octets


def test_the_index_of_a_project_names_its_documents(each_stage: Stage) -> None:
    deck = documents.investor_deck(TODAY)
    each_stage.mailbox.append(letter(attach=[deck]))

    each_stage.work()

    keys = [entry.key for entry in each_stage.app.blobs.entries()]
    page = next(key for key in keys if key.endswith("index.json"))
    assert deck.filename in json.dumps(
        json.loads(each_stage.app.blobs.get(page)), ensure_ascii=False
    )


def test_same_attachment_sent_twice_is_filed_once(each_stage: Stage) -> None:
    deck = documents.investor_deck(TODAY)
    each_stage.mailbox.append(letter(number=1, attach=[deck]))
    each_stage.mailbox.append(letter(number=2, attach=[deck]))

    each_stage.work()

    assert len(each_stage.app.ledger.standings()[0].documents) == 1
    assert len(each_stage.letters_to(CONTACT)) == 2


def test_a_second_round_over_the_same_mail_changes_nothing(stage: Stage) -> None:
    stage.mailbox.append(letter(attach=[documents.investor_deck(TODAY)]))
    stage.work()
    sent = len(stage.sink.letters)

    assert stage.work().clean

    assert len(stage.sink.letters) == sent


@pytest.mark.proof
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


def test_stranger_is_held_and_learns_nothing(each_stage: Stage) -> None:
    each_stage.mailbox.append(
        letter(sender="Eve <eve@elsewhere.example>", to=f"intake+{TOKEN}@studio.example")
    )

    each_stage.work()

    assert each_stage.sink.letters == []
    assert len(each_stage.mailbox.messages("Intake/Held")) == 1
    assert [held.reason for held in each_stage.app.ledger.holds.waiting()] == [
        "unidentified-sender"
    ]


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


def test_mail_to_the_addresses_of_two_projects_is_asked_about(stage: Stage) -> None:
    open_engagement(stage.app, token=type(TOKEN)("spring"), title="Spring fair")
    both = f"intake+{TOKEN}@studio.example, intake+spring@studio.example"
    stage.mailbox.append(letter(to=both, attach=[documents.investor_deck(TODAY)]))

    stage.work()

    assert all(not standing.documents for standing in stage.app.ledger.standings())
    assert len(stage.letters_to(CONTACT)) == 1


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


@pytest.mark.proof
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
