"""What people ask for in their replies, in everyday words: understood, asked back, or rightly left alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.instructions import (
    Accept,
    Ambiguous,
    Close,
    Confidential,
    Context,
    Doubt,
    ForProject,
    Help,
    Instruction,
    IsKind,
    Keep,
    KnownDocument,
    Later,
    Leave,
    No,
    NotApplicable,
    NotConfidential,
    NotYours,
    Pause,
    Resume,
    ResumeReminding,
    Scope,
    SomeoneElse,
    Status,
    StopReminding,
    Undo,
    Veto,
    Waive,
    Yes,
    read,
)
from intake.model import Address, ItemState, Kind
from intake.parse import parse
from tests.unit.instruction_cast import (
    ANNA,
    CALENDAR,
    CONTACT,
    DECK,
    FREELANCER,
    GUIDE,
    ITEMS,
    JO,
    LAUNCH,
    OFFERED,
    POSTS,
    QUARTERLY,
    SPRING,
    YEARLY,
    arrived,
)

DESK = "intake@studio.example"
FRIDAY = date(2026, 11, 27)
NEXT_WEEK = date(2026, 12, 4)
MID_JANUARY = date(2027, 1, 15)
CASE_STUDY, BRAND_GUIDE, BLOG_POST = Kind("case_study"), Kind("brand_guide"), Kind("blog_post")

# ---------------------------------------------------------------- thirty that are understood

UNDERSTOOD: tuple[tuple[str, tuple[Instruction, ...]], ...] = (
    ("3: n/a", (NotApplicable(YEARLY),)),
    ("4 and 6: none", (NotApplicable(CALENDAR), NotApplicable(GUIDE))),
    ("We have no event calendar.", (NotApplicable(CALENDAR),)),
    ("Sorry, there's no such thing as a brand guide here.", (NotApplicable(GUIDE),)),
    ("no evnet calender", (NotApplicable(CALENDAR),)),
    (
        "Neither an event calendar nor a brand guide exists.",
        (NotApplicable(CALENDAR), NotApplicable(GUIDE)),
    ),
    ("1. attached 2. n/a 3. later", (NotApplicable(QUARTERLY), Later(YEARLY))),
    ("You asked for an event calendar. We don't have one.", (NotApplicable(CALENDAR),)),
    ("later: yearly roadmap, 15 January", (Later(YEARLY, MID_JANUARY),)),
    ("The deck isn't ready yet, we'll send it next week.", (Later(DECK, NEXT_WEEK),)),
    ("You'll get the brand guidelines on Friday.", (Later(GUIDE, FRIDAY),)),
    ("Still working on the quarterly roadmap.", (Later(QUARTERLY),)),
    ("The yearly roadmap comes after the board meeting.", (Later(YEARLY),)),
    (
        "For the brand guide ask our designer, design@acme.example",
        (SomeoneElse(GUIDE, Address("design@acme.example"), "our designer"),),
    ),
    ("We have no past blog posts.", (NotApplicable(POSTS),)),
    ("Past blog posts: n/a", (NotApplicable(POSTS),)),
    ("Feel free to remind us again.", (ResumeReminding(),)),
    ("Jo has the blog posts.", (SomeoneElse(POSTS, JO, "Jo"),)),
    ("file 2 is the brand guide", (IsKind(2, BRAND_GUIDE, GUIDE),)),
    ("That's not a deck, it's a case study.", (IsKind(1, CASE_STUDY),)),
    ("Files 2 and 3 are blog posts.", (IsKind(2, BLOG_POST, POSTS), IsKind(3, BLOG_POST, POSTS))),
    ("deck.pdf is for Q4 launch", (ForProject(LAUNCH, 1),)),
    ("Everything in this mail is for Spring campaign.", (ForProject(SPRING),)),
    ("roadmap.xlsx is last year's, ignore it", (Leave(3),)),
    ("Please treat the deck as confidential.", (Confidential(Scope.DOCUMENT, 1),)),
    ("confidential", (Confidential(Scope.MAIL),)),
    ("Could you please stop reminding me?", (StopReminding(),)),
    ("No reminders before 15 January please.", (StopReminding(MID_JANUARY),)),
    ("You can remind me again.", (ResumeReminding(),)),
    ("Please ignore my last mail.", (Undo(),)),
    ("undo", (Undo(),)),
    (
        "No brand guide, and the deck will follow by Friday.",
        (NotApplicable(GUIDE), Later(DECK, FRIDAY)),
    ),
    ("Please skip the event calendar because we are a tiny team.", (NotApplicable(CALENDAR),)),
)


@pytest.mark.parametrize(("mail", "asked"), UNDERSTOOD)
def test_everyday_words_are_understood(mail: str, asked: tuple[Instruction, ...]) -> None:
    assert read(mail, context=CONTACT) == asked


# ---------------------------------------------------------------- ten that are asked back

AMBIGUOUS: tuple[tuple[str, Doubt, int], ...] = (
    ("We have no roadmap.", Doubt.WHICH_ITEM, 2),
    ("later: roadmap, 15 January", Doubt.WHICH_ITEM, 2),
    ("We don't have it.", Doubt.WHICH_ITEM, 6),
    ("Ask our designer, design@acme.example", Doubt.WHICH_ITEM, 6),
    ("This is for another project.", Doubt.WHICH_PROJECT, 2),
    ("I think we don't have a brand guide.", Doubt.IS_IT_SO, 1),
    ("2 is a case study", Doubt.WHICH_DOCUMENT, 1),
    ("File 2 is not a deck.", Doubt.WHICH_KIND, 1),
    (
        "The event calendar follows next week. No, we have no event calendar.",
        Doubt.CONTRADICTION,
        2,
    ),
    ("We cannot provide a brand guide.", Doubt.IS_IT_SO, 1),
)


@pytest.mark.parametrize(("mail", "doubt", "candidates"), AMBIGUOUS)
def test_what_may_mean_several_things_is_one_question(
    mail: str, doubt: Doubt, candidates: int
) -> None:
    (found,) = read(mail, context=CONTACT)

    assert isinstance(found, Ambiguous)
    assert (found.doubt, len(found.candidates)) == (doubt, candidates)


@pytest.mark.parametrize(
    "mail",
    [
        "file 9 is the brand guide",
        "file 9 is for Q4 launch",
        "final.pdf is for Q4 launch",
        "ignore file 9",
    ],
)
def test_a_file_that_nobody_knows_is_asked_for(mail: str) -> None:
    assert read(mail, context=CONTACT) == (Ambiguous(Doubt.WHICH_DOCUMENT),)


# ---------------------------------------------------------------- ten in German

GERMAN: tuple[tuple[str, tuple[Instruction, ...]], ...] = (
    ("Einen Veranstaltungskalender haben wir leider nicht.", (NotApplicable(CALENDAR),)),
    ("Zu Punkt 4: entfällt.", (NotApplicable(CALENDAR),)),
    ("Ein Markenhandbuch liegt bei uns nicht vor.", (NotApplicable(GUIDE),)),
    ("Der Jahresplan folgt bis 15. Januar.", (Later(YEARLY, MID_JANUARY),)),
    ("Den Quartalsplan schicken wir nächste Woche.", (Later(QUARTERLY, NEXT_WEEK),)),
    ("Datei 2 ist der Markenleitfaden.", (IsKind(2, BRAND_GUIDE, GUIDE),)),
    ("Wegen der Blogbeiträge fragen Sie bitte Anna.", (SomeoneElse(POSTS, ANNA, "Anna"),)),
    ("Die Unterlagen bitte vertraulich behandeln.", (Confidential(Scope.MAIL),)),
    ("Bitte nicht mehr erinnern.", (StopReminding(),)),
    ("Das nehme ich zurück, bitte rückgängig machen.", (Undo(),)),
)


@pytest.mark.parametrize(("mail", "asked"), GERMAN)
def test_german_is_understood_as_well(mail: str, asked: tuple[Instruction, ...]) -> None:
    assert read(mail, context=CONTACT) == asked


# ---------------------------------------------------------------- ten that stand in quoted text

QUOTED = (
    "Thanks!\n\nOn Mon, 23 Nov 2026 at 09:00, Studio Intake <intake@studio.example> wrote:\n> 3: n/a",
    "Will do.\n\n> We have no event calendar.\n> Regards",
    "See below.\n\n-----Original Message-----\nFrom: Jo\nSent: Monday\nTo: Studio\n\nfile 2 is the brand guide",
    "Danke!\n\nAm 23.11.26 um 09:00 schrieb Studio Intake:\n> Markenleitfaden entfällt",
    "Fine.\n\nFrom: Studio Intake <intake@studio.example>\nSent: Monday, November 23, 2026 9:00 AM\nTo: Jo\nSubject: Re: Deck\n\nplease stop reminding me",
    "FYI\n\n---------- Forwarded message ---------\nFrom: Anna <anna@acme.example>\nSubject: deck\n\ndeck.pdf is for Q4 launch",
    "Gruß\n\n-----Ursprüngliche Nachricht-----\nVon: Studio\n\nDer Jahresplan folgt bis 15. Januar.",
    "Merci!\n\nLe 23 nov. 2026 à 09:00, Studio Intake <intake@studio.example> a écrit :\n\n> undo",
    "Thanks.\n\n-- \nJo Miller\nconfidential",
    "Got it, thanks.\n\nOn 23 Nov 2026, at 09:00, Studio Intake <intake@studio.example> wrote:\n\nReply KEEP 2, or: 4: n/a",
)


@pytest.mark.parametrize("body", QUOTED)
def test_quoted_words_are_not_the_writers(body: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "jo@acme.example", DESK, "Re: Website relaunch"
    mail.set_content(body)

    message = parse(mail.as_bytes())

    assert read(message.written, subject=message.subject, context=OFFERED) == ()


def test_quoted_lines_that_reach_the_reader_are_left_out_all_the_same() -> None:
    assert read("Thanks!\n> 3: n/a", context=CONTACT) == ()


# ---------------------------------------------------------------- what came with the mail, and what was offered


@pytest.mark.parametrize(
    ("mail", "asked"),
    [
        ("The attached is a case study.", (IsKind(4, CASE_STUDY),)),
        (
            "The second file is the brand guide.",
            (
                Ambiguous(
                    Doubt.WHICH_DOCUMENT,
                    (IsKind(5, BRAND_GUIDE, GUIDE), IsKind(2, BRAND_GUIDE, GUIDE)),
                ),
            ),
        ),
        ("Both are blog posts.", (IsKind(4, BLOG_POST, POSTS), IsKind(5, BLOG_POST, POSTS))),
        ("b.pdf is confidential", (Confidential(Scope.DOCUMENT, 5),)),
        ("Attached is the deck.", ()),
    ],
)
def test_words_about_the_files_of_the_mail(mail: str, asked: tuple[Instruction, ...]) -> None:
    context = arrived("a.pdf") if mail.startswith("The attached") else arrived("a.pdf", "b.pdf")

    assert read(mail, context=context) == asked


@pytest.mark.parametrize(
    ("mail", "asked"),
    [
        ("KEEP 6", (Keep(GUIDE),)),
        ("keep everything", (Keep(DECK), Keep(GUIDE))),
        ("Keep everything but the deck.", (Keep(GUIDE),)),
        ("We have no deck newer than this.", (Keep(DECK),)),
        ("The brand guide you have is still valid.", (Keep(GUIDE),)),
        ("Der Markenleitfaden ist noch aktuell, bitte beibehalten.", (Keep(GUIDE),)),
        ("KEEP", (Keep(DECK), Keep(GUIDE))),
        ("6: keep", (Keep(GUIDE),)),
        ("Hi,\n\nkeep them, please.\n\nBest\nMira", (Keep(DECK), Keep(GUIDE))),
        ("Still valid.", (Keep(DECK), Keep(GUIDE))),
        ("You can keep using the deck.", (Keep(DECK),)),
        ("Bitte beides behalten", (Keep(DECK), Keep(GUIDE))),
        ("6 behalten", (Keep(GUIDE),)),
        ("keep file 7", (Keep(DECK),)),
        ("Don't keep the deck.", (Leave(7),)),
        ("Datei 7 bitte weglassen", (Leave(7),)),
        ("Keep well!", ()),
        ("Keep it up!", ()),
        ("Keep me posted!", ()),
        ("We have no brand guide.", (NotApplicable(GUIDE),)),
    ],
)
def test_what_is_offered_may_be_kept(mail: str, asked: tuple[Instruction, ...]) -> None:
    assert read(mail, context=OFFERED) == asked


def test_nothing_is_kept_where_nothing_is_offered() -> None:
    assert read("keep", context=CONTACT) == ()


def test_what_was_waived_is_taken_back_by_saying_so() -> None:
    items = tuple(
        replace(entry, state=ItemState.WAIVED) if entry.item == CALENDAR else entry
        for entry in ITEMS
    )

    assert read(
        "We do have an event calendar after all.", context=replace(CONTACT, items=items)
    ) == (Undo(CALENDAR),)


# ---------------------------------------------------------------- rights


@pytest.mark.parametrize(
    ("mail", "asked"),
    [
        ("status", (Status(),)),
        ("status acme-q4", (Status(LAUNCH),)),
        ("accept 2", (Accept(2),)),
        ("accept all", (Accept(2), Accept(3))),
        ("file 2 is fine", (Accept(2),)),
        ("relabel 3 case study", (IsKind(3, CASE_STUDY),)),
        ("2 is a case study", (IsKind(2, CASE_STUDY),)),
        ("waive yearly roadmap", (Waive(YEARLY),)),
        ("They don't have a brand guide.", (Waive(GUIDE),)),
        ("pause", (Pause(),)),
        ("Please pause until 3 January.", (Pause(None, date(2027, 1, 3)),)),
        ("pause acme-q4", (Pause(LAUNCH),)),
        ("resume", (Resume(),)),
        ("confidential", (Confidential(Scope.PROJECT),)),
        ("file 1 isn't confidential", (NotConfidential(Scope.DOCUMENT, 1),)),
        ("close", (Close(),)),
        ("help", (Help(),)),
        ("veto", (Veto(CALENDAR),)),
        ("no", (Veto(CALENDAR),)),
        ("No, they do have one.", (Veto(CALENDAR),)),
        ("still needed", (Veto(CALENDAR),)),
        ("Einspruch, den haben sie.", (Veto(CALENDAR),)),
        ("undo", (Undo(),)),
    ],
)
def test_a_freelancers_commands(mail: str, asked: tuple[Instruction, ...]) -> None:
    assert read(mail, context=FREELANCER) == asked


@pytest.mark.parametrize(
    "command", ["close", "pause", "resume", "status", "accept 2", "waive 3", "veto"]
)
def test_a_contact_is_told_that_a_command_is_the_freelancers(command: str) -> None:
    (found,) = read(command, context=CONTACT)

    assert isinstance(found, NotYours)


def test_a_contact_cannot_say_that_something_is_not_confidential() -> None:
    (found,) = read("deck.pdf isn't confidential", context=CONTACT)

    assert isinstance(found, NotYours)


def test_a_veto_without_a_waiver_is_nothing() -> None:
    assert read("still needed", context=replace(FREELANCER, vetoable=())) == ()


def test_a_veto_is_asked_back_where_several_waivers_stand() -> None:
    (found,) = read("veto", context=replace(FREELANCER, vetoable=(CALENDAR, GUIDE)))

    assert found == Ambiguous(Doubt.WHICH_ITEM, (Veto(CALENDAR), Veto(GUIDE)))


# ---------------------------------------------------------------- answers to what we asked

ASKED = replace(CONTACT, asked=(NotApplicable(QUARTERLY), NotApplicable(YEARLY)))


@pytest.mark.parametrize(
    ("mail", "asked"),
    [
        ("The yearly one.", (NotApplicable(YEARLY),)),
        ("2", (NotApplicable(QUARTERLY),)),
        ("both", (NotApplicable(QUARTERLY), NotApplicable(YEARLY))),
        ("the first", (NotApplicable(QUARTERLY),)),
        ("Ja, genau.", (Yes(),)),
        ("no thanks", (No(),)),
        ("Den Jahresplan.", (NotApplicable(YEARLY),)),
    ],
)
def test_the_answer_to_a_question(mail: str, asked: tuple[Instruction, ...]) -> None:
    assert read(mail, context=ASKED) == asked


# ---------------------------------------------------------------- the mail as a whole


def test_the_phrase_is_that_of_the_mail() -> None:
    (found,) = read("Hi,\n\nSorry, no event calendar here!\n\nJo", context=CONTACT)

    assert isinstance(found, NotApplicable)
    assert found.phrase == "Sorry, no event calendar here"


def test_a_command_may_stand_in_the_subject_alone() -> None:
    assert read("", subject="status acme-q4", context=FREELANCER) == (Status(LAUNCH),)


def test_the_subject_of_an_answer_is_no_command() -> None:
    assert read("", subject="Re: status", context=FREELANCER) == ()


def test_lines_that_a_mail_program_wrapped_are_one_sentence() -> None:
    wrapped = "Unfortunately, as far as I know, we do not have an\nevent calendar here."

    assert read(wrapped, context=CONTACT) == (NotApplicable(CALENDAR),)


def test_a_promise_is_the_better_word_than_a_lack() -> None:
    assert read("We don't have the deck. We will send it on Friday.", context=CONTACT) == (
        Later(DECK, FRIDAY),
    )


WORDS = st.sampled_from(
    [
        "we",
        "have",
        "no",
        "not",
        "deck",
        "roadmap",
        "3",
        "4",
        ":",
        ",",
        ".",
        "?",
        "n/a",
        "file",
        "2",
        "is",
        "the",
        "brand",
        "guide",
        "keep",
        "confidential",
        "undo",
        "ask",
        "jo",
        "later",
        "next",
        "week",
        "bitte",
        "kein",
        "nicht",
        "der",
        "jahresplan",
        ">",
        "-",
        "(",
        ")",
        ";",
        "\n",
        "status",
        "accept",
        "all",
        "for",
        "q4",
        "launch",
        "don't",
        "15.1.",
        "3/4",
        "@",
        "x@y.example",
        "deck.pdf",
    ]  # a list of words
)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=30).map(" ".join)),
    st.sampled_from([CONTACT, FREELANCER, OFFERED, ASKED]),
)
def test_any_text_is_read_without_an_error(text: str, context: Context) -> None:
    assert isinstance(read(text, subject=text[:50], context=context), tuple)


@pytest.mark.parametrize(
    "unit",
    [
        "no ",
        "a.",
        "3: ",
        "@",
        "we have no deck and ",
        "x" * 7,
        "\n1. n/a",
        "if ",
        "(",
        "don't ",
        "-",
        "1/2/",
        "next next ",
        "file ",
    ],
)
def test_a_megabyte_of_anything_is_read(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))

    assert isinstance(read(text, context=CONTACT), tuple)


KNOWN_FEW, KNOWN_MANY = 20, 200


def test_a_project_of_many_documents_costs_no_more_a_document() -> None:
    few, many = (
        replace(CONTACT, documents=tuple(documents(count))) for count in (KNOWN_FEW, KNOWN_MANY)
    )
    text = "Hello,\nmeetups 07 2026 is the event calendar, and the board minutes are coming.\n"

    assert calls_to_read(text, many) < 2 * KNOWN_MANY / KNOWN_FEW * calls_to_read(text, few)


def documents(count: int) -> Iterator[KnownDocument]:
    for number in range(1, count + 1):
        yield KnownDocument(number, f"meetups {number:02} 2026.csv", Kind("event_calendar"))


def calls_to_read(text: str, context: Context) -> int:
    """Of functions, those of C too: a measure of the work that no machine changes."""
    read(text, context=context)  # what is compiled on first use is not the project's
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        del frame, argument
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        read(text, context=context)
    finally:
        sys.setprofile(before)
    return calls
