"""Whether a person said that a mail is confidential."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from intake.confidential import is_said_confidential
from intake.model import InboundMessage
from intake.parse import parse

WORDS = ("confidential", "NDA", "vertraulich")


def letter(text: str, *, subject: str = "Roadmap") -> InboundMessage:
    message = EmailMessage()
    message["From"] = "Anna Berg <anna@acme.example>"
    message["Subject"] = subject
    message.set_content(text)
    return parse(message.as_bytes())


@pytest.mark.parametrize(
    "text",
    [
        "This is confidential, please do not share it.",
        "The roadmap (confidential) is attached.",
        "Told you CONFIDENTIALLY: the roadmap.",
        "Under NDA.",
        "Die Roadmap ist vertraulich.",
        "Anbei die vertrauliche Roadmap.",
        "Thanks!\nconfidential",
        "Hi Fay,\n\nthe deck in this email is confidential and intended only for the studio.",
        "Please note that the attachments are confidential. They are intended only for the launch team, and any disclosure before 12 January is prohibited.\n\nAnna",
        "Here is the deck. It is confidential: intended only for the studio, please do not distribute this message.",
    ],
)
def test_a_sender_who_says_so_is_believed(text: str) -> None:
    assert is_said_confidential(letter(text), WORDS)


def test_the_subject_may_say_so() -> None:
    assert is_said_confidential(letter("Attached.", subject="Confidential: roadmap"), WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "Attached.",
        "The agenda and the panda.",
        "We build confidence.",
        "Attached.\n\nThis e-mail and any attachments are confidential and intended solely for the addressee.",
        "Attached.\n\nBest regards,\nAnna\n\nThis message may contain confidential information. If you are not the intended recipient, please delete it.",
        "Anbei.\n\nMfG\nAnna\n\nDiese E-Mail ist vertraulich. Wenn Sie nicht der richtige Empfänger sind, vernichten Sie sie.",
        "Attached.\n\nOn Mon, 23 Nov 2026, Bea <bea@acme.example> wrote:\n> Is it confidential?",
        "Attached.\n\n---------- Forwarded message ---------\nFrom: Bea\n\nThis is confidential.",
        "Attached.\n\n-- \nAnna Berg\nPrivate & Confidential",
    ],
)
def test_what_others_say_of_every_mail_does_not_count(text: str) -> None:
    assert not is_said_confidential(letter(text), WORDS)
