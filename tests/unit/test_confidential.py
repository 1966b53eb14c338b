"""What a person said is confidential, and why a document is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from intake.confidential import (
    NAMELESS,
    NamedFile,
    Said,
    is_said_confidential,
    nameless,
    nameless_parts,
    said_of,
    why_confidential,
    without_subject,
)
from intake.kinds import built_in
from intake.model import (
    Address,
    BlobKey,
    Checklist,
    Classification,
    Document,
    Fate,
    InboundMessage,
    Item,
    ItemName,
    Kind,
    Mailbox,
    PartOutcome,
    Received,
    Role,
    Secrecy,
    Sha256,
    Thread,
)
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
        "This is not confidential, share it as you like.",
        "Die Roadmap ist nicht vertraulich.",
        "The deck is no longer confidential.",
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


# ---------------------------------------------------------------- what the word covers

DECK = NamedFile(Sha256("deck"), ("Acme_Q3-deck v2.pptx",), Kind("deck"))
PLAN = NamedFile(Sha256("plan"), ("plan.pdf", "all.zip"), Kind("roadmap"))
OTHER = NamedFile(Sha256("other"), ("scan0001.pdf",), Kind("other"))


def covered(text: str, *, subject: str = "Roadmap") -> Said:
    """What is said of a mail with a deck, a plan in an archive, and something else."""
    return said_of(letter(text, subject=subject), (DECK, PLAN, OTHER), WORDS, kinds=built_in())


def only(*files: NamedFile) -> Said:
    return Said(files=frozenset(file.sha256 for file in files))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plan.pdf is confidential.", only(PLAN)),
        ("All is attached.\n\nPlease keep plan.pdf confidential. Thanks!", only(PLAN)),
        ("The plan is attached. scan0001 is under NDA.", only(OTHER)),
        ("Acme Q3 deck v2 is strictly confidential.", only(DECK)),
        ("The roadmap is confidential.", only(PLAN)),
        ("Attached:\n- plan.pdf (confidential)\n- scan0001.pdf\n", only(PLAN)),
        ("Attached:\nplan.pdf\nscan0001.pdf - confidential\n", only(OTHER)),
        ("The deck is confidential. So is scan0001.pdf, which is under NDA.", only(DECK, OTHER)),
        ("What is in all.zip is confidential.", only(PLAN)),
        ("Die Roadmap ist vertraulich.", only(PLAN)),
        (
            "As you asked me last week on the phone, here is the investor deck\nwhich is confidential.",
            only(DECK),
        ),
        ("Nothing to hide here.", only()),
        ("plan.pdf is not confidential.", only()),
    ],
)
def test_a_sentence_that_names_files_covers_those(text: str, said: Said) -> None:
    assert covered(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "This is confidential.",
        "plan.pdf and the other files are confidential.",
        "Please treat all of these as confidential, the deck above all.",
        "Both are confidential: the deck and the plan.",
        "Alle Unterlagen, auch die Roadmap, sind vertraulich.",
        "The deck is confidential. Please treat this mail as confidential.",
        "The budget is confidential.",
    ],
)
def test_any_other_sentence_covers_the_whole_mail(text: str) -> None:
    assert covered(text) == Said(everything=True)


def test_the_subject_covers_the_whole_mail() -> None:
    assert covered("The roadmap.", subject="Confidential: roadmap") == Said(everything=True)


# ---------------------------------------------------------------- why a document is

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET_DECKS = Checklist(
    "onboarding", (Item(ItemName("deck"), "Deck", Kind("deck"), confidential=True),)
)
OPEN_DECKS = Checklist("onboarding", (Item(ItemName("deck"), "Deck", Kind("deck")),))


def document(number: int = 1, *, confidential: bool = False) -> Document:
    return Document(
        number=number,
        sha256=Sha256(f"{number}"),
        filename="Series A.pdf",
        media_type="application/pdf",
        size_octets=4,
        blob=BlobKey("clients/acme-1/q4--q4/Series-A.pdf"),
        url=None,
        classification=Classification(Kind("deck"), 0.9, sure=True, title="Series A"),
        fate=Fate.FILED,
        received_at=NOON,
        filed_for=(ItemName("deck"),),
        confidential=confidential,
        sketch=tuple(range(64)),
    )


@pytest.mark.parametrize(
    ("said", "marked", "checklist", "held", "project", "why"),
    [
        (Said(everything=True), True, SECRET_DECKS, True, True, Secrecy.WORD),
        (Said(files=frozenset({Sha256("2")})), False, OPEN_DECKS, False, False, Secrecy.WORD),
        (Said(files=frozenset({Sha256("1")})), False, OPEN_DECKS, False, False, None),
        (Said(), True, SECRET_DECKS, True, True, Secrecy.MARK),
        (Said(), False, SECRET_DECKS, True, True, Secrecy.ITEM),
        (Said(), False, OPEN_DECKS, True, True, Secrecy.VERSION),
        (Said(), False, OPEN_DECKS, False, True, Secrecy.PROJECT),
        (Said(), False, OPEN_DECKS, False, False, None),
    ],
)
def test_the_reason_that_lasts_longest_is_the_one_that_is_kept(
    said: Said,
    *,
    marked: bool,
    checklist: Checklist,
    held: bool,
    project: bool,
    why: Secrecy | None,
) -> None:
    found = why_confidential(
        document(2),
        [document(1, confidential=held)],
        checklist,
        said=said,
        marked=marked,
        by_project=project,
    )

    assert found == why


# ---------------------------------------------------------------- what others hear


def test_others_hear_that_there_is_a_confidential_document_and_no_more() -> None:
    told = nameless(document(confidential=True))

    assert told.filename == NAMELESS
    assert (told.blob, told.classification.title) == (None, None)
    assert nameless(document()) == document()


def test_neither_do_the_words_of_its_mail_nor_what_held_it_name_it() -> None:
    parts = tuple(
        PartOutcome(path, None, name, "application/pdf", 4, Sha256("1"), Role.FILE, fate, number)
        for path, name, fate, number in (
            ("2", "Series A.zip", Fate.OPENED, None),
            ("2!a", "Series A.pdf", Fate.FILED, 1),
        )
    )
    received = Received(
        Mailbox("", Address("ana@acme.example")), NOON, parts, written="the Series A deck"
    )

    [told] = nameless_parts([received], [document(confidential=True)])

    assert "Series" not in str([(part.filename, told.written, told.links) for part in told.parts])
    assert nameless_parts([received], [document()]) == (received,)


def test_a_subject_that_says_so_is_not_told_to_others() -> None:
    secret = Thread("Confidential: Series A", "<1@acme.example>", thread_topic="Series A")

    told = without_subject(secret, WORDS)

    assert told == replace(secret, subject=NAMELESS, thread_topic=None)
    assert without_subject(Thread("Series A"), WORDS) == Thread("Series A")
