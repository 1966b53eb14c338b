"""The same document saved again is known by its text or look; two documents of one template are two."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from datetime import date

import pytest
from PIL import Image, ImageDraw

from intake.extract import ExtractLimits, extract
from intake.filing import NEARLY_ALL, SAME_TEXT, is_version, resemblance
from intake.model import Cadence, Document, Extract, Family, Page, Span
from intake.sketch import SKETCH_SIZE, sketch_of, words_of
from tests.unit.compose_cast import document, sure

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
