"""What people read on the terminal."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from intake.cli import tables
from intake.model import (
    Accepted,
    Address,
    Authentication,
    CheckLine,
    Classification,
    Client,
    ClientId,
    CompletenessReport,
    HoldId,
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
    Offer,
    Project,
    ProjectId,
    ProjectState,
    Sha256,
    Token,
)
from storage.values import DoubtfulLetter, HeldThing, HoldSubject
from tests.unit.compose_cast import document, sure

DESK = Address("intake@studio.example")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CLIENT = Client(ClientId(1), "Acme [red]", (Address("mia@acme.example"),), ("acme.example",))
PROJECT = Project(
    id=ProjectId(1),
    client=CLIENT,
    title="Q4 launch",
    token=Token("acme-q4"),
    checklist="onboarding",
    freelancers=(Address("sam@studio.example"),),
    state=ProjectState.OPEN,
    timezone="UTC",
    opened_on=date(2026, 11, 1),
    due=date(2026, 12, 1),
)
HELD = HeldThing(
    id=HoldId(7),
    what=HoldSubject.DOCUMENT,
    reason="unsure",
    token=Token("acme-q4"),
    project=ProjectId(1),
    number=2,
    message=None,
    letter=None,
    since=NOON,
    sender="mia@acme.example",
    subject="Plan",
    filename="plan.pdf",
)


def printed(renderable: RenderableType) -> str:
    out = StringIO()
    Console(file=out, width=160, highlight=False).print(renderable)
    return out.getvalue()


def items() -> Iterator[ItemReport]:
    deck = Item(ItemName("deck"), "Investor deck", Kind("deck"))
    guide = Item(ItemName("guide"), "Brand guide", Kind("brand_guide"), required=False)
    yield ItemReport(deck, ItemState.MISSING, 0, ())
    yield ItemReport(guide, ItemState.WAIVED, 0, ())


def test_the_status_names_the_project_its_address_and_what_is_missing() -> None:
    report = CompletenessReport(PROJECT, date(2026, 11, 22), tuple(items()))
    doubtful = DoubtfulLetter(LetterNumber(3), LetterKind.REPLY, Address("mia@acme.example"), NOON)

    told = printed(tables.status([report], address=DESK, held=[HELD], doubtful=[doubtful]))

    assert "Acme [red] · Q4 launch" in told
    assert "open, 0 of 1" in told
    assert "intake+acme-q4@studio.example" in told
    assert "✗ missing" in told
    assert "Brand guide (optional)" in told
    assert "1 thing waits for a person" in told
    assert "Letters in doubt" in told


def test_a_status_without_projects_says_how_to_open_one() -> None:
    assert "intake project open" in printed(tables.status([], address=DESK, held=[], doubtful=[]))


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Q3 launch", "1: deck.pdf (from Q3 launch, not kept yet)"),
        (None, "1: deck.pdf (from an earlier project, not kept yet)"),
    ],
)
def test_the_status_says_of_what_is_offered_where_it_is_from(title: str | None, told: str) -> None:
    deck = document(1, sure("deck"), "deck.pdf")
    offered = replace(deck, offer=Offer(kept=False, title=title))
    entry = ItemReport(
        Item(ItemName("deck"), "Deck", Kind("deck")),
        ItemState.UNSURE,
        0,
        (ItemDocument(offered, current=False),),
    )
    report = CompletenessReport(PROJECT, date(2026, 11, 22), (entry,))

    assert told in printed(tables.status([report], address=DESK, held=[], doubtful=[]))


def test_the_queue_names_what_can_be_done() -> None:
    told = printed(tables.review_list([HELD], lambda _: ("accept", "reject")))

    assert "document 2" in told
    assert "accept, reject" in told


def test_one_thing_that_waits_comes_with_its_commands() -> None:
    told = printed(tables.review_one(HELD, ("accept", "relabel", "reassign", "reject")))

    assert "2: plan.pdf" in told
    assert "intake review relabel 7 KIND" in told
    assert "intake review reject 7 --reason TEXT" in told


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (tables.review_list([], lambda _: ()), "Nothing waits for you."),
        (tables.clients([]), "intake client add"),
        (tables.clients([CLIENT]), "mia@acme.example"),
        (tables.projects([], address=DESK), "intake project open"),
        (tables.projects([PROJECT], address=DESK), "2026-12-01"),
        (tables.received({"held": 1, "accepted": 2}), "3 messages taken: 2 accepted, 1 held."),
        (tables.check(CheckLine("delivery", works=True)), "✓ delivery"),
        (tables.check(CheckLine("blobs", works=False, advice="ask [you]")), "ask [you]"),
    ],
)
def test_lists_and_lines_say_what_there_is(told: RenderableType, words: str) -> None:
    assert words in printed(told)


def test_a_message_is_shown_with_its_brackets_and_without_its_control_characters() -> None:
    message = InboundMessage(
        sha256=Sha256("a" * 64),
        digest=Sha256("a" * 64),
        size_octets=1,
        fields=(),
        sender=Mailbox("Mia", Address("mia@acme.example")),
        reply_to=(),
        to=(),
        cc=(),
        recipients=(),
        subject="[bold]Plan\x1b[31m",
        message_id=None,
        in_reply_to=(),
        references=(),
        date=None,
        written="first\nsecond",
        text="",
        links=(),
        parts=(),
        defects=(),
    )

    told = printed(
        tables.message("a.eml", message, Accepted(None, Authentication.NONE), parts=[], signs=[])
    )

    assert "[bold]Plan" in told
    assert "\x1b" not in told
    assert "│ second" in told


def test_a_document_is_shown_with_its_reasons() -> None:
    found = Classification(Kind("deck"), 0.912, sure=False, evidence=("18 pages",))

    told = printed(tables.document("a.pdf", found))

    assert "deck, 91% (a person should look)" in told
    assert "18 pages" in told
