"""The same document saved again is known by its text or look; two documents of one template are two."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from intake.extract import ExtractLimits, extract
from intake.model import Cadence, Document, Extract, Family, Offer, Page, Span
from intake.sketch import SKETCH_SIZE, sketch_of, words_of
from intake.versions import (
    NEARLY_ALL,
    RELATED_TEXT,
    SAME_TEXT,
    edition,
    is_older,
    is_version,
    resemblance,
    stem,
)
from tests.unit.compose_cast import NOON, document, sure

LIMITS = ExtractLimits(document_octets=5_000_000, pages=100)
WORDS = "harbour crane ledger meadow signal copper window orchard timber velvet lantern saddle pepper canyon".split()  # noqa: SIM905
YEAR = Span(date(2026, 1, 1), date(2026, 12, 31))
QUARTER = Span(date(2026, 7, 1), date(2026, 9, 30))
NEXT_QUARTER = Span(date(2026, 10, 1), date(2026, 12, 31))


def prose(count: int, *, seed: int = 1) -> str:
    """So many words in lines of ten."""
    chance = random.Random(seed)  # noqa: S311  # the same each time
    words = [f"{chance.choice(WORDS)}{chance.randint(1, 60)}" for _ in range(count)]
    return "\n".join(" ".join(words[at : at + 10]) for at in range(0, count, 10))


def sketch(text: str) -> tuple[int, ...]:
    return sketch_of(Extract(Family.TEXT, text))


def alike(one: str, other: str) -> float:
    return resemblance(sketch(one), sketch(other))


def made(
    kind: str, text: str, span: Span | None = None, *, filename: str = "a.pdf", number: int = 1
) -> Document:
    cadence = Cadence.QUARTERLY if kind == "roadmap" else None
    classification = replace(sure(kind), span=span, cadence=cadence)
    return replace(document(number, classification, filename), sketch=sketch(text))


TABLE = "Item\tNet\tGross\n" + "\n".join(
    f"Bracket {at}\t{at * 3}.50\t{at * 4}.20" for at in range(1, 30)
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (prose(200), prose(200).upper()),
        (prose(200), "\n".join(f"• {line}" for line in prose(200).splitlines())),
        (prose(200), prose(200).replace("\n", " ")),
        (prose(200), prose(200).replace(" ", "  ")),
        (TABLE, TABLE.replace("\t", " | ")),
        (TABLE, TABLE.replace(".50", ".5").replace(".20", ".2")),
        (f"{prose(60)}\nSum 12,400 EUR", f"{prose(60)}\nSum 12400.00 EUR"),
        (
            prose(400),
            "\n".join(f"{line}\nAcme GmbH - page {at} of 40" for at, line in enumerate(prose(400).splitlines())),
        ),
        (prose(400), "\n".join(f"{line}\n{at}" for at, line in enumerate(prose(400).splitlines()))),
    ],
    ids=["case", "bullets", "lines", "blanks", "cells", "zeros", "thousands", "feet", "page numbers"],
)  # fmt: skip
def test_what_a_program_changes_when_it_saves_changes_no_sketch(one: str, other: str) -> None:
    assert alike(one, other) == 1.0


@pytest.mark.parametrize(
    "changed",
    [
        prose(300).replace(prose(300).split()[40], "otherwise", 1),
        f"As of 14 October 2026\n{prose(300)}",
        f"{prose(300)}\n{prose(40, seed=9)}",
    ],
    ids=["a word", "a date", "a slide more"],
)
def test_a_small_change_leaves_the_same_document(changed: str) -> None:
    assert alike(prose(300), changed) >= SAME_TEXT


def test_a_short_document_with_one_number_changed_is_the_same() -> None:
    text = prose(45)

    assert alike(text, text.replace(text.split()[20], "7", 1)) >= SAME_TEXT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (prose(300), prose(300, seed=2)),
        (f"{prose(60)}\n{prose(240, seed=2)}", f"{prose(60)}\n{prose(240, seed=3)}"),
        (TABLE, TABLE.translate(str.maketrans("0123456789", "3940175286"))),
    ],
    ids=["two posts", "two issues", "other figures"],
)
def test_two_documents_are_two(one: str, other: str) -> None:
    assert alike(one, other) < SAME_TEXT


def test_too_little_text_has_no_sketch() -> None:
    assert sketch("Scanned with a scanner") == ()


def test_signs_of_scripts_without_blanks_are_words() -> None:
    assert words_of("山と線 2026") == ["山", "と", "線", "2026"]


@pytest.mark.parametrize(
    ("left", "right", "share"),
    [
        ((1, 2, 3, 4), (1, 2, 3, 4), 1.0),
        ((1, 2, 3, 4), (1, 2, 5, 6), 0.5),
        ((), (), 0.0),
        ((1,), (1, 2), 0.0),
    ],
)
def test_resemblance_is_the_share_of_equal_entries(
    left: tuple[int, ...], right: tuple[int, ...], share: float
) -> None:
    assert resemblance(left, right) == share


def test_what_a_person_rejected_is_no_version() -> None:
    one, other = made("deck", prose(300)), made("deck", prose(300), number=2)

    assert not is_version(one, replace(other, rejected=True))


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    "filename",
    [
        "Acme deck",
        "ACME-Deck.PDF",
        "acme_deck.pptx",
        "AcmeDeck.pptx",
        "Acme deck.pptx.pdf",
        # numbers
        "Acme deck v2.pptx",
        "Acme_deck_v2.1.pptx",
        "Acme deck v2a.pdf",
        "Acme deckv2.pptx",
        "AcmeDeckV2.pptx",
        "Acme deck v2.1",
        "Acme deck version 2.pptx",
        "Acme deck Ver. 2.0.3.pptx",
        "Acme deck rev B.pptx",
        "Acme deck RevB.pptx",
        "Acme deck rev. 3.pptx",
        "Acme deck_Rev2.pptx",
        # words
        "Acme deck-FINAL.pptx",
        "Acme deck_final_FINAL.pptx",
        "Acme deck FINALFINAL.pptx",
        "AcmeDeckFinal.pptx",
        "Acme deck (final).pptx",
        "Acme deck final2.pptx",
        "Acme deck vFinal.pptx",
        "Acme deck FINALv2.pptx",
        "Acme deck v2final.pptx",
        "Acme deck final_v3.pptx",
        "Acme deck final_v3 (2).pptx",
        "Acme deck v2 (final) (1).pdf",
        "Acme deck [DRAFT].pptx",
        "Acme deck draft 3.pptx",
        "Acme deck Entwurf.pptx",
        "Acme deck updated.pptx",
        "Acme deck (updated 20 Nov).pptx",
        "Acme deck_u\u0308berarbeitet.pptx",  # as macOS writes an umlaut
        "Acme deck_NEW.pptx",
        "Acme deck neu2.pptx",
        "Acme deck-compressed.pdf",
        # copies
        "Acme deck (1).pptx",
        "Acme deck(1)(2).pptx",
        "Copy of Acme deck.pptx",
        "Copy of Copy of Acme deck.pptx",
        "Copy (2) of Acme deck.pptx",
        "Acme deck - Copy.pptx",
        "Acme deck copy 2.pptx",
        "Kopie von Acme deck.pptx",
        "Acme deck - Kopie.pptx",
        "Acme deck - Kopie (2).pptx",
        "Copie de Acme deck.pptx",
        # days
        "Acme deck 2026-11-20.pptx",
        "Acme deck_2026_11_20.pptx",
        "Acme deck 20.11.2026.pptx",
        "Acme deck 20.11.26.pptx",
        "Acme deck 11-20-2026.pptx",
        "Acme deck_20112026.pptx",
        "20261120_Acme deck.pptx",
        "261120 Acme deck.pptx",
        "Acme deck 20 Nov 2026.pptx",
        "Acme deck 20Nov2026.pptx",
        "Acme deck Nov 20th, 2026.pptx",
        "Acme deck 20. November 2026.pptx",
        "Acme deck (Stand 20.11.2026).pptx",
        "Acme deck as of 2026-11-20.pptx",
        "Acme deck 2026-11-20T14.30.pptx",
        "Acme deck 20261120_1430.pptx",
        "2026-11-20 Acme deck v3 FINAL (1).pptx",
    ],
)
def test_what_people_call_the_next_version_is_no_part_of_the_name(filename: str) -> None:
    assert stem(filename) == "acmedeck"


@pytest.mark.parametrize(
    "filename",
    [
        "Acme deck 2.pdf",
        "Acme deck part 2.pdf",
        "Acme deck Q3.pdf",
        "Acme deck H2 2026.pdf",
        "Acme deck 2026.pdf",
        "Acme deck 2026-11.pdf",
        "Acme deck 2026-27.pdf",
        "Acme deck Nov 2026.pdf",
        "Acme deck 202611.pdf",
        "Acme deck version 2026.pdf",
        "Acme deck DE.pdf",
        "Acme deck Series A.pdf",
        "Acme deck copyright.pdf",
        "Acme deck finalists.pdf",
        "Acme deck revenue.pdf",
        "Acme deck news.pdf",
        "Acme deck 5 marketing ideas.pdf",
        "Acme deck 345678.pdf",
        "Acme sales deck.pdf",
        "Acme deck TV 2.pdf",
    ],
)
def test_what_says_which_document_it_is_stays_in_the_name(filename: str) -> None:
    assert stem(filename) != "acmedeck"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Investor update 3.pdf", "Investor update 4.pdf"),
        ("Roadmap 2026-11.pdf", "Roadmap 2026-12.pdf"),
        ("Roadmap 202611.pdf", "Roadmap 202612.pdf"),
        ("TV 2 plan.pdf", "TV 3 plan.pdf"),
        ("Case study 10.pdf", "Case study 11.pdf"),
    ],
)
def test_issues_and_months_are_not_versions_of_each_other(one: str, other: str) -> None:
    assert stem(one) != stem(other)


LIKE = sketch(prose(300))
RELATED = (*LIKE[: SKETCH_SIZE // 2], *(-entry - 1 for entry in LIKE[SKETCH_SIZE // 2 :]))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Acme deck final_v3.pptx", "Acme deck final_v3 (2).pptx", True),
        ("Acme deck.pptx", "Kopie von Acme deck.pptx", True),
        ("Acme deck.pptx", "Bright deck.pptx", False),
        ("v1.pdf", "v2.pdf", False),
        ("2026-11-20.pdf", "2026-11-27.pdf", False),
    ],
)
def test_with_related_text_the_name_decides(one: str, other: str, *, same: bool) -> None:
    first = replace(made("deck", prose(300)), filename=one)
    second = replace(made("deck", prose(300), number=2), filename=other, sketch=RELATED)

    assert RELATED_TEXT <= resemblance(LIKE, RELATED) < SAME_TEXT
    assert is_version(first, second) is same


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("Deck.pdf", "Deck v1.pdf"),
        ("Deck v2.pdf", "Deck v3.pdf"),
        ("Deck v9.pdf", "Deck v10.pdf"),
        ("Deck v2.pdf", "Deck v2.1.pdf"),
        ("Deck v2.9.pdf", "Deck v2.10.pdf"),
        ("Deck v2 (4).pdf", "Deck_v3.pdf"),
        ("Deck v2.pdf", "Deck v3 (1).pdf"),
        ("Deck final_v3.pdf", "Deck final_v3 (2).pdf"),
        ("Deck (1).pdf", "Deck (2).pdf"),
        ("Deck rev A.pdf", "Deck rev B.pdf"),
        ("Deck v1 2026-11-20.pdf", "Deck v2 2026-11-13.pdf"),
    ],
)
def test_in_one_message_the_numbers_of_the_names_say_which_is_newer(older: str, newer: str) -> None:
    text = prose(300)

    first, second = made("deck", text, filename=older), made("deck", text, filename=newer)

    assert edition(first) < edition(second)


@pytest.mark.parametrize(
    ("first", "second", "older"),
    [
        ("Deck v10.pdf", "Deck v9.pdf", True),
        ("Deck v9.pdf", "Deck v10.pdf", False),
        ("Deck v2.1.pdf", "Deck FINAL v2.pdf", True),
        ("Deck final_v3.pdf", "Deck final_v3 (2).pdf", False),
        ("Deck final_v3 (2).pdf", "Deck final_v3.pdf", False),  # saved anew, under its own name
        ("Deck v3.pdf", "Deck.pdf", False),
        ("Deck FINAL final.pptx", "Deck.pptx", False),
        ("Deck v3.pdf", "Sales deck v1.pdf", False),
    ],
)
def test_in_a_later_message_only_a_lower_number_in_the_same_name_is_older(
    first: str, second: str, *, older: bool
) -> None:
    ours = made("deck", prose(300), filename=first)
    theirs = replace(
        made("deck", prose(300), filename=second), received_at=NOON + timedelta(days=1)
    )

    assert is_older(theirs, ours) is older


def test_numbers_say_nothing_across_projects() -> None:
    offered = replace(made("deck", prose(300), filename="Deck v3.pdf"), offer=Offer(kept=False))
    theirs = replace(
        made("deck", prose(300), filename="Deck v1.pdf"), received_at=NOON + timedelta(days=1)
    )

    assert not is_older(theirs, offered)


@given(name=st.text(max_size=80))
def test_any_name_has_a_stem_and_an_edition(name: str) -> None:
    assert stem(name) == stem(f"{name} ")
    assert edition(made("deck", "", filename=name)).copy >= 0


# ---------------------------------------------------------------- time


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        ("roadmap", QUARTER, QUARTER, True),
        ("roadmap", QUARTER, NEXT_QUARTER, False),
        ("roadmap", QUARTER, YEAR, False),
        ("roadmap", None, QUARTER, True),
        ("event_calendar", YEAR, Span(date(2026, 1, 20), date(2027, 1, 15)), True),
        ("event_calendar", YEAR, Span(date(2026, 11, 1), date(2027, 6, 30)), False),
        ("event_calendar", YEAR, Span(date(2027, 1, 1), date(2027, 12, 31)), False),
        ("deck", None, None, True),
    ],
)
def test_versions_are_about_the_same_time(
    kind: str, one: Span | None, other: Span | None, *, same: bool
) -> None:
    text = prose(300)

    assert is_version(made(kind, text, one), made(kind, text, other, number=2)) is same


def test_where_only_one_states_its_time_nearly_all_must_be_the_same() -> None:
    changed = f"{prose(300)}\n{prose(130, seed=4)}"

    assert SAME_TEXT <= alike(prose(300), changed) < NEARLY_ALL
    assert not is_version(made("roadmap", prose(300), QUARTER), made("roadmap", changed, number=2))


# ---------------------------------------------------------------- pictures


def picture(seed: int) -> Image.Image:
    """Boxes and lines, each time others."""
    chance = random.Random(seed)  # noqa: S311  # the same each time
    image = Image.new("RGB", (640, 480), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        left, top = chance.randint(0, 520), chance.randint(0, 380)
        box = (left, top, left + chance.randint(40, 120), top + chance.randint(30, 100))
        draw.rectangle(box, fill=(chance.randint(0, 200),) * 3)
    return image


def seen(image: Image.Image, form: str = "PNG") -> tuple[int, ...]:
    held = io.BytesIO()
    image.save(held, form)
    found = extract(held.getvalue(), filename="x", media_type="image/png", limits=LIMITS)
    assert isinstance(found, Extract)
    return sketch_of(found)


def test_a_picture_saved_again_is_like_itself() -> None:
    image = picture(1)

    assert resemblance(seen(image), seen(image.resize((320, 240)), "JPEG")) >= SAME_TEXT


def test_two_pictures_are_two() -> None:
    assert resemblance(seen(picture(1)), seen(picture(2))) < SAME_TEXT


def test_a_picture_is_like_no_text() -> None:
    assert len(seen(picture(1))) != SKETCH_SIZE


def test_a_picture_on_which_nothing_is_to_be_seen_has_no_sketch() -> None:
    assert sketch_of(Extract(Family.PICTURE, "", pages=(Page(""),))) == ()
