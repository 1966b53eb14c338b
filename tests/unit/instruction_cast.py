"""The people, items and documents that the tests of instructions speak of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from intake.instructions import (
    Context,
    KnownDocument,
    KnownItem,
    KnownPerson,
    KnownProject,
    Speaker,
)
from intake.model import Address, Cadence, ItemName, ItemState, Kind, Token

MONDAY = date(2026, 11, 23)
DECK, QUARTERLY, YEARLY = (
    ItemName("investor-deck"),
    ItemName("quarterly-roadmap"),
    ItemName("yearly-roadmap"),
)
CALENDAR, POSTS, GUIDE = ItemName("event-calendar"), ItemName("blog-posts"), ItemName("brand-guide")
ITEMS = (
    KnownItem(1, DECK, "Investor deck", Kind("deck")),
    KnownItem(2, QUARTERLY, "Quarterly roadmap", Kind("roadmap"), Cadence.QUARTERLY),
    KnownItem(3, YEARLY, "Yearly roadmap", Kind("roadmap"), Cadence.YEARLY),
    KnownItem(4, CALENDAR, "Event calendar", Kind("event_calendar")),
    KnownItem(5, POSTS, "Past blog posts", Kind("blog_post")),
    KnownItem(6, GUIDE, "Brand guide", Kind("brand_guide")),
)
DOCUMENTS = (
    KnownDocument(1, "deck.pdf", Kind("deck")),
    KnownDocument(2, "Guidelines v2.pdf", Kind("other"), unsure=True),
    KnownDocument(3, "roadmap.xlsx", Kind("roadmap"), unsure=True),
)
JO, ANNA = Address("jo@acme.example"), Address("anna@acme.example")
LAUNCH, SPRING = Token("acme-q4"), Token("acme-spring")
CONTACT = Context(
    speaker=Speaker.CONTACT,
    today=MONDAY,
    items=ITEMS,
    documents=DOCUMENTS,
    project=KnownProject("Website relaunch", Token("acme-web")),
    others=(KnownProject("Q4 launch", LAUNCH), KnownProject("Spring campaign", SPRING)),
    people=(KnownPerson("Jo Miller", JO), KnownPerson("Anna Weber", ANNA)),
    client="Acme",
)
FREELANCER = replace(CONTACT, speaker=Speaker.FREELANCER, vetoable=(CALENDAR,))
OFFERED = replace(
    CONTACT,
    items=tuple(
        replace(entry, state=ItemState.UNSURE, offered=True)
        if entry.item in {DECK, GUIDE}
        else entry
        for entry in ITEMS
    ),
    documents=(
        *DOCUMENTS,
        KnownDocument(7, "Series A 2026.pdf", Kind("deck"), offered_for=(DECK,)),
    ),
)
"""A contact of a new project who may keep the deck and the brand guide of an earlier one."""


def arrived(*filenames: str, unsure: bool = False) -> Context:
    """A contact whose mail brings these files, numbered from 4."""
    files = tuple(
        KnownDocument(number, name, Kind("other"), unsure=unsure, arrived=True)
        for number, name in enumerate(filenames, start=4)
    )
    return replace(CONTACT, documents=(*DOCUMENTS, *files))
