"""Older messages in a text: told from the sender's own lines, and handed out where they were passed on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.parse.written import forwarded, whole, written

DESK = "Studio Intake <intake@studio.example>"

ANSWERED = {
    "gmail, English, folded": f"On Mon, Nov 23, 2026 at 9:00 AM {DESK}\nwrote:\n\n> old",
    "gmail, German": f"Am Mo., 23. Nov. 2026 um 09:00 Uhr schrieb {DESK}:\n\n> old",
    "gmail, French, folded": f"Le lun. 23 nov. 2026 à 09:00, {DESK} a\nécrit :\n\n> old",
    "gmail, Spanish, folded": "El lun, 23 nov 2026 a las 9:00, Studio (<intake@studio.example>)\nescribió:\n\n> old",
    "gmail, Dutch": f"Op ma 23 nov 2026 om 09:00 schreef {DESK}:\n\n> old",
    "gmail, Italian": f"Il giorno lun 23 nov 2026 alle ore 09:00 {DESK} ha scritto:\n\n> old",
    "gmail, Portuguese": f"Em seg., 23 de nov. de 2026 às 09:00, {DESK} escreveu:\n\n> old",
    "gmail, Polish": f"pon., 23 lis 2026 o 09:00 {DESK} napisał(a):\n\n> old",
    "gmail, Swedish": f"Den mån 23 nov. 2026 kl 09:00 skrev {DESK}:\n\n> old",
    "gmail, Czech": f"po 23. 11. 2026 v 9:00 odesílatel {DESK} napsal:\n\n> old",
    "gmail, unknown language": f"2026-11-23 9:00 GMT+01:00 {DESK}:\n\n> old",
    "apple, Dutch, unmarked": f"Op 23 nov. 2026, om 09:00 heeft {DESK} het volgende geschreven:\n\nold",
    "apple, English, unmarked": f"On 23 Nov 2026, at 09:00, {DESK} wrote:\n\nold",
    "apple, German, unmarked": f"Am 23.11.2026 um 09:00 schrieb {DESK}:\n\nold",
    "apple, French, unmarked": f"Le 23 nov. 2026 à 09:00, {DESK} a écrit :\n\nold",
    "apple, Spanish, unmarked": f"El 23 nov 2026, a las 9:00, {DESK} escribió:\n\nold",
    "apple, marked": f"> On 23 Nov 2026, at 09:00, {DESK} wrote:\n> \n> old",
    "yahoo": f"    On Monday, November 23, 2026 at 09:00:00 AM GMT, {DESK} wrote:  \n \n old",
    "thunderbird, German": "Am 23.11.26 um 09:00 schrieb Studio Intake:\n> old",
    "thunderbird, Dutch": "Op 23-11-2026 om 09:00 schreef Studio Intake:\n> old",
    "unmarked, folded over three lines": "On Mon, Nov 23, 2026 at 9:00 AM Studio Intake\n<intake+a-token-that-is-long@studio.example>\nwrote:\n\nold",
    "outlook, English": f"From: {DESK}\nSent: Monday, November 23, 2026 9:00 AM\nTo: Anna\nSubject: Re: Deck\n\nold",
    "outlook, English, a blank line between": f"From: {DESK}\n\nSent: Monday, November 23, 2026 9:00 AM\n\nTo: Anna\n\nSubject: Re: Deck\n\nold",
    "outlook, mobile, bold": f"*From:* {DESK}\n*Date:* Monday, November 23, 2026\n*To:* Anna\n*Subject:* Deck\n\nold",
    "outlook, German": f"Von: {DESK}\nGesendet: Montag, 23. November 2026 09:00\nAn: Anna\nCc: Bea\nBetreff: Deck\n\nold",
    "outlook, French": f"De : {DESK}\nEnvoyé : lundi 23 novembre 2026 09:00\nÀ : Anna\nObjet : Deck\n\nold",
    "outlook, Spanish": f"De: {DESK}\nEnviado el: lunes, 23 de noviembre de 2026 9:00\nPara: Anna\nAsunto: Deck\n\nold",
    "outlook, Dutch": f"Van: {DESK}\nVerzonden: maandag 23 november 2026 09:00\nAan: Anna\nOnderwerp: Deck\n\nold",
    "outlook, Italian": f"Da: {DESK}\nInviato: lunedì 23 novembre 2026 09:00\nA: Anna\nOggetto: Deck\n\nold",
    "outlook, behind a rule": f"________________________________\nFrom: {DESK}\nSent: Monday\nTo: Anna\n\nold",
    "outlook, in one line": f"From: {DESK} Sent: Monday, November 23, 2026 To: Anna Subject: Re: Deck\nold",
    "outlook for ios": f"Get Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: {DESK}\nSent: Monday\nTo: Anna\n\nold",
    "outlook, original message": "-----Original Message-----\nFrom: Studio\n\nold",
    "outlook, Ursprüngliche Nachricht": "-----Ursprüngliche Nachricht-----\nVon: Studio\n\nold",
    "outlook, Message d'origine": "-----Message d'origine-----\nDe : Studio\n\nold",
    "outlook, Mensaje original": "-----Mensaje original-----\nDe: Studio\n\nold",
    "outlook, Oorspronkelijk bericht": "-----Oorspronkelijk bericht-----\nVan: Studio\n\nold",
    "gmx": f"Gesendet: Montag, 23. November 2026 um 09:00 Uhr\nVon: {DESK}\nAn: Anna\nBetreff: Deck\n\nold",
    "lotus notes": "Von:        Studio Intake\nAn:        Anna\nDatum:        23.11.2026 09:00\nBetreff:        Deck\n\nold",
    "outlook, names above values": f"From:\n{DESK}\nSent:\nMonday\nTo:\nAnna\nSubject:\nDeck\n\nold",
    "behind a mark that is not seen": f"\u200bFrom: {DESK}\n\u200bSent: Monday\nTo: Anna\n\nold",
    "marked behind a mark that is not seen": "\ufeff> old\n\u200e> old",
    "a help desk": "##- Please type your reply above this line -##\n\nold",
    "samsung": "-------- Original message --------\nFrom: Studio\nDate: 23/11/2026 09:00\n\nold",
}

PASSED_ON = {
    "gmail": "---------- Forwarded message ---------",
    "thunderbird, German": "-------- Weitergeleitete Nachricht --------",
    "thunderbird, French": "-------- Message transféré --------",
    "thunderbird, Spanish": "-------- Mensaje reenviado --------",
    "thunderbird, Dutch": "-------- Doorgestuurd bericht --------",
    "apple": "Begin forwarded message:",
    "apple, German": "Anfang der weitergeleiteten Nachricht:",
    "apple, French": "Début du message réexpédié :",
    "apple, Spanish": "Inicio del mensaje reenviado:",
    "apple, Dutch": "Begin doorgestuurd bericht:",
    "apple, Italian": "Inizio messaggio inoltrato:",
    "notes": "----- Forwarded by Anna Berg/ACME on 23.11.2026 09:00 -----",
}


@pytest.mark.parametrize("older", ANSWERED.values(), ids=ANSWERED)
def test_what_is_answered_is_not_written(older: str) -> None:
    assert written([f"3: n/a\n\n{older}\n"], []).text == "3: n/a"


@pytest.mark.parametrize("older", ANSWERED.values(), ids=ANSWERED)
def test_what_is_answered_in_html_is_not_written(older: str) -> None:
    paragraphs = "".join(
        f"<div>{line.replace('<', '&lt;') or '<br>'}</div>" for line in older.split("\n")
    )

    assert written([], [f"<div>3: n/a</div><div><br></div>{paragraphs}"]).text == "3: n/a"


@pytest.mark.parametrize("marker", PASSED_ON.values(), ids=PASSED_ON)
def test_a_forwarded_message_is_not_written(marker: str) -> None:
    text = f"See below.\n\n{marker}\nFrom: Bea <bea@acme.example>\nSubject: Deck\n\n1: n/a"

    assert written([text], []).text == "See below."


@pytest.mark.parametrize("marker", PASSED_ON.values(), ids=PASSED_ON)
def test_a_forwarded_message_is_handed_out(marker: str) -> None:
    text = f"See below.\n\n{marker}\nFrom: Bea <bea@acme.example>\n\nOur deck: https://a.example/d"

    assert forwarded(text) == "From: Bea <bea@acme.example>\n\nOur deck: https://a.example/d"


@pytest.mark.parametrize(
    "subject", ["Fwd: Deck", "FW: Deck", "WG: Deck", "TR : Deck", "RV: Deck", "Re: Fwd: Deck"]
)
@pytest.mark.parametrize(
    "opening",
    [
        "From: Bea <bea@acme.example>\nSent: Monday\nTo: Anna\nSubject: Deck",
        "Von: Bea <bea@acme.example>\nGesendet: Montag\nAn: Anna\nBetreff: Deck",
        "-----Original Message-----\nFrom: Bea",
    ],
)
def test_under_a_forwarding_subject_the_older_message_is_handed_out(
    subject: str, opening: str
) -> None:
    told = forwarded(f"FYI\n\n{opening}\n\nOur deck: https://a.example/d", subject)

    assert told is not None
    assert told.endswith("Our deck: https://a.example/d")
    assert "FYI" not in told


@pytest.mark.parametrize("older", ANSWERED.values(), ids=ANSWERED)
def test_what_is_answered_is_not_taken_for_forwarded(older: str) -> None:
    assert forwarded(f"3: n/a\n\n{older}\n", "Re: Deck") is None


def test_a_forwarded_message_inside_what_is_answered_is_not_handed_out() -> None:
    text = f"3: n/a\n\nOn Mon, 23 Nov 2026, {DESK} wrote:\n> ---------- Forwarded message ---------\n> old"

    assert forwarded(text, "Re: Deck") is None


def test_a_forwarded_message_marked_as_quoted_is_handed_out_without_marks() -> None:
    text = "See below.\n\n> Begin forwarded message:\n> \n> From: Bea\n> \n> Our deck"

    assert forwarded(text) == "From: Bea\n\nOur deck"


def test_a_forwarded_message_of_html_alone_is_handed_out() -> None:
    html = (
        '<div>See below.</div><div class="gmail_quote"><div class="gmail_attr">---------- '
        "Forwarded message ---------<br>From: Bea</div><p>Our deck</p></div>"
    )

    assert forwarded(whole([], [html])) == "From: Bea\n\nOur deck"


@pytest.mark.parametrize(
    "text",
    [
        "n/a, we have none\nattached",
        "1) n/a\n\nBoth will follow.",
    ],
)
def test_answers_between_marked_lines_stay(text: str) -> None:
    first, *rest = text.split("\n")
    quoted = f"On Mon, 23 Nov 2026, {DESK} wrote:\n> 1. deck\n{first}\n> 2. roadmap\n"

    assert written([quoted + "\n".join(rest)], []).text.split() == text.split()


@pytest.mark.parametrize(
    "attribution",
    [
        f"{DESK} wrote:",
        f"po 23. 11. 2026 v 9:00 odesílatel {DESK} napsal:",
        "Am 23.11.26 um 09:00 schrieb Studio Intake:",
    ],
)
def test_the_line_above_an_attribution_stays(attribution: str) -> None:
    assert written([f"3: n/a\n{attribution}\n> old"], []).text == "3: n/a"


def test_answers_below_a_marked_original_message_stay() -> None:
    text = "-----Original Message-----\n> From: Studio\n> 1. deck\nn/a\n> 2. roadmap\nattached"

    assert written([text], []).text == "n/a\nattached"


def test_a_forwarded_thread_of_html_is_not_written() -> None:
    html = (
        '<div>See below.</div><div class="gmail_quote"><div class="gmail_attr">---------- '
        "Forwarded message ---------<br>From: Bea<br>To: Anna</div><p>1: n/a</p>"
        '<blockquote class="gmail_quote">older</blockquote></div>'
    )

    assert written([], [html]).text == "See below."


@pytest.mark.parametrize(
    "quoted",
    [
        '<div class="yahoo_quoted"><div>On Monday, Studio wrote:</div><div>1. deck</div>{}</div>',
        '<div name="quote" style="border-left:2px solid"><div>1. deck</div>{}</div>',
        '<div class="moz-forward-container"><br>-------- Forwarded Message --------<p>1. deck</p>{}</div>',
        '<div id="mail-editor-reference-message-container"><p>1. deck</p>{}</div>',
        '<div class="protonmail_quote">On Monday, Studio wrote:<br>{}1. deck</div>',
        '<div style="border:none;border-top:solid #B5C4DF 1.0pt"><p>From: x</p></div><p>1. deck</p>{}',
        '<div class="moz-cite-prefix">Am 23.11.26 um 09:00 schrieb Studio:</div><blockquote type="cite">1. deck</blockquote>{}',
    ],
)
def test_html_of_a_mail_program_is_read_without_what_it_quotes(quoted: str) -> None:
    inner = '<blockquote type="cite">older</blockquote>'

    assert written([], [f"<body><p>3: n/a</p>{quoted.format(inner)}</body>"]).text == "3: n/a"


def test_answers_between_quotations_of_html_stay() -> None:
    html = (
        '<div class="gmail_quote"><div class="gmail_attr">On Mon, Studio wrote:<br></div>'
        '<blockquote class="gmail_quote">1. deck</blockquote><div>n/a, we have none</div>'
        '<blockquote class="gmail_quote">2. roadmap</blockquote><div>attached</div></div>'
    )

    assert written([], [html]).text.split() == ["n/a,", "we", "have", "none", "attached"]


@pytest.mark.parametrize(
    "text",
    [
        "Our fair:\nFrom: 3 May 2027\nTo: 5 May 2027\nSubject: tools",
        "The tour goes\nFrom: Berlin\nTo: Hamburg\nand back.",
        "On Monday we wrote to the printer, and this is the answer:\nthe brand guide is ready.",
        "Am Montag kommt die Roadmap:\nbitte noch warten.",
        "To: be decided\nDate: 3 May\nthat is all we know.",
        "The deck is the original message of our brand.",
        "Here is the list:\n1: deck\n2: n/a",
        "A > B, and\nthe rest follows",
    ],
)
def test_own_lines_that_look_like_a_header_stay(text: str) -> None:
    assert written([text], []).text == text


MAIL_LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "> old",
                ">",
                "-- ",
                "3: n/a",
                "Best regards,",
                "From: Bea <bea@acme.example>",
                "Sent: Monday",
                "On Mon, 23 Nov 2026, Bea <bea@acme.example> wrote:",
                "---------- Forwarded message ---------",
                "________________",
                "-----BEGIN PGP SIGNED MESSAGE-----",
                "-----BEGIN PGP SIGNATURE-----",
                "-----BEGIN PGP MESSAGE-----",
                "-----END PGP MESSAGE-----",
                "If you are not the intended recipient, please delete this e-mail.",
            ]
        ),
        st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=60).map(str.strip),
    ),
    max_size=30,
)


@given(MAIL_LINES)
@settings(max_examples=150)
def test_what_is_written_is_made_of_lines_of_the_text(lines: list[str]) -> None:
    told = written(["\n".join(lines)], []).text

    allowed = {line.strip() for line in lines} | {line.removeprefix("- ").strip() for line in lines}
    assert {line.strip() for line in told.split("\n") if line.strip()} <= allowed


@given(MAIL_LINES)
@settings(max_examples=100)
def test_no_marked_line_is_written(lines: list[str]) -> None:
    assert not any(
        line.startswith(">") for line in written(["\n".join(lines)], []).text.split("\n")
    )


@given(MAIL_LINES, st.sampled_from(["", "Re: Deck", "Fwd: Deck"]))
@settings(max_examples=100)
def test_what_is_forwarded_is_below_something(lines: list[str], subject: str) -> None:
    told = forwarded("\n".join(lines), subject)

    assert told is None or len(told) <= len("\n".join(lines))


@given(st.text(max_size=2000))
@settings(max_examples=150)
def test_any_text_gives_a_text(text: str) -> None:
    assert isinstance(written([text], [text]).text, str)


@pytest.mark.parametrize(
    "piece",
    [">", "From: ", "wrote:\n", "On 1:00 a@b ", "-", "_", " ", "\n", "wrote:", "<a@b>:", "\t|", "=", "If you ", "a@b:\n",
     "this e-mail is confidential ", "On 1.1.2026\n", "Sent from my ", "<div>", "Best regards, A", "> \n"],
)  # fmt: skip
def test_a_text_of_one_thing_repeated_is_read_in_time(piece: str) -> None:
    text = (piece * (200_000 // len(piece) + 1))[:200_000]

    assert len(written([text], [text[:100_000]]).text) <= 2 * len(text)
    assert len(forwarded(text, "Fwd: x") or "") <= len(text)
