"""Which language a letter is written in, and that every language has every sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from jinja2.runtime import Macro

from intake.compose import Templates, load_languages, spoken
from intake.compose.language import guess
from intake.errors import ConfigError
from intake.model import Brief, Fate, LetterKind, LinkFate, LinkFound, Obstacle
from tests.gallery import LETTERS, MATTERS, SPOKEN, bodies, bodies_of, load_templates
from tests.unit.compose_cast import (
    ONBOARDING,
    brief,
    document,
    part,
    received,
    sure,
)

LITTLE_WORDS = {entry.language: entry.little_words for entry in SPOKEN.templates}
ENGLISH = load_templates(None)
GERMAN = load_templates(None, language="de")
THANKS_IN_FRENCH = (
    '{% set little_words = "bonjour merci voici pour nous vous avec cordialement les est" %}'
    '{% set labels = {"Brand guide": "Charte graphique"} %}'
    "{% macro thanks() %}Merci pour votre envoi.{% endmacro %}"
    '{% macro already_here(labels) %}Déjà là\u00a0: {{ labels | join(" et ") }}.{% endmacro %}'
)
FRENCH = "Bonjour Robin, voici le plan pour vous. Merci et cordialement, Mira"


def arguments_of(templates: Templates) -> dict[str, tuple[str, ...]]:
    """Every macro with the names of what it is told."""
    return {
        name: tuple(macro.arguments)
        for name, macro in templates.sentences.items()
        if isinstance(macro, Macro)
    }


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hi Robin, please find the deck attached. Thanks, Mira", "en"),
        ("Here it is. The rest will follow, Jonas still has that one.", "en"),
        ("Hallo Robin, anbei unser Deck. Viele Grüße, Mira", "de"),
        ("Sehr geehrte Damen und Herren, die Roadmap ist im Anhang.", "de"),
        ("anbei wie besprochen, der Rest kommt noch", "de"),
        ("ANBEI DIE UNTERLAGEN, BITTE UM KURZE INFO OB ALLES DA IST", "de"),
        ("Hi Robin, hier ist das Slide Deck und die Roadmap Q4, Feedback gern. Best, Mira", "de"),
        ("The “Jahresplan” you asked for is attached, please let us know what is missing.", "en"),
    ],
)
def test_a_language_is_known_by_its_little_words(text: str, language: str) -> None:
    assert guess(text, LITTLE_WORDS) == language


@pytest.mark.parametrize(
    "text",
    ["", "Q4", "Mira", "deck.pdf", "Danke!", "ok", "Thanks, Gruß, Mira", "Voilà le plan."],
)
def test_what_does_not_tell_is_not_guessed(text: str) -> None:
    assert guess(text, LITTLE_WORDS) is None


def test_a_word_that_two_languages_have_says_nothing() -> None:
    words = {"nl": frozenset({"de", "het"}), "fr": frozenset({"de", "les"})}

    assert guess("de het", words) is None


def test_a_word_counts_once_however_often_it_is_written() -> None:
    assert guess("danke " * 50, LITTLE_WORDS) is None


@pytest.mark.parametrize(
    ("chosen", "written", "language"),
    [
        ("de", ("Please find the deck attached, thanks.",), "de"),
        (None, ("Anbei die Unterlagen, bitte sehr.",), "de"),
        (None, ("ok", "Anbei die Unterlagen, bitte sehr."), "de"),
        (None, ("Please see the deck, thanks.", "Anbei die Unterlagen, bitte sehr."), "en"),
        (None, ("ok",), "en"),
        (None, (), "en"),
        ("fr", (), "en"),
    ],
    ids=["chosen", "written", "lately", "now", "unsure", "silent", "not-ours"],
)
def test_the_clients_choice_comes_first_then_what_they_write(
    chosen: str | None, written: tuple[str, ...], language: str
) -> None:
    assert SPOKEN.of(chosen, *written).language == language


def test_the_first_language_of_the_settings_is_for_those_who_do_not_tell() -> None:
    assert load_languages(None, ("de", "en")).of(None, "ok").language == "de"


def test_both_languages_have_the_same_sentences() -> None:
    english, german = arguments_of(ENGLISH), arguments_of(GERMAN)
    own = Path(__file__).parents[2] / "intake" / "templates" / "de.jinja"

    assert {name: german[name] for name in english} == english
    assert set(german) - set(english) == {"counted"}
    assert [name for name in english if f"macro {name}(" not in own.read_text()] == []


def with_part(fate: Fate) -> Brief:
    deck = document(1, replace(sure("deck"), sure=fate is not Fate.UNSURE), "a.pdf", fate=fate)
    return brief(LetterKind.REPLY, [deck], received(part(fate, "a.pdf", number=1)))


def with_link(fate: LinkFate) -> Brief:
    link = LinkFound("https://files.example/x", fate, "files.example")
    return brief(LetterKind.REPLY, (), received(links=[link]))


@pytest.mark.parametrize("fate", Fate)
def test_every_fate_is_told_in_german_as_in_english(fate: Fate) -> None:
    english, german = (bodies_of(with_part(fate), language).text for language in ("en", "de"))

    assert english.count("a.pdf") == german.count("a.pdf")
    assert len(english.split("\n\n")) == len(german.split("\n\n"))


@pytest.mark.parametrize("fate", LinkFate)
def test_every_link_is_told_in_german(fate: LinkFate) -> None:
    assert "Link" in bodies_of(with_link(fate), "de").text


@pytest.mark.parametrize("obstacle", Obstacle)
def test_every_obstacle_has_its_german_sentence(obstacle: Obstacle) -> None:
    told = GERMAN.say("unreached_why", address="max@larkfield.example", obstacle=obstacle.value)

    assert told.startswith("Der Mailserver dort")


@pytest.mark.parametrize("name", LETTERS)
def test_no_english_sentence_is_left_in_a_german_letter(name: str) -> None:
    silent = tuple(replace(mail, written="") for mail in LETTERS[name].received)
    text = bodies_of(replace(LETTERS[name], received=silent), "de", MATTERS.get(name)).text
    words = set(text.lower().split()) - {"is", "a", "and", "in", "for"}  # of evidence and subjects

    assert not words & ENGLISH.little_words - GERMAN.little_words - {"not", "of", "the"}


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2026-Q4", "4. Quartal 2026 (Oktober bis Dezember)"),
        ("2026-H1", "1. Halbjahr 2026 (Januar bis Juni)"),
        ("2026-03", "März 2026"),
        ("2026-12-31", "31. Dezember 2026"),
        ("2026-Q3..2027-Q2", "3. Quartal 2026 bis 2. Quartal 2027"),
    ],
)
def test_periods_are_spoken_in_german(period: str, words: str) -> None:
    assert spoken(GERMAN, period) == words


def test_sizes_have_a_comma_in_german() -> None:
    assert GERMAN.say("megabytes", tenths=613) == "61,3 MB"


@pytest.mark.parametrize("label", [entry.label for entry in ONBOARDING.items])
def test_the_items_of_the_built_in_checklist_have_german_labels(label: str) -> None:
    assert GERMAN.say("label", label=label) != label


def test_an_own_label_is_told_as_it_is() -> None:
    assert GERMAN.say("label", label="Preisliste 2026") == "Preisliste 2026"


def test_a_language_is_added_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "fr.jinja").write_text(THANKS_IN_FRENCH)
    languages = load_languages(tmp_path, ("en", "de", "fr"))
    french = languages.of(None, FRENCH)

    assert (french.language, french.say("thanks")) == ("fr", "Merci pour votre envoi.")
    assert french.say("label", label="Brand guide") == "Charte graphique"
    assert french.say("heading_missing") == "Still missing"


def test_a_file_of_one_sentence_may_use_ours(tmp_path: Path) -> None:
    (tmp_path / "de.jinja").write_text(
        "{% macro thanks() %}Danke, {{ listed(['Mira', 'Jo']) }}!{% endmacro %}"
    )
    german = load_templates(tmp_path, language="de")

    assert german.say("thanks") == "Danke, Mira und Jo!"
    assert german.little_words == GERMAN.little_words


@pytest.mark.parametrize("folder", [True, False])
def test_a_language_without_a_file_is_a_mistake_in_the_configuration(
    *, folder: bool, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=r"letters\.languages: there is no fr\.jinja"):
        load_languages(tmp_path if folder else None, ("en", "fr"))


def test_a_letter_says_its_language() -> None:
    assert '<html lang="de">' in bodies_of(LETTERS["reply"], "de").html


def test_german_letters_say_sie() -> None:
    letters = [bodies(name, "de").text for name in LETTERS]

    assert not {"du", "dein", "deine", "dir", "euch"} & set(" ".join(letters).lower().split())


def test_a_list_of_words_is_replaced_wherever_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "en.jinja").write_text('{% set labels = {"Investor deck": "Pitch & story"} %}')

    assert load_templates(tmp_path).say("label", label="Investor deck") == "Pitch & story"
