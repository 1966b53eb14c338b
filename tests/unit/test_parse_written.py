"""What the sender wrote, told from what was quoted, signed and forwarded."""

from __future__ import annotations

import pytest

from intake.parse.written import whole, written


@pytest.mark.parametrize(
    "quotation",
    [
        "On Mon, 2 Nov 2026 at 10:00, Studio <desk@studio.example> wrote:\n> 1. deck",
        "Am Mo., 2. Nov. 2026 um 10:00 Uhr schrieb Studio <\ndesk@studio.example>:\n\n> 1. deck",
        "Le lun. 2 nov. 2026 à 10:00, Studio <desk@studio.example> a écrit :\n> 1. deck",
        "From: Studio <desk@studio.example>\nSent: Monday, November 2, 2026 10:00 AM\nTo: Ana\nSubject: RE: x\n\n1. deck",
        "________________________________\nFrom: Studio <desk@studio.example>\nSent: Monday\nTo: Ana\nSubject: RE: x\n\n1. deck",
        "Von: Studio <desk@studio.example>\nGesendet: Montag, 2. November 2026\nAn: Ana\nBetreff: AW: x\n\n1. deck",
        "-----Original Message-----\nFrom: Studio\n\n1. deck",
        "---------- Forwarded message ---------\nFrom: Bea <bea@acme.example>\nSubject: x\n\n1. deck",
        "Begin forwarded message:\n\nFrom: Bea\n\n1. deck",
        "> 1. deck",
    ],
)
def test_an_older_message_is_not_written_by_the_sender(quotation: str) -> None:
    assert written([f"3: n/a\n\n{quotation}\n"], []).text == "3: n/a"


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAna\nAcme",
        "Best regards,\nAna Example\nAcme Ltd\n+44 20 0000 0000",
        "Mit freundlichen Grüßen\nAna",
        "Cordialement,\nAna",
        "Sent from my phone",
    ],
)
def test_a_signature_is_left_out(signature: str) -> None:
    assert written([f"Here is the deck.\n\n{signature}\n"], []).text == "Here is the deck."


def test_answers_between_quoted_lines_are_kept() -> None:
    text = "On Mon, 2 Nov 2026, Studio wrote:\n> 1. deck\nn/a, we have none\n> 2. roadmap\nattached"

    assert written([text], []).text == "n/a, we have none\nattached"


@pytest.mark.parametrize(
    "text",
    [
        "Hi,\nThanks, here is the deck.\n- deck attached\n- roadmap later",
        "Thanks!\n3: n/a\nfile 2: brand guide",
        "Best,\nthe calendar follows as soon as it is signed off.",
    ],
)
def test_a_friendly_word_does_not_make_the_rest_a_signature(text: str) -> None:
    assert written([text], []).text == text


@pytest.mark.parametrize(
    "quoted",
    [
        '<div class="gmail_quote">On Mon wrote <blockquote>1. deck</blockquote></div>',
        '<blockquote type="cite">1. deck</blockquote>',
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From: x</div><div>1. deck</div>',
        '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p>From: x</p></div></div><p>1. deck</p>',
        '<div class="gmail_signature">Ana</div>',
    ],
)
def test_html_is_read_without_its_quoted_parts(quoted: str) -> None:
    assert written([], [f"<body><p>3: n/a</p>{quoted}</body>"]).text == "3: n/a"


def test_html_lines_are_those_that_a_reader_sees() -> None:
    html = "<style>p {}</style><p>One\n line</p><div>Two<br>Three</div>"

    assert written([], [html]).text.split("\n\n") == ["One line", "Two\nThree"]


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "color:#fff; DISPLAY: None !important",
        "visibility:hidden",
        "opacity: 0.0",
        "opacity:0;height:0",
        "max-height:0px; overflow:hidden",
        "overflow:hidden;color:red;max-height:0",
        "font-size:0",
        "line-height:0;font-size:0px;color:#fff",
    ],
)
def test_what_its_style_lets_nobody_see_was_not_written(style: str) -> None:
    html = f'<div style="{style}">3: <b>n/a</b></div><p>Here is the deck.</p>'

    assert written((), (html,)).text == "Here is the deck."


@pytest.mark.parametrize(
    "html",
    [
        '<td style="font-size:0px"><div style="font-size:13px">Here is the deck.</div></td>',
        '<table style="font-size:0;"><tr><td style="font:12px Arial">Here is the deck.</td></tr></table>',
        '<div style="opacity:0.9">Here is the deck.</div>',
        '<div style="max-height:0.5em;overflow:hidden">Here is the deck.</div>',
        '<div style="mso-hide:all">Here is the deck.</div>',
        '<div style="font-size:0.9em">Here is the deck.</div>',
    ],
)
def test_what_a_style_only_seems_to_hide_was_written(html: str) -> None:
    assert written((), (html,)).text == "Here is the deck."


def test_plain_text_is_preferred() -> None:
    assert written(["plain"], ["<p>rich</p>"]).text == "plain"


RICH = "<p>3: n/a</p><p>The deck is at the usual place, and the roadmap follows as soon as it is signed.</p>"


@pytest.mark.parametrize(
    "plain",
    [
        "Your mail program does not show HTML.",
        "This message is in HTML; please use a program that can display it.",
        "Ihr E-Mail-Programm kann kein HTML anzeigen.",
        "Votre logiciel ne peut pas afficher le HTML.",
        "Su programa no puede mostrar HTML.",
        "Uw programma kan geen HTML weergeven.",
        "3:",
        "   \n ",
    ],
)
def test_a_text_that_only_stands_in_does_not_hide_the_html(plain: str) -> None:
    assert written([plain], [RICH]).text.startswith("3: n/a\n\nThe deck")
    assert whole([plain], [RICH]).startswith("3: n/a\n\nThe deck")


@pytest.mark.parametrize(
    "plain",
    [
        "3: n/a\n\nThe deck is at the usual place.",
        " ".join(["Our own words, and many of them."] * 10),
        "> the deck, which is old and long, and quoted as a whole, word for word, up to here",
    ],
)
def test_a_text_that_says_something_hides_the_html(plain: str) -> None:
    assert "signed" not in written([plain], [RICH]).text
    assert whole([plain], [RICH]) == plain


def test_a_short_answer_above_quoted_text_is_read_from_the_text() -> None:
    plain = "3: n/a\n\nOn Mon, 2 Nov 2026, Studio wrote:\n> 1. deck\n> 2. roadmap\n> 3. calendar"

    assert written([plain], ["<p>3: n/a</p><p>something else that is long</p>"]).text == "3: n/a"


@pytest.mark.parametrize("marks", [1, 40])
def test_html_with_marks_inside_marks_is_read(marks: int) -> None:
    html = (
        "<p>3: n/a</p>"
        + '<div id="Signature" class="gmail_signature" hidden>' * marks
        + '<blockquote type="cite" class="gmail_quote">' * marks
        + '<div id="appendonsend"></div><div id="divRplyFwdMsg">From: x</div>old'
    )

    assert written([], [html]).text == "3: n/a"


@pytest.mark.parametrize(
    "opening",
    [
        '<div class="gmail_quote">',
        '<div class="gmail_attr">',
        '<blockquote type="cite">',
        '<div id="Signature">',
        '<div id="appendonsend">',
        "<div hidden>",
    ],
)
def test_deeply_nested_html_is_read_in_time(opening: str) -> None:
    html = opening * 2_900 + "a word or two: " * 30_000

    assert isinstance(written([], [html]).text, str)


def test_a_long_text_is_kept_whole() -> None:
    article = "\n\n".join(f"Paragraph {number} says a thing or two." for number in range(2000))

    assert written([article], []).text == article


def test_an_older_message_far_down_is_found() -> None:
    article = "\n".join(["A line of our own words."] * 1000)

    assert "1. deck" not in written([f"{article}\n\nFrom: S\nSent: x\nTo: y\n\n1. deck"], []).text
