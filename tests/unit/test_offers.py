"""Which documents of a client's other projects a new one begins with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from intake.model import (
    Address,
    BlobKey,
    Checklist,
    Document,
    Item,
    Offer,
    Project,
    ProjectId,
    Secrecy,
    Span,
    Token,
)
from intake.offers import Offering, offerings
from storage.blobs.keys import is_concealed
from storage.offers import OfferView
from storage.values import Standing
from tests.unit.compose_cast import (
    BRAND,
    CALENDAR,
    DECK,
    NOON,
    ONBOARDING,
    POSTS,
    PROJECT,
    QUARTER,
    QUARTER_NEXT,
    QUARTER_NOW,
    QUARTER_PAST,
    TODAY,
    YEAR,
    document,
    quarterly,
    sha256_of,
    sure,
    unsure,
    yearly,
)

NEW = replace(PROJECT, id=ProjectId(9), title="Spring fair", token=Token("spring"))
OTHER = replace(PROJECT, id=ProjectId(2), title="Trade fair", token=Token("fair"))
SKETCH = tuple(range(32))


def had(*documents: Document, by: Project = PROJECT) -> Standing:
    return Standing(by, 1, documents, frozenset())


def offered(
    *others: Standing,
    new: Project = NEW,
    own: Sequence[Document] = (),
    waived: Sequence[Item] = (),
    checklist: Checklist = ONBOARDING,
    on: date = TODAY,
    kept: bool = False,
) -> list[Offering]:
    standing = Standing(new, 1, tuple(own), frozenset(item.item for item in waived))
    view = OfferView(standing, others)
    return list(offerings(view, checklist, on=on, fiscal_year_starts=1, kept=kept))


def names(found: Sequence[Offering]) -> list[str]:
    return [each.document.filename for each in found]


def test_what_counts_for_the_new_project_is_offered_with_a_number_and_a_place_of_its_own() -> None:
    deck = document(4, sure("deck"), "deck.pdf", received_at=NOON - timedelta(days=30))

    [found] = offered(had(deck))

    offer = found.document
    assert (offer.number, offer.filed_for, offer.sha256) == (1, (DECK.item,), deck.sha256)
    assert (offer.received_at, found.source) == (deck.received_at, deck.blob)
    assert (
        offer.blob == f"clients/larkfield-optics-1/spring-fair--spring/deck--{deck.sha256[:16]}.pdf"
    )
    assert offer.offer == Offer(kept=False, project=PROJECT.id, title="Q4 launch")
    assert offer.is_offered


@pytest.mark.parametrize(
    "stale",
    [
        document(1, quarterly(QUARTER_PAST, "2026-Q3")),
        document(1, quarterly(QUARTER_NEXT, "2027-Q1")),
        document(1, sure("deck", document_date=TODAY - timedelta(days=366))),
        document(1, sure("event_calendar", span=Span(date(2026, 1, 1), date(2026, 11, 22)))),
        document(1, unsure("deck")),
        document(1, sure("deck"), rejected=True),
        document(1, sure("deck"), superseded=True),
        document(1, sure("press_release")),
        replace(document(1, sure("deck")), offer=Offer(kept=False)),
    ],
    ids=[
        "last quarter's", "next quarter's", "aged", "run out", "unsure", "rejected", "replaced", "not asked for", "offered there"
    ],
)  # fmt: skip
def test_what_does_not_count_today_is_not_offered(stale: Document) -> None:
    assert offered(had(stale)) == []


def test_the_periods_are_those_of_the_day_on_which_the_new_project_starts() -> None:
    roadmaps = had(
        document(1, quarterly(QUARTER_NOW, "2026-Q4"), "now.pdf"),
        document(2, quarterly(QUARTER_NEXT, "2027-Q1"), "next.pdf"),
    )

    assert names(offered(roadmaps)) == ["now.pdf"]
    assert names(offered(roadmaps, new=replace(NEW, starts=date(2027, 1, 15)))) == ["next.pdf"]


def test_the_newest_are_offered_as_many_as_are_wanted_numbered_from_the_oldest() -> None:
    posts = [
        document(
            number,
            sure("blog_post"),
            f"post {number}.pdf",
            received_at=NOON - timedelta(days=number),
        )
        for number in (1, 2, 3, 4)
    ]

    found = offered(had(*posts[:2]), had(*posts[2:], by=OTHER))

    assert names(found) == ["post 3.pdf", "post 2.pdf", "post 1.pdf"]
    assert [each.document.number for each in found] == [1, 2, 3]


def test_two_versions_and_the_same_octets_in_two_projects_are_one_offer() -> None:
    first = replace(document(1, sure("blog_post"), "post.pdf"), sketch=SKETCH)
    newer = replace(
        document(1, sure("blog_post"), "post v2.pdf", received_at=NOON + timedelta(days=1)),
        sketch=SKETCH,
    )
    again = replace(newer, received_at=NOON + timedelta(days=2))

    found = offered(had(first), had(newer, by=OTHER), had(again, by=replace(OTHER, title="Again")))

    assert names(found) == ["post v2.pdf"]
    assert found[0].document.offer == Offer(kept=False, project=OTHER.id, title="Again")


def test_a_document_may_be_offered_for_two_items() -> None:
    [found] = offered(had(document(1, yearly(by_quarter=True))))

    assert found.document.filed_for == (QUARTER.item, YEAR.item)


@pytest.mark.parametrize(
    ("own", "waived"),
    [
        ([document(1, sure("deck"), "new deck.pdf")], []),
        ([], [DECK]),
        ([replace(document(1, unsure("deck")), sha256=sha256_of("the deck"))], []),
    ],
    ids=["here", "waived", "the same octets"],
)
def test_what_the_new_project_has_or_does_without_is_not_offered(
    own: list[Document], waived: list[Item]
) -> None:
    deck = replace(document(3, sure("deck")), sha256=sha256_of("the deck"))

    assert offered(had(deck), own=own, waived=waived) == []


def test_offers_are_numbered_behind_what_came_first() -> None:
    own = [document(5, sure("brand_guide"), "guide.pdf")]

    [found] = offered(had(document(1, sure("deck"))), own=own)

    assert found.document.number == 6


def test_what_a_person_said_it_is_for_holds_where_the_new_checklist_has_that_item() -> None:
    said = document(1, replace(yearly(), by_quarter=True), filed_for=[YEAR], decided_by_person=True)

    [found] = offered(had(said))
    [elsewhere] = offered(had(said), checklist=Checklist("quarters", (QUARTER,)))

    assert found.document.filed_for == (YEAR.item,)
    assert elsewhere.document.filed_for == (QUARTER.item,)


def test_a_link_has_no_octets_to_copy() -> None:
    post = document(1, sure("blog_post"), url="https://blog.larkfield.example/how-we-test")

    [found] = offered(had(post))

    assert (found.source, found.document.blob, found.document.url) == (None, None, post.url)


def test_where_nobody_is_asked_it_counts_at_once() -> None:
    [found] = offered(had(document(1, sure("deck"))), kept=True)

    assert not found.document.is_offered


# ---------------------------------------------------------------- who may know it

SECRET = replace(
    document(1, sure("deck"), "deck.pdf"), confidential=True, confidential_for=Secrecy.WORD
)
STRANGER = Address("kim@studio.example")


@pytest.mark.parametrize(
    ("freelancers", "count"),
    [
        (PROJECT.freelancers, 1),
        (("Robin+work@studio.example".lower(),), 1),
        ((*PROJECT.freelancers, STRANGER), 0),
        ((STRANGER,), 0),
    ],
    ids=["the same", "the same mailbox", "one more", "another"],
)
def test_what_is_confidential_is_offered_only_among_freelancers_who_know_it(
    freelancers: tuple[Address, ...], count: int
) -> None:
    new = replace(NEW, freelancers=freelancers)

    assert len(offered(had(SECRET), new=new)) == count


def test_of_a_confidential_project_others_do_not_even_learn_the_name() -> None:
    opened = document(1, sure("deck"))
    project = replace(PROJECT, confidential=True)

    assert offered(had(opened, by=project), new=replace(NEW, freelancers=(STRANGER,))) == []


@pytest.mark.parametrize(
    ("there", "new", "checklist", "here"),
    [
        (Secrecy.WORD, NEW, ONBOARDING, Secrecy.WORD),
        (Secrecy.PROJECT, NEW, ONBOARDING, Secrecy.PERSON),
        (None, replace(NEW, confidential=True), ONBOARDING, Secrecy.PROJECT),
        (None, NEW, Checklist("secret", (replace(DECK, confidential=True),)), Secrecy.ITEM),
        (None, NEW, ONBOARDING, None),
    ],
)
def test_what_was_confidential_stays_so_and_becomes_so_where_the_new_project_is(
    there: Secrecy | None, new: Project, checklist: Checklist, here: Secrecy | None
) -> None:
    deck = replace(SECRET, confidential=there is not None, confidential_for=there)

    [found] = offered(had(deck), new=new, checklist=checklist)

    assert found.document.confidential_for is here
    assert found.document.confidential is (here is not None)
    assert is_concealed(BlobKey(found.document.blob or "")) is (here is not None)


def test_every_kind_of_item_may_be_offered() -> None:
    calendar = sure("event_calendar", span=Span(date(2026, 12, 1), date(2027, 5, 30)))
    every = had(
        document(1, sure("deck")),
        document(2, quarterly(QUARTER_NOW, "2026-Q4")),
        document(3, yearly()),
        document(4, calendar),
        document(5, sure("brand_guide")),
    )

    found = {item for each in offered(every) for item in each.document.filed_for}

    assert found == {item.item for item in (DECK, QUARTER, YEAR, CALENDAR, BRAND)}
    assert POSTS.item not in found
