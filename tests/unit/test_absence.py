"""The day on which an absent writer is back, as people say it."""

from __future__ import annotations

from datetime import date

import pytest

from intake.absence import returns_on

MONDAY = date(2026, 11, 23)
NEXT_MONDAY = date(2026, 11, 30)
SIXTH, SEVENTH = date(2026, 12, 6), date(2026, 12, 7)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I am out of the office until 5 December 2026.", SIXTH),
        ("I'm away from 1 December to 5 December with limited access to email.", SIXTH),
        ("I am out of the office from 1 - 5 Dec.", SIXTH),
        ("Our offices are closed December 24 through January 3", date(2027, 1, 4)),
        ("Ich bin bis einschließlich 5.12. nicht im Büro.", SIXTH),
        ("Ich bin vom 1. bis 5. Dezember im Urlaub.", SIXTH),
        ("Je suis absente du bureau jusqu'au 5 décembre inclus.", SIXTH),
        ("Je suis en congés du 1er au 5 décembre.", SIXTH),
        ("Estaré fuera de la oficina hasta el 5 de diciembre de 2026.", SIXTH),
        ("Estou de férias até 5 de dezembro.", SIXTH),
        ("Sono in ferie fino al 5 dicembre.", SIXTH),
        ("Ik ben afwezig tot en met 5 december.", SIXTH),
        ("Jag är på semester till och med 5 december.", SIXTH),
        ("Я в отпуске до 5 декабря", SIXTH),
    ],
)
def test_the_day_after_the_last_one_away(text: str, day: date) -> None:
    assert returns_on(text, on=MONDAY) == day


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for your message. I am on vacation and will be back on December 7.",
        "I will return on Monday, 7 December. For urgent matters call Bob.",
        "Ab dem 07.12. bin ich wieder erreichbar.",
        "Ich kehre am 7. Dezember zurück.",
        "Je suis absent. Je serai de retour le 7 décembre.",
        "Estoy de vacaciones. Vuelvo el 7 de diciembre.",
        "Estou de volta no dia 7 de dezembro.",
        "Rientro il 7 dicembre.",
        "Vanaf 7 december ben ik weer bereikbaar.",
        "Ik ben op 7 december weer terug.",
        "Jag är tillbaka 7 december.",
    ],
)
def test_the_day_that_is_named_for_the_return(text: str) -> None:
    assert returns_on(text, on=MONDAY) == SEVENTH


@pytest.mark.parametrize(
    "text",
    [
        "I am away until 4 December and back on 7 December.",
        "I will be back on 7 December. I am away from 1 to 4 December.",
        "Sono in ferie fino al 4 dicembre. Rientro il 7 dicembre.",
    ],
)
def test_the_return_outweighs_the_last_day_away(text: str) -> None:
    assert returns_on(text, on=MONDAY) == SEVENTH


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I'm out of office, back on Wednesday.", date(2026, 11, 25)),
        ("Out of office until Monday", NEXT_MONDAY),
        ("Ich bin ab Montag wieder im Büro.", NEXT_MONDAY),
        ("Je suis de retour lundi.", NEXT_MONDAY),
        ("Ik ben maandag weer op kantoor, vanaf maandag weer bereikbaar.", NEXT_MONDAY),
        ("I'll be back in the office next week.", NEXT_MONDAY),
        ("I am out of the office today and will return tomorrow.", date(2026, 11, 24)),
    ],
)
def test_a_day_without_a_date_is_the_next_such_day(text: str, day: date) -> None:
    assert returns_on(text, on=MONDAY) == day


@pytest.mark.parametrize(
    "text",
    ["Out of office until 12/05.", "Out of office until 12/05/2026.", "Away until 5/12"],
)
def test_of_two_readings_the_one_that_comes_sooner_counts(text: str) -> None:
    assert returns_on(text, on=MONDAY) == SIXTH


def test_a_day_without_a_year_may_be_in_the_next() -> None:
    assert returns_on("I am back on 3 January.", on=MONDAY) == date(2027, 1, 3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I am out of the office with limited access to my mail.",
        "I am no longer with Acme. Please write to Bob.",
        "Thank you for your mail of 23 November 2026. We will get back to you by 30 November.",
        "I was away until 5 November 2026.",
        "I am away until 28 February 2030.",
        "Please call 555.1234 or write to version 12.5 before noon.",
        "My last day was 1 December 2026",
    ],
)
def test_what_is_not_said_stays_unsaid(text: str) -> None:
    assert returns_on(text, on=MONDAY) is None


@pytest.mark.parametrize("on", [date.min, date(2028, 2, 29), date.max])
def test_every_day_can_be_asked_about(on: date) -> None:
    assert returns_on("Away until 29/2, back on Monday or 31 December, or 30.2.", on=on) != on


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", ["back ", "bis ", " ", "1/2 ", "until\n", "5. ", "5 dec - "])
def test_hostile_text_ends(unit: str) -> None:
    assert returns_on(unit * (200_000 // len(unit)), on=MONDAY) != MONDAY
