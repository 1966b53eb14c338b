"""The built-in kinds, the operator's own, and the words that name them."""

from __future__ import annotations

import pytest

from intake.errors import ConfigError
from intake.kinds import built_in, fold, mistakes_of, named_in, own_kind


def test_the_built_in_kinds_are_those_of_the_contract() -> None:
    assert [spec.kind for spec in built_in()] == [
        "deck",
        "roadmap",
        "event_calendar",
        "blog_post",
        "brand_guide",
        "case_study",
        "press_release",
        "other",
    ]


def test_no_word_names_two_kinds() -> None:
    words = [word for spec in built_in() for word in spec.words]

    assert len(words) == len(set(words))


def test_every_word_is_folded_already() -> None:
    words = [word for spec in built_in() for word in spec.words]

    assert words == [fold(word) for word in words]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("PitchDeck_final-v2", ["deck"]),
        ("ACME Investor Deck", ["deck"]),
        ("product_roadmap_2026", ["roadmap"]),
        ("Event Calendar 2027", ["event_calendar"]),
        ("Blogbeitrag Oktober", ["blog_post"]),
        ("brand-guidelines", ["brand_guide"]),
        ("Fallstudie Hartmann", ["case_study"]),
        ("Pressemitteilung", ["press_release"]),
        ("Rechnung 4711", ["other"]),
        ("Roadmap and deck", ["deck", "roadmap"]),
        ("scan0001", []),
        ("deckchair catalogue of a post office", []),
    ],
)
def test_a_file_name_names_kinds(name: str, kinds: list[str]) -> None:
    assert sorted(spec.kind for spec in named_in(name, built_in())) == kinds


def test_a_longer_name_hides_the_shorter_one_in_it() -> None:
    assert [spec.kind for spec in named_in("pitch deck style guide", built_in())] == [
        "deck",
        "brand_guide",
    ]


def test_an_own_kind_is_named_by_its_label_its_name_and_its_words() -> None:
    spec = own_kind("price_list", label="Price  List", words=["Preisliste"])

    assert (spec.label, spec.plural, spec.article) == ("Price List", "Price Lists", "a")
    assert spec.words == ("price list", "preisliste")


@pytest.mark.parametrize(
    ("name", "label", "words", "mistake"),
    [
        ("deck", "Deck", (), "built-in"),
        ("Price List", "Price list", (), "lower-case"),
        ("x", "X", (), "lower-case"),
        ("persona", " ", (), "label"),
        ("persona", "Persona", ("*",), "too short"),
    ],
)
def test_a_mistake_in_an_own_kind_is_told(
    name: str, label: str, words: tuple[str, ...], mistake: str
) -> None:
    (found,) = mistakes_of(name, label=label, words=words)

    assert mistake in found


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(ConfigError, match=r"built-in.*label"):
        own_kind("deck", label="")
