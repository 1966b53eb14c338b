"""Disclaimers, signatures and footers: what stands under a mail without being said in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.parse.disclaimer import is_disclaimer, without_disclaimer
from intake.parse.signature import says_something
from intake.parse.written import written

DISCLAIMERS = {
    "English, solely for the addressee": "This e-mail and any attachments are confidential and intended solely for the addressee. If you are not the intended recipient, please notify the sender and delete it.",
    "English, notice": "CONFIDENTIALITY NOTICE: This message is intended only for the use of the individual or entity to whom it is addressed and may contain information that is privileged.",
    "English, information": "The information contained in this communication is intended for the named recipient only. If you have received it in error, destroy it and tell us at once.",
    "English, starting with if": "If you have received this message by mistake, please delete it and notify the sender; any copying or disclosure is prohibited.",
    "German, formal": "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, informieren Sie bitte den Absender und vernichten Sie diese E-Mail.",
    "German, Empfänger": "Der Inhalt dieser Nachricht ist vertraulich und ausschließlich für den bezeichneten Empfänger bestimmt. Sollten Sie diese E-Mail irrtümlich erhalten haben, löschen Sie sie bitte.",
    "French": "Ce message et ses pièces jointes sont confidentiels et destinés exclusivement à leur destinataire. Si vous avez reçu ce message par erreur, merci de le détruire.",
    "French, courriel": "Si vous n'êtes pas le destinataire de ce courriel, veuillez le supprimer et avertir l'expéditeur ; toute diffusion est interdite.",
    "Spanish": "Este mensaje y sus adjuntos se dirigen exclusivamente a su destinatario y pueden contener información confidencial. Si no es usted el destinatario, le rogamos que lo comunique y proceda a eliminarlo.",
    "Spanish, error": "La información contenida en este correo es confidencial y está destinada únicamente a su destinatario. Si lo ha recibido por error, bórrelo.",
    "Dutch": "Dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde. Als u dit bericht ten onrechte heeft ontvangen, wilt u het dan verwijderen en de afzender informeren?",
    "Dutch, inhoud": "De inhoud van deze e-mail is alleen bedoeld voor de geadresseerde. Indien u niet de geadresseerde bent, verzoeken wij u de e-mail te vernietigen.",
}

OWN_WORDS = [
    "This is confidential, please do not share it.",
    "This e-mail is confidential, please do not share it with anybody.",
    "Please treat the attached roadmap as confidential and delete the old one.",
    "Die Roadmap ist vertraulich, bitte nicht weitergeben.",
    "The deck is intended for the board; I sent you the wrong one by mistake, please delete it.",
    "I sent the first message in error. Use this deck instead.",
    "La hoja de ruta es confidencial, por favor no la comparta.",
    "Le document est confidentiel, merci de ne pas le transmettre.",
    "De roadmap is vertrouwelijk, graag niet delen.",
    "Ich habe die Nachricht versehentlich doppelt geschickt.",
]


@pytest.mark.parametrize("disclaimer", DISCLAIMERS.values(), ids=DISCLAIMERS)
@pytest.mark.parametrize(
    "around",
    [
        "3: n/a\n\n{}",
        "3: n/a\n\nBest regards,\nAnna Berg\nACME Ltd\n\n{}",
        "3: n/a\n\nMit freundlichen Grüßen\nAnna Berg\n\n{}\n\nACME GmbH\nwww.acme.example",
        "3: n/a\n\n-- \nAnna Berg\nACME Ltd\n{}",
        "3: n/a\n\nCordialement,\nAnna\n\n________________________________\n\nDISCLAIMER\n\n{}",
        "3: n/a\n\n{}\n\nPlease consider the environment before printing this e-mail.",
        "3: n/a\n\nSaludos,\nAna\n\n{}\n\nACME Ltd, registered in England No. 1234567",
        "3: n/a\n\n{}\n\nOn Mon, 23 Nov 2026, Bea <bea@acme.example> wrote:\n> old",
    ],
)
def test_a_disclaimer_is_not_written(disclaimer: str, around: str) -> None:
    assert written([around.format(disclaimer)], []).text == "3: n/a"


@pytest.mark.parametrize("disclaimer", DISCLAIMERS.values(), ids=DISCLAIMERS)
def test_a_disclaimer_is_known_over_several_lines(disclaimer: str) -> None:
    words = disclaimer.split()
    folded = "\n".join(" ".join(words[start : start + 9]) for start in range(0, len(words), 9))

    assert written([f"3: n/a\n\nMvg,\nAnna\n\n{folded}"], []).text == "3: n/a"


@pytest.mark.parametrize("words", OWN_WORDS)
def test_what_a_sender_says_of_secrecy_stays(words: str) -> None:
    assert written([f"Here is the roadmap.\n\n{words}"], []).text.endswith(words)


@pytest.mark.parametrize("words", OWN_WORDS)
def test_what_a_sender_says_of_secrecy_is_no_disclaimer(words: str) -> None:
    assert not is_disclaimer(words)


def test_own_words_under_a_disclaimer_stay() -> None:
    disclaimer = DISCLAIMERS["German, formal"]

    told = written([f"Hello\n\n{disclaimer}\n\nfile 2 is the brand guide"], []).text

    assert told.split("\n\n") == ["Hello", "file 2 is the brand guide"]


def test_own_words_in_the_line_above_a_disclaimer_stay() -> None:
    told = written([f"3: n/a\n{DISCLAIMERS['English, solely for the addressee']}"], []).text

    assert told == "3: n/a"


def test_a_mail_of_nothing_but_a_disclaimer_says_nothing() -> None:
    assert written([DISCLAIMERS["Dutch"]], []).text == ""


def test_a_banner_above_a_mail_takes_nothing_with_it() -> None:
    assert written([f"{DISCLAIMERS['French']}\n\nDeck and roadmap"], []).text == "Deck and roadmap"


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from Yahoo Mail for iPhone",
        "Sent from Mail for Windows",
        "Get Outlook for Android<https://aka.ms/AAb9ysg>",
        "Von meinem iPhone gesendet",
        "Gesendet mit der GMX Mail App",
        "Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.",
        "Von Outlook für iOS gesendet",
        "Outlook für iOS beziehen",
        "Holen Sie sich Outlook für Android",
        "Envoyé de mon iPhone",
        "Envoyé à partir de Outlook pour iOS",
        "Télécharger Outlook pour iOS",
        "Enviado desde mi iPhone",
        "Obtener Outlook para iOS",
        "Verstuurd vanaf mijn iPhone",
        "Verzonden vanuit Outlook voor iOS",
        "Download Outlook voor Android",
        "Inviato da iPhone",
    ],
)
@pytest.mark.parametrize(
    "text", ["3: n/a\n\n{}", "3: n/a\n\n{}\n\n> On 23 Nov 2026, Bea wrote:\n> old"]
)
def test_the_line_of_a_mail_program_is_left_out(line: str, text: str) -> None:
    assert written([text.format(line)], []).text == "3: n/a"


@pytest.mark.parametrize(
    "signature",
    [
        "Best regards, Anna",
        "Viele Grüße Anna Berg",
        "Thanks,\nAnna Berg\nHead of Marketing and Events\nACME Ltd | Harbour Street 1 | Leeds",
        "Met vriendelijke groet,\n\nAnna Berg\n\nACME B.V.\nT +31 20 000 00 00",
        "Cordialement,\n\nAnna Berg\nDirectrice marketing",
        "-- \nRegards,\nAnna",
        "--\nAnna\nSent from my iPad...",
        "Un saludo,\nAna\n\nhttps://acme.example",
        "Liebe Grüße\nAnna\n\nACME GmbH · Hafenstr. 1 · Hamburg\nGeschäftsführer: A. Berg · HRB 12345",
    ],
)
def test_a_closing_and_a_card_are_left_out(signature: str) -> None:
    assert written([f"Here is the deck.\n\n{signature}"], []).text == "Here is the deck."


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!\nwe have no event calendar",
        "Thanks,\nkeep",
        "Danke!\nRoadmap und Deck",
        "Best,\nAnna\n\nPS: the roadmap follows",
        "Hello\n\nCheers,\nAnna\n\nfile 2 is the brand guide",
        "Merci,\nnous n'avons pas de calendrier",
        "Gracias,\nno tenemos calendario",
        "Bedankt,\nwe hebben geen kalender",
        "Thanks,\nhttps://drive.google.com/file/d/1/view",
        "The deck is at [1].\n\nCheers,\nAnna\n\n[1] https://acme.example/deck",
        "Danke,\nwir haben nur https://acme.example/blog",
        "Sent from my desk, which is why the scan is crooked.",
    ],
)
def test_own_words_under_a_friendly_word_stay(text: str) -> None:
    assert written([text], []).text == text


@pytest.mark.parametrize(
    "footer",
    [
        "_______________________________________________\nacme-news mailing list\nacme-news@lists.acme.example\nhttps://lists.acme.example/listinfo/acme-news",
        "----------------------------------------\nTo unsubscribe: https://lists.acme.example/out",
        "----------------------------------------\nZum Abmelden aus dem Verteiler: https://lists.acme.example/out",
    ],
)
def test_the_footer_of_a_list_is_left_out(footer: str) -> None:
    assert written([f"Here is the deck.\n\n{footer}\n"], []).text == "Here is the deck."


def test_an_address_under_a_rule_is_no_footer() -> None:
    text = "Here it is\n____________________\nOur deck: https://drive.example/d/1"

    assert written([text], []).text == text


@given(st.lists(st.sampled_from([*DISCLAIMERS.values(), *OWN_WORDS, "", "Anna", "DISCLAIMER"])))
@settings(max_examples=100)
def test_what_is_left_are_lines_of_the_text_in_order(lines: list[str]) -> None:
    left = iter(lines)

    assert all(line in left for line in without_disclaimer(lines, says_something))
