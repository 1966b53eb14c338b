"""Own kinds from examples: what is like them is known, what is near is asked about, built-in kinds keep theirs."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from intake.classify import Classifier, load
from intake.classify.features import features_of
from intake.classify.likeness import Likeness, load_background, words_of
from intake.classify.own import _weighed, profiles_of, shown_by
from intake.config import load as load_settings
from intake.errors import ConfigError
from intake.extract import ExtractLimits, extract
from intake.kinds import MOST_EXAMPLES, ExampleFile, KindSpec, Profile, Shown, own_kind
from intake.model import OTHER, Classification, Clues, Extract, Kind, Sha256
from tests.unit import classify_cast as cast

LIMITS = ExtractLimits(document_octets=5_000_000, pages=100)
RATES = own_kind("rate_card", label="Rate card")
GOODS = "bracket hinge washer bolt rail dowel hook latch spacer sleeve clamp gasket".split()  # noqa: SIM905
BASE = "intake: {address: a@b.example}\ndelivery: {type: maildir, path: Sent}\n"


def tariff(number: int, *, goods: str = "") -> cast.File:
    """One of many tariffs of a workshop: other articles and prices each time."""
    chance = random.Random(number)  # noqa: S311  # the same each time
    rows: list[list[object]] = [
        ["SKU", "Article", "Pack", "Net EUR", "Gross EUR"],
        *(
            [
                f"{chance.randint(100, 999)}-{at}",
                f"{chance.choice(GOODS)} {goods}",
                at,
                price,
                price * 1.19,
            ]
            for at in range(chance.randint(8, 25))
            for price in [round(chance.uniform(1, 90), 2)]
        ),
    ]
    return cast.sheet("x.xlsx", [[f"Valid from {chance.choice(['May', 'June'])}, net of VAT"], *rows])  # fmt: skip


def read(file: cast.File | Extract) -> Extract:
    if isinstance(file, Extract):
        return file
    found = extract(file.octets, filename=file.name, media_type=file.media_type, limits=LIMITS)
    assert isinstance(found, Extract)
    return found


def shown(file: cast.File | Extract) -> Shown:
    extracted = read(file)
    return shown_by(extracted, features_of(extracted, load().cues))


def example(file: cast.File, spec: KindSpec = RATES, *, taken_for: Kind = OTHER) -> ExampleFile:
    digest = Sha256(hashlib.sha256(file.octets).hexdigest())
    return ExampleFile(spec.kind, digest, shown(file), taken_for)


def taught(count: int) -> Classifier:
    profiles = profiles_of([example(tariff(number)) for number in range(count)])
    return load([RATES], profiles)


def judged(classifier: Classifier, file: cast.File | Extract, name: str = "x") -> Classification:
    return classifier.classify(read(file), Clues(name))


@pytest.mark.parametrize("number", range(50, 56))
def test_what_is_like_five_examples_is_known_and_sure(number: int) -> None:
    found = judged(taught(5), tariff(number))

    assert (found.kind, found.sure) == ("rate_card", True)


def test_the_evidence_says_what_it_is_like_and_by_what() -> None:
    found = judged(taught(5), tariff(50))

    [line] = [line for line in found.evidence if "examples" in line]
    assert line.startswith("like 5 of your 5 examples of a rate card: ")
    assert re.search("figures|amounts", line)
    assert line.count("“") == 3


@pytest.mark.parametrize(
    "build",
    [
        cast.roadmap_with_quarter_columns,
        cast.roadmap_as_slides,
        cast.deck_as_slides,
        cast.calendar_as_sheet,
        cast.post_as_words,
        cast.press_release,
        cast.case_study,
        cast.brand_guide_as_words,
        cast.invoice,
        cast.minutes,
        cast.gantt_chart,
    ],
    ids=lambda build: build.__name__,
)
def test_other_documents_stay_what_they_are(build: Callable[[], cast.File]) -> None:
    before, after = judged(load(), build()), judged(taught(5), build())

    assert (after.kind, after.sure) == (before.kind, before.sure)


def test_one_example_makes_nothing_sure() -> None:
    found = judged(taught(1), tariff(50))

    assert not (found.kind == "rate_card" and found.sure)


def test_what_is_near_is_asked_about() -> None:
    [profile] = taught(5).profiles
    near = Likeness(confidence=0.6, alike=2, marks=(), words=("net",))

    found = _weighed(RATES, by_words=0.0, likeness=near, profile=profile, marks=())

    assert not found.sure
    assert found.evidence == (
        "somewhat like 2 of your 5 examples of a rate card, not enough to be sure: “net”",
    )


def test_a_name_that_says_another_kind_makes_it_unsure() -> None:
    found = judged(taught(5), tariff(50), "Investor deck.xlsx")

    assert (found.kind, found.sure) == ("rate_card", False)


def test_a_name_that_only_says_something_other_does_not() -> None:
    assert judged(taught(5), tariff(50), "invoice.xlsx").sure


def test_a_built_in_kind_that_is_sure_is_not_taken_over() -> None:
    deck = cast.deck_as_slides()
    pitches = own_kind("pitch", label="Pitch")
    classifier = load([pitches], profiles_of([example(deck, pitches)] * 1))

    assert judged(load(), deck).sure
    assert judged(classifier, deck).kind == "deck"


def test_an_own_kind_whose_examples_are_taken_for_a_built_in_one_may_take_it_over() -> None:
    [profile] = profiles_of([example(tariff(at), taken_for=Kind("deck")) for at in range(3)])

    assert profile.within == ("deck",)


def test_the_same_octets_are_one_example() -> None:
    once = example(tariff(1))

    [profile] = profiles_of([once, once])

    assert profile.count == 1


def test_of_more_than_twenty_examples_the_first_count() -> None:
    [profile] = profiles_of([example(tariff(number)) for number in range(MOST_EXAMPLES + 2)])

    assert profile.count == MOST_EXAMPLES


def test_measures_that_the_background_does_not_know_change_nothing() -> None:
    background = load_background()
    values = dict(shown(tariff(1)).values)

    assert (background.place(values | {"new": 1.0}) == background.place(values)).all()


def test_a_measure_that_is_missing_is_taken_to_be_average() -> None:
    assert (load_background().place({}) == 0).all()


def test_words_are_compared_without_case_and_numbers() -> None:
    assert words_of("Net price, 2026: NET 40") == ("net", "price")


def test_a_document_without_text_is_like_no_example() -> None:
    empty = Extract(read(tariff(1)).family, "")

    assert taught(5).classify(empty, Clues()).kind == OTHER


def test_two_own_kinds_are_told_apart() -> None:
    notes = own_kind("meeting_notes", label="Meeting notes")
    said = [notes_of(number) for number in range(5)]
    profiles = profiles_of(
        [*(example(tariff(at)) for at in range(5)), *(example(each, notes) for each in said)]
    )
    classifier = load([RATES, notes], profiles)

    assert judged(classifier, tariff(60)).kind == "rate_card"
    assert judged(classifier, notes_of(60)).kind == "meeting_notes"


def notes_of(number: int) -> cast.File:
    """Notes of one of many meetings."""
    chance = random.Random(number)  # noqa: S311  # the same each time
    people = chance.sample(["Ana", "Ben", "Cleo", "Dov", "Eli", "Fay"], 4)
    points = "\n".join(
        f"- {chance.choice(people)} reports on the {chance.choice(GOODS)} order; agreed to wait"
        for _ in range(chance.randint(4, 9))
    )
    return cast.words(
        "n.docx",
        f"Present: {', '.join(people)}\nApologies: none\n{points}\nDecided: order {number} more\nNext meeting: Friday",
    )


def test_a_profile_is_small_enough_to_go_with_every_order() -> None:
    [profile] = profiles_of([example(tariff(number)) for number in range(MOST_EXAMPLES)])

    assert isinstance(profile, Profile)
    assert sum(map(len, profile.each)) + len(profile.centre) + len(profile.words) < 2_000


# ---------------------------------------------------------------- configuration


def settings_of(folder: Path, kinds: str) -> dict[Kind, tuple[Path, ...]]:
    (folder / "config.yaml").write_text(f"{BASE}kinds:\n{kinds}", "utf-8")
    loaded = load_settings(folder / "config.yaml", {})
    return {Kind(name): kind.examples for name, kind in loaded.kinds.items()}


def test_examples_lie_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").touch()

    found = settings_of(tmp_path, "  card: {label: Card, examples: [a.pdf]}\n")

    assert found == {"card": (tmp_path / "a.pdf",)}


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        ("  card: {label: C, examples: [no.pdf]}", r"kinds\.card\.examples\[0\]: there is no file .*no\.pdf"),
        ("  card: {label: C, examples: [sub]}", r"kinds\.card\.examples\[0\]: .*sub is not a file"),
        ("  card: {label: C, examples: [a, a]}", r"kinds\.card\.examples: name .*a twice"),
        (
            "  card: {label: C, examples: [a]}\n  list: {label: L, examples: [a]}",
            r"kinds: .*a is an example of both card and list",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_examples_is_told_with_its_path(
    tmp_path: Path, kinds: str, sentence: str
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a").touch()

    with pytest.raises(ConfigError) as caught:
        settings_of(tmp_path, f"{kinds}\n")

    assert re.search(sentence, str(caught.value))
