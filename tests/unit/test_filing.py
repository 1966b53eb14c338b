"""What a message's documents mean for a project: the last word on each part, and what replaces what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from intake.filing import Decision, Filer
from intake.model import (
    Alternative,
    BlobKey,
    Classification,
    Document,
    Fate,
    Kind,
    LinkFate,
    LinkFound,
    Offer,
    Part,
    Problem,
    Role,
    SortedPart,
)
from intake.orders import Examined
from tests.unit.compose_cast import (
    BRAND,
    DECK,
    NOON,
    ONBOARDING,
    POSTS,
    QUARTER,
    QUARTER_NOW,
    QUARTER_PAST,
    YEAR,
    document,
    quarterly,
    sha256_of,
    sure,
    yearly,
)

YESTERDAY = NOON - timedelta(days=1)
POST = "https://blog.larkfield.example/2026/05/why-coatings-matter"
SAME = tuple(range(32))


def alike(share: float) -> tuple[int, ...]:
    """A sketch that resembles `SAME` by this share."""
    equal = round(share * len(SAME))
    return SAME[:equal] + tuple(1_000 + entry for entry in SAME[equal:])


def maybe(kind: str, *, confidence: float) -> Classification:
    """Something that a person should look at, which may be of a kind."""
    return Classification(
        Kind("other"), 0.4, sure=False, alternatives=(Alternative(Kind(kind), confidence),)
    )


def entry(name: str, *, path: str = "2", fate: Fate = Fate.DOCUMENT) -> SortedPart:
    """A part with octets of its own."""
    return SortedPart(
        Part(
            path=path,
            filename=name,
            media_type="application/octet-stream",
            sniffed="application/pdf",
            octets=b"",
            size_octets=1000,
            sha256=sha256_of(name),
            inline=False,
            role=Role.FILE,
        ),
        fate,
    )


def old(
    number: int,
    classification: Classification,
    filename: str = "old.pdf",
    *,
    sketch: Sequence[int] = SAME,
    rejected: bool = False,
) -> Document:
    """A document that the project has since yesterday."""
    made = document(number, classification, filename, received_at=YESTERDAY, rejected=rejected)
    return replace(made, sketch=tuple(sketch))


def decide(
    parts: Sequence[SortedPart],
    found: Sequence[tuple[Classification, Sequence[int]]],
    *,
    documents: Sequence[Document] = (),
    links: Sequence[LinkFound] = (),
    received_at: datetime = NOON,
) -> Decision:
    """Decide on parts of which each new one was read as the next of `found`."""
    filer = Filer(
        checklist=ONBOARDING,
        documents=tuple(documents),
        received_at=received_at,
        keys={each.part.sha256: BlobKey(f"clients/{each.part.filename}") for each in parts},
    )
    examined = {
        each.part.sha256: Examined(each.part.path, classification, tuple(sketch))
        for each, (classification, sketch) in zip(parts, found, strict=False)
    }
    return filer.decide(parts, examined, links)


def one(
    classification: Classification,
    name: str = "new.pdf",
    *,
    sketch: Sequence[int] = (),
    documents: Sequence[Document] = (),
    received_at: datetime = NOON,
) -> Decision:
    """Decide on a single document."""
    return decide(
        [entry(name)], [(classification, sketch)], documents=documents, received_at=received_at
    )


@pytest.mark.parametrize(
    ("classification", "fate", "filed_for"),
    [
        (sure("deck"), Fate.FILED, [DECK]),
        (quarterly(QUARTER_NOW, "2026-Q4"), Fate.FILED, [QUARTER]),
        (quarterly(QUARTER_PAST, "2026-Q3"), Fate.FILED, [QUARTER]),
        (yearly(), Fate.FILED, [YEAR]),
        (yearly(by_quarter=True), Fate.FILED, [QUARTER, YEAR]),
        (sure("case_study"), Fate.NOT_ASKED_FOR, []),
        (sure("other"), Fate.NOT_ASKED_FOR, []),
        (replace(sure("deck"), sure=False), Fate.UNSURE, [DECK]),
        (maybe("brand_guide", confidence=0.2), Fate.UNSURE, []),
        (maybe("brand_guide", confidence=0.19), Fate.NOT_ASKED_FOR, []),
        (maybe("case_study", confidence=0.9), Fate.NOT_ASKED_FOR, []),
        (replace(sure("case_study"), sure=False), Fate.NOT_ASKED_FOR, []),
    ],
    ids=str,
)
def test_a_document_is_filed_only_if_it_is_sure_and_wanted(
    classification: Classification, fate: Fate, filed_for: list[object]
) -> None:
    decision = one(classification)

    [kept] = decision.documents
    assert decision.parts[0].fate is fate
    assert (kept.fate, kept.number) == (fate, 1)
    assert list(kept.filed_for) == [item.item for item in ONBOARDING.items if item in filed_for]


@pytest.mark.parametrize("problem", Problem)
def test_a_file_that_could_not_be_used_is_no_document(problem: Problem) -> None:
    decision = one(Classification(Kind("other"), 0.0, sure=False, problem=problem))

    assert [(part.fate.value, part.number) for part in decision.parts] == [(problem.value, None)]
    assert decision.documents == ()


@pytest.mark.parametrize(
    "fate", [fate for fate in Fate if fate not in {Fate.DOCUMENT, Fate.DUPLICATE}]
)
def test_a_part_that_the_message_alone_decides_keeps_its_fate(fate: Fate) -> None:
    decision = decide([entry("a.bin", fate=fate)], [])

    assert [part.fate for part in decision.parts] == [fate]
    assert decision.documents == ()


def test_octets_that_the_project_has_are_a_duplicate_with_their_number() -> None:
    held = replace(old(4, sure("deck")), sha256=sha256_of("again.pdf"))

    decision = decide([entry("again.pdf")], [], documents=[held])

    assert [(part.fate, part.number) for part in decision.parts] == [(Fate.DUPLICATE, 4)]
    assert decision.documents == ()


def test_octets_that_an_earlier_project_offered_are_filed_now_and_its_own() -> None:
    twin = replace(old(4, sure("deck")), sha256=entry("deck.pdf").part.sha256)
    offered = replace(twin, offer=Offer(kept=False))

    decision = decide([entry("deck.pdf")], [], documents=[offered])

    assert [(part.fate, part.number) for part in decision.parts] == [(Fate.FILED, 4)]
    assert (decision.kept, decision.documents) == ((4,), ())


def test_an_address_that_an_earlier_project_offered_counts_now() -> None:
    [first] = decide([], [], links=[link(POST)]).documents

    decision = decide(
        [], [], links=[link(POST)], documents=[replace(first, offer=Offer(kept=False))]
    )

    assert (decision.kept, decision.documents) == ((first.number,), ())


def test_a_lower_number_in_the_same_name_is_an_older_version_though_it_came_later() -> None:
    decision = one(
        sure("deck"), "Deck v2.pdf", sketch=SAME, documents=[old(1, sure("deck"), "Deck v3.pdf")]
    )

    assert decision.documents[0].fate is Fate.OLDER_VERSION
    assert decision.superseded == ()


def test_octets_that_a_person_rejected_are_not_said_to_be_filed() -> None:
    rejected = replace(old(4, sure("deck")), sha256=sha256_of("again.pdf"), rejected=True)

    decision = decide([entry("again.pdf")], [], documents=[rejected])

    assert [(part.fate, part.number) for part in decision.parts] == [(Fate.NOT_ASKED_FOR, 4)]


def test_the_same_octets_twice_in_one_message_are_one_document() -> None:
    first, second = entry("deck.pdf"), entry("deck.pdf", path="3")

    decision = decide([first, second], [(sure("deck"), ())])

    assert [(part.fate, part.number) for part in decision.parts] == [
        (Fate.FILED, 1),
        (Fate.DUPLICATE, 1),
    ]
    assert len(decision.documents) == 1


def test_documents_are_numbered_as_they_came_in_the_project() -> None:
    decision = decide(
        [entry("a.pdf"), entry("b.pdf", path="3")],
        [(sure("deck"), ()), (sure("brand_guide"), ())],
        documents=[old(7, sure("case_study"))],
    )

    assert [kept.number for kept in decision.documents] == [8, 9]


def test_a_document_without_a_name_is_called_by_its_title() -> None:
    nameless = replace(entry("x"), part=replace(entry("x").part, filename=None))
    titled = replace(sure("deck"), title="Larkfield Series A")

    decision = decide([nameless], [(titled, ())])

    assert decision.documents[0].filename == "Larkfield Series A"


def test_a_document_without_name_and_title_is_called_by_its_number() -> None:
    nameless = replace(entry("x"), part=replace(entry("x").part, filename=None))

    decision = decide([nameless], [(sure("deck"), ())])

    assert decision.documents[0].filename == "document 1"


def test_the_media_type_is_what_the_octets_show() -> None:
    assert one(sure("deck")).documents[0].media_type == "application/pdf"


# ---------------------------------------------------------------- versions


@pytest.mark.parametrize(
    ("name", "share", "fate"),
    [
        ("Deck final.pdf", 1.0, Fate.NEWER_VERSION),
        ("quite another name.pdf", 0.63, Fate.NEWER_VERSION),
        ("quite another name.pdf", 0.55, Fate.FILED),
        ("Deck v2.pdf", 0.4, Fate.NEWER_VERSION),
        ("deck_final (2).pptx", 0.4, Fate.NEWER_VERSION),
        ("Deck 2026-11-20.pdf", 0.4, Fate.NEWER_VERSION),
        ("deck-v2.1.pdf", 0.4, Fate.NEWER_VERSION),
        ("Deck Brixton.pdf", 0.4, Fate.FILED),
        ("Deck v2.pdf", 0.3, Fate.FILED),
    ],
)
def test_much_the_same_text_or_the_same_name_with_like_text_is_a_version(
    name: str, share: float, fate: Fate
) -> None:
    decision = one(
        sure("deck"), name, sketch=alike(share), documents=[old(1, sure("deck"), "Deck.pdf")]
    )

    assert decision.parts[0].fate is fate
    assert decision.superseded == ((1,) if fate is Fate.NEWER_VERSION else ())


def test_a_version_that_is_older_than_ours_replaces_nothing() -> None:
    decision = one(
        sure("deck"),
        sketch=SAME,
        documents=[old(1, sure("deck"))],
        received_at=YESTERDAY - timedelta(days=1),
    )

    [kept] = decision.documents
    assert (kept.fate, kept.superseded) == (Fate.OLDER_VERSION, True)
    assert decision.superseded == ()


def test_a_new_version_replaces_every_one_that_was_current() -> None:
    documents = [
        replace(old(1, sure("deck"), "Deck v1.pdf"), superseded=True),
        old(2, sure("deck"), "Deck v2.pdf"),
        old(3, sure("deck"), "Deck copy.pdf"),
    ]

    decision = one(sure("deck"), "Deck v3.pdf", sketch=SAME, documents=documents)

    assert decision.superseded == (2, 3)


@pytest.mark.parametrize("names", [("Deck v1.pdf", "Deck v2.pdf"), ("Deck v2.pdf", "Deck v1.pdf")])
def test_of_two_versions_in_one_message_the_higher_edition_counts(names: tuple[str, str]) -> None:
    decision = decide(
        [entry(names[0]), entry(names[1], path="3")], [(sure("deck"), SAME), (sure("deck"), SAME)]
    )

    current = [kept.filename for kept in decision.documents if not kept.superseded]
    assert current == ["Deck v2.pdf"]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (quarterly(QUARTER_PAST, "2026-Q3"), quarterly(QUARTER_NOW, "2026-Q4")),
        (sure("deck"), sure("brand_guide")),
    ],
    ids=["period", "kind"],
)
def test_the_same_template_for_another_period_or_kind_is_another_document(
    ours: Classification, theirs: Classification
) -> None:
    decision = one(theirs, sketch=SAME, documents=[old(1, ours)])

    assert decision.parts[0].fate is Fate.FILED
    assert decision.superseded == ()


def test_two_blog_posts_of_one_template_are_two_documents() -> None:
    decision = decide(
        [entry("post-lens-care.docx"), entry("post-coatings.docx", path="3")],
        [(sure("blog_post"), SAME), (sure("blog_post"), alike(0.6))],
    )

    assert [kept.fate for kept in decision.documents] == [Fate.FILED, Fate.FILED]
    assert not any(kept.superseded for kept in decision.documents)


def test_what_a_person_rejected_has_no_versions() -> None:
    rejected = old(1, sure("deck"), rejected=True)

    decision = one(sure("deck"), sketch=SAME, documents=[rejected])

    assert decision.parts[0].fate is Fate.FILED


def test_pictures_without_text_are_never_taken_for_versions() -> None:
    decision = one(sure("deck"), sketch=(), documents=[old(1, sure("deck"), sketch=())])

    assert decision.parts[0].fate is Fate.FILED


def test_an_unsure_document_replaces_nothing() -> None:
    decision = one(replace(sure("deck"), sure=False), sketch=SAME, documents=[old(1, sure("deck"))])

    assert decision.parts[0].fate is Fate.UNSURE
    assert decision.superseded == ()


# ---------------------------------------------------------------- links


def link(url: str, fate: LinkFate = LinkFate.COUNTED) -> LinkFound:
    return LinkFound(url, fate, "blog.larkfield.example")


def test_a_link_to_an_article_counts_as_a_blog_post() -> None:
    decision = decide([], [], links=[link(POST)])

    [kept] = decision.documents
    assert (kept.url, kept.blob, kept.filed_for) == (POST, None, (POSTS.item,))
    assert decision.links == (link(POST),)


@pytest.mark.parametrize("fate", [LinkFate.NEEDS_ACCESS, LinkFate.NOTED, LinkFate.FETCHED])
def test_a_link_that_is_no_article_is_told_and_counts_for_nothing(fate: LinkFate) -> None:
    decision = decide([], [], links=[link(POST, fate)])

    assert decision.documents == ()
    assert decision.links == (link(POST, fate),)


def test_an_article_that_no_item_takes_is_noted() -> None:
    filer = Filer(replace(ONBOARDING, items=(DECK, BRAND)), (), NOON, keys={})

    decision = filer.decide([], {}, [link(POST)])

    assert decision.documents == ()
    assert decision.links == (link(POST, LinkFate.NOTED),)


@pytest.mark.parametrize(
    "again",
    [POST, f"{POST}/", f"{POST}?utm_source=mail", f"{POST}#top", POST.replace("blog.", "BLOG.")],
)
def test_an_address_counts_once_whatever_clings_to_it(again: str) -> None:
    first = decide([], [], links=[link(POST)])

    second = decide([], [], links=[link(again)], documents=first.documents)

    assert second.documents == ()
    assert [found.fate for found in second.links] == [LinkFate.COUNTED]


def test_links_are_numbered_after_the_files_of_their_message() -> None:
    decision = decide([entry("a.pdf")], [(sure("deck"), ())], links=[link(POST)])

    assert [(kept.number, kept.url) for kept in decision.documents] == [(1, None), (2, POST)]
