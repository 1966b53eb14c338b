"""The JSON objects of the commands, key by key: scripts of others rely on them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from intake.cli.contract import (
    classify_json,
    inspect_json,
    instant,
    review_json,
    state_of,
    status_json,
)
from intake.model import (
    Accepted,
    Address,
    Alternative,
    Authentication,
    AutoKind,
    BlobKey,
    Bounce,
    Cadence,
    Classification,
    Client,
    ClientId,
    CompletenessReport,
    Discarded,
    Disposition,
    Document,
    Fate,
    Held,
    HoldId,
    HoldReason,
    InboundMessage,
    Item,
    ItemDocument,
    ItemName,
    ItemReport,
    ItemState,
    Kind,
    LetterKind,
    LetterNumber,
    Mailbox,
    Part,
    Problem,
    Project,
    ProjectId,
    ProjectState,
    Role,
    Sha256,
    SortedPart,
    Span,
    Token,
    subaddress,
)
from storage.values import DoubtfulLetter, HeldThing, HoldSubject

DESK = Address("intake@studio.example")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DIGEST = Sha256("a" * 64)
ROADMAP = Classification(
    kind=Kind("roadmap"),
    confidence=0.93,
    sure=True,
    alternatives=(Alternative(Kind("deck"), 0.04),),
    cadence=Cadence.QUARTERLY,
    period="2026-Q4",
    span=Span(date(2026, 10, 1), date(2026, 12, 31)),
    pages=12,
    title="Plan",
    evidence=("it says Q4 2026",),
)


def message(*, sender: Mailbox | None) -> InboundMessage:
    return InboundMessage(
        sha256=DIGEST,
        digest=DIGEST,
        size_octets=10,
        fields=(),
        sender=sender,
        reply_to=(),
        to=(),
        cc=(),
        recipients=(),
        subject="Plan",
        message_id="<1@acme.example>",
        in_reply_to=(),
        references=(),
        date=datetime(2026, 11, 22, 13, 0, tzinfo=timezone(timedelta(hours=1))),
        written="Here it is.",
        text="Here it is.",
        links=("https://acme.example/blog",),
        parts=(),
        defects=("close-boundary-not-found",),
    )


PART = SortedPart(
    Part(
        path="2",
        filename="plan.pdf",
        media_type="application/octet-stream",
        sniffed="application/pdf",
        octets=b"",
        size_octets=7,
        sha256=DIGEST,
        inline=False,
        role=Role.FILE,
    ),
    Fate.DOCUMENT,
)


def report(*, state: ProjectState, item: ItemState) -> CompletenessReport:
    client = Client(ClientId(1), "Acme Ltd")
    project = Project(
        id=ProjectId(1),
        client=client,
        title="Q4 launch",
        token=Token("acme-q4"),
        checklist="onboarding",
        freelancers=(Address("sam@studio.example"),),
        state=state,
        timezone="UTC",
        opened_on=date(2026, 11, 1),
    )
    document = Document(
        number=2,
        sha256=DIGEST,
        filename="plan.pdf",
        media_type="application/pdf",
        size_octets=7,
        blob=BlobKey("clients/acme/plan.pdf"),
        url=None,
        classification=ROADMAP,
        fate=Fate.FILED,
        received_at=NOON,
    )
    line = Item(ItemName("plan"), "The plan", Kind("roadmap"))
    listed = ItemReport(line, item, 1, (ItemDocument(document, current=True),), period="2026-Q4")
    return CompletenessReport(project, date(2026, 11, 22), (listed,))


def held(what: HoldSubject) -> HeldThing:
    return HeldThing(
        id=HoldId(7),
        what=what,
        reason="unverified-sender",
        token=Token("acme-q4"),
        project=ProjectId(1),
        number=None,
        message=None,
        letter=None,
        since=NOON,
        sender="mia@acme.example",
        subject="Plan",
        filename="",
    )


def test_a_classification_as_json() -> None:
    assert classify_json("docs/plan.pdf", ROADMAP) == {
        "schema": 1,
        "path": "docs/plan.pdf",
        "kind": "roadmap",
        "confidence": 0.93,
        "sure": True,
        "alternatives": [{"kind": "deck", "confidence": 0.04}],
        "cadence": "quarterly",
        "period": "2026-Q4",
        "span": ["2026-10-01", "2026-12-31"],
        "pages": 12,
        "title": "Plan",
        "evidence": ["it says Q4 2026"],
        "problem": None,
    }


def test_a_document_with_a_problem_as_json() -> None:
    locked = Classification(Kind("other"), 0.0, sure=False, problem=Problem.LOCKED)

    told = classify_json("a.pdf", locked)

    assert (told["problem"], told["sure"], told["span"]) == ("locked", False, None)


def test_a_message_as_json() -> None:
    sender = Mailbox("Mia", Address("mia@acme.example"))

    told = inspect_json(
        "a.eml",
        message(sender=sender),
        Accepted(None, Authentication.PASS),
        parts=[PART],
        auto=None,
        signs=["list-id"],
    )

    assert told == {
        "schema": 1,
        "path": "a.eml",
        "sha256": DIGEST,
        "from": "mia@acme.example",
        "from_name": "Mia",
        "subject": "Plan",
        "message_id": "<1@acme.example>",
        "date": "2026-11-22T12:00:00Z",
        "auto": None,
        "signs": ["list-id"],
        "verdict": "accept",
        "reason": None,
        "authentication": "pass",
        "written": "Here it is.",
        "parts": [
            {
                "path": "2",
                "filename": "plan.pdf",
                "media_type": "application/octet-stream",
                "sniffed": "application/pdf",
                "size": 7,
                "sha256": DIGEST,
                "inline": False,
                "role": "file",
                "container": None,
                "macros": False,
                "fate": "document",
            }
        ],
        "links": ["https://acme.example/blog"],
        "defects": ["close-boundary-not-found"],
    }


@pytest.mark.parametrize(
    ("disposition", "verdict", "reason"),
    [
        (Accepted(AutoKind.LIST, Authentication.NONE), "accept", None),
        (
            Held(HoldReason.NO_SINGLE_SENDER, None, Authentication.NONE),
            "hold",
            "no-single-sender",
        ),
        (Discarded(AutoKind.AUTO_REPLIED, Authentication.NONE), "discard", "auto-replied"),
        (Bounce(None, Authentication.NONE), "bounce", None),
    ],
)
def test_every_disposition_has_its_verdict(
    disposition: Disposition, verdict: str, reason: str | None
) -> None:
    told = inspect_json(
        "a.eml", message(sender=None), disposition, parts=[], auto=AutoKind.LIST, signs=[]
    )

    assert (told["verdict"], told["auto"], told["reason"]) == (verdict, "list", reason)
    assert told["from"] is None


def test_the_status_as_json() -> None:
    told = status_json(
        [report(state=ProjectState.OPEN, item=ItemState.RECEIVED)],
        on=date(2026, 11, 22),
        address=DESK,
        blob_url="s3://bucket/{}".format,
        held=[held(HoldSubject.MESSAGE), held(HoldSubject.DOCUMENT)],
        doubtful=[
            DoubtfulLetter(LetterNumber(3), LetterKind.REPLY, Address("mia@acme.example"), NOON)
        ],
    )

    assert told == {
        "schema": 1,
        "as_of": "2026-11-22",
        "projects": [
            {
                "client": "Acme Ltd",
                "project": "Q4 launch",
                "token": "acme-q4",
                "address": "intake+acme-q4@studio.example",
                "freelancers": ["sam@studio.example"],
                "state": "complete",
                "complete": True,
                "items": [
                    {
                        "item": "plan",
                        "label": "The plan",
                        "kind": "roadmap",
                        "required": True,
                        "state": "received",
                        "needed": 1,
                        "have": 1,
                        "period": "2026-Q4",
                        "documents": [
                            {
                                "number": 2,
                                "sha256": DIGEST,
                                "filename": "plan.pdf",
                                "url": None,
                                "blob": "s3://bucket/clients/acme/plan.pdf",
                                "confidence": 0.93,
                                "received_at": "2026-11-22T12:00:00Z",
                                "current": True,
                                "confidential": False,
                            }
                        ],
                    }
                ],
            }
        ],
        "held": [
            {
                "id": 7,
                "reason": "unverified-sender",
                "received_at": "2026-11-22T12:00:00Z",
                "sender": "mia@acme.example",
            }
        ],
        "doubtful": [
            {
                "id": 3,
                "kind": "reply",
                "recipient": "mia@acme.example",
                "since": "2026-11-22T12:00:00Z",
            }
        ],
    }


@pytest.mark.parametrize(
    ("state", "item", "shown"),
    [
        (ProjectState.OPEN, ItemState.MISSING, ProjectState.OPEN),
        (ProjectState.OPEN, ItemState.RECEIVED, ProjectState.COMPLETE),
        (ProjectState.PAUSED, ItemState.RECEIVED, ProjectState.PAUSED),
        (ProjectState.CLOSED, ItemState.RECEIVED, ProjectState.CLOSED),
    ],
)
def test_only_an_open_project_is_complete_by_itself(
    state: ProjectState, item: ItemState, shown: ProjectState
) -> None:
    assert state_of(report(state=state, item=item)) is shown


def test_a_thing_that_waits_as_json() -> None:
    assert review_json(held(HoldSubject.MESSAGE), ["release", "reject"]) == {
        "schema": 1,
        "id": 7,
        "what": "message",
        "reason": "unverified-sender",
        "project": "acme-q4",
        "number": None,
        "since": "2026-11-22T12:00:00Z",
        "actions": ["release", "reject"],
    }


def test_a_subaddress_stands_after_a_plus() -> None:
    assert subaddress(Address("in+mail@a.example"), Token("x-1")) == "in+mail+x-1@a.example"


def test_times_are_told_in_utc() -> None:
    east = datetime(2026, 1, 1, 0, 30, 15, 999, tzinfo=timezone(timedelta(hours=2)))

    assert instant(east) == "2025-12-31T22:30:15Z"
