"""A client, its people and its documents, from which the tests of completeness and letters build their stories."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from intake.completeness import assess
from intake.model import (
    Address,
    Alternative,
    BlobKey,
    Brief,
    Cadence,
    Checklist,
    Classification,
    Client,
    ClientId,
    Document,
    Fate,
    HoldId,
    Item,
    ItemName,
    Kind,
    LetterKind,
    LinkFate,
    LinkFound,
    Mailbox,
    Offer,
    PartOutcome,
    Project,
    ProjectId,
    ProjectState,
    Received,
    Role,
    Sha256,
    Span,
    Thread,
    Token,
)

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

DECK = Item(ItemName("investor-deck"), "Investor deck", Kind("deck"), max_age_days=365)
QUARTER = Item(
    ItemName("quarterly-roadmap"),
    "Quarterly roadmap",
    Kind("roadmap"),
    cadence=Cadence.QUARTERLY,
    current=True,
)
YEAR = Item(
    ItemName("yearly-roadmap"),
    "Yearly roadmap",
    Kind("roadmap"),
    cadence=Cadence.YEARLY,
    current=True,
)
CALENDAR = Item(ItemName("event-calendar"), "Event calendar", Kind("event_calendar"), upcoming=True)
POSTS = Item(ItemName("blog-posts"), "Past blog posts", Kind("blog_post"), count=3, links=True)
BRAND = Item(ItemName("brand-guide"), "Brand guide", Kind("brand_guide"), required=False)
ONBOARDING = Checklist("onboarding", (DECK, QUARTER, YEAR, CALENDAR, POSTS, BRAND))

CLIENT = Client(
    ClientId(1), "Larkfield Optics", (Address("mira@larkfield.example"),), ("larkfield.example",)
)
PROJECT = Project(
    id=ProjectId(1),
    client=CLIENT,
    title="Q4 launch",
    token=Token("larkfield-q4"),
    checklist="onboarding",
    freelancers=(Address("robin@studio.example"),),
    state=ProjectState.OPEN,
    timezone="UTC",
    opened_on=date(2026, 11, 2),
)
MIRA = Mailbox("Mira Hollis", Address("mira@larkfield.example"))
ROBIN = Mailbox("Robin Vale", Address("robin@studio.example"))
DESK = Mailbox("Studio Intake", Address("intake+larkfield-q4@studio.example"))
LAUNCH = Thread("Launch material", "<mail-1@larkfield.example>")

QUARTER_NOW = Span(date(2026, 10, 1), date(2026, 12, 31))
QUARTER_PAST = Span(date(2026, 7, 1), date(2026, 9, 30))
QUARTER_NEXT = Span(date(2027, 1, 1), date(2027, 3, 31))
YEAR_NOW = Span(date(2026, 1, 1), date(2026, 12, 31))


def sha256_of(text: str) -> Sha256:
    return Sha256(hashlib.sha256(text.encode(errors="replace")).hexdigest())


def sure(
    kind: str,
    *,
    cadence: Cadence | None = None,
    period: str | None = None,
    span: Span | None = None,
    by_quarter: bool = False,
    document_date: date | None = None,
) -> Classification:
    return Classification(
        Kind(kind),
        0.97,
        sure=True,
        cadence=cadence,
        period=period,
        span=span,
        by_quarter=by_quarter,
        document_date=document_date,
    )


def quarterly(span: Span, period: str) -> Classification:
    return sure("roadmap", cadence=Cadence.QUARTERLY, period=period, span=span)


def yearly(*, by_quarter: bool = False) -> Classification:
    return sure(
        "roadmap", cadence=Cadence.YEARLY, period="2026", span=YEAR_NOW, by_quarter=by_quarter
    )


def unsure(kind: str) -> Classification:
    return Classification(
        Kind(kind),
        0.55,
        sure=False,
        alternatives=(Alternative(Kind("event_calendar"), 0.3),),
        evidence=("a table of dates and places", "the name says agenda"),
    )


def document(
    number: int,
    classification: Classification,
    filename: str = "file.pdf",
    *,
    filed_for: Sequence[Item] = (),
    url: str | None = None,
    fate: Fate = Fate.FILED,
    received_at: datetime = NOON,
    decided_by_person: bool = False,
    superseded: bool = False,
    rejected: bool = False,
) -> Document:
    return Document(
        number=number,
        sha256=sha256_of(f"{number}{filename}{url}"),
        filename=filename,
        media_type="application/pdf",
        size_octets=1000,
        blob=None if url else BlobKey(f"clients/1/1/{number}"),
        url=url,
        classification=classification,
        fate=fate,
        received_at=received_at,
        filed_for=tuple(item.item for item in filed_for),
        decided_by_person=decided_by_person,
        superseded=superseded,
        rejected=rejected,
    )


def part(
    fate: Fate,
    filename: str | None,
    *,
    number: int | None = None,
    path: str = "2",
    container: str | None = None,
) -> PartOutcome:
    return PartOutcome(
        path=path,
        container=container,
        filename=filename,
        media_type="application/pdf",
        size_octets=1000,
        sha256=sha256_of(f"{path}{filename}"),
        role=Role.FILE,
        fate=fate,
        number=number,
    )


def received(
    *parts: PartOutcome,
    sender: Mailbox = MIRA,
    links: Sequence[LinkFound] = (),
    written: str = "",
    notes: Sequence[str] = (),
) -> Received:
    return Received(sender, NOON, parts, tuple(links), written, tuple(notes))


def brief(
    kind: LetterKind,
    documents: Sequence[Document] = (),
    *messages: Received,
    on: date = TODAY,
    waived: Sequence[Item] = (),
    project: Project = PROJECT,
    thread: Thread = LAUNCH,
    fiscal_year_starts: int = 1,
) -> Brief:
    return Brief(
        kind=kind,
        message_id="<letter-1@studio.example>",
        recipient=ROBIN if kind is LetterKind.REPORT else MIRA,
        cc=(),
        desk=DESK,
        bounce_address=None,
        date=NOON,
        thread=thread,
        report=assess(
            project,
            ONBOARDING,
            documents,
            frozenset(item.item for item in waived),
            on=on,
            fiscal_year_starts=fiscal_year_starts,
        ),
        documents=tuple(documents),
        received=messages,
    )


def question(*candidates: Project) -> Brief:
    asked = brief(LetterKind.QUESTION, (), received())
    desk = Mailbox(DESK.name, Address("intake@studio.example"))
    return replace(asked, report=None, candidates=candidates, desk=desk)


def colleague(*waiting: Received, subject: str = "Our deck") -> Brief:
    """To the freelancer, about somebody on the client's domain whose mail waits."""
    asked = brief(LetterKind.COLLEAGUE, (), *waiting, thread=replace(LAUNCH, subject=subject))
    desk = Mailbox(DESK.name, Address("intake@studio.example"))
    return replace(asked, report=None, recipient=ROBIN, candidates=(PROJECT,), desk=desk)


def waiting_mail(*parts: PartOutcome, number: int = 12) -> Received:
    """A colleague's mail, held under that number."""
    jonas = Mailbox("Jonas Falk", Address("jonas@larkfield.example"))
    return replace(received(*parts, sender=jonas), hold=HoldId(number))


_POST_URL = "https://blog.larkfield.example/2026/05/why-coatings-matter"

STORY_DOCUMENTS = (
    document(1, sure("deck", document_date=date(2026, 6, 2)), "Larkfield_Series-A.pdf"),
    document(2, yearly(), "2026 product plan.xlsx"),
    document(3, quarterly(QUARTER_PAST, "2026-Q3"), "roadmap_Q3_final.pptx"),
    document(4, sure("blog_post"), "post-lens-care.docx"),
    document(5, sure("blog_post"), "why-coatings-matter", url=_POST_URL),
    document(6, sure("case_study"), "Case study Norden Clinic.pdf"),
    document(7, unsure("event_calendar"), "agenda_spring.xlsx", fate=Fate.UNSURE, filed_for=()),
)
SUMMER = Offer(kept=False, project=ProjectId(7), title="Q3 launch")
SPRING_FAIR = Offer(kept=False, project=ProjectId(5), title="Spring trade fair")
_MARCH = datetime(2026, 3, 12, 9, tzinfo=UTC)
OFFERED_DOCUMENTS = (
    replace(
        document(1, sure("deck"), "Larkfield_Series-A.pdf", filed_for=[DECK], received_at=_MARCH),
        offer=SUMMER,
    ),
    replace(
        document(2, yearly(), "2026 product plan.xlsx", filed_for=[YEAR], received_at=_MARCH),
        offer=replace(SUMMER, kept=True),
    ),
    *(
        replace(
            document(
                number,
                sure("blog_post"),
                f"post-{number}.docx",
                filed_for=[POSTS],
                received_at=_MARCH,
            ),
            offer=offer,
        )
        for number, offer in ((3, SPRING_FAIR), (4, SUMMER))
    ),
    document(5, sure("blog_post"), "why-we-test.docx", filed_for=[POSTS]),
    document(
        6,
        sure("event_calendar", span=Span(date(2026, 12, 1), date(2027, 5, 30))),
        "fair.xlsx",
        filed_for=[CALENDAR],
    ),
)
"""What a new project begins with, one thing of it kept, and what came since."""
STORY_MAIL = received(
    part(Fate.OPENED, "for-robin.zip", path="2"),
    part(Fate.FILED, "2026 product plan.xlsx", number=2, path="2!a", container="2"),
    part(Fate.FILED, "roadmap_Q3_final.pptx", number=3, path="2!b", container="2"),
    part(Fate.FILED, "post-lens-care.docx", number=4, path="3"),
    part(Fate.DUPLICATE, "Larkfield_Series-A.pdf", number=1, path="4"),
    part(Fate.NOT_ASKED_FOR, "Case study Norden Clinic.pdf", number=6, path="5"),
    part(Fate.UNSURE, "agenda_spring.xlsx", number=7, path="6"),
    part(Fate.LOCKED, "Brand book v4.pdf", path="7"),
    part(Fate.SIGNATURE_IMAGE, "image001.png", path="8"),
    links=(
        LinkFound(_POST_URL, LinkFate.COUNTED, "blog.larkfield.example"),
        LinkFound("https://drive.example/file/d/93", LinkFate.NEEDS_ACCESS, "Google Drive"),
    ),
    written="Hi Robin,\n\nhere is most of it. The events list is still with Jonas,\nI will chase him.\n\nMira",
)
COMPLETE_DOCUMENTS = (
    *STORY_DOCUMENTS[:2],
    STORY_DOCUMENTS[3],
    STORY_DOCUMENTS[4],
    document(8, quarterly(QUARTER_NOW, "2026-Q4"), "roadmap_Q4.pptx"),
    document(
        9,
        sure("event_calendar", span=Span(date(2026, 12, 1), date(2027, 6, 1))),
        "events-2027.ics",
    ),
    document(10, sure("blog_post"), "post-three.docx"),
)
COMPLETE_MAIL = received(
    part(Fate.FILED, "roadmap_Q4.pptx", number=8, path="2"),
    part(Fate.FILED, "events-2027.ics", number=9, path="3"),
    part(Fate.FILED, "post-three.docx", number=10, path="4"),
)
