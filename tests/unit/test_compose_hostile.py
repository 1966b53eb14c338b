"""Names, subjects and words that mean harm are only text in a letter."""

from __future__ import annotations

import email
from dataclasses import replace
from email import policy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from intake.compose import Templates, compose
from intake.compose.legible import legible, legible_lines, legible_name
from intake.model import Fate, LetterKind, LinkFate, LinkFound, Mailbox, Thread
from tests.gallery import load_templates
from tests.unit.compose_cast import MIRA, PROJECT, brief, document, part, received, sure

HOSTILE = [
    "a.pdf\r\nBcc: evil@elsewhere.example",
    "\u202egnp.exe",
    "<script>alert(1)</script>.pdf",
    '"><img src=https://elsewhere.example/x.png>',
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "x" * 10_000 + ".pdf",
    "nul\x00\x1b[31m\u2028\u2066.pdf",
    "lone \udc80 surrogate.pdf",
    "=?utf-8?q?encoded?= =?utf-8?b?d29yZHM=?=",
    "</title></style><style>*{display:none}",
    "\u200f\u05e2\u05d1\u200e.pdf",
]


@pytest.fixture(scope="module")
def templates() -> Templates:
    return load_templates(None)


def octets_with(text: str, templates: Templates) -> bytes:
    """A report in which a stranger's text stands wherever it can."""
    deck = replace(sure("deck"), sure=False, evidence=(text,))
    letter = brief(
        LetterKind.REPORT,
        [document(1, deck, text, fate=Fate.UNSURE)],
        received(
            part(Fate.OPENED, text, path="2"),
            part(Fate.UNSURE, text, number=1, path="2!a", container="2"),
            part(Fate.LOCKED, text, path="3"),
            sender=Mailbox(text, MIRA.address),
            links=[LinkFound(text, LinkFate.NEEDS_ACCESS, text)],
            written=text,
            notes=[text],
        ),
        thread=Thread(text, "<m@x>", (text,), thread_topic=text, thread_index=text),
        project=replace(PROJECT, title=text, client=replace(PROJECT.client, name=text)),
    )
    letter = replace(letter, recipient=Mailbox(text, letter.recipient.address))
    return compose(letter, templates).octets


DESK_AS_LINKED = "intake%2Blarkfield-q4@studio.example"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_header_field(text: str, templates: Templates) -> None:
    message = email.message_from_bytes(octets_with(text, templates), policy=policy.default)

    assert message.defects == []
    assert message["Bcc"] is None
    assert [entry.addr_spec for entry in message["To"].addresses] == ["robin@studio.example"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_no_markup(text: str, templates: Templates) -> None:
    message = email.message_from_bytes(octets_with(text, templates), policy=policy.default)
    body = message.get_body(("html",))
    html = LexborHTMLParser(body.get_content() if body else "")

    assert html.css("script, img, iframe, form") == []
    targets = [str(link.attributes["href"]) for link in html.css("a")]
    assert all(target.startswith(f"mailto:{DESK_AS_LINKED}?subject=") for target in targets)
    assert len(html.css("style")) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_hides_nothing_in_either_body(text: str, templates: Templates) -> None:
    octets = octets_with(text, templates)
    message = email.message_from_bytes(octets, policy=policy.default)
    shown = "".join(entry.get_content() for entry in message.walk() if not entry.is_multipart())

    assert not set("\u202e\u2066\u200e\u200f\x00\x1b\u2028") & set(shown)
    assert len(octets) < 60_000
    assert "49" not in shown


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=300))
def test_any_text_makes_a_letter_that_parses(text: str) -> None:
    templates = _TEMPLATES
    message = email.message_from_bytes(octets_with(text, templates), policy=policy.default)

    assert message.defects == []
    assert message["Subject"].lower().startswith("re")
    assert message["X-Intake-Project"] == "larkfield-q4"


@settings(max_examples=50)
@given(text=st.text(max_size=120))
def test_subject_comes_back_as_it_was_cleaned(text: str) -> None:
    cleaned = legible(f"Re: {text}.", limit=200)
    letter = brief(LetterKind.NOTICE, (), received(), thread=Thread(f"Re: {text}.", "<m@x>"))
    message = email.message_from_bytes(compose(letter, _TEMPLATES).octets, policy=policy.default)

    assert message["Subject"].rpartition(":")[2].strip() == cleaned.rpartition(":")[2].strip()


_TEMPLATES = load_templates(None)


@given(text=st.text())
def test_legible_text_is_one_short_line(text: str) -> None:
    shown = legible(text, limit=20)

    assert len(shown) <= 20
    assert shown.isprintable() or "\u200d" in shown or "\u200c" in shown or not shown.isascii()
    assert "\n" not in shown


def test_long_name_keeps_its_ending() -> None:
    assert legible_name("a" * 200 + ".pptx", limit=30) == "a" * 24 + "….pptx"


def test_ending_that_is_no_ending_is_cut() -> None:
    assert legible_name("a." + "b" * 200, limit=30) == "a." + "b" * 27 + "…"


def test_emoji_and_persian_keep_their_joiners() -> None:
    written = "\U0001f469\u200d\U0001f680 \u0645\u06cc\u200c\u062e"

    assert legible(written, limit=40) == written


def test_quoted_words_keep_their_lines_and_end_somewhere() -> None:
    assert legible_lines("\n\na\r\n\n\n\nb\n", limit=100, lines=9) == ("a", "", "b")
    assert legible_lines("a\nb\nc\nd", limit=100, lines=2) == ("a", "b", "…")
    assert legible_lines("a" * 50, limit=10, lines=9) == ("a" * 9 + "…",)
