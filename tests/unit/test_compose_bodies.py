"""Both bodies of every kind of letter, in every language: small, plain, the same, and readable by a machine that reads aloud."""

from __future__ import annotations

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.gallery import LANGUAGES, LETTERS, bodies

EVERY_LETTER = [(name, language) for name in LETTERS for language in LANGUAGES]
ADDRESS_ALONE = re.compile(r"\s*<\S+>")

pytestmark = pytest.mark.parametrize(("name", "language"), EVERY_LETTER)


def tree_of(name: str, language: str) -> LexborHTMLParser:
    return LexborHTMLParser(bodies(name, language).html)


def test_html_with_its_styles_is_under_40_kilobytes(name: str, language: str) -> None:
    assert len(bodies(name, language).html.encode()) < 40_000


def test_lines_of_text_are_short(name: str, language: str) -> None:
    lines = bodies(name, language).text.split("\n")

    assert [each for each in lines if len(each) > 78 and not ADDRESS_ALONE.fullmatch(each)] == []


def test_lines_of_text_need_no_reflowing(name: str, language: str) -> None:
    lines = bodies(name, language).text.split("\n")

    assert [each for each in lines if each != each.rstrip() and each != "-- "] == []
    assert "\u00a0" not in "".join(lines)


def test_text_and_html_say_the_same(name: str, language: str) -> None:
    sent = bodies(name, language)
    tree = LexborHTMLParser(sent.html)
    for aside in tree.css(".preview, .answers"):
        aside.decompose()
    shown = tree.body.text(separator=" ") if tree.body else ""
    text = re.sub(r"<http\S+>", "", sent.text)

    assert re.findall(r"\w+", text) == re.findall(r"\w+", shown)


def test_headings_are_in_order(name: str, language: str) -> None:
    headings = [each.tag for each in tree_of(name, language).css("h1, h2, h3, h4")]

    assert headings[0] == "h1"
    assert set(headings[1:]) <= {"h2"}


def test_tables_are_for_looks_and_lists_are_lists(name: str, language: str) -> None:
    tree = tree_of(name, language)

    assert {each.attributes.get("role") for each in tree.css("table")} <= {"presentation"}
    assert {each.attributes.get("role") for each in tree.css("ul")} <= {"list"}
    assert tree.css("img, script, ol, iframe") == []


def test_no_two_links_of_a_letter_say_the_same(name: str, language: str) -> None:
    links = {each.attributes["href"]: each.text() for each in tree_of(name, language).css("a")}

    assert len(set(links.values())) == len(links)
    assert "" not in links.values()


def test_preview_says_what_the_headline_does_not(name: str, language: str) -> None:
    tree = tree_of(name, language)
    previews = [each.text() for each in tree.css(".preview")]

    assert len(previews) <= 1
    assert (
        "display: none" in "".join(each.html or "" for each in tree.css(".preview")) or not previews
    )
